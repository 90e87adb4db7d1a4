#!/bin/sh
# lua.sh - Lua, which has no allocator of its own: each table, string and closure is one of the allocator's, and grows by
# realloc. A reader of expressions makes trees, simplifies and prints them, while coroutines deal out the work and the
# garbage collector follows behind.
#
# Usage: lua.sh OUT.trace
# Takes: 1 s
. "$(dirname "$0")/common.sh"
need lua5.4 lua5.4

cat > expressions.lua <<'LUA'
local seed = 42
local function random(n)
    seed = (seed * 1103515245 + 12345) % 2147483648
    return seed // 65536 % n
end

-- An expression as a text, `depth` operators deep at most.
local function write(depth)
    if depth == 0 or random(6) == 0 then
        return random(3) == 0 and tostring(random(100)) or "x" .. random(20)
    end
    return "(" .. write(depth - 1) .. " " .. ("+-*"):sub(random(3) + 1, -1):sub(1, 1) .. " " .. write(depth - 1) .. ")"
end

local function read(text)
    local position = 1
    local function term()
        if text:sub(position, position) ~= "(" then
            local word = text:match("^%w+", position)
            position = position + #word
            return { kind = tonumber(word) and "number" or "name", value = tonumber(word) or word }
        end
        position = position + 1
        local left = term()
        local operator = text:sub(position + 1, position + 1)
        position = position + 3
        local right = term()
        position = position + 1
        return { kind = "pair", operator = operator, left = left, right = right }
    end
    return term()
end

local apply = {
    ["+"] = function(a, b) return a + b end,
    ["-"] = function(a, b) return a - b end,
    ["*"] = function(a, b) return a * b % 1000003 end,
}

local function simplify(node)
    if node.kind ~= "pair" then
        return node
    end
    local left, right = simplify(node.left), simplify(node.right)
    if left.kind == "number" and right.kind == "number" then
        return { kind = "number", value = apply[node.operator](left.value, right.value) }
    end
    return { kind = "pair", operator = node.operator, left = left, right = right }
end

local function show(node)
    return node.kind == "pair" and "(" .. show(node.left) .. node.operator .. show(node.right) .. ")" or tostring(node.value)
end

local function names(node, found)
    if node.kind == "name" then
        found[#found + 1] = node.value
    elseif node.kind == "pair" then
        names(node.left, found)
        names(node.right, found)
    end
    return found
end

local texts = coroutine.wrap(function()
    for _ = 1, 1600 do
        coroutine.yield(write(6))
    end
end)

local kept, users = {}, {}
for text in texts do
    local tree = simplify(read(text))
    local shown = show(tree)
    for _, name in ipairs(names(tree, {})) do
        users[name] = users[name] or {}
        table.insert(users[name], #shown)
    end
    kept[random(500) + 1] = { tree = tree, shown = shown, ask = function() return #shown + #text end }
end

local sum = 0
for _, entry in pairs(kept) do
    sum = sum + entry.ask()
end
local lines = {}
for name, list in pairs(users) do
    table.sort(list)
    lines[#lines + 1] = name .. " " .. #list .. " " .. list[#list // 2 + 1]
end
table.sort(lines)
print(sum, table.concat(lines, "\n"))
LUA
record lua5.4 expressions.lua >answers

#!/bin/sh
# clang.sh - clang, -O2, on a C++ program of its own: LLVM's own arenas beside vectors, maps and tables that grow.
#
# Usage: clang.sh OUT.trace
# Takes: 5 s
. "$(dirname "$0")/common.sh"
need clang clang
need g++ g++

cat > shapes.cpp <<'UNIT'
#include <algorithm>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <unordered_map>
#include <vector>

struct Shape {
    virtual ~Shape() = default;
    virtual double area() const = 0;
};
struct Box : Shape {
    double w, h;
    Box(double w, double h) : w(w), h(h) {}
    double area() const override { return w * h; }
};
struct Group : Shape {
    std::vector<std::unique_ptr<Shape>> parts;
    double area() const override
    {
        return std::accumulate(parts.begin(), parts.end(), 0.0, [](double sum, const auto &part) { return sum + part->area(); });
    }
};

std::unordered_map<std::string, std::map<int, double>> table(const std::vector<std::string> &names)
{
    std::unordered_map<std::string, std::map<int, double>> found;
    for (const auto &name : names)
        for (int i = 0; i < 10; i++) {
            auto group = std::make_unique<Group>();
            group->parts.push_back(std::make_unique<Box>(i, name.size()));
            found[name + std::to_string(i)][i] += group->area();
        }
    return found;
}

std::vector<std::string> sorted(std::vector<std::string> names)
{
    std::sort(names.begin(), names.end(), [](const auto &a, const auto &b) { return a.size() != b.size() ? a.size() < b.size() : a > b; });
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}
UNIT
clang++ -std=c++17 -E -P shapes.cpp -o shapes.ii
record clang -cc1 -O2 -std=c++17 -fcxx-exceptions -fexceptions -emit-obj -o shapes.o shapes.ii

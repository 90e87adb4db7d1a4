// refuse_test.mjs - what is no trace, or a damaged one, is refused by the module with the tool's own sentence.
//
// Usage:  node refuse_test.mjs HEAPBENCH LAB.WASM TRACES_FOLDER

import assert from "node:assert";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compile, Heap, Refusal, Trace } from "../../../plots/lab/engine.mjs";

const [heapbench, wasm, folder] = process.argv.slice(2);
const module = await compile(readFileSync(wasm)), work = mkdtempSync(join(tmpdir(), "lab-"));
const text = (words) => new TextEncoder().encode(words);

async function sentence(bytes) {
    try {
        const trace = await Trace.read(module, "./x", bytes);
        return `${trace.ops} operations`;
    } catch (error) {
        assert.ok(error instanceof Refusal, error);
        return error.message;
    }
}

// The tool's, of the same bytes in a file of that name.
function toolSentence(bytes) {
    writeFileSync(join(work, "x"), bytes);
    const run = spawnSync(heapbench, ["info", "./x", "--json"], { cwd: work, encoding: "utf8" });
    return run.status === 0 ? `${JSON.parse(run.stdout).ops} operations` : run.stderr.trim().replace(/^heapbench: /, "");
}

async function same(what, bytes) {
    const found = await sentence(bytes);
    assert.strictEqual(found, toolSentence(bytes), what);
    console.log(`ok      ${what}: ${found}`);
}

const whole = new Uint8Array(readFileSync(join(folder, "sqlite3.trace")));
for (const [what, words] of [["no trace", "hello\n"], ["an empty file", ""], ["a free of what is not there", "f 1\n"], ["a size that is none", "a 1 x\n"],
    ["twice the same", "a 1 2\na 1 3\n"], ["a .rep that lacks lines", "4096\n2\n9\n1\na 0 1\n"], ["a text", "a 1 2\nf 1\n"], ["a NUL", "a 1 2\0\n"],
    ["a page", "<html><script>alert(1)</script>"], ["mtrace's", "= Start\n@ ./a:[0x1] + 0x2 0x3\n= End\n"]])
    await same(what, text(words));
for (const length of [1, 7, 40, 100, 5000, whole.length - 1])
    await same(`a trace of which ${length} bytes are there`, whole.subarray(0, length));
for (const place of [0, 9, 40, 60, 300, 9000, whole.length - 20]) {
    const damaged = whole.slice();
    damaged[place] ^= 0x10;
    await same(`a trace whose byte ${place} is wrong`, damaged);
}
assert.match(await sentence(text("PK\x03\x04xxxxxxxx")), /zip|packed|not a workload/);

// What an infinite heap cannot count is a sentence, and a heap with an end goes on.
const huge = await Trace.read(module, "huge", text("a 1 9223372036854770000\na 2 9000\n"));
const endless = await Heap.create(module, huge, { policy: "first", merge: false, heapBytes: 0 });
assert.throws(() => endless.run(2), (error) => error instanceof Refusal && /2\^63/.test(error.message));
const small = await Heap.create(module, huge, { policy: "first", merge: false, heapBytes: 4096 });
assert.strictEqual(small.run(2).firstFailure, 0);
await assert.rejects(Heap.create(module, huge, { policy: "first", merge: false, heapBytes: 3 }), /3 bytes is out of range/);
await assert.rejects(Trace.read(module, "long", { length: 500 * 2 ** 20 }), /has 500 MiB/);
rmSync(work, { recursive: true });

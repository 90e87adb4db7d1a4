// exact_test.mjs - for one shipped trace, the lab's heaps are the tool's: every policy, in an infinite heap and in a small one.
//
// Usage:  node exact_test.mjs HEAPBENCH LAB.WASM TRACE
//
// Prints the table of equality, a line each; exit 1 where a figure differs.

import assert from "node:assert";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { compile, Heap, POLICIES, REASONS, Trace } from "../../../plots/lab/engine.mjs";

const [heapbench, wasm, file] = process.argv.slice(2);
const module = await compile(readFileSync(wasm));
const trace = await Trace.read(module, basename(file), readFileSync(file));

function tool(options) {
    const merge = options.merge ? ["--merge"] : [];
    return JSON.parse(execFileSync(heapbench, ["model", file, "--policy", options.policy, ...merge, "--heap", String(options.heapBytes), "--json"]));
}

// What the lab has of a whole run, by the tool's names; integers beyond 2^53 would not be exact, and none is near.
function lab(heap) {
    const f = heap.figures(), s = heap.inspect();
    return { ops: f.ops, walks: f.walks, walk_total: f.walkTotal, walk_max: f.walkMax, walk_allocated: f.walkAllocated, failures: f.failures,
        first_failure: f.firstFailure, failure_reason: REASONS[f.failureReason] || null, high_water_bytes: f.highWaterBytes,
        peak_live_bytes: f.peakLiveBytes, live_bytes: f.liveBytes, ranges: s.ranges, free_ranges: s.freeRanges, free_bytes: s.freeBytes,
        largest_free_bytes: s.largestFreeBytes };
}

async function compare(options) {
    const heap = await Heap.create(module, trace, options), expected = tool(options);
    heap.run(trace.ops);
    const figures = lab(heap);
    for (const name of Object.keys(figures))
        assert.ok(Number.isSafeInteger(figures[name]) || figures[name] === null || name === "failure_reason", name);
    assert.deepStrictEqual(figures, Object.fromEntries(Object.keys(figures).map((name) => [name, expected[name]])));
    console.log(`${trace.name} ${options.policy}${options.merge ? " merging" : ""}, heap ${options.heapBytes || "infinite"}: walk_total ${figures.walk_total}, ` +
        `high_water ${figures.high_water_bytes}, first_failure ${figures.first_failure} ${figures.failure_reason ?? ""} ==`);
    return heap;
}

// The figures of a moment, without those of the last run and of what came after it.
function ofMoment({ begin, beginAt, why, op, runWalkMax, stopped, ...figures }) {
    return figures;
}

// Any moment, come to by way of others, is the moment; looking ahead sees what will be, and changes nothing.
async function wander(heap, options) {
    for (const part of [0.9, 0.1, 0.50001, 0, 1]) {
        const at = Math.floor(trace.ops * part), plain = await Heap.create(module, trace, options, null);
        plain.run(at);
        heap.seek(at);
        const peek = heap.peek();
        assert.deepStrictEqual(ofMoment(heap.figures()), ofMoment(plain.figures()));
        assert.deepStrictEqual(heap.inspect(), plain.inspect());
        assert.deepStrictEqual(heap.list(0, 2 ** 62), plain.list(0, 2 ** 62));
        if (at < trace.ops)
            assert.deepStrictEqual(ofMoment(peek), ofMoment(plain.run(at + 1)));
    }
}

for (const policy of POLICIES)
    for (const merge of [false, true])
        for (const heapBytes of [0, Math.ceil(trace.peakLiveBytes * 1.05)]) {
            const options = { policy, merge, heapBytes }, heap = await compare(options);
            if (policy === "next")
                await wander(heap, options);
        }

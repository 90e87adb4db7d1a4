// words.mjs - numbers and what happened, in words.

import { REASONS, RECORD_BYTES } from "./engine.mjs";

const ENDLESS = 2 ** 60; // of the tail of an infinite heap there is as much as can be counted

export function count(n) {
    return String(Math.round(n)).replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
}

export function counted(n, noun) {
    return `${count(n)} ${noun}${n === 1 ? "" : "s"}`;
}

export function bytes(n) {
    if (n < 10240)
        return counted(n, "byte");
    if (n >= ENDLESS)
        return "no end";
    const power = Math.min(4, Math.floor(Math.log2(n) / 10)), value = n / 2 ** (10 * power);
    return `${value.toPrecision(value < 1000 ? 3 : 4)} ${["", "KiB", "MiB", "GiB", "TiB"][power]}`;
}

export function hex(n) {
    return "0x" + n.toString(16);
}

function percent(part, whole) {
    return whole > 0 ? `${(100 * part / whole).toPrecision(part >= whole ? 3 : 2)} %` : "";
}

export function call(op) {
    switch (op.kind) {
    case "free": return `free(object ${count(op.object)})`;
    case "realloc": return `realloc(object ${count(op.object)}, ${count(op.size)})`;
    case "aligned": return `aligned_alloc(${op.alignment}, ${count(op.size)})`;
    default: return `${op.kind}(${count(op.size)})`;
    }
}

// Why there was no room: as the tool names it, and what it means here.
export function reason(why) {
    const isClose = bytes(why.need) === bytes(why.largestRunBytes) || bytes(why.need) === bytes(why.freeBytes);
    const show = (n) => (isClose ? counted(n, "byte") : bytes(n)), need = show(why.need), free = show(why.freeBytes), run = show(why.largestRunBytes);
    switch (REASONS[why.reason]) {
    case "full": return `full: ${need} are needed and only ${free} are free`;
    case "unmerged": return `unmerged: ${need} are needed, and ${run} lie free side by side, but as ranges that were never joined. Merging would have served it`;
    case "scattered": return `scattered: ${free} are free, enough for ${need}, but no more than ${run} of it in one place`;
    default: return "no room";
    }
}

function place(figures, merge, op) {
    if (op.kind === "free")
        return figures.walked ? "" : merge ? "gives its range back, joined with free neighbours" : "flips one bit";
    if (op.size === 0)
        return "asks for nothing";
    return figures.walked ? "" : "stays where it is";
}

// What an operation did, its figures taken after it. `will`: it is still to come.
export function happened(figures, op, options, why, will = false) {
    const head = `${will ? "Next, operation" : "Operation"} ${count(op.index)}: ${call(op)}`;
    if (!figures.walked)
        return figures.failed ? `${head} ${will ? "will get" : "got"} NULL` : `${head} ${place(figures, options.merge, op)}`;
    const walk = `needs ${bytes(op.size + RECORD_BYTES)} and ${will ? "will examine" : "examined"} ${counted(figures.walkLength, "record")}`;
    if (figures.failed)
        return `${head} ${walk}, then ${will ? "get" : "got"} NULL${why ? `. It is ${reason(why)}` : ""}.`;
    return `${head} ${walk}: object ${count(figures.object)} at ${hex(figures.placedAt + RECORD_BYTES)}`;
}

// How a whole run went.
export function fate(figures, why, trace) {
    if (figures.firstFailure === null)
        return `All ${counted(trace.ops, "operation")} done. The heap reaches ${bytes(figures.highWaterBytes)}, ` +
            `${(figures.highWaterBytes / Math.max(1, figures.peakLiveBytes)).toFixed(2)} times the most that was live.`;
    const others = figures.failures > 1 ? ` ${counted(figures.failures - 1, "more failure")} after it.` : "";
    return `Fails at operation ${count(figures.firstFailure)} of ${count(trace.ops)} (${percent(figures.firstFailure, trace.ops)}): ` +
        `${why ? reason(why) : REASONS[figures.failureReason]}.${others}`;
}

// What a range is, for whoever points at it; `before` and `after` are its neighbours or undefined.
export function describeRange(range, before, after, trace, options, at) {
    const where = `${hex(range.offset)}, ${bytes(range.length)}`;
    return range.allocated ? describeObject(range, before, after, trace, where) : describeHole(range, before, after, options, at, where);
}

function describeObject(range, before, after, trace, where) {
    const birth = trace.birthOf(range.object), end = trace.endOf(range.object);
    const lines = [`Object ${count(range.object)}: ${bytes(range.size)} asked for, in a range at ${where}`,
        `Born at operation ${count(birth)}${birth === range.since ? "" : `, here since operation ${count(range.since)}`}; ${end === null ? "never freed" : `freed at operation ${count(end)}`}`];
    const slack = range.length - range.size - RECORD_BYTES;
    if (slack > 0)
        lines.push(`${bytes(slack)} of it are slack: too little to be a range of its own`);
    const holes = [before, after].filter((r) => r && !r.allocated);
    if (holes.length === 2)
        lines.push(`It pins two holes apart, ${bytes(before.length)} and ${bytes(after.length)}`);
    return lines;
}

function describeHole(range, before, after, options, at, where) {
    if (range.neverUsed)
        return [`Never used, from ${hex(range.offset)} on: ${bytes(range.length)}`];
    const lines = [`A hole at ${where}`, `Like this for ${counted(Math.max(0, at - 1 - range.since), "operation")}, since operation ${count(range.since)}`];
    const free = [before, after].filter((r) => r && !r.allocated && !r.neverUsed), live = [before, after].filter((r) => r && r.allocated);
    if (free.length > 0) {
        const joined = free.reduce((sum, r) => sum + r.length, range.length);
        lines.push(options.merge ? "" : `Merging would join it with ${free.length === 1 ? "its free neighbour" : "both its neighbours"}: ${bytes(joined)}`);
    }
    if (live.length > 0)
        lines.push(`Pinned by object${live.length > 1 ? "s" : ""} ${live.map((r) => count(r.object)).join(" and ")}`);
    return lines.filter((line) => line !== "");
}

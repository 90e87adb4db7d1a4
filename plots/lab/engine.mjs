// engine.mjs - traces and heaps of the exact model, computed by the WebAssembly module; knows nothing of a page.
//
// A trace is one instance of the module and each heap another. A heap's whole state is its instance's memory, so a copy
// of that memory is a moment to come back to: some are kept on the way, and any other moment is a short run from one.

export const POLICIES = ["first", "next", "best"];
export const REASONS = ["", "full", "unmerged", "scattered"];
const KINDS = ["malloc", "free", "calloc", "realloc", "aligned"];
export const RECORD_BYTES = 8;
export const MOST_FILE_BYTES = 256 * 2 ** 20;
export const STOP = { failure: 1, split: 2, walk: 4 };

const STATUS_OK = 0, STATUS_LIMIT = 4;
const WINDOW_OPS = 4096, OP_BYTES = 16, MOST_LISTED = 4096, LISTED_BYTES = 40;
const MOMENTS_BYTES = 128 * 2 ** 20, LEAST_STRIDE = 1 << 15, MOST_MOMENTS = 24;
const NEVER = 0xffffffff;

const FIGURES = ["ops", "walks", "walkTotal", "walkMax", "walkAllocated", "failures", "firstFailure", "failureReason",
    "liveBytes", "liveObjects", "peakLiveBytes", "highWaterBytes",
    "ranges", "splits", "broken", "walkLength", "walked", "failed", "object", "placedAt", "stopped", "runWalkMax"];
const WHY = ["reason", "size", "need", "freeBytes", "largestRunBytes"];
const STATE = ["ranges", "freeRanges", "freeBytes", "largestFreeBytes", "largestRunBytes", "allocatedRangeBytes",
    "highWaterBytes", "headerBytes"];
const FACTS = ["ops", "objects", "peakLiveBytes", "suggestedHeapBytes", "threads", "dropped"];

// A sentence for whoever reads the page; anything else that is thrown is a mistake of ours.
export class Refusal extends Error {}

export function tooLong(name, bytes) {
    return `${name} has ${Math.round(bytes / 2 ** 20)} MiB, and a page can take ${MOST_FILE_BYTES / 2 ** 20}. If it is text, 'heapbench import' ` +
        "makes a trace of it, which is far shorter; 'heapbench model' takes traces of any length.";
}

export function canRun() {
    return typeof WebAssembly === "object" && typeof BigUint64Array === "function";
}

export async function compile(bytes) {
    if (!canRun())
        throw new Refusal("This browser has no WebAssembly, which computes the heaps here. Any browser since 2020 has it.");
    return WebAssembly.compile(bytes);
}

async function instantiate(module) {
    const nothing = () => 8; // EBADF: the C library's streams, which nobody writes to
    const imports = { fd_close: nothing, fd_seek: nothing, fd_write: nothing };
    const instance = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: imports });
    instance.exports._initialize();
    return instance.exports;
}

function textAt(exports, pointer) {
    const bytes = new Uint8Array(exports.memory.buffer, pointer);
    return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
}

// Integers of 64 bits by name; exact up to 2^53, and "none at all" where all bits are set.
function integersAt(exports, pointer, names) {
    const values = new BigUint64Array(exports.memory.buffer, pointer, names.length), out = {};
    names.forEach((name, i) => { out[name] = values[i] === 0xffffffffffffffffn ? null : Number(values[i]); });
    return out;
}

export class Trace {
    // Reads `bytes`, a Uint8Array in any format that heapbench reads; a Refusal says what is wrong, and where.
    static async read(module, name, bytes) {
        if (bytes.length > MOST_FILE_BYTES)
            throw new Refusal(tooLong(name, bytes.length));
        const trace = new Trace(await instantiate(module), name);
        trace.#load(bytes);
        return trace;
    }

    constructor(exports, name) {
        this.exports = exports;
        this.name = name;
    }

    #load(bytes) {
        const e = this.exports, name = new TextEncoder().encode(this.name);
        const nameAt = e.lab_name_room(name.length);
        if (nameAt !== 0)
            new Uint8Array(e.memory.buffer, nameAt, name.length).set(name);
        const at = e.lab_room(bytes.length);
        if (nameAt === 0 || at === 0)
            throw new Refusal(`${this.name}: there is not enough memory in this tab`);
        new Uint8Array(e.memory.buffer, at, bytes.length).set(bytes);
        if (e.lab_read() !== STATUS_OK)
            throw new Refusal(textAt(e, e.lab_error()));
        const facts = new Float64Array(e.memory.buffer, e.lab_facts(), FACTS.length);
        FACTS.forEach((fact, i) => { this[fact] = facts[i]; });
        this.command = textAt(e, e.lab_command());
        this.opsAt = e.lab_ops();
        this.birthsAt = e.lab_births();
        this.endsAt = e.lab_ends();
    }

    op(index) {
        const view = new DataView(this.exports.memory.buffer, this.opsAt + index * OP_BYTES, OP_BYTES);
        return { index, size: Number(view.getBigUint64(0, true)), object: view.getUint32(8, true),
            thread: view.getUint16(12, true), kind: KINDS[view.getUint8(14)], alignment: 2 ** view.getUint8(15) };
    }

    birthOf(object) {
        return new DataView(this.exports.memory.buffer).getUint32(this.birthsAt + 4 * object, true);
    }

    // The operation that frees the object; null where none does.
    endOf(object) {
        const end = new DataView(this.exports.memory.buffer).getUint32(this.endsAt + 4 * object, true);
        return end === this.ops ? null : end;
    }

    opBytes(from, count) {
        return new Uint8Array(this.exports.memory.buffer, this.opsAt + from * OP_BYTES, count * OP_BYTES);
    }
}

export class Heap {
    // options: policy (of POLICIES), merge, heapBytes (0: infinite). `moments`: those of another heap of the same trace and
    // options, kept by both; null: none are kept.
    static async create(module, trace, options, moments = []) {
        const heap = new Heap(await instantiate(module), trace, options, moments);
        if (heap.exports.lab_heap(POLICIES.indexOf(options.policy), options.merge, options.heapBytes, trace.objects) !== STATUS_OK)
            throw new Refusal(textAt(heap.exports, heap.exports.lab_heap_error()));
        if (moments !== null && moments.length === 0)
            heap.#keepMoment();
        return heap;
    }

    constructor(exports, trace, options, moments) {
        this.exports = exports;
        this.trace = trace;
        this.options = options;
        this.at = 0; // operations done
        this.moments = moments;
        this.stride = Math.max(LEAST_STRIDE, Math.ceil(trace.ops / MOST_MOMENTS));
        this.recentWalkMax = 0; // the page sets it to 0
    }

    #memory() {
        return new Uint8Array(this.exports.memory.buffer, 0, this.exports.lab_end());
    }

    // Every second one goes where they become too many, and the others come half as often from then on; the array stays the
    // same, for whoever shares it.
    #keepMoment() {
        const moments = this.moments, bytes = moments.reduce((sum, m) => sum + m.memory.length, 0);
        if (bytes + this.exports.lab_end() > MOMENTS_BYTES && moments.length > 4)
            moments.splice(0, moments.length, ...moments.filter((_, i) => i % 2 === 0));
        if (moments.length < 2 || this.at % moments[1].at === 0)
            moments.push({ at: this.at, memory: this.#memory().slice() });
    }

    // A copy in a place that is used again: to make that much memory anew takes longer than to copy it.
    #copyAside() {
        const memory = this.#memory();
        if (this.aside === undefined || this.aside.length < memory.length)
            this.aside = new Uint8Array(memory.length + (memory.length >> 2));
        this.aside.set(memory);
        return this.aside.subarray(0, memory.length);
    }

    #goBack(moment) {
        const memory = this.exports.memory, missing = moment.memory.length - memory.buffer.byteLength;
        if (missing > 0)
            memory.grow(Math.ceil(missing / 65536));
        new Uint8Array(memory.buffer, 0, moment.memory.length).set(moment.memory);
        this.at = moment.at;
    }

    #runWindow(to, stops, walkAtLeast, keep = this.moments !== null) {
        const count = Math.min(WINDOW_OPS, to - this.at, this.stride - (this.at % this.stride));
        const window = new Uint8Array(this.exports.memory.buffer, this.exports.lab_window(), count * OP_BYTES);
        window.set(this.trace.opBytes(this.at, count));
        this.at += this.exports.lab_run(count, stops, walkAtLeast);
        if (keep && this.at % this.stride === 0 && this.at > this.moments[this.moments.length - 1].at)
            this.#keepMoment();
    }

    #checkBroken() {
        const figures = this.figures();
        this.recentWalkMax = Math.max(this.recentWalkMax, figures.runWalkMax);
        if (figures.broken === STATUS_OK)
            return figures;
        throw new Refusal(figures.broken === STATUS_LIMIT
            ? `Operation ${figures.ops - 1}: a block would lie beyond 2^63 bytes, further than an infinite heap can be counted. A heap with an end works.`
            : "There is not enough memory in this tab for a heap of so many ranges.");
    }

    // Does operations until `to` are done or one of `stops` holds; returns the figures.
    run(to, stops = 0, walkAtLeast = 0) {
        let stopped = 0, figures = null;
        while (this.at < to && stopped === 0) {
            this.#runWindow(to, stops, walkAtLeast);
            figures = this.#checkBroken();
            stopped = figures.stopped;
        }
        return figures ?? this.figures();
    }

    // The same for as long as `milliseconds` allow; true when it is done.
    runFor(milliseconds, to, stops = 0, walkAtLeast = 0) {
        const end = performance.now() + milliseconds;
        let figures = null;
        while (this.at < to && performance.now() < end) {
            this.#runWindow(to, stops, walkAtLeast);
            figures = this.#checkBroken();
            if (figures.stopped !== 0)
                return true;
        }
        return this.at >= to;
    }

    #nearest(at) {
        return this.moments.findLast((m) => m.at <= at);
    }

    // The heap after `at` operations, whatever was done before.
    seek(at) {
        this.approach(at);
        return this.run(at);
    }

    // Goes back to the nearest moment kept, so that runFor can do the rest.
    approach(at) {
        const moment = this.#nearest(at);
        if (at < this.at || moment.at > this.at)
            this.#goBack(moment);
    }

    // What the next operation will do, the heap left as it is: its figures, and where its walk begins. Null at the end.
    peek() {
        if (this.at >= this.trace.ops)
            return null;
        const moment = { at: this.at, memory: this.#copyAside() };
        const rover = this.rover();
        this.#runWindow(this.at + 1, 0, 0, false);
        const figures = this.figures(), why = figures.failed ? this.why() : null;
        this.#goBack(moment);
        return { ...figures, ...rover, why, op: this.trace.op(this.at) };
    }

    figures() {
        return integersAt(this.exports, this.exports.lab_figures(), FIGURES);
    }

    // Why the last operation failed.
    why() {
        return integersAt(this.exports, this.exports.lab_why(), WHY);
    }

    // Where next fit begins its walk: how many ranges lie before it, and its address. 0 and 0 with the others.
    rover() {
        return { begin: this.exports.lab_rover(), beginAt: this.exports.lab_rover_at() };
    }

    inspect() {
        return integersAt(this.exports, this.exports.lab_inspect(), STATE);
    }

    // The ranges between two addresses, in order; null when there are more than `most`.
    list(from, to, most = MOST_LISTED) {
        const count = this.exports.lab_list(from, to, most);
        return count > most ? null : this.#listed(count);
    }

    #listed(count) {
        const base = this.exports.lab_listed(), view = new DataView(this.exports.memory.buffer);
        return Array.from({ length: count }, (_, i) => {
            const at = base + i * LISTED_BYTES, object = view.getUint32(at + 24, true);
            return { offset: view.getFloat64(at, true), length: view.getFloat64(at + 8, true), size: view.getFloat64(at + 16, true),
                object: object === NEVER ? null : object, since: view.getUint32(at + 28, true),
                allocated: view.getUint32(at + 32, true) !== 0, index: view.getUint32(at + 36, true) };
        });
    }

    // What the last column saw below the high-water mark.
    below() {
        return integersAt(this.exports, this.exports.lab_below(), STATE);
    }

    // How much of each of `rows` pieces of `bucket` bytes is allocated, 0 to 1. Valid until the next call.
    column(from, bucket, rows) {
        return new Float32Array(this.exports.memory.buffer, this.exports.lab_column(from, bucket, rows), rows);
    }
}

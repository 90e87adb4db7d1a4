// survey.mjs - a heap's course over many operations: one column of the map and one point of each curve after another.

const SLICE_MS = 14, DRAW_MS = 150; // drawing what is there so far costs as much as some slices

// Lets the browser draw and take input.
export function breathe() {
    return new Promise((resolve) => { setTimeout(resolve, 0); });
}

// Runs `heap` on to `to` in slices; false when `isStale` says that nobody waits any more.
export async function runTo(heap, to, isStale, stops = 0, walkAtLeast = 0) {
    heap.approach(to);
    while (!heap.runFor(SLICE_MS, to, stops, walkAtLeast)) {
        await breathe();
        if (isStale())
            return false;
    }
    return true;
}

export class Survey {
    // Operations `from` to `to` in `columns`, addresses `low` to `high` in `rows`; `grows`: the addresses follow the heap.
    constructor(from, to, columns, rows, low, high, grows) {
        this.from = from;
        this.to = to;
        this.columns = Math.max(1, Math.min(columns, to - from));
        this.rows = rows;
        this.low = low;
        this.bucket = Math.max((high - low) / rows, 1 / 64);
        this.grows = grows;
        this.done = 0; // columns
        this.pixels = new Float32Array(this.columns * rows);
        for (const name of ["ops", "live", "extent", "free", "largest", "walkMean", "walkMax", "failures"])
            this[name] = new Float64Array(this.columns);
    }

    get high() {
        return this.low + this.bucket * this.rows;
    }

    // The operations done at the end of a column.
    endOf(column) {
        return this.from + Math.round((this.to - this.from) * (column + 1) / this.columns);
    }

    // Twice the addresses in as many rows.
    #halve() {
        const half = Math.ceil(this.rows / 2), old = this.pixels.slice();
        for (let c = 0; c < this.done; c++)
            for (let r = 0, at = c * this.rows; r < this.rows; r++)
                this.pixels[at + r] = r < half ? (old[at + 2 * r] + (2 * r + 1 < this.rows ? old[at + 2 * r + 1] : 0)) / 2 : 0;
        this.bucket *= 2;
    }

    #sample(heap, before, figures) {
        const c = this.done, walks = figures.walks - before.walks;
        while (this.grows && figures.highWaterBytes > this.high)
            this.#halve();
        this.pixels.set(heap.column(this.low, this.bucket, this.rows), c * this.rows);
        const below = heap.below();
        this.ops[c] = heap.at;
        this.live[c] = figures.liveBytes;
        this.extent[c] = figures.highWaterBytes;
        this.free[c] = below.freeBytes;
        this.largest[c] = below.largestFreeBytes;
        this.walkMean[c] = walks > 0 ? (figures.walkTotal - before.walkTotal) / walks : NaN;
        this.walkMax[c] = walks > 0 ? heap.recentWalkMax : NaN;
        this.failures[c] = figures.failures - before.failures;
        this.done = c + 1;
    }

    // Fills the columns; `drawn` is called now and then. False when it became stale.
    async run(heap, isStale, drawn) {
        if (!await runTo(heap, this.from, isStale))
            return false;
        let before = heap.figures(), last = performance.now(), drawnAt = last;
        while (this.done < this.columns) {
            const end = this.endOf(this.done);
            heap.recentWalkMax = 0;
            while (!heap.runFor(SLICE_MS, end)) {
                await breathe();
                if (isStale())
                    return false;
            }
            const figures = heap.figures();
            this.#sample(heap, before, figures);
            before = figures;
            if (performance.now() - last > SLICE_MS) {
                if (performance.now() - drawnAt > DRAW_MS) {
                    drawn();
                    drawnAt = performance.now();
                }
                await breathe();
                last = performance.now();
                if (isStale())
                    return false;
            }
        }
        drawn();
        return true;
    }
}

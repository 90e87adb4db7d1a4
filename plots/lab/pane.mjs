// pane.mjs - one heap: its policy and size, the strip at the moment, the map, the curves, and how far the program comes.

import { Heap, Refusal, STOP } from "./engine.mjs";
import { Curves } from "./curves.mjs";
import { drawMap, drawStrip, imageOfSurvey, lookAtStrip, rangeAt } from "./picture.mjs";
import { listenToStrip, MapGestures } from "./gestures.mjs";
import { breathe, runTo, Survey } from "./survey.mjs";
import { bytes, counted, count, describeRange, fate, happened, hex } from "./words.mjs";

const SLIDER_STEPS = 1000;
const MOST_MAP_COLUMNS = 1000, MAP_ROWS = 512;
const ANIMATED_RECORDS = 60;
const NOTHING = "Point at a range to see what it is.", TOO_MANY = "Too many ranges to point at one: zoom in here, by wheel, double click or +.";

export class Pane {
    // `app`: module, trace, view, at, colours, and what is told to it: setMoment, setView, changed, refuse.
    constructor(app, root, settings, name) {
        this.app = app;
        this.root = root;
        this.name = name;
        this.settings = settings; // policy, merge, heapBytes (null: as the trace suggests, else infinite)
        this.generation = 0;      // of heaps: what runs for an older one is stale
        this.momentTurn = 0;
        this.probeTurn = 0;
        this.full = this.zoomed = this.image = this.look = this.walk = this.lastWalk = this.selected = this.heap = null;
        this.find();
        this.listen();
    }

    find() {
        const one = (name) => this.root.querySelector(name);
        this.policy = one(".policy");
        this.merge = one(".merge");
        this.slider = one(".heap-size");
        this.sizeText = one(".heap-text");
        this.fate = one(".fate");
        this.reach = one(".reach i");
        this.strip = one(".strip");
        this.map = one(".map");
        this.now = one(".now");
        this.next = one(".next");
        this.facts = one(".facts");
        this.point = one(".point");
        this.mapPoint = one(".map-point");
        this.mapScale = [".map-high", ".map-middle", ".map-low"].map(one);
        this.curves = new Curves(this.root, (op) => this.app.setMoment(Math.round(op)));
        one("h2").textContent = this.name;
    }

    listen() {
        this.policy.addEventListener("change", () => this.change({ policy: this.policy.value }));
        this.merge.addEventListener("change", () => this.change({ merge: this.merge.checked }));
        this.slider.addEventListener("input", () => this.probe(this.sliderBytes()));
        this.slider.addEventListener("change", () => this.change({ heapBytes: this.sliderBytes() }));
        this.strip.addEventListener("pointermove", (e) => this.pointStrip(e));
        this.strip.addEventListener("pointerdown", (e) => this.pointStrip(e));
        this.strip.addEventListener("pointerleave", () => this.select(null));
        this.strip.addEventListener("keydown", (e) => this.keyStrip(e));
        this.gestures = new MapGestures(this.map, this.app, (op, address) => this.hoverMap(op, address));
        listenToStrip(this.strip, this.app);
    }

    // -- what heap it is --

    get heapBytes() {
        const trace = this.app.trace, suggested = trace.suggestedHeapBytes;
        if (this.settings.heapBytes !== null)
            return this.settings.heapBytes;
        return suggested >= trace.peakLiveBytes ? suggested : 0;
    }

    get options() {
        return { policy: this.settings.policy, merge: this.settings.merge, heapBytes: this.heapBytes };
    }

    change(settings) {
        Object.assign(this.settings, settings);
        this.app.changed(this);
    }

    showSettings() {
        this.policy.value = this.settings.policy;
        this.merge.checked = this.settings.merge;
        this.slider.value = String(this.sliderPosition(this.heapBytes));
        this.tellSize(this.heapBytes);
    }

    tellSize(heapBytes) {
        const text = heapBytes === 0 ? "infinite" : bytes(heapBytes);
        this.sizeText.textContent = text;
        this.slider.setAttribute("aria-valuetext", text);
    }

    // From an eighth of the most bytes live to four times it, a logarithm; at the right end infinite.
    sliderRange() {
        const peak = Math.max(64, this.app.trace.peakLiveBytes);
        return { least: Math.max(16, peak / 8), most: Math.max(peak * 4, 4096) };
    }

    sliderBytes() {
        const { least, most } = this.sliderRange(), position = Number(this.slider.value);
        return position >= SLIDER_STEPS ? 0 : Math.round(least * (most / least) ** (position / (SLIDER_STEPS - 1)));
    }

    sliderPosition(heapBytes) {
        const { least, most } = this.sliderRange();
        if (heapBytes === 0)
            return SLIDER_STEPS;
        return Math.round((SLIDER_STEPS - 1) * Math.min(1, Math.max(0, Math.log(heapBytes / least) / Math.log(most / least))));
    }

    // -- the whole course --

    // A new trace or new settings: everything anew. Resolves when the course is drawn to its end.
    async begin() {
        const generation = ++this.generation, isStale = () => generation !== this.generation;
        this.heap = this.full = this.zoomed = this.image = this.look = this.walk = this.lastWalk = this.selected = null;
        this.extent = 0;
        this.showSettings();
        this.fate.textContent = "Computing …";
        const runner = await Heap.create(this.app.module, this.app.trace, this.options);
        const heap = await Heap.create(this.app.module, this.app.trace, this.options, runner.moments);
        if (isStale())
            return;
        this.heap = heap;
        this.runner = runner;
        const survey = new Survey(0, this.app.trace.ops, this.columns(), MAP_ROWS, 0, this.firstHigh(), true);
        this.full = survey;
        const done = await survey.run(runner, isStale, () => this.drawn(survey));
        if (!done)
            return;
        await this.tellFate(runner, isStale);
        if (this.app.isZoomed() && !isStale())
            await this.zoom();
    }

    // It is no longer on the page.
    leave() {
        this.generation++;
        this.heap = null;
    }

    columns() {
        return Math.min(MOST_MAP_COLUMNS, Math.max(100, Math.round(this.map.getBoundingClientRect().width)));
    }

    firstHigh() {
        return Math.max(256, this.app.trace.peakLiveBytes);
    }

    drawn(survey) {
        this.extent = survey.extent[survey.done - 1];
        this.image = imageOfSurvey(survey, this.app.colours);
        this.imageOf = survey;
        this.app.grown();
    }

    async tellFate(runner, isStale) {
        const figures = runner.figures();
        let why = null;
        if (figures.firstFailure !== null && await runTo(runner, figures.firstFailure + 1, isStale))
            why = runner.why();
        if (isStale())
            return;
        this.figures = figures;
        this.showFate(figures, why);
    }

    showFate(figures, why) {
        const trace = this.app.trace, failed = figures.firstFailure !== null;
        this.fate.textContent = fate(figures, why, trace);
        this.root.classList.toggle("fails", failed);
        this.reach.style.width = `${100 * (failed ? figures.firstFailure : trace.ops) / Math.max(1, trace.ops)}%`;
    }

    // How far the program would come in another heap, while the slider is dragged.
    async probe(heapBytes) {
        const turn = ++this.probeTurn, generation = this.generation;
        const isStale = () => turn !== this.probeTurn || generation !== this.generation;
        this.tellSize(heapBytes);
        await breathe();
        if (isStale())
            return;
        try {
            const heap = await Heap.create(this.app.module, this.app.trace, { ...this.options, heapBytes }, null);
            while (!heap.runFor(14, this.app.trace.ops, STOP.failure)) {
                this.reach.style.width = `${100 * heap.at / this.app.trace.ops}%`;
                await breathe();
                if (isStale())
                    return;
            }
            const figures = heap.figures();
            this.showFate(figures, figures.firstFailure === null ? null : heap.why());
        } catch (error) {
            this.app.refuse(error);
        }
    }

    // The view has changed: its picture is computed for it, and until then stretched.
    async zoom() {
        const survey = this.zoomed, view = this.app.view, generation = this.generation;
        if (this.heap === null || this.runner === undefined)
            return;
        if (survey !== null && survey.from === view.from && survey.to === view.to && survey.low === view.low && survey.wanted === view.high)
            return;
        const next = new Survey(view.from, view.to, this.columns(), Math.min(MAP_ROWS, 400), view.low, view.high, false);
        next.wanted = view.high;
        this.zoomed = next;
        const isStale = () => generation !== this.generation || this.zoomed !== next;
        try {
            await next.run(this.runner, isStale, () => {
                this.image = imageOfSurvey(next, this.app.colours);
                this.imageOf = next;
                this.draw();
            });
        } catch (error) {
            this.app.refuse(error);
        }
    }

    unzoom() {
        this.zoomed = null;
        if (this.full !== null && this.full.done > 0) {
            this.image = imageOfSurvey(this.full, this.app.colours);
            this.imageOf = this.full;
        }
    }

    // -- the moment --

    // Shows the heap after app.at operations; what is asked for later wins.
    async showMoment(animated) {
        const heap = this.heap, turn = ++this.momentTurn, at = this.app.at;
        const isStale = () => turn !== this.momentTurn || heap !== this.heap;
        if (heap === null || !await runTo(heap, at, isStale) || isStale())
            return;
        const last = heap.figures(), op = at > 0 ? this.app.trace.op(at - 1) : null;
        const why = last.failed && op !== null ? heap.why() : null;
        const peek = heap.peek();
        this.lookAgain();
        this.lastWalk = last.walked === 1 && at > 0 ? this.walkOf(last, this.roverBefore(heap), false) : null;
        this.walk = peek !== null && peek.walked === 1 ? this.walkOf(peek, { ...peek, ranges: last.ranges }, true) : this.lastWalk;
        this.tell(last, op, why, peek);
        this.curves.move(at);
        this.drawMap();
        if (animated && this.walk !== null && this.walk.length <= ANIMATED_RECORDS)
            await this.animate(isStale);
        else
            this.drawStrip();
    }

    lookAgain() {
        const view = this.app.view, width = this.strip.getBoundingClientRect().width;
        this.width = width;
        this.look = lookAtStrip(this.heap, view.low, view.high, width);
        this.selected = null;
        this.point.replaceChildren(this.look.ranges === null ? TOO_MANY : NOTHING);
    }

    // A walk to be drawn: `figures` after it, and where it began.
    walkOf(figures, rover, isNext) {
        return { length: figures.walkLength, begin: rover.begin, beginAt: rover.beginAt, failed: figures.failed === 1,
            takenAt: figures.failed ? null : figures.placedAt, all: rover.ranges, everything: this.settings.policy === "best",
            upto: figures.walkLength, isNext };
    }

    // Where the last operation's walk began: only next fit begins elsewhere than at the first record.
    roverBefore(heap) {
        if (this.settings.policy !== "next")
            return { begin: 0, beginAt: 0, ranges: Infinity };
        const at = heap.at, ranges = heap.seek(at - 1).ranges, rover = { ...heap.rover(), ranges };
        heap.seek(at);
        return rover;
    }

    tell(last, op, why, peek) {
        this.now.textContent = op === null ? "Nothing is done yet: the heap is one free range." : happened(last, op, this.settings, why);
        this.now.classList.toggle("failed", last.failed === 1 && op !== null);
        this.next.textContent = peek === null ? "That was the last operation." : happened(peek, peek.op, this.settings, peek.why, true);
        this.next.classList.toggle("failed", peek !== null && peek.failed === 1);
        this.facts.textContent = [counted(last.ranges, "range"), `${bytes(last.liveBytes)} live in ${counted(last.liveObjects, "object")}`,
            `extent ${bytes(last.highWaterBytes)}`].join(" · ");
    }

    async animate(isStale) {
        const pause = Math.min(120, 900 / this.walk.length);
        for (let upto = 1; upto <= this.walk.length; upto++) {
            this.walk.upto = upto;
            this.drawStrip();
            await new Promise((resolve) => { setTimeout(resolve, pause); });
            if (isStale())
                return;
        }
    }

    // -- drawing --

    drawStrip() {
        if (this.look !== null)
            drawStrip(this.strip, this.look, this.walk, this.selected === null ? null : this.selected.range, this.app.colours);
    }

    drawMap() {
        const { low, high } = this.app.view;
        const shown = (address) => (low > 0 ? hex(Math.round(address)) : address === 0 ? "0" : bytes(address).replace(/ bytes?$/, " B"));
        [high, (low + high) / 2, low].forEach((address, i) => { this.mapScale[i].textContent = shown(address); });
        if (this.full !== null)
            drawMap(this.map, this.imageOf, this.image, this.app.view, this.app.at, this.heapBytes, this.app.colours);
    }

    get course() {
        return this.zoomed !== null && this.zoomed.done > 0 ? this.zoomed : this.full;
    }

    // The top of what the curves show.
    tops() {
        const survey = this.course, top = { bytes: 0, walk: 0 };
        for (let c = 0; survey !== null && c < survey.done; c++) {
            top.bytes = Math.max(top.bytes, survey.extent[c]);
            top.walk = Math.max(top.walk, survey.walkMax[c] || 0);
        }
        return top;
    }

    draw() {
        this.drawMap();
        this.drawStrip();
        if (this.course !== null && this.course.done > 0)
            this.curves.draw(this.course, this.app.view, this.app.at, this.app.tops(), this.app.colours);
    }

    recolour() {
        if (this.imageOf)
            this.image = imageOfSurvey(this.imageOf, this.app.colours);
        this.draw();
    }

    resized() {
        if (this.strip.getBoundingClientRect().width === this.width) // what is said below a picture may take more lines
            return;
        if (this.heap !== null && this.look !== null)
            this.lookAgain();
        this.curves.resize();
        this.draw();
    }

    // -- pointing --

    pointStrip(event) {
        const box = this.strip.getBoundingClientRect();
        this.select(rangeAt(this.look, event.clientX - box.left, box.width));
    }

    select(found) {
        if (this.look === null || (found === null && this.selected === null))
            return;
        if (found !== null && this.selected !== null && found.index === this.selected.index)
            return;
        this.selected = found;
        this.point.replaceChildren(...(found === null ? [this.look.ranges === null ? TOO_MANY : NOTHING]
            : describeRange(found.range, found.before, found.after, this.app.trace, this.options, this.app.at).map((line) => {
                const p = document.createElement("span");
                p.textContent = line;
                return p;
            })));
        this.drawStrip();
    }

    keyStrip(event) {
        const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
        if (step === undefined || this.look === null || this.look.ranges === null)
            return;
        event.preventDefault();
        event.stopPropagation();
        const ranges = this.look.ranges, old = this.selected === null ? (step > 0 ? -1 : ranges.length) : this.selected.index;
        const index = Math.min(ranges.length - 1, Math.max(0, old + step));
        this.select({ range: ranges[index], before: ranges[index - 1], after: ranges[index + 1], index });
    }

    hoverMap(op, address) {
        const ops = this.app.trace?.ops ?? 0;
        this.mapPoint.textContent = op === null ? "" : `operation ${count(Math.min(ops, Math.max(0, op)))} of ${count(ops)}, address ${hex(Math.max(0, Math.round(address)))}`;
    }

    // -- looking ahead --

    // The moment after the next operation at which `stop` holds; null where there is none.
    async findNext(stop, isStale) {
        const figures = this.heap.seek(this.app.at), heap = await Heap.create(this.app.module, this.app.trace, this.options, this.heap.moments);
        const least = stop === STOP.walk ? Math.ceil(Math.max(1, figures.walkLength) * 1.1) : 0;
        if (!await runTo(heap, this.app.at, isStale) || !await this.runOn(heap, stop, least, isStale))
            return null;
        return (heap.figures().stopped & stop) !== 0 ? heap.at : null;
    }

    async runOn(heap, stop, least, isStale) {
        while (!heap.runFor(14, this.app.trace.ops, stop, least)) {
            await breathe();
            if (isStale())
                return false;
        }
        return true;
    }
}

export function isRefusal(error) {
    return error instanceof Refusal;
}

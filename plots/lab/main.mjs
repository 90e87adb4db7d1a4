// main.mjs - the page: the workload that is watched, the moment, the view, and one heap or two of them.

import { canRun, compile, MOST_FILE_BYTES, Refusal, STOP, tooLong, Trace } from "./engine.mjs";
import { Editor, EXAMPLE, writeListing } from "./editor.mjs";
import { Pane, isRefusal } from "./pane.mjs";
import { listenToPage } from "./input.mjs";
import { boundedView, zoomedView } from "./gestures.mjs";
import { palette } from "./picture.mjs";
import { readAddress, writeAddress } from "./address.mjs";
import { count, counted } from "./words.mjs";

const PLAY_SECONDS = 20, SLOW_OPS = 60, SLOW_MS = 900, MOST_LISTED_RANGES = 200;
const TYPED = "Type your own";

const byId = (id) => document.getElementById(id);

function fromBase64(text) {
    const binary = atob(text.trim()), out = new Uint8Array(binary.length);
    for (let i = 0; i < binary.length; i++)
        out[i] = binary.charCodeAt(i);
    return out;
}

class App {
    constructor() {
        this.trace = null;
        this.isTyped = true;
        this.at = 0;
        this.view = { from: 0, to: 1, low: 0, high: 256 };
        this.autoOps = this.autoAddresses = true;
        this.panes = [];
        this.sources = []; // of traces: name, element or bytes
        this.colours = palette();
        this.turn = 0;         // of what was asked for: what answers an older question is stale
        this.running = 0;      // courses
        this.wantsTyping = true;
    }

    // -- beginning --

    async start() {
        listenToPage(this);
        if (!canRun())
            return this.say("This browser has no WebAssembly, which computes the heaps on this page. Any browser since 2020 has it.", true);
        this.module = await compile(fromBase64(byId("module").textContent));
        for (const element of document.querySelectorAll("script[type='application/x-heapbench-trace']"))
            this.sources.push({ name: new TextDecoder().decode(fromBase64(element.dataset.name)), element });
        this.editor = new Editor(byId("typing"), this.module, (trace, at, text) => this.typed(trace, at, text), (at) => this.setMoment(at));
        await this.follow();
        return undefined;
    }

    // What the address says; the rest as a newcomer finds it.
    async follow() {
        const { state, nonsense } = readAddress(location.hash);
        this.wanted = state;
        this.setPanes(state.heap ?? { policy: "first", merge: false, heapBytes: null }, state.beside);
        const index = this.sources.findIndex((s) => s.name === state.trace);
        const missing = state.trace !== null && index < 0 ? `The address asks for the trace '${state.trace}', which is not on this page: drop it here. ` : "";
        this.say(missing + (nonsense.length > 0 ? `The address has ${nonsense.join(", ")} that mean${nonsense.length > 1 ? "" : "s"} nothing here; the rest of it is shown.` : ""));
        if (index >= 0)
            await this.choose(index);
        else
            await this.chooseTyping(state.text ?? EXAMPLE);
        if (missing !== "")
            this.say(missing);
    }

    setPanes(heap, beside) {
        byId("panes").replaceChildren();
        this.panes.forEach((pane) => pane.leave());
        this.panes = [this.addPane(heap, beside === null ? "Heap" : "Heap A")];
        if (beside !== null)
            this.panes.push(this.addPane(beside, "Heap B"));
        byId("panes").classList.toggle("two", beside !== null);
        byId("beside").textContent = beside === null ? "Second heap beside" : "One heap only";
        byId("beside").setAttribute("aria-pressed", String(beside !== null));
    }

    addPane(settings, name) {
        const root = byId("pane").content.firstElementChild.cloneNode(true);
        byId("panes").append(root);
        return new Pane(this, root, { ...settings }, name);
    }

    // -- workloads --

    showSources() {
        const box = byId("sources");
        box.replaceChildren();
        [{ name: TYPED }, ...this.sources].forEach((source, i) => {
            const button = document.createElement("button"), isChosen = i === 0 ? this.isTyped : !this.isTyped && this.source === source;
            button.type = "button";
            button.textContent = source.name;
            button.setAttribute("aria-pressed", String(isChosen));
            button.addEventListener("click", () => (i === 0 ? this.chooseTyping(this.editor.area.value || EXAMPLE) : this.choose(i - 1)));
            box.append(button);
        });
    }

    async chooseTyping(text) {
        this.turn++;
        this.wantsTyping = this.isTyped = true;
        byId("typing").hidden = false;
        await this.editor.set(text);
    }

    async typed(trace, at, text) {
        if (!this.wantsTyping)
            return;
        this.text = text;
        this.isTyped = true;
        await this.watch(trace, at);
    }

    async choose(index) {
        const source = this.sources[index], turn = ++this.turn;
        this.say(`Reading ${source.name} …`);
        this.wantsTyping = false;
        try {
            source.trace ??= await Trace.read(this.module, source.name, source.bytes ?? fromBase64(source.element.textContent));
            if (source.trace.ops === 0)
                throw new Refusal(`${source.name} holds no operations, so there is nothing to watch.`);
        } catch (error) {
            this.wantsTyping = this.isTyped; // all stays as it was
            return this.refuse(error);
        }
        if (turn !== this.turn)
            return undefined;
        this.say("");
        this.isTyped = false;
        this.source = source;
        byId("typing").hidden = true;
        await this.watch(source.trace, Math.round(source.trace.ops / 2));
        return undefined;
    }

    async open(file) {
        this.say(`Reading ${file.name} …`);
        try {
            if (file.size > MOST_FILE_BYTES)
                throw new Refusal(tooLong(file.name, file.size));
            const bytes = new Uint8Array(await file.arrayBuffer());
            const trace = await Trace.read(this.module, file.name, bytes);
            this.sources = this.sources.filter((s) => s.name !== file.name || s.element);
            this.sources.push({ name: file.name, trace, bytes });
        } catch (error) {
            return this.refuse(error, file.name);
        }
        return this.choose(this.sources.length - 1);
    }

    // -- what is watched --

    async watch(trace, at) {
        const state = this.wanted ?? {};
        this.wanted = null;
        this.stop();
        this.trace = trace;
        this.at = Math.min(trace.ops, state.at ?? at);
        this.autoOps = !state.ops;
        this.autoAddresses = !state.addresses;
        this.view = { from: 0, to: trace.ops, low: 0, high: this.panes[0].firstHigh() };
        if (state.ops || state.addresses)
            this.view = { ...this.view, ...this.viewOf(state) };
        this.showSources();
        this.tellMoment();
        byId("about").textContent = this.about();
        await this.beginPanes(this.panes);
    }

    viewOf(state) {
        const out = {};
        if (state.ops)
            [out.from, out.to] = [Math.min(state.ops[0], this.trace.ops - 1), Math.min(state.ops[1], this.trace.ops)];
        if (state.addresses)
            [out.low, out.high] = state.addresses;
        return out;
    }

    about() {
        const t = this.trace, parts = [counted(t.ops, "operation"), counted(t.objects, "object")];
        if (t.threads > 1)
            parts.push(counted(t.threads, "thread"));
        if (t.dropped > 0)
            parts.push(`incomplete: ${counted(t.dropped, "event")} lost, left out or made up`);
        if (t.command !== "")
            parts.push(t.command.length > 120 ? `${t.command.slice(0, 117)}…` : t.command);
        return parts.join(" · ");
    }

    async beginPanes(panes) {
        document.body.dataset.state = "busy";
        this.running++;
        try {
            await Promise.all(panes.map((pane) => pane.begin()));
        } catch (error) {
            this.refuse(error);
        }
        if (--this.running > 0)
            return;
        this.grown();
        await this.showMoment(this.isTyped);
        document.body.dataset.state = "ready";
    }

    changed(pane) {
        this.say("");
        return this.beginPanes([pane]);
    }

    // A course has come further: the addresses that are shown follow it.
    grown() {
        if (this.autoAddresses)
            this.view = { ...this.view, low: 0, high: Math.max(...this.panes.map((p) => this.highOf(p))) };
        for (const pane of this.panes)
            pane.draw();
    }

    // A little more than the heap ever reached; of a small heap all.
    highOf(pane) {
        const extent = Math.max(256, pane.extent ?? 0), heap = this.trace === null ? 0 : pane.heapBytes;
        const roomy = Math.ceil(extent * 1.08 / 64) * 64;
        return heap > 0 && heap < extent * 1.6 ? heap : roomy;
    }

    tops() {
        const tops = this.panes.map((p) => p.tops());
        return { bytes: Math.max(...tops.map((t) => t.bytes)), walk: Math.max(...tops.map((t) => t.walk)) };
    }

    // -- moment and view --

    setMoment(at, animated = false) {
        if (this.trace === null)
            return;
        const bounded = Math.min(this.trace.ops, Math.max(0, Math.round(at)));
        if (!Number.isFinite(bounded) || bounded === this.at)
            return;
        this.at = bounded;
        this.keepInView();
        this.tellMoment();
        this.animateNext = animated;
        this.later("moment", () => this.showMoment(this.animateNext));
    }

    // The moment may leave a zoomed view by keys and buttons: the view comes along.
    keepInView() {
        const { from, to } = this.view;
        if (this.at >= from && this.at <= to)
            return;
        const span = to - from, begin = this.at - span / 2;
        this.setView({ ...this.view, from: begin, to: begin + span });
    }

    async showMoment(animated) {
        try {
            await Promise.all(this.panes.map((pane) => pane.showMoment(animated && !this.calm())));
        } catch (error) {
            this.refuse(error);
        }
        this.showListing();
        this.writeAddress();
    }

    showListing() {
        const heap = this.panes[0].heap, small = heap !== null && heap.at === this.at ? heap.list(0, 2 ** 63, MOST_LISTED_RANGES) : null;
        const isShown = this.isTyped && small !== null;
        byId("listing").hidden = !isShown;
        if (isShown)
            writeListing(byId("listing"), small, { op: this.at > 0 ? this.trace.op(this.at - 1) : null, walk: this.panes[0].lastWalk });
    }

    calm() {
        return matchMedia("(prefers-reduced-motion: reduce)").matches;
    }

    tellMoment() {
        const slider = byId("moment"), box = byId("at");
        slider.max = box.max = String(this.trace.ops);
        slider.value = String(this.at);
        if (document.activeElement !== box || Number(box.value) !== this.at)
            box.value = String(this.at);
        slider.setAttribute("aria-valuetext", `${count(this.at)} of ${counted(this.trace.ops, "operation")} done`);
        byId("of").textContent = `of ${count(this.trace.ops)}`;
    }

    isZoomed() {
        return !this.autoOps || !this.autoAddresses;
    }

    setView(view) {
        if (this.trace === null)
            return;
        const most = Math.max(...this.panes.map((p) => Math.max(this.highOf(p), p.heapBytes)));
        const bounded = boundedView(view, this.trace.ops, most);
        const wholeOps = bounded.from === 0 && bounded.to === this.trace.ops;
        const wholeAddresses = bounded.low <= 0 && bounded.high >= Math.max(...this.panes.map((p) => this.highOf(p))) * 0.999;
        this.autoOps = wholeOps;
        this.autoAddresses = wholeAddresses;
        this.view = bounded;
        for (const pane of this.panes) {
            if (!this.isZoomed())
                pane.unzoom();
            pane.draw();
        }
        this.later("view", () => this.showView());
    }

    async showView() {
        await this.showMoment(false);
        if (this.isZoomed())
            await Promise.all(this.panes.map((pane) => pane.zoom()));
        for (const pane of this.panes)
            pane.draw();
    }

    zoomBy(factor, axes = "ops") {
        const { from, to, low, high } = this.view;
        const x = this.at >= from && this.at <= to ? (this.at - from) / (to - from) : 0.5;
        this.setView(zoomedView({ from, to, low, high }, factor, x, 0, axes));
    }

    wholeView() {
        this.setView({ from: 0, to: Infinity, low: 0, high: Infinity });
        this.grown();
    }

    // Once a frame, whatever is asked for how often.
    later(what, work) {
        this.waiting ??= new Map();
        if (this.waiting.size === 0)
            requestAnimationFrame(() => {
                const all = [...this.waiting.values()];
                this.waiting.clear();
                all.forEach((each) => each());
            });
        this.waiting.set(what, work);
    }

    // -- playing and looking for --

    jump(at) {
        this.stop();
        this.setMoment(at);
    }

    step(by) {
        this.stop();
        this.setMoment(this.at + by, by === 1);
    }

    play() {
        if (this.trace === null)
            return undefined;
        if (this.playing)
            return this.stop();
        if (this.at >= this.trace.ops)
            this.setMoment(0);
        this.playing = true;
        this.showPlaying("Pause");
        this.tick(performance.now());
        return undefined;
    }

    stop() {
        this.playing = false;
        this.showPlaying("Play");
    }

    // What happens is not read out while it happens by itself.
    showPlaying(label) {
        byId("play").textContent = label;
        byId("play").setAttribute("aria-pressed", String(this.playing));
        for (const sentence of document.querySelectorAll(".now"))
            sentence.setAttribute("aria-live", this.playing ? "off" : "polite");
    }

    // A short trace an operation at a time, a long one in some twenty seconds.
    tick(then) {
        if (!this.playing)
            return;
        const slow = this.trace.ops <= SLOW_OPS, now = performance.now();
        const by = slow ? (now - then >= SLOW_MS ? 1 : 0) : Math.max(1, Math.round(this.trace.ops * (now - then) / (PLAY_SECONDS * 1000)));
        if (by > 0)
            this.setMoment(this.at + by, slow);
        if (this.at >= this.trace.ops)
            return this.stop();
        requestAnimationFrame(() => this.tick(by > 0 ? now : then));
        return undefined;
    }

    async seekNext(stop, nothing) {
        this.stop();
        const turn = ++this.turn, pane = this.panes[0];
        if (!pane?.heap)
            return;
        try {
            const at = await pane.findNext(stop, () => turn !== this.turn);
            if (turn !== this.turn)
                return;
            this.say(at === null ? nothing : "");
            if (at !== null)
                this.setMoment(at);
        } catch (error) {
            this.refuse(error);
        }
    }

    // -- words and the address --

    say(sentence, isFault = false) {
        const box = byId("message");
        box.textContent = sentence;
        box.hidden = sentence === "";
        box.classList.toggle("fault", isFault);
    }

    refuse(error, name = "This") {
        document.body.dataset.state = this.running > 0 ? "busy" : "ready";
        if (isRefusal(error))
            this.say(error.message, true);
        else if (error instanceof RangeError || error instanceof DOMException)
            this.say(`${name} cannot be held in this tab: there is not enough memory for it, or it cannot be read. 'heapbench import' makes a short trace of it.`, true);
        else
            this.say(`Something went wrong that should not: ${error?.message ?? error}`, true);
    }

    writeAddress() {
        if (this.trace === null || this.wanted !== null)
            return;
        const settings = (pane) => (pane === undefined ? null : pane.settings);
        const hash = writeAddress({
            trace: this.isTyped ? null : this.source.name,
            text: this.isTyped && this.text !== EXAMPLE ? this.text : null,
            heap: settings(this.panes[0]), beside: settings(this.panes[1]), at: this.at,
            ops: this.autoOps ? null : [this.view.from, this.view.to],
            addresses: this.autoAddresses ? null : [Math.floor(this.view.low), Math.ceil(this.view.high)],
        });
        this.written = hash;
        try {
            history.replaceState(null, "", hash);
        } catch {
            // some browsers refuse that for a page of a disk: the page works without
        }
    }

    nextFailure() {
        return this.seekNext(STOP.failure, "No operation after this one fails in this heap. A smaller one might: drag its size.");
    }

    nextSplit() {
        return this.seekNext(STOP.split, "No allocation after this one splits a range.");
    }

    nextWalk() {
        return this.seekNext(STOP.walk, "No walk after this one is a tenth longer than the last.");
    }

    recolour() {
        this.colours = palette();
        this.panes.forEach((p) => p.recolour());
    }

    async toggleBeside() {
        if (this.trace === null)
            return;
        const first = this.panes[0].settings;
        const beside = this.panes.length > 1 ? null : { ...first, merge: !first.merge };
        this.setPanes(first, beside);
        await this.beginPanes(this.panes);
    }

    async copyLink() {
        this.writeAddress();
        try {
            await navigator.clipboard.writeText(location.href);
            this.say("The address of this moment is copied.");
        } catch {
            this.say("Copy the address of this page: it holds this moment.");
        }
    }
}

const app = new App();
window.lab = app; // for the tests, and for whoever is curious
app.start().catch((error) => app.refuse(error));

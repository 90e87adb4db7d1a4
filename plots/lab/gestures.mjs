// gestures.mjs - wheel, drag, touch and keys on the map: they set the moment, and zoom and pan the view.

const ZOOM_STEP = 1.25, LEAST_OPS = 4, LEAST_BYTES = 64, CLICK_PIXELS = 4;

function clampSpan(from, to, most, least) {
    const span = Math.min(most, Math.max(Math.min(least, most), to - from));
    const begin = Math.min(Math.max(0, from), most - span);
    return [begin, begin + span];
}

// A view within bounds: operations whole, addresses from 0 up.
export function boundedView(view, ops, addresses) {
    const [from, to] = clampSpan(view.from, view.to, ops, LEAST_OPS), [low, high] = clampSpan(view.low, view.high, addresses, LEAST_BYTES);
    return { from: Math.floor(from), to: Math.max(Math.floor(from) + 1, Math.ceil(to)), low, high };
}

// Zoomed by `factor` (above 1: closer) around a part of each axis, 0 to 1 from the left and from the bottom.
export function zoomedView(view, factor, x, y, axes) {
    const out = { ...view };
    if (axes !== "addresses") {
        const at = view.from + (view.to - view.from) * x;
        out.from = at - (at - view.from) / factor;
        out.to = at + (view.to - at) / factor;
    }
    if (axes !== "ops") {
        const at = view.low + (view.high - view.low) * y;
        out.low = at - (at - view.low) / factor;
        out.high = at + (view.high - at) / factor;
    }
    return out;
}

function shiftedView(view, x, y) {
    const ops = (view.to - view.from) * x, addresses = (view.high - view.low) * y;
    return { from: view.from + ops, to: view.to + ops, low: view.low + addresses, high: view.high + addresses };
}

// `app`: view, at, isZoomed(), setView(view), setMoment(at). `hover` is told the operation and the address pointed at, or null.
export class MapGestures {
    constructor(canvas, app, hover) {
        this.canvas = canvas;
        this.app = app;
        this.hover = hover;
        this.pointers = new Map();
        this.moved = 0;
        canvas.addEventListener("wheel", (e) => this.wheel(e), { passive: false });
        for (const type of ["pointerdown", "pointermove", "pointerup", "pointercancel"])
            canvas.addEventListener(type, (e) => this[type](e));
        canvas.addEventListener("dblclick", (e) => this.zoomAt(e, 3, "ops"));
        canvas.addEventListener("pointerleave", () => hover(null));
        canvas.addEventListener("keydown", (e) => this.key(e));
    }

    part(event) {
        const box = this.canvas.getBoundingClientRect();
        return { x: (event.clientX - box.left) / box.width, y: 1 - (event.clientY - box.top) / box.height, width: box.width, height: box.height };
    }

    zoomAt(event, factor, axes) {
        const { x, y } = this.part(event);
        this.app.setView(zoomedView(this.app.view, factor, x, y, axes));
    }

    // Out of the whole there is no further out: the page scrolls then.
    wheel(event) {
        const closer = event.deltaY < 0 || (event.deltaY === 0 && event.deltaX < 0);
        if (!closer && !this.app.isZoomed())
            return;
        event.preventDefault();
        this.zoomAt(event, closer ? ZOOM_STEP : 1 / ZOOM_STEP, event.shiftKey ? "addresses" : event.ctrlKey || event.altKey ? "both" : "ops");
    }

    pointerdown(event) {
        this.canvas.setPointerCapture(event.pointerId);
        this.pointers.set(event.pointerId, this.part(event));
        this.moved = 0;
        if (this.pointers.size === 1 && !this.app.isZoomed())
            this.setMoment(event);
    }

    setMoment(event) {
        const { x } = this.part(event), view = this.app.view;
        this.app.setMoment(Math.round(view.from + (view.to - view.from) * x));
    }

    pointermove(event) {
        const now = this.part(event), before = this.pointers.get(event.pointerId), view = this.app.view;
        this.hover(Math.round(view.from + (view.to - view.from) * now.x), view.low + (view.high - view.low) * now.y);
        if (before === undefined)
            return;
        this.moved += Math.abs(now.x - before.x) * now.width + Math.abs(now.y - before.y) * now.height;
        if (this.pointers.size === 2)
            this.pinch(event, now);
        else if (!this.app.isZoomed())
            this.setMoment(event);
        else if (this.moved > CLICK_PIXELS)
            this.app.setView(shiftedView(view, before.x - now.x, before.y - now.y));
        this.pointers.set(event.pointerId, now);
    }

    pinch(event, now) {
        const before = this.pointers.get(event.pointerId);
        const other = [...this.pointers].find(([id]) => id !== event.pointerId)[1];
        const was = Math.abs(before.x - other.x), is = Math.abs(now.x - other.x);
        if (was > 0.02 && is > 0.02)
            this.app.setView(zoomedView(this.app.view, is / was, (now.x + other.x) / 2, 0.5, "ops"));
    }

    pointerup(event) {
        if (this.pointers.has(event.pointerId) && this.moved <= CLICK_PIXELS)
            this.setMoment(event);
        this.pointers.delete(event.pointerId);
    }

    pointercancel(event) {
        this.pointers.delete(event.pointerId);
    }

    key(event) {
        const view = this.app.view, step = event.shiftKey ? 0.1 : 1 / 200;
        const keys = {
            ArrowLeft: () => this.app.setMoment(this.app.at - Math.max(1, Math.round((view.to - view.from) * step))),
            ArrowRight: () => this.app.setMoment(this.app.at + Math.max(1, Math.round((view.to - view.from) * step))),
            ArrowUp: () => this.app.setView(shiftedView(view, 0, 0.1)),
            ArrowDown: () => this.app.setView(shiftedView(view, 0, -0.1)),
            PageUp: () => this.app.setView(shiftedView(view, -0.5, 0)),
            PageDown: () => this.app.setView(shiftedView(view, 0.5, 0)),
            Home: () => this.app.setMoment(view.from),
            End: () => this.app.setMoment(view.to),
        };
        if (keys[event.key] === undefined || event.ctrlKey || event.altKey || event.metaKey)
            return;
        event.preventDefault();
        event.stopPropagation();
        keys[event.key]();
    }
}

// The strip zooms and pans addresses alone; its pointing is the pane's own.
export function listenToStrip(canvas, app) {
    let held = null;
    const part = (event) => {
        const box = canvas.getBoundingClientRect();
        return (event.clientX - box.left) / box.width;
    };
    const zoom = (factor, x) => app.setView(zoomedView(app.view, factor, 0, x, "addresses"));
    canvas.addEventListener("wheel", (event) => {
        if (event.deltaY > 0 && app.autoAddresses)
            return;
        event.preventDefault();
        zoom(event.deltaY < 0 ? ZOOM_STEP : 1 / ZOOM_STEP, part(event));
    }, { passive: false });
    canvas.addEventListener("dblclick", (event) => zoom(4, part(event)));
    canvas.addEventListener("pointerdown", (event) => { held = part(event); });
    canvas.addEventListener("pointermove", (event) => {
        if (event.buttons === 0 || held === null || app.autoAddresses)
            return;
        app.setView(shiftedView(app.view, 0, held - part(event)));
        held = part(event);
    });
    canvas.addEventListener("keydown", (event) => {
        if (event.key !== "+" && event.key !== "-")
            return;
        event.preventDefault();
        event.stopPropagation();
        zoom(event.key === "+" ? 2 : 1 / 2, 0.5);
    });
}

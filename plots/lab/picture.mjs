// picture.mjs - the strip, which is a heap at one moment, and the map, which is all of them; both on canvas.

import { RECORD_BYTES } from "./engine.mjs";
import { bytes, count, hex } from "./words.mjs";

const MOST_DRAWN = 2500; // ranges, one by one
const LEAST_WIDTH = 1.5; // pixels a range, on the average, for that

// The colours of the page, from its style sheet.
export function palette() {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    const names = ["paper", "ink", "faint", "grid", "used", "record", "free", "never", "walk", "taken", "failed", "on-used", "on-free",
        "live", "extent", "hole", "largest"];
    return Object.fromEntries(names.map((name) => [name, colour(name)]));
}

// A canvas as sharp as the screen, its drawing in pixels of the page. Its size follows the element.
function prepareCanvas(canvas) {
    const scale = Math.min(3, window.devicePixelRatio || 1), box = canvas.getBoundingClientRect();
    const width = Math.max(1, Math.round(box.width)), height = Math.max(1, Math.round(box.height));
    if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
        canvas.width = Math.round(width * scale);
        canvas.height = Math.round(height * scale);
    }
    const context = canvas.getContext("2d");
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    context.font = getComputedStyle(canvas).font;
    return { context, width, height };
}

function components(colour) {
    const hexDigits = /^#(..)(..)(..)$/.exec(colour);
    return hexDigits ? hexDigits.slice(1).map((pair) => parseInt(pair, 16)) : [128, 128, 128];
}

// -- the strip --

// What the strip of `heap` between two addresses shows; to be drawn and pointed at.
export function lookAtStrip(heap, low, high, width) {
    const ranges = heap.list(low, high, Math.min(MOST_DRAWN, Math.floor(width / LEAST_WIDTH)));
    const mark = heap.figures().highWaterBytes;
    if (ranges !== null) {
        for (const r of ranges)
            r.neverUsed = !r.allocated && r.offset + r.length > mark;
        return { low, high, ranges, mark, column: null };
    }
    const pixels = Math.min(4096, Math.max(1, Math.round(width)));
    return { low, high, ranges: null, mark, column: Float32Array.from(heap.column(low, (high - low) / pixels, pixels)) };
}

const BAR_TOP = 34, BAR_FOOT = 18;

function drawLabel(context, text, x, width, y, colour) {
    if (context.measureText(text).width + 6 > width)
        return false;
    context.fillStyle = colour;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(text, x + width / 2, y);
    return true;
}

function drawRange(context, r, x, width, top, height, colours, options) {
    const inner = Math.max(width - (width > 3 ? 1 : 0), 0.5), middle = top + height / 2;
    context.fillStyle = r.allocated ? colours.used : r.neverUsed ? colours.never : colours.free;
    context.fillRect(x, top, inner, height);
    const record = Math.min(inner, options.pixelsPerByte * RECORD_BYTES);
    if (record >= 1.5 && inner > record) {
        context.fillStyle = colours.record;
        context.fillRect(x, top, record, height);
    }
    const room = inner - record, at = x + record;
    if (r.allocated) {
        if (drawLabel(context, count(r.object), at, room, middle - 8, colours["on-used"]))
            drawLabel(context, bytes(r.size).replace(" bytes", " B").replace(" byte", " B"), at, room, middle + 9, colours["on-used"]);
    } else {
        drawLabel(context, r.neverUsed ? "never used" : "free", at, room, middle - 8, colours["on-free"]);
        drawLabel(context, bytes(r.length).replace(" bytes", " B").replace(" byte", " B"), at, room, middle + 9, colours["on-free"]);
    }
}

function mix(a, b, part) {
    return `rgb(${a.map((v, i) => Math.round(v + (b[i] - v) * part)).join(",")})`;
}

function drawColumn(context, look, width, top, height, colours) {
    const free = components(colours.free), used = components(colours.used), step = width / look.column.length;
    look.column.forEach((part, i) => {
        const address = look.low + (look.high - look.low) * i / look.column.length;
        context.fillStyle = address >= look.mark ? colours.never : mix(free, used, Math.min(1, part));
        context.fillRect(i * step, top, step + 0.5, height);
    });
}

function drawAddresses(context, look, width, y, colours) {
    context.fillStyle = colours.faint;
    context.textBaseline = "top";
    const ticks = width > 700 ? 6 : width > 420 ? 4 : 2;
    for (let i = 0; i <= ticks; i++) {
        context.textAlign = i === 0 ? "left" : i === ticks ? "right" : "center";
        context.fillText(hex(Math.round(look.low + (look.high - look.low) * i / ticks)), width * i / ticks, y);
    }
}

// Whether a walk of `length` records that begins at record `begin`, of `all`, examines the one with this index; which it is, from 1, or 0.
export function examinedAs(index, begin, length, all) {
    const turn = index >= begin ? index - begin + 1 : all - begin + index + 1;
    return turn <= length ? turn : 0;
}

function drawExamined(context, walk, shown, colours, size) {
    for (const { turn, x, width, middle, taken } of shown) {
        const last = taken || (walk.failed && turn === walk.length);
        const colour = last ? (walk.failed ? colours.failed : colours.taken) : colours.walk;
        context.fillStyle = colour;
        context.beginPath();
        context.arc(x + width / 2, middle, last ? size + 1.5 : size, 0, 2 * Math.PI);
        context.fill();
        if (size >= 8) {
            context.fillStyle = colours.paper;
            context.textAlign = "center";
            context.textBaseline = "middle";
            context.fillText(String(turn), x + width / 2, middle + 0.5, 2 * size);
        }
    }
}

// From record to record: arcs, or a straight line where they would be a scribble.
function drawArcs(context, shown, hasRoom, colours) {
    context.strokeStyle = colours.walk;
    context.lineWidth = 1.5;
    context.beginPath();
    shown.forEach((s, i) => {
        const x = s.x + s.width / 2, before = shown[i - 1];
        if (!before || before.turn !== s.turn - 1)
            context.moveTo(x, s.middle);
        else if (hasRoom)
            context.quadraticCurveTo((x + before.x + before.width / 2) / 2, 0, x, s.middle);
        else
            context.lineTo(x, s.middle);
    });
    context.stroke();
}

// The arcs from record to record, and a number for each where there is room. `walk`: begin (a record) and beginAt (its
// address), length, failed, takenAt (an address), all (records), and `upto`, how many of its records are drawn while it plays.
function drawWalk(context, look, walk, xOf, right, colours) {
    const shown = [];
    for (const r of look.ranges) {
        const turn = examinedAs(r.index, walk.begin, walk.length, walk.all);
        if (turn === 0 || turn > walk.upto)
            continue;
        const x = Math.max(0, xOf(r.offset)), end = Math.min(right, xOf(r.offset + r.length));
        shown.push({ turn, x, width: Math.max(0.5, end - x), middle: BAR_TOP - 14, taken: !walk.failed && r.offset === walk.takenAt });
    }
    shown.sort((a, b) => a.turn - b.turn);
    const narrowest = Math.min(...shown.map((s) => s.width));
    drawArcs(context, shown, narrowest >= 8, colours);
    drawExamined(context, walk, shown, colours, shown.length <= 80 && narrowest > 18 ? 8 : Math.max(1.2, Math.min(4, narrowest / 2)));
}

// Where single records cannot be drawn: a bar over what is examined.
function drawWalkReach(context, look, walk, xOf, width, colours) {
    const begin = walk.everything ? 0 : walk.beginAt, end = walk.everything || walk.failed ? look.mark : walk.takenAt;
    const wraps = end < begin || (walk.failed && begin > 0);
    context.fillStyle = colours.walk;
    for (const [from, to] of wraps ? [[begin, look.mark], [0, end]] : [[begin, end]]) {
        const left = Math.max(0, xOf(from)), right = Math.min(width, xOf(to));
        if (right > left)
            context.fillRect(left, BAR_TOP - 12, Math.max(2, right - left), 4);
    }
    const at = xOf(walk.failed ? end : walk.takenAt);
    if (at < -5 || at > width + 5)
        return;
    context.fillStyle = walk.failed ? colours.failed : colours.taken;
    context.beginPath();
    context.arc(Math.min(width - 6, Math.max(6, at)), BAR_TOP - 10, 6, 0, 2 * Math.PI);
    context.fill();
}

export function drawStrip(canvas, look, walk, selected, colours) {
    const { context, width, height } = prepareCanvas(canvas), bar = height - BAR_TOP - BAR_FOOT;
    const xOf = (address) => (address - look.low) / (look.high - look.low) * width;
    if (look.ranges !== null) {
        const options = { pixelsPerByte: width / (look.high - look.low) };
        for (const r of look.ranges) {
            const x = Math.max(-2, xOf(r.offset)), end = Math.min(width + 2, xOf(r.offset + r.length));
            drawRange(context, r, x, end - x, BAR_TOP, bar, colours, options);
        }
    } else {
        drawColumn(context, look, width, BAR_TOP, bar, colours);
    }
    if (selected !== null) {
        context.strokeStyle = colours.ink;
        context.lineWidth = 2;
        context.strokeRect(xOf(selected.offset) + 1, BAR_TOP + 1, Math.max(3, xOf(selected.offset + selected.length) - xOf(selected.offset) - 3), bar - 2);
    }
    if (walk !== null && look.ranges !== null)
        drawWalk(context, look, walk, xOf, width, colours);
    else if (walk !== null)
        drawWalkReach(context, look, walk, xOf, width, colours);
    drawAddresses(context, look, width, height - BAR_FOOT + 4, colours);
}

// The range at `x` of a strip `width` wide, with its neighbours; null where there is none.
export function rangeAt(look, x, width) {
    if (look === null || look.ranges === null)
        return null;
    const address = look.low + (look.high - look.low) * x / width;
    const i = look.ranges.findIndex((r) => r.offset <= address && address < r.offset + r.length);
    return i < 0 ? null : { range: look.ranges[i], before: look.ranges[i - 1], after: look.ranges[i + 1], index: i };
}

// -- the map --

// A survey as an image, a pixel a column and row; what is above the heap's extent stays clear.
export function imageOfSurvey(survey, colours) {
    const image = new OffscreenCanvas(survey.columns, survey.rows), context = image.getContext("2d");
    const data = context.createImageData(survey.columns, survey.rows);
    const free = components(colours.free), used = components(colours.used);
    for (let c = 0; c < survey.done; c++) {
        const top = (survey.extent[c] - survey.low) / survey.bucket;
        for (let r = 0; r < survey.rows && r < top; r++) {
            const part = Math.min(1, survey.pixels[c * survey.rows + r]), at = 4 * ((survey.rows - 1 - r) * survey.columns + c);
            for (let i = 0; i < 3; i++)
                data.data[at + i] = free[i] + (used[i] - free[i]) * part;
            data.data[at + 3] = 255;
        }
    }
    context.putImageData(data, 0, 0);
    return image;
}

function drawFailures(context, survey, xOf, colours) {
    context.fillStyle = colours.failed;
    for (let c = 0; c < survey.done; c++)
        if (survey.failures[c] > 0)
            context.fillRect(xOf(survey.endOf(c - 1)), 0, Math.max(2, xOf(survey.endOf(c)) - xOf(survey.endOf(c - 1))), 5);
}

// `view`: from, to (operations), low, high (addresses); the picture of `survey` is stretched into it.
export function drawMap(canvas, survey, image, view, at, limit, colours) {
    const { context, width, height } = prepareCanvas(canvas);
    const xOf = (op) => (op - view.from) / (view.to - view.from) * width;
    const yOf = (address) => height - (address - view.low) / (view.high - view.low) * height;
    context.fillStyle = colours.never;
    context.fillRect(0, 0, width, height);
    if (image !== null) {
        context.imageSmoothingEnabled = false;
        const x = xOf(survey.from), y = yOf(survey.high);
        context.drawImage(image, x, y, xOf(survey.to) - x, yOf(survey.low) - y);
        drawFailures(context, survey, xOf, colours);
    }
    if (limit > 0 && yOf(limit) > 0) {
        context.strokeStyle = colours.failed;
        context.setLineDash([6, 4]);
        context.beginPath();
        context.moveTo(0, yOf(limit));
        context.lineTo(width, yOf(limit));
        context.stroke();
        context.setLineDash([]);
    }
    drawCursor(context, xOf(at), width, height, colours);
}

function drawCursor(context, x, width, height, colours) {
    if (x < -1 || x > width + 1)
        return;
    const at = Math.min(width - 1, Math.max(1, x));
    context.strokeStyle = colours.paper;
    context.lineWidth = 4;
    for (const [colour, line] of [[colours.paper, 4], [colours.walk, 2]]) {
        context.strokeStyle = colour;
        context.lineWidth = line;
        context.beginPath();
        context.moveTo(at, 0);
        context.lineTo(at, height);
        context.stroke();
    }
}

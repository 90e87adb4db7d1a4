// curves.mjs - live bytes, extent, free bytes, the largest hole and the walk over the operations, drawn by dygraphs.

import { bytes, count } from "./words.mjs";

const GUTTER = 62; // pixels left of the curves and of the map: --gutter of the style sheet
const BYTES = [["live", "Live", "live"], ["extent", "Extent", "extent"], ["free", "Free", "hole"], ["largest", "Largest hole", "largest"]];
const WALK = [["walkMax", "Longest walk", "failed"], ["walkMean", "Mean walk", "walk"]];

function shortBytes(n) {
    return n === 0 ? "0" : bytes(n).replace(/ bytes?$/, " B");
}

// So few operations that each is to be seen.
function isStep(view) {
    return view.to - view.from < 200;
}

// The points of a survey's series, those of `names`. Where operations can be told apart, a column's value reaches from its first
// operation to its last, as in the map above.
export function rowsOf(survey, names, isStep) {
    const rows = [], values = (c) => names.map((name) => (Number.isNaN(survey[name][c]) ? null : survey[name][c]));
    const add = (at, c) => rows.push([at, ...values(c)]), last = survey.done - 1;
    if (last < 0)
        return [[survey.from, ...names.map(() => null)]];
    add(survey.from, 0);
    for (let c = isStep ? 1 : 0; c <= last; c++)
        add(isStep ? survey.ops[c - 1] : survey.ops[c], c);
    if (isStep)
        add(survey.ops[last], last);
    return rows;
}

function legendItem(list, label, colour) {
    const item = document.createElement("li"), swatch = document.createElement("i"), value = document.createElement("b");
    swatch.style.background = colour;
    item.append(swatch, `${label} `, value);
    list.append(item);
    return value;
}

// One set of curves over one axis.
class Curve {
    constructor(box, series, format, onPoint) {
        this.series = series;
        this.format = format;
        this.isBytes = format === shortBytes;
        this.legend = box.querySelector("ul");
        this.div = box.querySelector("div");
        this.cursor = box.querySelector("span");
        this.graph = null;
        this.at = 0;
        this.listen(onPoint);
    }

    listen(onPoint) {
        const point = (event) => {
            if (this.graph === null)
                return;
            onPoint(this.graph.toDataXCoord(event.clientX - this.div.getBoundingClientRect().left));
        };
        this.div.addEventListener("pointerdown", (event) => {
            this.div.setPointerCapture(event.pointerId);
            point(event);
        });
        this.div.addEventListener("pointermove", (event) => {
            if (event.buttons > 0)
                point(event);
        });
    }

    options(view, colours) {
        return {
            labels: ["operation", ...this.series.map(([, label]) => label)],
            colors: this.series.map(([, , name]) => colours[name]),
            dateWindow: [view.from, view.to],
            legend: "never",
            interactionModel: {},
            showLabelsOnHighlight: false,
            highlightCircleSize: 0,
            connectSeparatedPoints: true,
            stepPlot: isStep(view),
            includeZero: true,
            strokeWidth: 1.6,
            axisLineColor: colours.grid,
            gridLineColor: colours.grid,
            axisLabelFontSize: 12,
            xRangePad: 0,
            rightGap: 0,
            axes: {
                x: { axisLabelFormatter: (v) => count(v), pixelsPerLabel: 90 },
                y: { axisLabelFormatter: (v) => this.format(v), axisLabelWidth: GUTTER - 6, pixelsPerLabel: 34, labelsKMG2: this.isBytes },
            },
        };
    }

    placeCursor() {
        const area = this.graph.getArea(), x = this.graph.toDomXCoord(this.at);
        this.cursor.hidden = !(x >= area.x - 1 && x <= area.x + area.w + 1);
        this.cursor.style.left = `${x}px`;
        this.cursor.style.height = `${area.h}px`;
    }

    draw(survey, view, at, most, colours) {
        this.at = at;
        const file = rowsOf(survey, this.series.map(([name]) => name), isStep(view)), options = this.options(view, colours);
        options.valueRange = [0, most > 0 ? most * 1.06 : null];
        if (this.graph === null)
            this.graph = new Dygraph(this.div, file, options);
        else
            this.graph.updateOptions({ file, ...options });
        this.legend.replaceChildren();
        this.values = this.series.map(([, label, name]) => legendItem(this.legend, label, colours[name]));
        this.survey = survey;
        this.placeCursor();
        this.tell();
    }

    // The cursor alone has moved.
    move(at) {
        this.at = at;
        if (this.graph === null)
            return;
        this.placeCursor();
        this.tell();
    }

    tell() {
        const c = columnOf(this.survey, this.at);
        this.series.forEach(([name], i) => {
            const value = c < 0 ? NaN : this.survey[name][c];
            this.values[i].textContent = Number.isNaN(value) ? "" : this.format(value);
        });
    }

    resize() {
        this.graph?.resize();
        if (this.graph !== null)
            this.placeCursor();
    }
}

// The last column that is over at `at`; -1 before the first.
function columnOf(survey, at) {
    let low = 0, high = survey.done;
    while (low < high) {
        const middle = (low + high) >> 1;
        if (survey.ops[middle] < at)
            low = middle + 1;
        else
            high = middle;
    }
    return Math.min(low, survey.done - 1);
}

export class Curves {
    constructor(root, onPoint) {
        this.bytes = new Curve(root.querySelector(".curve-bytes"), BYTES, shortBytes, onPoint);
        this.walk = new Curve(root.querySelector(".curve-walk"), WALK, (v) => (v < 10 && v % 1 !== 0 ? v.toFixed(1) : count(v)), onPoint);
    }

    // `most`: the top of both axes, so that curves beside one another have one scale.
    draw(survey, view, at, most, colours) {
        this.bytes.draw(survey, view, at, most.bytes, colours);
        this.walk.draw(survey, view, at, most.walk, colours);
    }

    move(at) {
        this.bytes.move(at);
        this.walk.move(at);
    }

    resize() {
        this.bytes.resize();
        this.walk.resize();
    }
}

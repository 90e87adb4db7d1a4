// editor.mjs - the place to type: a text that is read at every keystroke, and the heap in the tutorial's own notation.

import { RECORD_BYTES, Trace } from "./engine.mjs";
import { examinedAs } from "./picture.mjs";
import { count, counted, hex } from "./words.mjs";

export const EXAMPLE = `# The tutorial's example. Change it!
#   a NAME BYTES   malloc
#   f NAME         free
#   r NAME BYTES   realloc
heap 4096
a 0 100
a 1 240
a 2 256
a 3 333
f 1
f 2
a 4 300
`;

const SHOW_ALL = 40, SHOW_HEAD = 24, SHOW_TAIL = 8;

// What is said behind a range, in the words of 'heapbench walk'. `last`: the last operation, its index and its walk or null.
function note(range, last) {
    const turn = last.walk === null ? 0 : examinedAs(range.index, last.walk.begin, last.walk.length, last.walk.all);
    const isNew = last.op !== null && range.since === last.op.index, object = `object ${count(range.object)}, ${counted(range.size, "byte")}`;
    if (turn > 0 && !last.walk.failed && range.offset === last.walk.takenAt)
        return ["taken", `  <- taken for ${object}`];
    if (turn > 0 && !range.allocated && isNew)
        return ["examined", "  -- examined: in use then; the object has moved"];
    if (turn > 0)
        return ["examined", `  -- examined: ${range.allocated ? object : `free, ${last.op.size + RECORD_BYTES - range.length} too short`}`];
    if (!range.allocated && isNew && last.op.kind !== "malloc")
        return ["free", "  <- freed"];
    return ["", range.allocated ? `     ${object}` : ""];
}

function sizeOf(range) {
    return range.length > Number.MAX_SAFE_INTEGER ? "endless" : String(range.length);
}

// The ranges as the design document writes them.
export function writeListing(box, ranges, last) {
    if (ranges === null || ranges.length === 0) {
        box.textContent = ranges === null ? "Too many ranges to list." : "";
        return;
    }
    const digits = hex(ranges[ranges.length - 1].offset).length, sizes = Math.max(...ranges.map((r) => sizeOf(r).length));
    box.replaceChildren();
    ranges.forEach((r, i) => {
        if (ranges.length > SHOW_ALL && i >= SHOW_HEAD && i < ranges.length - SHOW_TAIL) {
            if (i === SHOW_HEAD)
                box.append(`... ${count(ranges.length - SHOW_HEAD - SHOW_TAIL)} ranges ...\n`);
            return;
        }
        const line = document.createElement("span"), [kind, words] = note(r, last);
        line.className = `${r.allocated ? "allocated" : "free"} ${kind}`;
        line.textContent = `Pointer: ${hex(r.offset).padEnd(digits)} Size: ${sizeOf(r).padEnd(sizes)} Allocated: ${r.allocated ? "True " : "False"}${words}\n`;
        box.append(line);
    });
}

export class Editor {
    // `typed(trace, at, text)` is told every text that can be read, and the moment where the caret stands.
    constructor(root, module, typed, moved) {
        this.area = root.querySelector("textarea");
        this.fault = root.querySelector(".fault");
        this.module = module;
        this.typed = typed;
        this.moved = moved;
        this.turn = 0;
        this.area.addEventListener("input", () => this.read());
        this.area.addEventListener("keyup", () => this.caret());
        this.area.addEventListener("pointerup", () => this.caret());
        root.querySelector(".reset").addEventListener("click", () => this.set(EXAMPLE));
    }

    set(text) {
        this.area.value = text;
        this.area.setSelectionRange(text.length, text.length);
        return this.read();
    }

    // How many operations stand up to the end of the caret's line, by the reader's own count.
    async opsToCaret() {
        const text = this.area.value, end = text.indexOf("\n", this.area.selectionEnd);
        try {
            return (await Trace.read(this.module, "the text", new TextEncoder().encode(end < 0 ? text : text.slice(0, end)))).ops;
        } catch {
            return 0; // nothing but comments so far
        }
    }

    async read() {
        const turn = ++this.turn, text = this.area.value;
        let trace = null;
        try {
            trace = await Trace.read(this.module, "the text", new TextEncoder().encode(text));
            this.tellFault(trace.ops === 0 ? "There is no operation yet. Try: a 0 100" : "");
        } catch (error) {
            this.tellFault(text.trim() === "" ? "Nothing is asked for yet. Try: a 0 100" : error.message);
        }
        if (trace === null || trace.ops === 0 || turn !== this.turn)
            return;
        const at = await this.opsToCaret();
        if (turn === this.turn)
            await this.typed(trace, at > 0 ? at : trace.ops, text);
    }

    tellFault(sentence) {
        this.fault.textContent = sentence;
        this.fault.hidden = sentence === "";
        this.area.setAttribute("aria-invalid", String(sentence !== ""));
    }

    async caret() {
        const turn = this.turn, place = this.area.selectionEnd;
        if (place === this.place)
            return;
        this.place = place;
        const at = await this.opsToCaret();
        if (turn === this.turn && at > 0)
            this.moved(at);
    }
}

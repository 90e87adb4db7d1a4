// address.mjs - what is shown, in the address behind '#', so that a link shows it to others.

import { POLICIES } from "./engine.mjs";

const MOST_TEXT = 6000;

function number(text, least, most) {
    return text !== null && /^\d{1,16}$/.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : null;
}

function pair(text, most) {
    const found = /^(\d{1,16})-(\d{1,16})$/.exec(text ?? "");
    return found && Number(found[1]) < Number(found[2]) && Number(found[2]) <= most ? [Number(found[1]), Number(found[2])] : null;
}

// "first", "best-merge", "next,65536": policy, merging, heap; null where it is nonsense.
function paneOf(text) {
    const found = /^(first|next|best)(-merge)?(?:,(\d{1,16}))?$/.exec(text ?? "");
    const heapBytes = found && found[3] !== undefined ? number(found[3], 0, 2 ** 53) : null;
    return found ? { policy: found[1], merge: found[2] !== undefined, heapBytes } : null;
}

function paneText(pane) {
    return `${POLICIES.includes(pane.policy) ? pane.policy : "first"}${pane.merge ? "-merge" : ""}${pane.heapBytes === null ? "" : `,${pane.heapBytes}`}`;
}

// Everything that can be understood of the address, and the keys that could not.
export function readAddress(hash) {
    const values = new URLSearchParams(hash.replace(/^#/, "")), nonsense = [];
    const take = (key, read) => {
        if (!values.has(key))
            return null;
        const value = read(values.get(key));
        if (value === null)
            nonsense.push(key);
        return value;
    };
    const state = {
        trace: take("trace", (t) => (t.length <= 4096 ? t : null)),
        text: take("text", (t) => (t.length <= MOST_TEXT ? t : null)),
        at: take("at", (t) => number(t, 0, 2 ** 32)),
        ops: take("ops", (t) => pair(t, 2 ** 32)),
        addresses: take("addresses", (t) => pair(t, 2 ** 53)),
        heap: take("heap", paneOf),
        beside: take("beside", paneOf),
    };
    return { state, nonsense };
}

export function writeAddress(state) {
    const values = new URLSearchParams();
    if (state.trace !== null)
        values.set("trace", state.trace);
    if (state.text !== null && state.text.length <= MOST_TEXT)
        values.set("text", state.text);
    values.set("heap", paneText(state.heap));
    if (state.beside !== null)
        values.set("beside", paneText(state.beside));
    values.set("at", String(state.at));
    for (const key of ["ops", "addresses"])
        if (state[key] !== null)
            values.set(key, state[key].map((v) => Math.round(v)).join("-"));
    return "#" + values.toString().replaceAll("%2C", ",");
}

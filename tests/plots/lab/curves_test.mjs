// curves_test.mjs - the curves lie below what they are of in the map: each value from a column's first operation to its last.
//
// Usage:  node curves_test.mjs

import assert from "node:assert";
import { rowsOf } from "../../../plots/lab/curves.mjs";

const survey = { from: 10, done: 3, ops: [11, 12, 13], live: [100, 250, 90], walkMean: [1, NaN, 4] };

assert.deepEqual(rowsOf(survey, ["live"], true), [[10, 100], [11, 250], [12, 90], [13, 90]]);
assert.deepEqual(rowsOf(survey, ["live", "walkMean"], true), [[10, 100, 1], [11, 250, null], [12, 90, 4], [13, 90, 4]]);
// A column of many operations is its state after the last of them.
assert.deepEqual(rowsOf(survey, ["live"], false), [[10, 100], [11, 100], [12, 250], [13, 90]]);
assert.deepEqual(rowsOf({ ...survey, done: 1 }, ["live"], true), [[10, 100], [11, 100]]);
assert.deepEqual(rowsOf({ ...survey, done: 0 }, ["live"], true), [[10, null]]);
console.log("5 sets of points");

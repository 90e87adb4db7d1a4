#!/bin/sh
# z3.sh - a theorem prover: Z3 solves puzzles of arithmetic, bit vectors and arrays. Terms are shared nodes of a few words,
# freed as the search goes back; tables and clauses grow.
#
# Usage: z3.sh OUT.trace
# Takes: 1 s
. "$(dirname "$0")/common.sh"
need z3 z3

awk 'BEGIN {
    seed = 61
    n = 6
    print "(set-option :smt.random_seed 1)\n(push)"
    for (r = 0; r < n; r++)
        for (c = 0; c < n; c++)
            printf "(declare-const x%d%d Int)\n(assert (and (<= 1 x%d%d) (<= x%d%d %d)))\n", r, c, r, c, r, c, n
    for (r = 0; r < n; r++) {
        row = column = ""
        for (c = 0; c < n; c++) {
            row = row " x" r c
            column = column " x" c r
        }
        print "(assert (distinct" row "))\n(assert (distinct" column "))"
    }
    for (i = 0; i < 5; i++)
        printf "(assert (< x%d%d x%d%d))\n", i % n, random(n), (i + 4) % n, random(n)
    print "(check-sat)\n(get-value (x00 x11 x22))\n(pop)\n(push)"
    for (i = 0; i < 14; i++)
        printf "(declare-const b%d (_ BitVec 16))\n", i
    for (i = 0; i < 20; i++)
        printf "(assert (bvult (bvadd (bvmul b%d #x%04x) b%d) (bvxor b%d #x%04x)))\n", random(14), random(65536), random(14), random(14), 32768 + random(32768)
    print "(check-sat)\n(get-model)\n(pop)"
}
function random(n) { seed = (seed * 1103515245 + 12345) % 2147483648; return int(seed / 65536) % n }
' >puzzles.smt2
record z3 puzzles.smt2 >answers

#!/bin/sh
# add_allocator_test.sh - an allocator is added by one source file and one line in builtin.list.
#
# Usage:  add_allocator_test.sh SOURCE CC CXX BUILD_TYPE [LAUNCHER]
#
# A policy is added so to a copy of the tree, which is then built as far as is needed: the tool lists it, the contract's
# test runs it, the ladder measures it, and a figure draws it in its own colour. A compiler cache as LAUNCHER makes the
# build short. Without gnuplot the figure is not drawn, and that is said.
set -u

source=$1
cc=$2
cxx=$3
type=$4
launcher=${5-}
# shellcheck source=../expect.sh
. "$(dirname "$0")/../expect.sh"

tree=$work/tree
mkdir "$tree" "$tree/results"
for part in CMakeLists.txt base allocator bench cmake packaging plots tests workloads LICENSE README.md setup; do
    cp -r "$source/$part" "$tree/"
done
cp "$source/results/README.md" "$tree/results/"

# -- the one file and the one line --

cat >"$tree/allocator/ladder/exact.c" <<'SOURCE'
/*
 * exact.c - the grid: first fit that merges, and prefers a range of just the length that is needed.
 */
#include "allocator/ladder/ladder.h"

static inline unsigned char *find_exact(struct hb_ladder *heap, uint64_t need);

#define LADDER_MERGES 1
#define LADDER_FIND find_exact
#include "allocator/ladder/heap.h"

static inline unsigned char *find_exact(struct hb_ladder *heap, uint64_t need)
{
    struct tally tally = {0, 0};
    unsigned char *first = NULL;

    for (unsigned char *range = heap->base; range < heap->end; range = range_end(range)) {
        uint64_t record = examine(heap, range, &tally);

        if (record == need || (first == NULL && record_fits(record, need)))
            first = range;
        if (record == need)
            break;
    }
    note_walk(heap, &tally);
    return first;
}

HB_TABLE(exact) = {
    .name = "exact",
    .summary = "first fit, merging, that prefers an exact fit",
    .before = "first-merge",
    .idea = "an exact fit before the first",
    .group = HB_GROUP_GRID,
    .colour = "#123456",
    .shape = 9,
    HB_LADDER_FUNCTIONS(exact),
};
SOURCE
echo 'HB_BUILTIN(exact, "ladder/exact.c")' >>"$tree/allocator/builtin.list"

# -- built, and found everywhere --

export CCACHE_BASEDIR="$tree" CCACHE_NOHASHDIR=1
build=$tree/build
expect 'the copy is configured' cmake -S "$tree" -B "$build" -DCMAKE_BUILD_TYPE="$type" -DCMAKE_C_COMPILER="$cc" \
    -DCMAKE_CXX_COMPILER="$cxx" -DCMAKE_C_COMPILER_LAUNCHER="$launcher" -DCMAKE_CXX_COMPILER_LAUNCHER="$launcher" \
    -DHEAPBENCH_WERROR=ON
expect 'the copy is built' cmake --build "$build" --parallel 2 --target heapbench ladder allocator_contract_test
[ "$failures" -eq 0 ] || exit 1

bin=$build/bin
listed() {
    "$bin/heapbench" list | grep '^  exact .*prefers an exact fit'
}
contract() {
    "$build/tests/allocator_contract_test" >"$work/contract" 2>&1 && grep -F '[       OK ] exact: blocks stay apart' "$work/contract" &&
        grep -F '[       OK ] exact: blocks stay apart and keep their contents (counting)' "$work/contract"
}
row() {
    "$bin/ladder" --results="$work/results" --traces=demo --allocators=simple,first-merge,exact,glibc --rounds=1 &&
        grep '^demo,exact,ok,an exact fit before the first,first-merge,[1-9]' "$work/results/ladder.csv" &&
        grep '^exact,123456,9,grid,,first-merge,an exact fit before the first$' "$work/results/allocators.csv"
}
figure() {
    gnuplot -c "$tree/plots/ladder.gp" "$work/results/ladder.csv" >"$work/ladder.svg" && grep '<text>exact</text>' "$work/ladder.svg" &&
        "$bin/heapbench" run demo --allocators exact,glibc --rounds 1 --results "$work/results" &&
        gnuplot -c "$tree/plots/throughput.gp" "$work/results/comparison.csv" >"$work/throughput.svg" &&
        grep 'rgb( 18,  52,  86)' "$work/throughput.svg"
}
expect 'heapbench list names it' listed
expect 'the test of the contract runs it, timed and counting' contract
expect 'the ladder has its row, with its idea, and its facts are written' row
if command -v gnuplot >/dev/null; then
    expect 'figures show it, in its colour' figure
else
    echo 'skipped figures show it: there is no gnuplot'
fi
[ "$failures" -eq 0 ]

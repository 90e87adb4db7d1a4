#!/bin/sh
# speedup.sh - how much of the ideal speed-up exact units get on the cores of this machine.
#
# Usage:  HEAPBENCH=build/release/bin/heapbench tests/cluster/speedup.sh [PAIRS]      parallel installed; 3 pairs by default
# A pair is all units by one worker at a time, and by as many as there are cores, one after the other; so is a pair of
# plain loops without plan, lock and file, which says what the cores themselves give. Needs a quiet machine: on a busy
# one elapsed times are the others', and what can be read is the processor time that a unit costs beside its own.
set -eu
. "$(dirname "$0")/../expect.sh"
. "$(dirname "$0")/study.sh"
cores=$(nproc)
traces=${TRACES:-$((4 * cores))}
steps=${STEPS:-30K}
export PARALLEL_HOME="$work/parallel"
mkdir -p "$PARALLEL_HOME" && touch "$PARALLEL_HOME/will-cite"
make_study "$work/study" 2>/dev/null
study=$work/study

units() { # JOBS
    rm -rf "$study/units"
    parallel -j"$1" "$heapbench" run --unit {} "$study/plan.tsv" ::: $(seq 1 $((2 * traces))) 2>/dev/null
}
plain() { # JOBS
    printf '%s\n' "$study"/steady*.trace | xargs -P"$1" -I{} sh -c "'$heapbench' curve --results $work/p\$\$ {}; '$heapbench' model --all --results $work/p\$\$ {}" >/dev/null
}
measure() { # WHAT JOBS - elapsed and processor seconds
    /usr/bin/python3 -c '
import os, subprocess, sys, time
began, before = time.monotonic(), os.times()
subprocess.run(sys.argv[1:], check=True)
after = os.times()
print(f"{time.monotonic() - began:.2f} {after.children_user + after.children_system - before.children_user - before.children_system:.2f}")' sh -c ". '$work/functions'; $1 $2"
}
{
    echo "heapbench='$heapbench' study='$study' traces=$traces work='$work'"
    sed -n '/^units()/,/^}/p;/^plain()/,/^}/p' "$0"
} >"$work/functions"

echo "$((2 * traces)) units, $cores cores, load $(cut -d' ' -f1 /proc/loadavg)"
for pair in $(seq "${1:-3}"); do
    for what in plain units; do
        one=$(measure $what 1)
        all=$(measure $what "$cores")
        echo "$pair $what $one $all" >>"$work/pairs"
    done
done
awk -v cores="$cores" '
    { speedup[$2] = speedup[$2] " " sprintf("%.2f", $3 / $5); cpu[$2] += $6; alone[$2] += $4; sum[$2] += $3 / $5; n[$2]++ }
    END {
        printf "plain loops: speed-up%s, mean %.2f, %.0f %% of %d\n", speedup["plain"], sum["plain"] / n["plain"], 100 * sum["plain"] / n["plain"] / cores, cores
        printf "units:       speed-up%s, mean %.2f, %.0f %% of %d\n", speedup["units"], sum["units"] / n["units"], 100 * sum["units"] / n["units"] / cores, cores
        printf "processor time by %d workers over that by one: plain %.3f, units %.3f: the ideal is 1\n", cores, cpu["plain"] / alone["plain"], cpu["units"] / alone["units"]
        printf "processor time of all units over that of plain loops: %.3f\n", cpu["units"] / cpu["plain"]
    }' "$work/pairs"

#!/bin/bash
# slowdown.sh - what recording costs real programs: their processor time recorded over that without, beside heaptrack.
#
# Usage:  slowdown.sh [ROUNDS [RECIPE...]]     (default: 9 rounds of cc1, perl, python3 and sqlite3)
#
# Each recipe prepares its input once; then its program runs bare, under `heapbench record` and, where it is
# installed, under heaptrack's recording library in turn, in changing order, and the ratios are paired by round.
# Printed: operations, user and system time of the bare program (median), operations a second, and for each
# recorder the median ratio with the least and the greatest. The time is the program's own: what heapbench does
# beside it (blocks of the file made ahead) and afterwards (the conversion) is not in it, nor is the compression
# that `heaptrack --raw` pipes its output through. $HEAPBENCH names the tool (default: this tree's release build).
set -euo pipefail

rounds=${1:-9}
shift || true
[ $# -gt 0 ] || set -- cc1 perl python3 sqlite3
here=$(cd "$(dirname "$0")" && pwd)
tool=${HEAPBENCH:-$here/../../build/release/bin/heapbench}
heaptrack=$(find /usr/lib /usr/local/lib -name libheaptrack_preload.so 2>/dev/null | head -n 1)
work=$(mktemp -d "${TMPDIR:-/tmp}/slowdown.XXXXXX")
trap 'rm -rf "$work"' EXIT

# Runs a program and writes the processor seconds that it and its children took to $SECONDS_FILE.
cat >"$work/timed" <<'TIMED'
#!/bin/bash
TIMEFORMAT='%U %S'
{ time "$@" 2>&9; } 9>&2 2>"$SECONDS_FILE"
TIMED

# Recipes call this in place of the tool: timer record -o OUT -- PROGRAM ARGUMENTS.
cat >"$work/timer" <<TIMER
#!/bin/bash
set -euo pipefail
tool='$tool' heaptrack='$heaptrack' work='$work' rounds='$rounds'
TIMER
cat >>"$work/timer" <<'TIMER'
out=$3
shift 4
export SECONDS_FILE=$work/seconds

bare() { "$work/timed" env "$@"; }
recorded() { "$tool" record --level 1 --force -o "$out.trace" -- "$work/timed" env "$@"; }
tracked() {
    "$work/timed" env DUMP_HEAPTRACK_OUTPUT="$work/heaptrack" LD_PRELOAD="$heaptrack" "$@"
    rm -f "$work/heaptrack"
}

seconds() {
    "$@" >/dev/null 2>&1
    awk '{ print $1 + $2 }' "$SECONDS_FILE"
}

"$tool" record --level 1 --force -o "$out.trace" -- "$@" >/dev/null 2>&1
"$tool" info --json "$out.trace" | sed -n 's/.*"ops": *\([0-9]*\).*/\1/p' | head -n 1 >"$out"
ways=(bare recorded)
[ -z "$heaptrack" ] || ways+=(tracked)
declare -A took=([tracked]=0)
for ((i = 0; i < rounds; i++)); do
    for ((k = 0; k < ${#ways[@]}; k++)); do
        way=${ways[(i + k) % ${#ways[@]}]}
        took[$way]=$(seconds "$way" "$@")
    done
    echo "${took[bare]} ${took[recorded]} ${took[tracked]}" >>"$out"
done
TIMER
chmod +x "$work/timer" "$work/timed"

printf '%-10s %12s %8s %12s %26s %26s\n' '' '' '' '' 'heapbench record' 'heaptrack'
printf '%-10s %12s %8s %12s %8s %8s %8s %8s %8s %8s\n' program operations bare_s ops/s \
    median least greatest median least greatest
for recipe in "$@"; do
    HEAPBENCH=$work/timer "$here/../recipes/$recipe.sh" "$work/$recipe"
    awk -v name="$recipe" '
        function sort(values, n,   i, j, v) {
            for (i = 2; i <= n; i++) {
                v = values[i]
                for (j = i - 1; j > 0 && values[j] > v; j--)
                    values[j + 1] = values[j]
                values[j + 1] = v
            }
        }
        NR == 1 { operations = $1; next }
        { n++; bare[n] = $1; ours[n] = $2 / $1; theirs[n] = $3 / $1 }
        END {
            sort(bare, n); sort(ours, n); sort(theirs, n)
            m = int((n + 1) / 2)
            printf "%-10s %12d %8.3f %12.0f %8.3f %8.3f %8.3f", name, operations, bare[m], operations / bare[m],
                ours[m], ours[1], ours[n]
            if (theirs[m] > 0)
                printf " %8.3f %8.3f %8.3f", theirs[m], theirs[1], theirs[n]
            print ""
        }' "$work/$recipe"
done

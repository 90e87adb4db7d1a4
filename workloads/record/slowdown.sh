#!/bin/bash
# slowdown.sh - what recording costs real programs: processor time with the recorder over processor time without.
#
# Usage:  slowdown.sh [ROUNDS [RECIPE...]]     (default: 9 rounds of cc1, perl, python3 and sqlite3)
#
# Each recipe prepares its input once; then its program runs with and without the recorder in turn, in changing
# order, and the ratios are paired by round. Printed: operations, user and system time without the recorder
# (median), operations a second, and the median ratio with the least and the greatest. Converting the capture
# to a trace afterwards is not part of it. $HEAPBENCH names the tool (default: the release build of this tree).
set -euo pipefail

rounds=${1:-9}
shift || true
[ $# -gt 0 ] || set -- cc1 perl python3 sqlite3
here=$(cd "$(dirname "$0")" && pwd)
tool=${HEAPBENCH:-$here/../../build/release/bin/heapbench}
recorder=$(cd "$(dirname "$tool")/../lib" && pwd)/libheapbench_record.so
work=$(mktemp -d "${TMPDIR:-/tmp}/slowdown.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/captures"

# Recipes call this in place of the tool: timer record -o OUT -- PROGRAM ARGUMENTS.
cat >"$work/timer" <<TIMER
#!/bin/bash
set -euo pipefail
tool='$tool' recorder='$recorder' captures='$work/captures' rounds='$rounds'
TIMER
cat >>"$work/timer" <<'TIMER'
out=$3
shift 4
TIMEFORMAT='%U %S'

# Both through env, so that both start one more program.
bare() { time env "$@" 2>&9; }
recorded() { time env HEAPBENCH_RECORD_FOLDER="$captures" LD_PRELOAD="$recorder" "$@" 2>&9; }
seconds() {
    { "$@" 9>/dev/null; } 2>&1 >/dev/null | awk '{ print $1 + $2 }'
    rm -f "$captures"/*.capture
}

"$tool" record --level 1 -o "$out.trace" -- "$@" >/dev/null 2>&1
"$tool" info --json "$out.trace" | sed -n 's/.*"ops": *\([0-9]*\).*/\1/p' | head -n 1 >"$out"
for ((i = 0; i < rounds; i++)); do
    if ((i % 2)); then
        b=$(seconds recorded "$@")
        a=$(seconds bare "$@")
    else
        a=$(seconds bare "$@")
        b=$(seconds recorded "$@")
    fi
    echo "$a $b" >>"$out"
done
TIMER
chmod +x "$work/timer"

printf '%-16s %12s %10s %12s %8s %8s %8s\n' program operations bare_s ops/s median least greatest
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
        { n++; bare[n] = $1; ratio[n] = $2 / $1 }
        END {
            sort(bare, n); sort(ratio, n)
            m = int((n + 1) / 2)
            printf "%-16s %12d %10.3f %12.0f %8.3f %8.3f %8.3f\n", name, operations, bare[m], operations / bare[m], ratio[m], ratio[1], ratio[n]
        }' "$work/$recipe"
done

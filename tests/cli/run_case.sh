#!/bin/sh
# run_case.sh - runs one case of the command line and compares what it printed and how it ended.
#
# Usage:  run_case.sh BIN_FOLDER CASE.sh
#
# CASE.sh is run by sh in an empty folder of its own, with BIN_FOLDER first in PATH and HEAPBENCH_TRACES set to the
# shipped traces; $CASES is the folder that it lies in. Beside it lie
#   CASE.out   what it must print on standard output
#   CASE.err   what it must print on standard error; without that file, nothing
# A line "# exit N" in CASE.sh says how it must end (0 without one). What differs from run to run the case replaces
# itself, with sed. A case that cannot be tried here says so on standard output and ends with 77. To write the expected files anew: UPDATE=1 run_case.sh ...
set -u

bin=$1
case=$2
CASES=$(cd "$(dirname "$case")" && pwd)
name=$CASES/$(basename "$case" .sh)
root=$(cd "$CASES/../../.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

PATH=$bin:$PATH
HEAPBENCH_TRACES=${HEAPBENCH_TRACES-$root/workloads/traces}
LC_ALL=C
export CASES PATH HEAPBENCH_TRACES LC_ALL

mkdir "$folder/work"
(cd "$folder/work" && sh "$name.sh") >"$folder/out" 2>"$folder/err" </dev/null
status=$?
if [ "$status" -eq 77 ]; then
    cat "$folder/out"
    exit 77
fi
# What an unoptimised build says of itself, in every table: the case not_optimised wants to see it.
if [ "$(basename "$name")" != not_optimised ]; then
    sed -i '/^NOT OPTIMISED: /d; /^  "not_optimised": /d' "$folder/out"
fi
expected=$(sed -n 's/^# exit \([0-9]*\)$/\1/p' "$name.sh")

if [ -n "${UPDATE-}" ]; then
    cp "$folder/out" "$name.out"
    rm -f "$name.err"
    [ ! -s "$folder/err" ] || cp "$folder/err" "$name.err"
fi

failed=0
diff -u "$name.out" "$folder/out" || failed=1
if [ -e "$name.err" ]; then
    diff -u "$name.err" "$folder/err" || failed=1
elif [ -s "$folder/err" ]; then
    echo "unexpected on standard error:"
    cat "$folder/err"
    failed=1
fi
if [ "$status" -ne "${expected:-0}" ]; then
    echo "exit status $status instead of ${expected:-0}"
    failed=1
fi
exit "$failed"

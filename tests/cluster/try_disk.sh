#!/bin/sh
# try_disk.sh - a disk that is full in the middle of a study, and room again.
#
# Usage:  HEAPBENCH=build/release/bin/heapbench tests/cluster/try_disk.sh    as root; parallel installed
set -u
. "$(dirname "$0")/../expect.sh"
. "$(dirname "$0")/study.sh"
study=$work/study
trap 'umount "$study" 2>/dev/null; rm -rf "$work"' EXIT
export PARALLEL_HOME="$work/parallel"
mkdir -p "$study" "$PARALLEL_HOME" && touch "$PARALLEL_HOME/will-cite"
mount -t tmpfs -o size=64m tmpfs "$study"
make_study "$study"
# Room for some of the results, and no more.
dd if=/dev/zero of="$study/ballast" bs=1k count=$(($(df -k --output=avail "$study" | tail -1) - 300)) 2>/dev/null

all() { parallel -j2 --joblog "$work/log" "$@" "$heapbench" run --unit {} "$study/plan.tsv" ::: $(seq 1 $((2 * traces))) >"$work/said" 2>&1; }
all
echo "        full: $(results "$study") of $((2 * traces)) done"
expect "some are done, and some are not" test "$(results "$study")" -gt 0 -a "$(results "$study")" -lt $((2 * traces))
expect "the disk is said to be full" grep -q "cannot be written: No space left on device; nothing of it was kept" "$work/said"
expect "nothing is left behind" no_litter "$study"
list_results "$study" >"$work/held"
expect "what is there is whole" sh -c "'$heapbench' plan --check '$study' | grep -v ^missing | wc -l | grep -qx 1"
rm "$study/ballast"
all --resume-failed
expect "nothing that was finished is lost or done again" kept_all "$work/held" "$study"
expect "all units are there, once" is_whole "$study"
expect "the merged files equal one run" equals_one_run "$study"
exit "$failures"

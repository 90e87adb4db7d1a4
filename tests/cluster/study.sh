# study.sh - for the trials by hand: a study of exact units of some seconds each, and what is held of its end.
#
# Usage:  . "$(dirname "$0")/study.sh"      after ../expect.sh, with HEAPBENCH=build/release/bin/heapbench
# shellcheck shell=sh
heapbench=$(realpath "${HEAPBENCH:?HEAPBENCH=build/release/bin/heapbench}")
traces=${TRACES:-12}
steps=${STEPS:-100K}

# make_study FOLDER - $traces generated traces and a plan of two exact units of each
make_study() {
    mkdir -p "$1"
    i=0
    while [ "$i" -lt "$traces" ]; do
        "$heapbench" generate steady live=100K steps="$steps" seed="$i" -o "$1/steady$i.trace" >/dev/null
        i=$((i + 1))
    done
    "$heapbench" plan "$1"/steady*.trace -q curve,policies -o "$1/plan.tsv"
}

results() { find "$1/units" -name '*@*.csv' ! -name '.*' 2>/dev/null | wc -l; }

# What was finished is still what it was: neither lost nor done again. `held` is a listing of before.
list_results() { find "$1/units" -name '*@*.csv' ! -name '.*' -printf '%f %i %T@\n' | sort; }
kept_all() { list_results "$2" | comm -23 "$1" - | { ! grep .; }; }
is_whole() { [ "$(results "$1")" -eq $((2 * traces)) ] && "$heapbench" plan --check "$1"; }
no_litter() { ! find "$1/units" -name '*.part' | grep .; }

# equals_one_run FOLDER - the merged files are, but for the provenance, what one run writes
equals_one_run() {
    rows() { sed -n '/^# schema/,$p' "$1"; }
    "$heapbench" merge "$1" >/dev/null || return 1
    mkdir -p "$work/direct"
    (cd "$1" && find . -name 'steady*.trace' | LC_ALL=C sort | xargs "$heapbench" model --all --results "$work/direct") >/dev/null
    rows "$1/policies.csv" >"$work/merged" && rows "$work/direct/policies.csv" | cmp - "$work/merged"
}

# A process and all below it.
tree() {
    all=$1
    new=$1
    while [ -n "$new" ]; do
        new=$(for pid in $new; do cat "/proc/$pid/task/$pid/children" 2>/dev/null; done)
        all="$all $new"
    done
    echo "$all"
}

workers() { pgrep -f "cluster.py.*run --unit.*$study/plan.tsv"; }
kill_worker() { pid=$(workers | head -1) && [ -n "$pid" ] && kill -KILL "$pid"; }

# wait_for COMMAND... - until it holds; ten minutes at most: Slurm lets a job that it queued again wait for two
wait_for() {
    n=0
    until "$@"; do
        n=$((n + 1))
        [ "$n" -lt 3000 ] || return 1
        sleep 0.2
    done
}
has_results() { [ "$(results "$1")" -ge "$2" ]; }

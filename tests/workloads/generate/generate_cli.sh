#!/bin/sh
# generate_cli.sh - heapbench generate, as it is typed: what it writes, what it refuses, and with which exit status.
#
# Usage:  generate_cli.sh HEAPBENCH
set -eu
heapbench=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

failed=0
complain() {
    printf 'FAILED: %s\n' "$*"
    failed=1
}

# expect STATUS SENTENCE-PART ARGUMENT...: exit status and what is on standard error.
expect() {
    status=$1 part=$2
    shift 2
    got=0
    "$heapbench" generate "$@" >out 2>err || got=$?
    [ "$got" -eq "$status" ] || complain "generate $*: exit $got, not $status"
    grep -qF -- "$part" err || complain "generate $*: '$(cat err)' does not say '$part'"
    [ ! -s out ] || complain "generate $*: something on standard output"
}

# A generated trace passes the check of every operation, and says how to make it again.
expect 0 '802 510 operations, 401 255 objects: ramp live=65536 ratio=256' ramp -o ramp.trace
"$heapbench" info ramp.trace | grep -q 'heapbench generate ramp live=65536 ratio=256 unit=16 header=8' ||
    complain 'the trace does not say how it was made'
for name in shredding two-size steady sawtooth larson threadtest producer-consumer pool; do
    expect 0 "operations" "$name" -o "$name.trace"
    "$heapbench" info "$name.trace" >/dev/null || complain "$name.trace is not sound"
done

# The same settings are the same file; another seed is another.
expect 0 'seed=9' steady seed=9 -o one.trace
expect 0 'seed=9' steady seed=9 -o two.trace
expect 0 'seed=8' steady seed=8 -o three.trace
cmp -s one.trace two.trace || complain 'the same seed made two traces'
if cmp -s one.trace three.trace; then complain 'another seed made the same trace'; fi

# Sizes of another trace, and no others.
expect 0 'empirical=ramp.trace' steady empirical=ramp.trace steps=1000 live=100 -o drawn.trace
expect 1 'nowhere.trace' steady empirical=nowhere.trace -o never.trace
expect 0 '1 operation, 1 object: steady' steady live=1 steps=0 -o single.trace

# Somebody's file is not overwritten, unless it is said.
echo notes >notes.txt
expect 1 'is there already and no trace; --force overwrites it' steady -o notes.txt
[ "$(cat notes.txt)" = notes ] || complain 'notes were overwritten'
expect 0 '1 operation, 1 object: steady' steady live=1 steps=0 -o notes.txt --force

# Bad usage names what would be good, and writes nothing.
expect 2 'which generator?'
expect 2 'where to?' ramp
expect 2 'there are ramp, shredding' rump -o never.trace
expect 2 'live=0: it must be 1 to 268435456' ramp live=0 -o never.trace
expect 2 'ratio=0: it must be 1 to 1048576' ramp ratio=0 -o never.trace
expect 2 'header=16: it must be 0 to 15' ramp header=16 -o never.trace
expect 2 'a trace can number 1 to 4294967295' steady live=64M steps=4294967295 -o never.trace
expect 2 '--level takes a number from 1 to 19' ramp --level 20 -o never.trace
expect 1 'no/such/folder' ramp -o no/such/folder/never.trace
if ls never* >/dev/null 2>&1; then complain 'something was left behind'; fi

exit "$failed"

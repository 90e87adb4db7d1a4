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

# Like a recorded trace: as many times the allocations, and the same live at the end; once is the trace itself.
figures() {
    "$heapbench" info "$1" --json | grep -E "\"($2)\""
}
printf 'a x 100\nc y 200\nm z 64 300\nr x 150\nt 1\nf x\nw 5ms\na x 100\nf y\n' >small.txt
expect 0 '25 operations, 12 objects: like=small.txt scale=3 block=512 seed=1' like=small.txt scale=3 -o like.trace
"$heapbench" info like.trace | grep -q 'heapbench generate like=small.txt scale=3 block=512 seed=1' ||
    complain 'the trace does not say how it was made'
figures like.trace 'objects|live_objects_at_end|duration_us|size_p50|threads' >counted
printf '  "objects": 12,\n  "threads": 2,\n  "live_objects_at_end": 2,\n  "size_p50": 150,\n  "duration_us": 15000,\n' |
    cmp -s - counted || complain "like.trace: $(cat counted)"
expect 0 '7 operations, 4 objects' like=small.txt scale=1 -o like.trace
"$heapbench" export like.trace --to text -o like.txt
"$heapbench" import small.txt -o same.trace >/dev/null 2>&1
"$heapbench" export same.trace --to text -o same.txt
grep -v '^command\|^origin' like.txt >one
grep -v '^command\|^origin' same.txt >two
cmp -s one two || complain 'scale=1 is not the trace itself'
expect 0 'like=steady.trace scale=4' like=steady.trace scale=4 seed=3 -o one.trace
expect 0 'like=steady.trace scale=4' like=steady.trace scale=4 seed=3 -o two.trace
expect 0 'like=steady.trace scale=4' like=steady.trace scale=4 seed=4 -o three.trace
cmp -s one.trace two.trace || complain 'the same seed made two traces'
if cmp -s one.trace three.trace; then complain 'another seed made the same trace'; fi
[ "$(figures one.trace 'size_p50|size_p90|size_p99|size_max|live_bytes_at_end')" = \
    "$(figures steady.trace 'size_p50|size_p90|size_p99|size_max|live_bytes_at_end')" ] || complain 'other sizes'
# Onto itself: what is read stays readable until what is made is whole.
expect 0 'like=one.trace scale=2' like=one.trace scale=2 -o one.trace
"$heapbench" info one.trace >/dev/null || complain 'a trace made like itself is not sound'

# Memory follows what lives, and not how much is read or written: 80 MB of operations here.
"$heapbench" generate steady live=1000 steps=1M -o long.trace 2>/dev/null
# shellcheck disable=SC3045 # dash and bash have it; where it is refused nothing is tried
if (ulimit -v 64000 && exec "$heapbench" generate like=small.txt scale=1 -o like.trace) 2>/dev/null; then
    (ulimit -v 64000 && exec "$heapbench" generate like=long.trace scale=2 -o like.trace) 2>err ||
        complain "like=long.trace in 64 MB: $(cat err)"
    [ "$(figures like.trace objects)" = '  "objects": 2099152,' ] || complain "$(figures like.trace objects)"
fi

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
expect 2 'like which trace? like=TRACE' like -o never.trace
expect 2 'like which trace? like=TRACE' like= scale=10 -o never.trace
expect 2 "no generator is called 'ramp=small.txt'" ramp=small.txt -o never.trace
expect 2 "like takes no 'live=5'; it takes key=value with the keys scale, block, seed" like=small.txt live=5 -o never.trace
expect 2 'scale=0: it must be 1 to 1048576' like=small.txt scale=0 -o never.trace
expect 2 'scale=x: it must be 1 to 1048576' like=small.txt scale=x -o never.trace
expect 2 'block=0: it must be 1 to 1048576' like=small.txt block=0 -o never.trace
expect 1 'nowhere.trace' like=nowhere.trace -o never.trace
expect 2 'a trace can number 1 to 4294967295' like=ramp.trace scale=1M -o never.trace
printf 'a x 9223372036854775808\nf x\na x 9223372036854775808\n' >huge.txt
expect 1 'huge.txt: its sizes add up to more than 2^64 bytes' like=huge.txt -o never.trace
head -c 3000 steady.trace >cut.trace
expect 1 'cut.trace' like=cut.trace -o never.trace
head -c 3000 /dev/zero >zeros
expect 1 'not a workload' like=./zeros -o never.trace
expect 2 '--level takes a number from 1 to 19' ramp --level 20 -o never.trace
expect 1 'no/such/folder' ramp -o no/such/folder/never.trace
if ls never* >/dev/null 2>&1; then complain 'something was left behind'; fi

exit "$failed"

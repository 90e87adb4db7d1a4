#!/bin/sh
# adversary_cli.sh - heapbench adversary, as it is typed: tables, JSON, CSV, refusals and exit statuses.
#
# Usage:  adversary_cli.sh HEAPBENCH ODD_LIBRARIES
set -eu
heapbench=$1
odd=$2
# A crash is to be a crash in a build with sanitizers too.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}handle_segv=0"
export TSAN_OPTIONS="${TSAN_OPTIONS:+$TSAN_OPTIONS:}handle_segv=0"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

failed=0
complain() {
    printf 'FAILED: %s\n' "$*"
    failed=1
}

# expect STATUS ERROR-PART ARGUMENT...: exit status and what is on standard error.
expect() {
    status=$1 part=$2
    shift 2
    got=0
    "$heapbench" adversary "$@" >out 2>err || got=$?
    [ "$got" -eq "$status" ] || complain "adversary $*: exit $got, not $status: $(cat err)"
    [ -z "$part" ] || grep -qF -- "$part" err || complain "adversary $*: '$(cat err)' does not say '$part'"
}

# Takes white space out of it, so that JSON's layout does not matter.
pack() {
    tr -d ' \n' <out >packed
    mv packed out
}

# says PART...: what the last expect has on standard output.
says() {
    for part in "$@"; do
        grep -qF -- "$part" out || complain "standard output lacks '$part'"
    done
}

# The expected figure beside the measured one, phase by phase: size, live blocks, expected, measured, bound.
expect 0 '' robson -a simple --live 1K --ratio 16
says 'robson against simple' 'at least' 'heap'"'"'s extent'
awk '$2 == 16 { if ($3 != 192 || $4 != $6 || $5 < $6) exit 1; seen = 1 } END { exit !seen }' out ||
    complain 'the last phase of Robson on simple'

# One flat object with an array over the phases.
expect 0 '' robson -a model-first-merge --live 1K --ratio 4 --json
pack
says '"adversary":"robson"' '"allocator":"model-first-merge"' '"status":"ok"' '"size":[1,2,4]' \
    '"live_blocks":[1024,768,512]' '"measured_bytes":[32768,49120,65440]' '"bound":"least"'
expect 0 '' steady -a model-first --live 100 steps=1000 --json
pack
says '"ratio":null' '"bound":null'

# Allocators whose memory can only be looked at from outside run in a process of their own.
expect 0 '' robson -a glibc --live 16K --ratio 64
says 'robson against glibc' 'resident memory'
expect 0 '' two-size -a simple-merge --live 64 cycles=2
expect 1 'signal 11' robson -a "$odd/libodd_crash.so" --live 1K --ratio 4
expect 1 'no room' robson -a "$odd/libodd_null.so" --live 1K --ratio 4
expect 1 'not done after 1 s' robson -a "$odd/libodd_loop.so" --live 1K --ratio 4 --timeout 1
expect 1 'cannot' robson -a ./nowhere.so
expect 1 'no room for' robson -a simple --live 1K --ratio 16 --heap 64K
says 'robson against simple'

expect 2 'no allocator is called' robson -a nobody --live 1K --ratio 4

# Results are written whole, with every phase; a build that must not be measured writes none.
if "$heapbench" adversary robson -a model-first --live 1K --ratio 4 --results kept >out 2>err; then
    [ "$(grep -c '^robson,model-first,ok,extent,1024,4,32,32768,' kept/adversary.csv)" -eq 3 ] ||
        complain "adversary.csv: $(cat kept/adversary.csv)"
    grep -q '^# schema *adversary/1$' kept/adversary.csv || complain 'adversary.csv has no schema'
    expect 1 '/dev/null' robson -a model-first --live 1K --ratio 4 --results /dev/null/kept
else
    grep -qE 'assert|sanitize' err || complain "--results: $(cat err)"
fi

# Bad usage names what would be good.
expect 2 'needs a name and -a ALLOCATOR'
expect 2 'needs a name and -a ALLOCATOR' robson
expect 2 'there are robson, first-fit, best-fit' rob -a simple
expect 2 'live 0: with a ratio of 1024 and units of 32 bytes it must be 1024 to ' robson -a simple --live 0
expect 2 'ratio 0: for robson it must be a power of two, 1 to 1048576' robson -a simple --ratio 0
expect 2 'live=0: it must be 1 to 67108864' steady -a simple --live 0
expect 2 'ratio=0: it must be 1 to ' ramp -a simple --ratio 0
expect 2 "--unit takes a number from 1 to 1048576, not '0'" robson -a simple --unit 0
expect 2 "--timeout takes a number of seconds from 1 to 10000000, not '4294967296'" robson -a simple --timeout 4294967296
expect 2 'a heap of 7 bytes is out of range: 8, one record, or more' robson -a simple --heap 7
expect 2 'a power of two, 1 to 1048576' robson -a simple --ratio 5
expect 2 'it must be 1024 to' robson -a simple --live 1
expect 2 "half of this machine's memory" robson -a glibc --live 1G
expect 2 'it must be more than the header' robson -a simple --live 64 --ratio 4 --unit 8
expect 2 'is a second one' robson first-fit -a simple
expect 2 '--all chooses' robson --all -a simple
expect 2 '--all prints tables' robson --all --json
expect 2 "nothing called 'steady'" steady --all

exit "$failed"

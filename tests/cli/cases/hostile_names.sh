# Names of files and libraries with escapes, newlines, commas, quotes or bytes that are no UTF-8: none reaches a terminal,
# JSON, a file of results or a page as it is, and what run writes is read back.
mkdir traces results
name=$(printf 'e\033[31mvil,"q\n\351x')
cp "$HEAPBENCH_TRACES/demo.rep" "traces/$name.rep"
cp "$HEAPBENCH_TRACES/demo.rep" "traces/$(printf 'e_vil__q__x').rep"
printf "a $(printf '\033]0;x')\303 -1\n" >"traces/$(printf 'wro\033ng').txt"
HEAPBENCH_TRACES=traces
export HEAPBENCH_TRACES
library=$(printf './lib\033[7m\351.so')
cp "$HEAPBENCH_TRACES/e_vil__q__x.rep" "$library"
raw() { # says what is wrong with what is read
    tr -d '\n' | LC_ALL=C grep -q '[[:cntrl:]]' && echo "$1: a control character"
}
check() {
    what=$1
    shift
    "$@" >out 2>err
    echo "$what: exit $?"
    cat out err | raw "$what"
    iconv -f utf-8 -t utf-8 out err >both || echo "$what: not UTF-8"
}
check list heapbench list
check 'list json' heapbench list --json
check info heapbench info "$name"
check 'info json' heapbench info "$name" --json
check missing heapbench info "$(printf 'no\033[7msuch\377')"
check command heapbench "$(printf '\033[7m')"
check wrong heapbench info "$(printf 'wro\033ng')"
check option heapbench model "$name" --heap "$(printf '\033[7m')"
check model heapbench model "$name"
check 'model json' heapbench model "$name" --json
check walk heapbench walk "$name"
check curve heapbench curve "$name"
check 'curve json' heapbench curve "$name" --json
check 'curve all' heapbench curve --all
check 'model all' heapbench model --all
check replay heapbench replay "$name" -a simple
check library heapbench replay demo -a "$library"
check run heapbench run -a "simple,$library" --rounds 1
check 'run calls' heapbench run -a "simple,$library" --rounds 1 --histograms histograms
check 'run json' heapbench run -a "simple,$library" --rounds 1 --json
check import heapbench import "$name" -o "$(printf 'o\033ut').trace"
check imported heapbench info "$(printf './o\033ut').trace"
check export heapbench export "$(printf './o\033ut').trace" --to text
check generate heapbench generate steady live=5 steps=5 -o "$(printf 'g\033en').trace"
check benchmark throughput --allocators="simple,$library"
check 'benchmark json' throughput --allocators="simple,$library" --benchmark_format=json
printf '= Start\n@ ./m - 0x5000\n@ ./m + 0x5000 0xa\n= End\n' >"$(printf 'm\033t').mtrace"
check repaired heapbench info "$(printf './m\033t').mtrace"

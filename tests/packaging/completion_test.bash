#!/bin/bash
# completion_test.bash - what bash completes: every command, every option of each --help, and the names.
#
# Usage:  completion_test.bash COMPLETION HEAPBENCH
set -u

# shellcheck source=packaging/heapbench.bash
source "$1"
tool=$2
failures=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
mkdir traces folder
touch file.trace
echo 'a x 1' >traces/first.txt
echo 'a x 1' >traces/second.txt
export HEAPBENCH_TRACES=$work/traces

# complete_words WORD...: what is offered for the last of them, sorted, in one line.
complete_words() {
    COMP_WORDS=("$tool" "$@")
    COMP_CWORD=$#
    COMPREPLY=()
    _heapbench
    printf '%s\n' "${COMPREPLY[@]}" | sort -u | xargs
}

sorted() {
    printf '%s\n' "$@" | sort -u | xargs
}

expect() { # expect EXPECTED WORD...
    local expected=$1 got
    shift
    got=$(complete_words "$@")
    if [[ $got != "$expected" ]]; then
        printf 'FAILED  heapbench %s\n  expected  %s\n  completed %s\n' "$*" "$expected" "$got"
        failures=$((failures + 1))
    fi
}

expect_each() { # expect_each NAMES WORD...: all of them are among what is offered
    local names=$1 got name
    shift
    got=" $(complete_words "$@") "
    for name in $names; do
        if [[ $got != *" $name "* ]]; then
            printf 'FAILED  heapbench %s: no %s in%s\n' "$*" "$name" "$got"
            failures=$((failures + 1))
        fi
    done
}

commands=$("$tool" --help | awk '/^  [a-z]/ {print $1}' | xargs)
[[ $commands == *record* ]] || failures=$((failures + 1))
# shellcheck disable=SC2086 # words
expect "$(sorted $commands help --help --version)" ''
expect 'record' rec
# shellcheck disable=SC2086
expect "$(sorted $commands)" help ''
for command in $commands; do
    # The test's own reading of --help: whatever begins with dashes at the start of a line.
    options=$("$tool" "$command" --help | grep -E '^ +-' | sed -E 's/^ +//; s/  .*//' | tr ',' '\n' |
        grep -oE -e '--?[A-Za-z?][a-z-]*=?' | sort -u | xargs)
    expect "$options" "$command" -
done

expect 'file.trace first folder second traces' info ''
expect 'file.trace first' info 'fi'
expect 'first' run first
expect 'model-first model-first-align model-first-align-merge model-first-merge' run -a model-fi
expect 'glibc,jemalloc' run --allocators glibc,jem
expect 'glibc' run --allocators = gli
expect 'best first next' model --policy ''
expect 'best' model --policy = be
expect 'best first next' model --policy =
expect 'all none page' replay first --touch ''
expect 'rep text' export first --to ''
expect 'mtrace' import first --from m
expect '' run --rounds ''
expect 'folder' report --results fo
expect 'steady' generate stea
expect 'larson like pool producer-consumer ramp sawtooth shredding steady storm threadtest two-size' generate ''
expect 'sizes=' generate steady siz
expect 'first' generate like = fir
expect 'file.trace first folder second traces' generate like =
expect 'scale=' generate like = first sca
expect 'second' generate steady empirical = sec
expect 'robson' adversary rob
expect 'allocators traces' list --names ''
expect_each 'sort' record -- sor
expect 'file.trace' record -- sort fil
expect '' frobnicate zzz

[[ $failures -eq 0 ]] && echo "all is completed"
exit $((failures > 0))

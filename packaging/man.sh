#!/bin/sh
# man.sh - writes a manual page for heapbench, one for each of its commands and one for each benchmark main.
#
# Usage:  man.sh BIN_FOLDER OUT_FOLDER VERSION MAIN...
#
# All of them are made by help2man of what --help prints, so that they cannot say anything else; heapbench.h2m has the
# sections of heapbench(1) that no --help has.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
bin=$1
out=$2
version=$3
shift 3
LC_ALL=C
export LC_ALL

commands() {
    "$bin/heapbench" --help | sed -nE 's/^  ([a-z][a-z-]*) .*/\1/p'
}

# Examples are commands, one a line: help2man would have them filled into a paragraph.
keep_lines() {
    awk '/^\.SH / && lines { print ".fi"; lines = 0 }
         { print }
         /^\.SH EXAMPLES/ { examples = 1; next }
         examples && /^\.IP/ { print ".nf"; lines = 1 }
         { examples = 0 }'
}

# page NAME SUMMARY PROGRAM HELP-OPTION [OPTION...]: writes NAME.1.
page() {
    name=$1 summary=$2 program=$3 help=$4
    shift 4
    # From its folder, whose name help2man's shell would split; and not into a pipe, where a failure would not be seen.
    (cd "$bin" && help2man --no-info --section=1 --name="$summary" --help-option="$help" --version-string="$version" \
        --source="heapbench $version" --manual='heapbench' "$@" "./$program") >"$out/$name.1.made"
    sed "/^\.TH /s/^\.TH [^ ]*/.TH $(echo "$name" | tr 'a-z_' 'A-Z_')/; /^\.SH NAME/{n;s/^[^ ]* /$name /;}" "$out/$name.1.made" |
        keep_lines >"$out/$name.1.part"
    rm "$out/$name.1.made"
    mv "$out/$name.1.part" "$out/$name.1"
}

# The sentence below a command's usage; 'or:' lines are usage as well.
summary_of() {
    "$bin/heapbench" --help | sed -nE "s/^  $1 +(.*)/\1/p"
}

see_also() {
    printf '[see also]\n'
    for command; do
        printf '.BR heapbench-%s (1),\n' "$command"
    done | sed '$s/,$//'
}

mkdir -p "$out"
rm -f "$out"/*.1
include=$(mktemp)
trap 'rm -f "$include"' EXIT
# shellcheck disable=SC2046 # words
(cat "$here/heapbench.h2m" && see_also $(commands)) >"$include"
page heapbench 'measure memory allocators with the allocation traces of real programs' heapbench --help --include="$include"
printf '[see also]\n.BR heapbench (1)\n' >"$include"
for command in $(commands); do
    page "heapbench-$command" "$(summary_of "$command")" heapbench "$command --help" --include="$include"
done
for main; do
    page "$main" 'a question that heapbench asks of allocators, as a Google Benchmark program' "$main" --help --include="$include"
done

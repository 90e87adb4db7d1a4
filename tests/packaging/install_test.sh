#!/bin/sh
# install_test.sh - an installed tree that was moved: all that people do works there, from another folder, through a link,
# with the results in the current folder and the tree as it was.
#
# Usage:  install_test.sh BUILD SOURCE CC
#
# No file that is installed holds the path of the source or of the build, so none of them can be looked for there.
set -u

build=$1
source=$2
cc=$3
# shellcheck source=../expect.sh
. "$(dirname "$0")/../expect.sh"

state_of_tree() {
    find "$prefix" -type f -printf '%p %s %T@ %m\n' | sort
}

DESTDIR='' cmake --install "$build" --prefix "$work/first" >"$work/log" || {
    cat "$work/log"
    exit 1
}
mkdir "$work/elsewhere" "$work/links" "$work/home"
prefix=$work/elsewhere/prefix
mv "$work/first" "$prefix"
ln -s "$prefix/bin/heapbench" "$work/links/hb"
hb=$work/links/hb
state_of_tree >"$work/before"
HOME=$work/home
export HOME
LC_ALL=C
export LC_ALL
unset HEAPBENCH_TRACES HEAPBENCH_PLOTS HEAPBENCH_RECORDER HEAPBENCH
cd "$work/home" || exit 1

# --- Where things are ------------------------------------------------------------------------------------------------

names_no_path_of() {
    ! grep -rlF "$1" "$prefix"
}
expect 'nothing names the source tree' names_no_path_of "$source/"
expect 'nothing names the build tree' names_no_path_of "$build"

lists_its_own_traces() {
    "$hb" list --json | grep -F "\"path\": \"$prefix/share/heapbench/traces/demo.rep\""
}
expect 'list shows its own traces' lists_its_own_traces
expect 'a trace is found by its name' "$hb" info cc1

# --- Record, run, report ---------------------------------------------------------------------------------------------

expect 'record' "$hb" record -o sort.trace -- sort /etc/passwd
expect 'what was recorded is sound' "$hb" info sort.trace
expect 'run, with results in the current folder' \
    "$hb" run sort.trace demo -a simple,glibc --rounds 2 --results results/latest
if command -v gnuplot >/dev/null; then
    expect 'report, of results/latest' "$hb" report
    expect 'the page is there' test -s results/latest/report.html
    expect 'the figure is there' test -s results/latest/plots/throughput.svg
fi
if [ -e "$prefix/share/heapbench/lab/lab.html" ]; then # it is not built where clang for WebAssembly is missing
    expect 'lab, of what was recorded' "$hb" lab sort.trace -o lab.html
    expect 'the trace is in the page' grep -q 'application/x-heapbench-trace' lab.html
fi
expect 'a benchmark main' "$prefix/bin/walk_cost" --benchmark_filter=/simple/demo

finds_its_tool() {
    sh -c 'set -- x.trace; . "$0"; "$heapbench" info demo' "$prefix/share/heapbench/recipes/common.sh"
}
expect 'a recipe finds the tool that it is installed with' finds_its_tool

is_as_it_was() {
    state_of_tree | cmp - "$work/before"
}
expect 'the installed tree is as it was' is_as_it_was

# --- Staged for a package ---------------------------------------------------------------------------------------------

lists_staged_traces() {
    DESTDIR=$work/stage cmake --install "$build" --prefix /opt/heapbench &&
        "$work/stage/opt/heapbench/bin/heapbench" list --json |
        grep -F "\"path\": \"$work/stage/opt/heapbench/share/heapbench/traces/demo.rep\""
}
expect 'a staged tree works where it is staged' lists_staged_traces

# --- Headers and archives --------------------------------------------------------------------------------------------

compiles_alone() {
    echo "#include \"$1\"" >alone.c
    "$cc" -std=c11 -Wall -Wextra -Wpedantic -Werror -I "$prefix/include/heapbench" -fsyntax-only alone.c
}
for header in $(cd "$prefix/include/heapbench" && find . -name '*.h' | sed 's,^\./,,'); do
    expect "$header compiles alone" compiles_alone "$header"
done

cat >count.c <<'C'
#include <stdio.h>

#include "workloads/trace/trace.h"
#include "workloads/workload.h"

int main(int argc, char **argv)
{
    struct hb_workload *workload;
    struct hb_error error;

    if (argc != 2 || hb_workload_load(argv[1], &workload, &error) != HB_OK)
        return 1;
    printf("%llu\n", (unsigned long long)workload->op_count);
    hb_workload_free(workload);
    return 0;
}
C
# shellcheck disable=SC2086 # words
reads_traces() {
    flags=$(PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name heapbench.pc)") pkg-config --cflags --libs heapbench) &&
        "$cc" -std=c11 -o count count.c $flags &&
        test "$(./count "$prefix/share/heapbench/traces/demo.rep")" = 7
}
expect 'a program of someone else reads a trace' reads_traces

# --- Manual and documents --------------------------------------------------------------------------------------------

has_every_option() { # PAGE PROGRAM [COMMAND]
    page=$prefix/share/man/man1/$1.1
    shift
    "$@" --help | grep -oE '^ +(-., )?--[a-z_-]+' | grep -oE -e '--.*' | while read -r option; do
        sed 's/\\-/-/g' "$page" | grep -qF -e "$option" || {
            echo "$page: no $option"
            return 1
        }
    done
}
if command -v help2man >/dev/null; then
    for command in $(cd "$prefix" && bin/heapbench --help | sed -nE 's/^  ([a-z][a-z-]*) .*/\1/p'); do
        expect "manual of $command" has_every_option "heapbench-$command" "$hb" "$command"
        expect "heapbench(1) names $command" grep -q "heapbench-$command" "$prefix/share/man/man1/heapbench.1"
    done
    expect 'each example of a manual page stands on a line of its own' \
        test "$(sed -n '/^\.nf/,/^\.fi/p' "$prefix/share/man/man1/heapbench-record.1" | grep -c '^heapbench ')" -gt 1
    for main in "$prefix"/bin/*; do
        expect "manual of $(basename "$main")" has_every_option "$(basename "$main")" "$main"
    done
fi

# Links to sources and folders need the source tree; all others lead somewhere.
links_lead_somewhere() {
    find . -name '*.md' | while read -r page; do
        grep -oE '\]\([^)#:]+\.(md|svg|csv)\)' "$page" | sed 's/^](//; s/)$//' | while read -r link; do
            test -e "$(dirname "$page")/$link" || echo "$page: $link"
        done
    done | tee broken
    test ! -s broken
}
cd "$prefix/share/doc/heapbench" || exit 1
expect 'the documents have what they link to' links_lead_somewhere
expect 'the licence' test -s LICENSE

[ "$failures" -eq 0 ]

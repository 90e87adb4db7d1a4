#!/bin/sh
# setup_test.sh - setup on machines that are pretended with a PATH of stubs: another distribution, nothing missing,
# one package missing as root, through sudo and without it, and an apt that fails.
#
# Usage:  setup_test.sh SETUP
set -eu

setup=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

# A PATH with the plain tools that setup needs and nothing of apt.
mkdir "$work/bin"
for tool in sh sed grep cat env; do
    ln -s "$(command -v "$tool")" "$work/bin/$tool"
done

stub() { # stub NAME BODY
    printf '#!/bin/sh\n%s\n' "$2" >"$work/bin/$1"
    chmod +x "$work/bin/$1"
}

run() { # run ARGS...: leaves $status, $work/out and $work/err
    status=0
    : >"$work/apt.log"
    PATH="$work/bin" "$setup" "$@" >"$work/out" 2>"$work/err" || status=$?
}

expect() { # expect WHAT COMMAND...
    what=$1
    shift
    if "$@"; then
        echo "ok      $what"
    else
        echo "FAILED  $what (exit $status)"
        cat "$work/out" "$work/err"
        failures=$((failures + 1))
    fi
}

run
expect 'another distribution: exit 1' test "$status" -eq 1
expect 'another distribution: names what is needed' grep -q 'libjemalloc-dev .*allocator under test' "$work/err"

stub apt-get "echo \"\$*\" >>'$work/apt.log'; exit \$(cat '$work/apt-exit')"
stub id 'echo 0'
echo 0 >"$work/apt-exit"
sed -n "/^packages='/,/^'/p" "$setup" | sed '1d;$d' | while read -r name _; do
    echo "$name installed"
done >"$work/installed"
stub dpkg-query "cat '$work/installed'"

run
expect 'nothing missing: exit 0' test "$status" -eq 0
expect 'nothing missing: says nothing' test ! -s "$work/out" -a ! -s "$work/err"
expect 'nothing missing: apt is not called' test ! -s "$work/apt.log"

sed -i 's/^graphviz installed$/graphviz config-files/' "$work/installed"
run --check
expect '--check: exit 1' test "$status" -eq 1
expect '--check: names it' grep -qx 'setup: missing: graphviz' "$work/err"
expect '--check: apt is not called' test ! -s "$work/apt.log"

run
expect 'one missing, as root: exit 0' test "$status" -eq 0
expect 'one missing, as root: says so' grep -qx 'setup: installing: graphviz' "$work/out"
expect 'one missing, as root: installs it alone' \
    grep -qx 'install -y -q --no-install-recommends graphviz' "$work/apt.log"

stub id 'echo 1000'
run
expect 'no root, no sudo: exit 1' test "$status" -eq 1
expect 'no root, no sudo: says what to type' grep -q 'apt-get install graphviz' "$work/err"
expect 'no root, no sudo: apt is not called' test ! -s "$work/apt.log"

stub sudo "echo sudo >>'$work/apt.log'; exec \"\$@\""
run
expect 'through sudo: exit 0' test "$status" -eq 0
expect 'through sudo: sudo is used' grep -qx sudo "$work/apt.log"

echo 100 >"$work/apt-exit"
run
expect 'apt fails: exit 1' test "$status" -eq 1
expect 'apt fails: says what was wanted' grep -q 'could not install all of: graphviz' "$work/err"

run --nonsense
expect 'an unknown option: exit 2' test "$status" -eq 2

[ "$failures" -eq 0 ]

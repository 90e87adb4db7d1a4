# common.sh - what every recipe shares; sourced, not run.
#
# Usage:  recipe.sh OUT.trace
#
# $HEAPBENCH names the tool (default: the release build of this tree, or the one that is installed with this recipe, else
# the one in $PATH). A recipe works in a
# temporary folder of its own, under relative names, so that nothing of this machine gets into the trace; with
# a fixed locale, time zone and environment, so that the same versions of the programs record the same trace.
# shellcheck shell=sh
set -eu

if [ $# -ne 1 ]; then
    sed -n '/^# Usage:/p' "$0" >&2
    exit 2
fi

recipes=$(cd "$(dirname "$0")" && pwd)
case $1 in
/*) out=$1 ;;
*) out=$PWD/$1 ;;
esac

heapbench=${HEAPBENCH:-$recipes/../../build/release/bin/heapbench}
[ -x "$heapbench" ] || heapbench=$recipes/../../../bin/heapbench
[ -x "$heapbench" ] || heapbench=$(command -v heapbench || echo heapbench) # before `clean` changes PATH

work=$(mktemp -d "${TMPDIR:-/tmp}/recipe.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work"

# need PROGRAM PACKAGE: stops where a program is missing.
need() {
    command -v "$1" >/dev/null 2>&1 && return
    echo "$(basename "$0"): $1 is missing; Debian and Ubuntu: apt-get install $2, or run ./setup" >&2
    exit 1
}

# clean COMMAND...: runs it with the environment that every recording has.
clean() {
    env -i PATH=/usr/local/bin:/usr/bin:/bin HOME=. LC_ALL=C TZ=UTC "$@"
}

# record PROGRAM [ARGUMENTS]: records it to the recipe's OUT.
record() {
    clean "$heapbench" record -o "$out" -- "$@"
}

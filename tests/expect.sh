# expect.sh - for scripts that are tests: one line a thing that must hold, and what was printed where it does not.
#
# Usage:  . "$(dirname "$0")/../expect.sh"      makes the folder $work, gone at the end; counts in $failures
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

expect() { # expect WHAT COMMAND...
    what=$1
    shift
    if "$@" >"$work/out" 2>"$work/err"; then
        echo "ok      $what"
    else
        echo "FAILED  $what"
        tail -n 30 "$work/out" "$work/err"
        failures=$((failures + 1))
    fi
}

# Each status, from a library that does what its variant's setting says. Of a store it knows nothing.
# exit 3
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}handle_segv=0"
export TSAN_OPTIONS="${TSAN_OPTIONS:+$TSAN_OPTIONS:}handle_segv=0"
library=$(dirname "$(command -v heapbench)")/../tests/libabused_library.so
set -- misuse -a "$library"
for mode in once late exit trap says crash hang twice refuse before; do
    set -- "$@" --variant "$mode=$library ABUSED=$mode"
done
heapbench "$@" | sed '/^Variant: /d; s/ *$//; s|^Library: .*|Library|'
heapbench "$@" --json | grep -A 8 '"act": "double-free"' | sed -nE 's/^ *"(allocator|status|step|harm|signal|exit_status|said)": (.*)/\1 \2/p'
heapbench misuse -a null
echo "null: $?"
heapbench misuse -a glibcc
echo "glibcc: $?"
heapbench misuse glibc
echo "argument: $?"
heapbench misuse -a ./no_such.so,./nor_this.so 2>/dev/null
echo "none that is there: $?"
heapbench misuse -a glibc,./no_such.so >out 2>err
status=$?
sed 's/: cannot.*/: .../' err
exit $status

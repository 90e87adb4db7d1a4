# A replay is done in a fresh process: one that crashes or hangs is a sentence, and nothing that is printed there
# comes between the figures. With --here it is this process's.
tests=$(dirname "$(command -v heapbench)")/../tests
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}handle_segv=0"
export TSAN_OPTIONS="${TSAN_OPTIONS:+$TSAN_OPTIONS:}handle_segv=0"
seq 0 149 | sed 's/.*/a & 17/' >made.txt
for library in crash exit close loop none noisy; do
    echo "$library"
    heapbench replay made.txt -a "$tests/libodd_$library.so" --timeout 1 --json 2>&1 >out | sed "s,$tests/,,"
    heapbench replay made.txt -a "$tests/libodd_$library.so" --timeout 1 --json 2>/dev/null >out
    echo "exit $?, $(grep -c ops out) lines of operations, $(grep -c elapsed_ns, out) of noise"
done
heapbench replay made.txt -a "$tests/libodd_noisy.so" --here | grep -c 'elapsed_ns,'
heapbench replay demo -a simple --here --json | grep '"walk_total"'

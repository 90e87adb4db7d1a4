# As many threads replay a trace as made it, and what cannot be is a sentence: bad usage, too many threads, a thread that frees
# what was never born, a library that crashes or hangs.
printf 't 0\na x 100\na y 50\nt 1\nf x\nr y 80\nt 0\nf y\n' > three.txt
steady() {
    grep -E '^(threads|live|failures)' "$@" | sed 's/  */ /g'
}
heapbench replay three.txt -a glibc | steady
heapbench replay three.txt -a glibc --threads=strict | steady
heapbench replay three.txt -a bump --threads --window 1 | grep '^threads'
heapbench replay three.txt -a glibc --threads=strict --json | grep -E 'thread|handovers|one_lock|replay_peak' | sed 's/_ns": [0-9]*/_ns": N/'
heapbench replay three.txt -a glibc --json | grep -E 'thread|handovers|one_lock|replay_peak'
heapbench replay demo -a glibc --threads --json | grep -cE 'thread|handovers'
for wrong in '--threads=both' '--window 5' '--threads=strict --window 5' '--threads --window 0'; do
    heapbench replay three.txt -a glibc $wrong 2>&1
    echo "exit $?"
done
awk 'BEGIN { for (i = 0; i < 65536; i++) printf "t %d\na %d 8\n", i, i }' > many.txt
heapbench replay many.txt -a glibc --threads 2>&1
echo "exit $?"
heapbench run many.txt -a glibc --threads --rounds 1 | sed -n 's/^  glibc  //p; /replayed by/p'
# Hundreds that wait for their turn leave the processors to who has it.
awk 'BEGIN { for (i = 0; i < 3000; i++) printf "t %d\na %d 8\n", i % 500, i }' > turns.txt
heapbench replay turns.txt -a glibc --threads=strict | steady
printf 't 0\na x 100\nt 1\nf y\n' > unborn.txt
heapbench replay unborn.txt -a glibc --threads 2>&1
echo "exit $?"
tests=$(dirname "$(command -v heapbench)")/../tests
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}handle_segv=0"
export TSAN_OPTIONS="${TSAN_OPTIONS:+$TSAN_OPTIONS:}handle_segv=0"
seq 0 299 | awk '{ print "t " $1 % 2; print "a " $1 " 17" }' > made.txt
for library in crash loop; do
    heapbench replay made.txt -a "$tests/libodd_$library.so" --threads --timeout 1 2>&1 | sed "s,$tests/,,"
done

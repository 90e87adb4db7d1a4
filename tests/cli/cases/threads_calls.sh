# Each call of a replay by threads is timed in its thread, and what threads take is kept as files of its own.
awk 'BEGIN { for (i = 0; i < 3000; i++) printf "t %d\na %d %d\nt %d\nf %d\n", i % 3, i, 8 + i % 50, (i + 1) % 3, i }' > round.txt
heapbench run round.txt demo -a glibc,simple --threads --latency --histograms tails --results out --rounds 2 --timeout 600 > table
echo "exit $?"
grep -E 'each call alone|^Left out' table
ls out tails
rows() {
    grep -v '^#' "$1" | cut -d, -f "$2"
}
rows out/threads.csv 1-8
rows out/threads_remarks.csv 1-2 | sort -u
rows out/latency.csv 1-8 | grep -E ',(max|percentile),'
grep -o ', by as many threads as recorded, window [0-9]*' out/threads.csv out/latency.csv
# Of the recorded order it is known what the heap was before a call; where threads run freely it is not.
for how in free strict; do
    heapbench run round.txt -a simple --threads=$how --latency --rounds 1 --json > json
    grep -c '"thread": [012],' json
    grep -cE '"ranges": [0-9]+' json
done
grep -A8 -m1 '"op":' json | sed 's/"size": null/"size": N/; s/: [0-9][0-9]*/: N/; s/: ".*"/: WORD/'
for wrong in --times-only --return; do
    heapbench run round.txt -a glibc --threads --results out $wrong 2>&1
    echo "exit $?"
done
# Of what one thread made, nothing would be kept: that is refused before it is measured.
heapbench run demo -a glibc --threads --results single 2>&1
echo "exit $?"
heapbench run demo perl -a glibc --threads=strict --results single 2>&1
echo "exit $?"

# What other tools wrote is read as it is, packed or not; a round through text and back is the same trace.
data=$CASES/../../workloads/import/data
for file in by_hand.android sample.mtrace sample.valgrind sample.raw.zst; do
    cp "$data/$file" .
    heapbench import "$file" -o 1.trace
    heapbench export 1.trace --to text -o 1.txt
    heapbench import 1.txt -o 2.trace >/dev/null
    cmp 1.trace 2.trace && echo same
    heapbench info "$file" --json 2>/dev/null | grep -E '"(ops|threads|dropped|duration_us|command)"'
    heapbench model "$file" 2>/dev/null | grep '^operations'
done
gzip -c sample.mtrace >sample.gz
heapbench import sample.gz --from mtrace -o 1.trace
head -c 300 sample.gz >cut.gz
heapbench import cut.gz --from mtrace -o none.trace
echo "exit $?"
heapbench info sample.raw.zst 2>/dev/null | tail -n 3
printf '1\n3\n6\n3000\na 0 1000\nr 1 1000\na 2 1000\nf 0\nf 1\nf 2\n' >weight.rep
heapbench info weight.rep | grep -E 'null|checked|heap'
heapbench info weight.rep --json | grep -E 'null_|suggested'
printf '500\n2\n2\n1\na 0 1000\nf 0\n' >small.rep
heapbench walk small.rep
# Of a log of several processes one is followed, and every command says so.
printf -- '--7-- malloc(1) = 0x20\n--8-- malloc(3) = 0x10\n' >two.log
heapbench info two.log 2>&1 >/dev/null
heapbench import two.log -o two.trace 2>&1
heapbench replay two.log -a simple 2>&1 >/dev/null
ls none.trace
# exit 2

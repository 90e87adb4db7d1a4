# Traces at the ends of what there can be, runs that share a folder, and output that nobody takes.
printf '4096\n0\n0\n1\n' >empty.rep
echo 'a 1 10' >one.txt
seq 0 9999 | sed 's/.*/a & 24/' >leak.txt
heapbench run empty.rep -a glibc,null 2>&1
echo "exit $?"
heapbench run empty.rep one.txt leak.txt -a glibc,null --rounds 1 --json >json
echo "exit $?"
sed -n '/"rows"/,$p' json | grep -E '"(allocator|status|problem)"' | sort | uniq -c | sed 's/^ *//'
grep -ciE '[^a-z](nan|inf|infinity)[^a-z]' json
# Who reads one line and goes ends it, by a signal or not, without a word.
heapbench run one.txt leak.txt -a glibc,null --rounds 1 2>err | head -n 1
heapbench --help | head -n 1
cat err
for command in '--help' '--version' 'run one.txt -a null --rounds 1'; do
    # shellcheck disable=SC2086 # words
    heapbench $command >/dev/full
    echo "exit $?"
done
throughput --traces=demo --allocators=null >/dev/full 2>err
echo "exit $?"
grep 'cannot write' err

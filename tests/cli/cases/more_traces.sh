# The chosen few are taken by default, and the result says which others there are; --all takes those as well, and by name every
# command takes any. All of them are listed.
mkdir -p traces/more
printf 'a x 100\nf x\n' >traces/few.txt
printf 'a x 200\nf x\n' >traces/more/another.txt
printf 'a x 300\nf x\n' >traces/more/wider.txt
HEAPBENCH_TRACES=traces
export HEAPBENCH_TRACES
heapbench list | sed -n '/^traces/,$p'
heapbench list --json | sed -n '/"traces"/,$p' | grep -E '"(name|chosen)"'
heapbench list --names=traces
heapbench run -a simple --rounds 1 | grep -E '^(few|another|wider|Left out)'
heapbench run --all -a simple --rounds 1 | grep -E '^(few|another|wider|Left out)'
heapbench run wider -a simple --rounds 1 | grep -E '^(few|another|wider|Left out)'
heapbench curve --all wider | cut -c -40
walk_cost --allocators=simple 2>/dev/null | grep -o '^walk_cost/[a-z/]*'
walk_cost --allocators=simple --all 2>/dev/null | grep -o '^walk_cost/[a-z/]*'
heapbench run --all wider -a simple
echo "exit $?"
walk_cost --all --traces=wider
echo "exit $?"
rm traces/few.txt
heapbench run -a simple
echo "exit $?"

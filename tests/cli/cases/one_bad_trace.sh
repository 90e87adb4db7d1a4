# What is no trace in the folder is named and why, the rest goes on, and the exit status is 3: run, list, curve, model and
# the benchmarks, each with the same sentence. Where nothing is a trace there is no result: exit 1.
mkdir traces
cp "$HEAPBENCH_TRACES/demo.rep" traces/
echo 'to do: record more' >traces/notes.txt
heapbench import demo -o whole.trace >out
head -c 150 whole.trace >traces/cut.trace
head -c 64 /dev/zero >traces/zeroes
: >traces/empty.trace
mkfifo traces/pipe
ln -s nowhere traces/dangling
HEAPBENCH_TRACES=traces
export HEAPBENCH_TRACES
bad='cut|notes|zeroes|empty|pipe|dangling'
try() {
    "$@" >out 2>err
    echo "exit $? $1 $2: $(cat out err | grep -cE "^ *($bad)")"
}
heapbench list | sed -n '/^traces/,$p' | cut -c -90
heapbench run -a simple --rounds 1 | grep -E "^($bad|demo)"
heapbench run -a simple --rounds 1 --json | grep -E '"(problem|status)"' | sort | uniq -c | sort -n | sed 's/^ *//'
heapbench curve --all | cut -c -90
heapbench model --all 2>&1 >out | sed 's/: byte.*//'
grep -c '^demo' out
try heapbench list
try heapbench run -a simple --rounds 1
try heapbench curve --all
for question in throughput walk_cost; do
    $question --allocators=simple >out 2>err
    echo "exit $?: $(grep -c "ERROR OCCURRED: 'traces/" out) of $(grep -c "^$question/" out)"
done
rm traces/demo.rep
heapbench run -a simple >out 2>err
echo "exit $? $(cat err)"
HEAPBENCH_TRACES=none heapbench run -a simple
echo "exit $?"

# A bare name that two shipped traces have is refused with both paths, exit 2, whoever is asked; a file name is one.
mkdir traces
printf 'a x 10\nf x\n' >traces/x.rep
cp traces/x.rep traces/x.trace
cp "$HEAPBENCH_TRACES/demo.rep" traces/other.rep
HEAPBENCH_TRACES=traces
export HEAPBENCH_TRACES
try() {
    "$@" >out 2>err
    status=$?
    [ $status = 0 ] && : >err
    echo "$status $*: $(cat err)"
}
for name in x x.rep; do
    try heapbench info $name
    try heapbench run $name -a simple --rounds 1
    try heapbench model $name
    try heapbench model $name --all
    try heapbench curve $name
    try heapbench walk $name
    try heapbench replay $name -a simple
    try heapbench export $name --to rep
    try heapbench import $name -o out.trace
    try heapbench generate steady live=5 steps=5 empirical=$name -o steady.trace
    for question in throughput walk_cost fragmentation failure_points ladder; do
        try $question --traces=$name --allocators=simple
    done
done
heapbench list --json | grep '"name": "\(x\|other\)'

# The answers of workloads/quiz/README.md, each as the tool prints it.
quiz=$CASES/../../../workloads/quiz
pick() {
    sed -nE "s/^  \"($1)\": ([^,]*),?$/\1 \2/p"
}
echo small: records, a walk that is long and grows, and fits nowhere
heapbench walk "$quiz/small.txt" --at 31 | grep bytes | head -n 2
heapbench model "$quiz/small.txt" --heap 4096 --json | pick 'walks|walk_total|walk_max|peak_live_bytes'
heapbench walk "$quiz/small.txt" --at 63 | grep 'will need'
echo merge: simple and first-merge
heapbench walk "$quiz/merge.txt" | grep 'Operation 6'
heapbench walk "$quiz/merge.txt" -a first-merge | grep 'Operation 6'
echo reuse and overflow: where
heapbench walk "$quiz/reuse.txt" | grep Operation
heapbench walk "$quiz/overflow.txt" | grep -A 2 'Operation 1'
echo menu: of each malloc the ranges it examines, on simple and on bins
for a in simple bins; do
    heapbench replay "$quiz/menu.txt" -a $a --heap 4096 --json | pick 'walks|walk_total|walk_max'
done
for at in 16 33; do
    heapbench walk "$quiz/menu.txt" --at $at | grep 'will need'
done
echo split: the whole range
heapbench walk "$quiz/split.txt" | grep -A 1 'Operation 3'

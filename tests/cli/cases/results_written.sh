# Every question writes its files; in each the schema, the columns of results/README.md, and rows with as many fields.
for question in walk_cost fragmentation failure_points ladder throughput; do
    $question --allocators=simple,glibc --traces=demo --rounds=1 --results out || echo "$question: $?"
done
heapbench curve demo --results out >/dev/null
heapbench model --all demo --results out >/dev/null || echo "model: $?"
model_speed --up-to=100 --rounds=1 --results out
for file in out/*.csv; do
    grep '^# schema' "$file"
    columns=$(grep -v '^#' "$file" | sed -n 1p)
    grep -cF "$columns" "$CASES/../../../results/README.md"
    grep -v '^#' "$file" | awk -F, 'NR == 1 {n = NF} NF != n {print FILENAME ": " $0}'
    grep -v '^#' "$file" | sed 1d | cut -d, -f 1,2 | sort -u | tr '\n' ' '
    echo
done
awk -F, '!/^#/ && !/^trace/ && $2 == "simple" && $5 + $6 + $7 + $8 != $10 {print "does not add up: " $0}' out/fragmentation.csv
allocated() {
    awk -F, '!/^#/ && !/^trace/ && $2 == "simple" {last = $5 + $6 + $7} END {print last}' out/fragmentation.csv
    awk -F, '!/^#/ && !/^trace/ && $2 == "simple" {last = $8} END {print last}' out/heap_map.csv |
        tr ' ' '\n' | awk '{sum += $1} END {print sum}'
}
allocated | uniq -c | tr -s ' '

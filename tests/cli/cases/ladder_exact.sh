# Walks and extents that the ladder has from the exact model are those of each rung when it walks; minimum heaps serve.
cat >mixed.txt <<'END'
a x 100
a y 20
m z 256 300
f x
m w 64 40
a v 500
f z
r y 700
f v
a u 90
END
rungs=simple,simple-align,simple-merge,free-list,bins,merge-late,side-table,grow,pool,oracle,first-merge,next,next-merge,best,best-merge,buddy
ladder --allocators=$rungs,glibc --traces=mixed.txt,demo,sqlite3 --rounds=1 --step-limit=400000 --results out 2>/dev/null
column() { grep -v '^#' out/ladder.csv | awk -F, -v name="$1" 'NR == 1 {for (i = 1; i <= NF; i++) if ($i == name) print i}'; }
row() { awk -F, -v t="$1" -v a="$2" '$1 == t && $2 == a' out/ladder.csv; }
for trace in mixed demo; do
    awk -F, -v t=$trace '$1 == t {print $1, $2, $3, $6, $8, $11, $12, $13, $14, $15, $2 == "glibc" ? "-" : $16, $18, $19, $20}' out/ladder.csv
done
for trace in mixed demo sqlite3; do
    for rung in simple simple-align simple-merge free-list bins merge-late side-table grow pool oracle first-merge next best-merge buddy; do
        [ $trace-$rung != sqlite3-best-merge ] || continue
        file=$trace
        [ $trace != mixed ] || file=mixed.txt
        heapbench replay $file -a $rung --json >json
        line=$(row $trace $rung)
        for key in walks:walks walk_total:walk_total walk_p99:walk_p99 walk_max:walk_max walk_allocated:walk_allocated \
            extent_bytes:high_water_bytes peak_live_bytes:peak_live_bytes ops:ops; do
            said=$(echo "$line" | cut -d, -f "$(column "${key%:*}")")
            walked=$(sed -n "s/^ *\"${key#*:}\": \([0-9]*\),*$/\1/p" json)
            [ "$said" = "$walked" ] || echo "$trace $rung ${key%:*}: $said, walked $walked"
        done
        [ $trace != sqlite3 ] || continue
        least=$(echo "$line" | cut -d, -f "$(column minimum_bytes)")
        heapbench replay $file -a $rung --heap "$least" --json | grep -v '"failures": 0' | grep '"failures"'
    done
done
true

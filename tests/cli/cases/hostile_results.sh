# The same names in files of results: whole, one a row, and read back by report, whose page shows them.
mkdir traces
name=$(printf 'e\033[31mvil,"q\n\351x#')
cp "$HEAPBENCH_TRACES/demo.rep" "traces/$name.rep"
cp "$HEAPBENCH_TRACES/demo.rep" 'traces/<b>&.rep'
printf 'note\n' >"traces/$(printf 'no\033te').txt"
HEAPBENCH_TRACES=traces
export HEAPBENCH_TRACES
heapbench run -a simple,glibc --rounds 1 --results "$(printf 'r\033es')" >out
echo "run: $?"
grep -v '^#' "$(printf 'r\033es')/throughput.csv" | cut -d , -f -4
LC_ALL=C grep -c '[[:cntrl:]]' "$(printf 'r\033es')/throughput.csv"
iconv -f utf-8 -t utf-8 "$(printf 'r\033es')/throughput.csv" >out
grep -c '^# left out  trace no.x1bte: traces/no.x1bte.txt' out
for question in walk_cost fragmentation failure_points ladder; do
    $question --allocators=simple,glibc --rounds=1 --results="$(printf 'r\033es')" >out 2>err
    echo "$question: $? $(cat out err | LC_ALL=C grep -c '[[:cntrl:]]')"
done
heapbench curve --all --results "$(printf 'r\033es')" >out
heapbench model --all --results "$(printf 'r\033es')" >out 2>err
heapbench report --results "$(printf 'r\033es')" -o page >out 2>err
echo "report: $? $(grep -cv 'for which there are no rows' err)"
tr -d '\t' <page/report.html | LC_ALL=C grep -c '[[:cntrl:]]'
for svg in page/plots/*.svg; do
    LC_ALL=C tr -d '\n\t' <"$svg" | LC_ALL=C grep -q '[[:cntrl:]]' && echo "$svg: a control character"
    iconv -f utf-8 -t utf-8 "$svg" >out || echo "$svg: not UTF-8"
done
grep -o 'e.x1b\[31mvil,&#34;q.x0a.xe9x#<' page/report.html | sort -u
grep -o '&lt;b&gt;&amp;<' page/report.html | sort -u

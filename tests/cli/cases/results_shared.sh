# Several runs into one folder: each file is one run's, whole.
for i in 1 2 3 4; do
    heapbench run demo sqlite3 -a simple,null --step-limit 100000 --rounds 3 --results out >"table$i" 2>"err$i" &
done
wait
grep -hv "makes the page$" err?
ls -A out | grep -v '\.csv$' # nothing is left of what was being written
ls out/throughput.csv
grep -v '^#' out/throughput.csv | awk -F, 'NR == 1 {columns = NF} NF != columns {wrong++} END {print NR, "lines,", wrong + 0, "wrong"}'
# A decimal comma is for people who want it, never for files; where there is such a locale.
mkdir locales
localedef -i de_DE -f UTF-8 locales/de_DE.UTF-8 >/dev/null 2>&1
export LOCPATH="$PWD/locales" LC_ALL=de_DE.UTF-8
heapbench run demo -a simple,null --rounds 3 --json | grep -cE '[0-9],[0-9]'
heapbench run demo -a simple,null --rounds 3 --results out >/dev/null
grep -v '^#' out/throughput.csv | awk -F, 'NR == 1 {columns = NF} NF != columns {wrong++} END {print NR, "lines,", wrong + 0, "wrong"}'
heapbench info demo --json | grep size_mean

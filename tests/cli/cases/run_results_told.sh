# The last line of `run --results`, on standard error, says which files there are and what makes a page of them.
heapbench run demo -a glibc,null --rounds 1 --results out >/dev/null
touch out/notes.txt out/.part.csv
heapbench run demo -a glibc,null --rounds 1 --json --results out 2>told | python3 -c 'import json, sys; json.load(sys.stdin)'
tail -n 1 told
# Not where a unit of a plan asks, nor where nothing is kept.
heapbench run demo -a glibc,null --rounds 1 --times-only --results times >/dev/null
heapbench run demo -a glibc,null --rounds 1 >/dev/null

# Recordings at once, in one folder and to one file: the last one wins whole.
for i in 1 2 3 4; do
    heapbench record --level 1 -o same.trace -- "$SUBJECTS/subject_strays" many "$i" 2>/dev/null &
done
wait
heapbench info same.trace | grep '^checked'
ls
# A recording of a recording: both are kept.
heapbench record -o outer.trace -- heapbench record -o inner.trace -- seq 10 2>&1 | sed 's/[0-9][0-9.]*/N/g'
heapbench info inner.trace | grep '^command'
ls

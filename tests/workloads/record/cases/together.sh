# Recordings at once, in one folder and to one file: the last one wins whole.
for i in 1 2 3 4; do
    heapbench record --level 1 -o same.trace -- "$SUBJECTS/subject_strays" many "$i" 2>/dev/null &
done
wait
heapbench info same.trace | grep '^checked'
ls

# A daemon that does not end is named, and its trace is kept as far as it came. It runs on.
heapbench record --wait=1 -o daemon.trace -- "$SUBJECTS/subject_strays" daemon 600 2>errors
echo "$?"
pid=$(sed -n 's/.*(process \([0-9]*\)) still runs.*/\1/p' errors)
grep -v 'waiting for' errors | sed 's/[0-9][0-9.]*/N/g'
heapbench info daemon.trace | grep -E '^(checked|dropped)'
kill "$pid" && echo "it ran"
ls
# Who waits may be told not to. (What the first one said is not to be taken for it.)
: >errors
heapbench record --wait -o daemon.trace -- "$SUBJECTS/subject_strays" daemon 600 2>errors &
recorder=$!
until grep -q waiting errors; do sleep 0.05; done
kill -TERM "$recorder"
wait "$recorder"
echo "$?"
pid=$(sed -n 's/.*(process \([0-9]*\)) still runs.*/\1/p' errors)
kill "$pid" && echo "it ran"
ls

# SIGTERM is passed on to the program; what it did until then is kept.
heapbench record -o sleep.trace -- sleep 60 2>errors &
recorder=$!
until ls sleep.trace.raw-*/*.capture >/dev/null 2>&1; do sleep 0.05; done
kill -TERM "$recorder"
wait "$recorder"
echo "$?"
sed 's/[0-9][0-9.]*/N/g' errors
ls

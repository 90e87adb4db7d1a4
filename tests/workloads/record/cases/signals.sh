# SIGTERM is passed on to the program; what it did until then is kept.
heapbench record -o sleep.trace -- perl -e 'open F, ">started"; sleep 60' 2>errors &
recorder=$!
until [ -e started ]; do sleep 0.05; done
kill -TERM "$recorder"
wait "$recorder"
echo "$?"
sed 's/[0-9][0-9.]*/N/g' errors
ls

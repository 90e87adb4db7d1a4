# A record that was killed leaves its captures, and they can still be converted.
heapbench record -o sleep.trace -- perl -e 'open F, ">new"; print F $$; close F; rename "new", "pid"; sleep 60' &
recorder=$!
until [ -e pid ]; do sleep 0.05; done
kill -KILL "$recorder"
wait "$recorder" 2>/dev/null
kill "$(cat pid)"
heapbench record --convert sleep.trace.raw-* 2>&1 | sed 's/[0-9][0-9.]*/N/g'
ls | sed 's/raw-.*/raw/'
mkdir empty
heapbench record --convert empty
echo "$?"
heapbench record --convert absent
echo "$?"

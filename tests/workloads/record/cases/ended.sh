# A record that is ended while it converts says where the capture is, and that can be converted. It may have come to its end
# before the signal does, or not yet to the conversion: then once more.
status=0
for attempt in 1 2 3 4 5 6 7 8 9 10; do
    rm -f pid
    heapbench record --force -o busy.trace -- \
        perl -e 'open F, ">new"; print F $$; close F; rename "new", "pid"; for (1..1500000) { my $x = "x" x ($_ % 3000); }' 2>errors &
    recorder=$!
    until [ -e pid ]; do sleep 0.01; done
    while kill -0 "$(cat pid)" 2>/dev/null; do sleep 0.01; done
    sleep "0.0$((attempt % 5))"
    kill -TERM "$recorder" 2>/dev/null
    wait "$recorder" 2>/dev/null
    status=$?
    grep -q 'is kept' errors && break
done
echo "$status"
sed 's/raw-....../raw/; s,--convert .*/,--convert FOLDER/,' errors
heapbench record --convert busy.trace.raw-* --force -o kept.trace 2>&1 | sed 's/[0-9][0-9.]*/N/g'
ls | sed 's/raw-.*/raw/'

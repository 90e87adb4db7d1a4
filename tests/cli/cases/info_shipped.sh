# Every shipped trace is sound, was recorded without loss, and takes at most 2.25 bytes an operation before compression, but
# pbzip2, which is nearly all large blocks and what was touched of them.
for trace in "$HEAPBENCH_TRACES"/*.trace "$HEAPBENCH_TRACES"/more/*.trace; do
    heapbench info "$trace" --json >info.json || exit
    grep -q '"dropped": 0' info.json || echo "$trace: events were dropped"
    sed -n 's/.*"raw_bytes_per_op": \(.*\),/\1/p' info.json | awk -v trace="${trace##*/}" '!($1 > 1 && $1 <= (trace == "pbzip2.trace" ? 5 : 2.25)) { print trace, $1 }'
done

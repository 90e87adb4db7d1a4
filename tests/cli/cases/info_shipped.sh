# Every shipped trace is sound, was recorded without loss, and takes at most 2 bytes an operation before compression.
for trace in "$HEAPBENCH_TRACES"/*.trace; do
    heapbench info "$trace" --json >info.json || exit
    grep -q '"dropped": 0' info.json || echo "$trace: events were dropped"
    sed -n 's/.*"raw_bytes_per_op": \(.*\),/\1/p' info.json | awk -v trace="$trace" '!($1 > 1 && $1 <= 2) { print trace, $1 }'
done

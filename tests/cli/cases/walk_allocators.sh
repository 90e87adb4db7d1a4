# The same trace on other rungs and models, each in its own terms; and those that have no ranges to show. What is
# told lifetimes is told them here too: the end of a trace is what a replay ends with.
for allocator in simple-merge next buddy; do
    heapbench walk demo -a $allocator
done
for allocator in simple-align free-list bins first-merge best-merge model-next-merge; do
    heapbench walk demo -a $allocator | sed -n '1p; /^Operation [56]/p; /<- /h; $!d; x; p'
done
heapbench walk demo -a bins --at 3
for allocator in glibc bump null ./x.so simpl; do
    heapbench walk demo -a $allocator 2>&1
    echo "$?"
done
for allocator in simple-merge oracle; do
    heapbench replay dot -a model-$(echo $allocator | sed 's/simple-merge/first-align-merge/') --json >json
    figure() { sed -n "s/^ *\"$1\": \([0-9]*\),*$/\1/p" json; }
    echo "$(figure ranges) ranges, $(figure free_ranges) of them free with $(figure free_bytes) bytes; high-water mark" \
        "$(figure high_water_bytes) bytes" >replayed
    heapbench walk dot -a $allocator | sed -n '4{s/\([0-9]\) \([0-9]\)/\1\2/g; s/\([0-9]\) \([0-9]\)/\1\2/g; p}' >walked
    cmp replayed walked && echo "$allocator: $(cat walked)"
done

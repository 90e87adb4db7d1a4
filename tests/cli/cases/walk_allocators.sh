# The same trace on other rungs and models, each in its own terms; and those that have no ranges to show.
for allocator in simple-merge next buddy; do
    heapbench walk demo -a $allocator
done
for allocator in simple-align free-list bins first-merge best-merge model-next-merge; do
    heapbench walk demo -a $allocator | sed -n '1p; /^Operation [56]/p; /<- /h; $!d; x; p'
done
heapbench walk demo -a bins --at 3
for allocator in glibc bump null ./x.so; do
    heapbench walk demo -a $allocator 2>&1
    echo "$?"
done

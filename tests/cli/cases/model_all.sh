# exit 1
# Every policy on one trace; and on two, of which one is too short to count.
heapbench model --all demo | sed 's/ *$//'
heapbench generate steady live=100 steps=1000 -o steady.trace 2>/dev/null
heapbench model --all steady.trace demo | sed -n 1p
heapbench model --all nowhere 2>/dev/null

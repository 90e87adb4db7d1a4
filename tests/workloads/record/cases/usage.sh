# What is asked for wrongly ends with 2, and says why.
for arguments in "" "--level 0 true" "--level x true" "--convert folder true" "--frobnicate true"; do
    # shellcheck disable=SC2086
    heapbench record $arguments 2>&1 | sed -n 1p
done
heapbench record >/dev/null 2>&1
echo "$?"
heapbench record --help | sed -n 1,2p

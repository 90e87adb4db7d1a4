# A folder that cannot be written is said at once, before anything is measured.
# exit 1
walk_cost --results /dev/null/out
echo $?
heapbench run demo --results /dev/null/out

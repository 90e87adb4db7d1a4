# exit 2
heapbench curve
heapbench curve demo --points 1
printf 'a 0 0\n' >nothing.txt
heapbench curve nothing.txt
echo "$?"
heapbench curve demo --points many

# exit 2
heapbench curve
heapbench curve demo --points 1
printf 'a 0 0\n' >nothing.txt
heapbench curve nothing.txt
echo "$?"
printf 'a 0 8\na 1 9223372036854775807\n' >huge.txt
heapbench curve huge.txt
echo "$?"
heapbench curve demo --header 0
heapbench curve demo --align 3
heapbench curve demo sqlite3
heapbench curve --all --merge
heapbench curve demo --results out --json
printf 'm x 9223372036854775808 1\n' >far.txt
heapbench curve far.txt --align 16
heapbench curve demo --points many

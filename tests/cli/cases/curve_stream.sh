# A trace that is read in windows has the curve of one that is held: as a table, as JSON, and with sizes that are simulated.
same() {
    heapbench curve "$@" >held.txt
    heapbench curve "$@" --stream >streamed.txt
    cmp held.txt streamed.txt && echo "same: $*"
}
printf 'a 0 12\nf 0\na 1 5\nf 1\na 2 6\n' >breaks.txt
heapbench curve breaks.txt --points 3 --stream
same breaks.txt --json
same demo
same perl --points 5
same perl --points 5 --json --merge --align 16
heapbench curve --all --stream demo
echo "with --all: $?"
heapbench curve - --stream <breaks.txt 2>/dev/null
echo "not from a file: $?"
heapbench curve nowhere.txt --stream 2>/dev/null
echo "nowhere: $?"

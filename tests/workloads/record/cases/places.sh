# Where a trace cannot or should not be written, the program is not run.
refuse() {
    heapbench record "$@" -- touch ran
    echo "$?"
    if [ -e ran ]; then echo "it ran"; fi
}
mkdir folder
refuse -o folder
refuse -o folder/
refuse -o absent/x.trace
refuse -o ''
mkfifo pipe
refuse -o pipe
echo mine >text
refuse -o text
refuse -o text --force 2>&1 | sed 's/[0-9][0-9.]*/N/g'
rm ran
# A trace, an empty file and a device that swallows all may be written over.
heapbench record --level 1 -o text -- seq 1 2>/dev/null
echo "$?"
: >empty
heapbench record -o empty -- seq 1 2>/dev/null
echo "$?"
heapbench record -o /dev/null -- seq 1 2>/dev/null
echo "$?"
# The name that is made from the program's is no other.
echo mine >seq.trace
heapbench record -- seq 1
echo "$?"
ls
# Nobody reads what is said: the trace is written all the same.
heapbench record -o unread.trace -- sh -c 'exec 2>/dev/null; seq 1' 2>&1 >/dev/null | true
sleep 0.1
while ls ./*.raw-* >/dev/null 2>&1; do sleep 0.05; done
ls unread.trace
# Nor a link to nothing: what would be made is not what it names.
ln -s nowhere/at.trace dangling
heapbench record -o dangling -- touch ran
echo "$?"

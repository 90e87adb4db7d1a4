# Each is one line that names the file and the place; exit 1, or 2 for wrong usage.
# exit 2
printf 'a x 10\nf x\nf x\n' >twice.txt
printf '4096\n1\n1\n1\na 0 -1\n' >negative.rep
heapbench import demo -o whole.trace >/dev/null
head -c 150 whole.trace >short.trace
mkfifo pipe
for bad in twice.txt negative.rep short.trace pipe /dev/null . ./none; do
    heapbench info "$bad"
    echo "exit $?"
done
heapbench info demo demo
echo "exit $?"
heapbench info

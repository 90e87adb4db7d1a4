# A pipe, a device, a socket or a folder in place of a file is refused at once, wherever a file is read; and so is an output
# that nobody reads, a folder or a socket. Nothing here may wait.
mkdir folder results
mkfifo pipe results/throughput.csv
python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")'
try() {
    timeout 20 "$@" >out 2>err
    status=$?
    [ $status = 0 ] && : >err
    echo "$status $*: $(tail -n 1 err)"
}
for what in ./pipe /dev/null ./socket ./folder; do
    try heapbench info $what
    try heapbench run $what -a simple
    try heapbench model $what
    try heapbench curve $what
    try heapbench walk $what
    try heapbench replay $what -a simple
    try heapbench export $what --to text
    try heapbench import $what -o out.trace
    try heapbench replay demo -a $what
    timeout 20 throughput --traces=$what --allocators=simple 2>&1 | grep -o 'ERROR OCCURRED.*'
done
for what in pipe socket folder /dev/null; do
    try heapbench import demo -o $what
    try heapbench export demo --to text -o $what
    try heapbench generate steady live=5 steps=5 -o $what
done
try heapbench report --results results -o page >/dev/null
grep 'throughput' err | sed 's,: /.*/work/,: ,'
heapbench export demo --to rep -o /dev/stdout | head -n 1
exec 3<>pipe # read here from now on, however slow the machine
heapbench export demo --to rep -o pipe
head -n 1 <&3
exec 3<&-

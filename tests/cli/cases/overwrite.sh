# What heapbench wrote it may write anew; another file is kept, unless --force is given. An empty file is nobody's.
printf '<title>A heap to watch - heapbench lab</title>\n<!-- traces -->\n' >page.html
HEAPBENCH_LAB=$PWD/page.html
export HEAPBENCH_LAB
try() {
    before=$(cksum "$file" 2>/dev/null)
    "$@" >out 2>err
    status=$?
    [ "$before" = "$(cksum "$file" 2>/dev/null)" ] && kept=kept || kept=written
    echo "$status $kept: $* $(cat err)"
}
echo 'my notes' >notes
printf 'a x 1\nf x\n' >mine.txt # a workload, written by hand
printf '1 2 3 4\nmy numbers\n' >numbers
: >empty
for file in notes mine.txt numbers empty new; do
    try heapbench export demo --to text -o $file
    try heapbench export demo --to rep -o $file
done
file=notes
try heapbench export demo --to text -o notes --force
try heapbench export demo --to rep -o notes
heapbench import demo -o demo.trace >/dev/null
cp demo.trace other.trace
file=other.trace
try heapbench export demo.trace --to text -o other.trace
printf '<html><title>my page</title>\n' >mine.html
: >empty
for file in mine.html empty new.html; do
    try heapbench lab -o $file
    try heapbench lab demo -o $file
done
file=mine.html
try heapbench lab -o mine.html --force
try heapbench lab demo -o mine.html
try heapbench lab demo -o .
heapbench export demo --to rep -o /dev/null && heapbench lab -o /dev/null

# Traces are put into the page, each whole and under its name, whatever that is; what cannot be read leaves no page behind.
printf '<p>before</p>\n<!-- traces -->\n<p>after</p>\n' >page.html
HEAPBENCH_LAB=$PWD/page.html
export HEAPBENCH_LAB
printf 'a x 1\nf x\n' >'<b>&"'"'"'.txt'
heapbench lab demo './<b>&"'"'"'.txt' -o lab.html
grep -v script lab.html
sed -n 's/.*data-name="\([^"]*\)".*/\1/p' lab.html | while read -r name; do
    printf '%s' "$name" | base64 -d
    echo
done
heapbench import demo -o demo.trace >/dev/null
sed -n 's/.*">\(.*\)<\/script>/\1/p' lab.html | head -n 1 | base64 -d >inside.trace
heapbench export inside.trace --to rep | cmp - "$HEAPBENCH_TRACES/demo.rep" && echo same
heapbench lab -o none.html && cat none.html
try() {
    "$@" >out 2>err
    echo "$? $*: $(sed 's,/.*/work/,,; s,lab-[A-Za-z0-9]*:,lab-XXXXXX:,' err)"
}
printf 'a x 1\na x 1\n' >bad.txt
try heapbench lab demo ./bad.txt -o bad.html
try heapbench lab ./nothing -o bad.html
try heapbench lab demo -o nowhere/lab.html
try heapbench lab demo
before=$(cksum <demo.trace)
try heapbench lab demo ./demo.trace -o demo.trace
try heapbench export demo.trace --to text -o ./demo.trace
[ "$(cksum <demo.trace)" = "$before" ] || echo lost
TMPDIR=/nowhere try heapbench lab demo -o bad.html
printf 'no mark\n' >page.html
try heapbench lab -o bad.html
HEAPBENCH_LAB=$PWD/gone try heapbench lab -o bad.html
ls

# A paced replay takes the recording's time, says so before, and no time limit counts it; one that would take days is
# refused with a pace that would do; without times there is nothing to follow. Each pace in its place.
# exit 2
printf 'a x 100\nw 800ms\na y 200\nw 700ms\nf x\nw 100ms\n' >silent.txt
heapbench replay silent.txt -a glibc --paced --timeout 1 --json | grep -E '"(ops|pace|paced_ns)"' | sed 's/\(: 16\)[0-9]*/\1.../'
heapbench replay silent.txt -a glibc --pace 0.01 | sed -n 's/^\(paced  *\)[0-9].*/\1.../p'
heapbench replay demo -a glibc --paced --json | grep -cE 'pace'
heapbench replay demo -a glibc --paced --here | grep -c paced
printf 'a x 100\nw 2000000s\nf x\n' >days.txt
heapbench replay days.txt -a glibc --paced || echo "exit $?"
heapbench run days.txt -a glibc --paced --rounds 1 | sed -n 's/^  glibc *//p'
printf 'a x 100\nw 18446744073709551615us\nf x\n' >ages.txt
heapbench replay ages.txt -a glibc --pace 1000 || echo "exit $?"
heapbench replay ages.txt -a glibc --paced=0.00000000000001 | grep operations
heapbench replay ages.txt -a glibc | grep operations
heapbench replay demo -a glibc --paced=0
heapbench replay demo -a glibc --paced=1001
heapbench run demo --pace fast

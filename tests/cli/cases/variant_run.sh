# A variant's settings reach its own samples, in place of those from outside, and no other's; its tunables come behind those
# from outside, before what libraries need.
tests=$(dirname "$(command -v heapbench)")/../tests
cp "$tests/libodd_tell.so" ./tell.so
printf 'a x 100\nf x\n' >made.txt
told() {
    sort told | uniq -c | sed 's/^ *//'
    rm told
}
export ODD_LIBRARY_TOLD="$PWD/told"
# Each is tried once, and has two rounds and a replay that counts its calls.
ODD_SETTING=outside heapbench run made.txt -a ./tell.so --variant 'one=./tell.so ODD_SETTING=1' \
    --variant "two=./tell.so ODD_SETTING='a b' GLIBC_TUNABLES=glibc.malloc.arena_max=2" --rounds 2 --no-check >out
told
awk '/^  [a-z]/ {print $1}' out | sort
grep '^Variant: ' out
GLIBC_TUNABLES=glibc.malloc.arena_max=9:glibc.malloc.tcache_count=7 heapbench run made.txt -a null \
    --variant 'two=./tell.so GLIBC_TUNABLES=glibc.malloc.arena_max=2' --rounds 1 --no-check >out 2>err
told
# A check has them as well.
heapbench run made.txt -a null --variant 'one=./tell.so ODD_SETTING=1' --rounds 1 >out
told
# What it says of its settings as it is loaded is said once, and each row keeps its own.
heapbench run made.txt -a null --variant "one=./tell.so ODD_LIBRARY_WORD='no such setting'" --variant two=./tell.so \
    --variant "three=./tell.so ODD_LIBRARY_WORD='no such setting' ODD_LIBRARY_END=1" --rounds 2 --no-check >out
echo $?
grep -E '^  ! (one|two|three)|unavailable' out | sed 's/  */ /g'
rm told
throughput --traces=made.txt --allocators=null --variant="one=./tell.so ODD_LIBRARY_WORD=alas" --no-check 2>&1 >out |
    grep '^throughput: '
rm told
# In JSON, and in the names and the context of benchmarks.
heapbench run made.txt -a glibc --variant "two=glibc 'X=a b' Y=c" --rounds 1 --json |
    python3 -c '
import json, sys
for library in json.load(sys.stdin)["libraries"]:
    print(library["name"], library["library"], library["settings"], len(library["hash"]), library["path"] != "")'
for more in --benchmark_list_tests --benchmark_format=json; do
    throughput --traces=made.txt --allocators=glibc --variant="two=glibc 'X=a b'" --variant=three=glibc $more 2>err |
        grep -oE '^throughput.*|"heapbench_variant[_0-9]*": "[^"]*"'
done

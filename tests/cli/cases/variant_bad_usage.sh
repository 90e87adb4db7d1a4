# A variant that is written wrong is a sentence and exit status 2, before anything is measured.
# exit 2
for wrong in '' 'jemalloc' '=glibc' 'a=' 'a=jemaloc' 'glibc=null' 'jemalloc=glibc' 'null=glibc' 'a/b=glibc' 'a=glibc X' 'a=glibc 2X=1' \
    'a=glibc "X=1' 'a=glibc X=1 X=2' 'a=glibc LD_PRELOAD=x.so' 'a=glibc GLIBC_TUNABLES=tcache_count=0'; do
    heapbench run demo -a glibc --variant "$wrong"
    echo "$wrong: $?"
done
heapbench run demo -a glibc --variant a=glibc --variant a=glibc
echo "twice: $?"
heapbench run demo -a glibc --variants --variant glibc-keep=glibc
echo "a known one's: $?"
throughput --traces=demo --variant=a
echo "throughput: $?"
heapbench run demo -a glibcc 2>&1

# One line says what is wrong and where; exit status 3 for all that is, 0 for what is right.
tests=$(dirname "$(command -v heapbench)")/../tests
{ seq 0 149 | sed 's/.*/a & 17/'; echo 'c table 40'; echo 'r table 100'; echo 'm page 64 64'; echo 'm next 64 64'; echo 'm third 64 64'; seq 0 149 | sed 's/.*/f &/'; } >made.txt
for library in odd_null odd_exit odd_loop odd_noisy odd_none wrong_same wrong_forget wrong_null_after wrong_thread wrong_weak wrong_loose; do
    heapbench check made.txt -a "$tests/lib$library.so" --timeout 1 >out 2>err
    echo "exit $?"
    sed 's|/[^ ]*/tests/||' out
    sed 's|/[^ ]*/tests/||' err
done
for allocator in glibc simple bins ./no_such.so; do
    heapbench check made.txt -a $allocator | sed 's/cannot open.*/.../'
done
heapbench check made.txt -a "$tests/libwrong_same.so" --json
heapbench check made.txt -a "$tests/libwrong_null_after.so" --json | grep -E '"(status|operation|problem|failures|first_failure)"'
heapbench check made.txt -a glibc --json

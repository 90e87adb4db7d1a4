# Those that are wrong stand below all that have figures, with what they do and where; so does what returns NULL.
# exit 3
tests=$(dirname "$(command -v heapbench)")/../tests
{ seq 0 149 | sed 's/.*/a & 17/'; seq 0 149 | sed 's/.*/f &/'; } >made.txt
heapbench run made.txt -a "$tests/libodd_null.so,$tests/libwrong_same.so,glibc,$tests/libwrong_hang.so,$tests/libwrong_exit.so" \
    --rounds 1 --timeout 1 >table
status=$?
sed -n '3,/^$/s/^  glibc .*/  glibc/; 3,/^$/p' table | grep -v 'not to be trusted'
heapbench run made.txt -a "$tests/libodd_null.so,$tests/libwrong_same.so,glibc" --rounds 1 --json |
    grep -E '"(allocator|status|problem|failures|first_failure)"'
# Nor are its calls shown as if all were well.
heapbench run made.txt -a "$tests/libodd_null.so,glibc" --rounds 1 --latency | sed -n '/each call alone/,$s/^  libodd_null.*/&/p'
exit $status

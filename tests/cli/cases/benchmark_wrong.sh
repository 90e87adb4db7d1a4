# A wrong allocator, one that hangs and one that returns NULL are errors in their rows and an exit status of 3.
# exit 3
tests=$(dirname "$(command -v throughput)")/../tests
seq 0 149 | sed 's/.*/a & 17/' >made.txt
echo 'f 2' >>made.txt
throughput --allocators="$tests/libwrong_same.so,$tests/libwrong_hang.so,$tests/libodd_null.so" --traces=made.txt --timeout=1 \
    --benchmark_format=csv 2>/dev/null >csv
status=$?
grep '^"throughput' csv
throughput --timeout=0 2>&1
exit $status

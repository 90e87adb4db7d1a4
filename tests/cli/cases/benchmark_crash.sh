# A crash is an error in its row and an exit status of 3; no time is given for it.
# exit 3
{ printf '0\n150\n150\n1\n'; seq 0 149 | sed 's/.*/a & 10/'; } >many.rep
throughput --allocators="$(dirname "$(command -v throughput)")/../tests/libodd_crash.so" --traces=many.rep \
    --benchmark_format=csv 2>/dev/null >csv
status=$?
grep '^"throughput' csv | sed 's/ (.*"$/"/'
exit $status

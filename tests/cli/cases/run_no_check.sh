# Who wants to measures a library as it is.
tests=$(dirname "$(command -v heapbench)")/../tests
seq 0 149 | sed 's/.*/a & 17/' >made.txt
heapbench run made.txt -a "$tests/libwrong_same.so" --no-check --rounds 1 |
    grep -cE '^  libwrong_same.so +[0-9.]+ '
# One that crashes is checked all the same, afterwards, for the operation; it is said where the check ends in the same way.
heapbench run made.txt -a "$tests/libodd_crash.so,$tests/libodd_fickle.so" --no-check --rounds 1 2>/dev/null |
    sed -n 's/^  libodd_\(crash\|fickle\).so  *crashed (\(signal 11\|exit status [0-9]*\)/\1/p' | sort

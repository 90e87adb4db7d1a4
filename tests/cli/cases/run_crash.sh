# An allocator that crashes (at its 100th allocation) is a row that says so (with the signal, unless a sanitizer has caught it), and the others have their figures.
# exit 3
{ printf '0\n150\n150\n1\n'; seq 0 149 | sed 's/.*/a & 10/'; } >many.rep
heapbench run many.rep -a "glibc,$(dirname "$(command -v heapbench)")/../tests/libodd_crash.so" --rounds 3 >table 2>/dev/null
status=$?
grep -c '^  glibc  *[0-9.]*  *[0-9.]* - [0-9.]*  *1.000 ' table
grep '^  libodd_crash' table | sed 's/  */ /g; s/ (.*//'
exit $status

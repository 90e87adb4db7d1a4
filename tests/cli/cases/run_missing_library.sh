# exit 3
heapbench run demo -a glibc,./no_such.so --rounds 1 >table
status=$?
awk '$1 == "no_such.so" {print $1, $2}' table
exit $status

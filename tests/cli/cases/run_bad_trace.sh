# exit 1
printf 'a 0 -1\n' >bad.rep
heapbench run no_such_trace 2>&1 | sed 's/ in .*;/ in ...;/'
heapbench run bad.rep -a simple 2>err
status=$?
grep -c 'bad.rep' err
exit $status

# exit 2
for wrong in '-a glibc' 'demo' 'demo demo -a glibc' 'demo -a glibc,bump' 'demo -a glibc --timeout 0' 'demo -a glibc --timeout x' \
             'demo -a null' 'demo -a model-first'; do
    heapbench check $wrong
    echo "$wrong: $?"
done
heapbench check no-such-trace -a glibc 2>/dev/null
echo "no such trace: $?"
heapbench check demo -a nothing 2>&1 | sed 's/there are .*/there are .../'
heapbench check demo -a ''

# exit 2
for wrong in '--rounds 0' '--rounds x' '--heap 0' '--touch some' '--threads' '-a simple,,glibc'; do
    heapbench run demo $wrong
    echo "$wrong: $?"
done
heapbench run demo -a nothing 2>&1 | sed 's/there are .*/there are .../'
heapbench run demo --rounds 1001

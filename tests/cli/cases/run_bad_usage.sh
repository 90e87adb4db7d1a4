# exit 2
for wrong in '--rounds 0' '--rounds x' '--heap 0' '--touch some' '--no-such' '-a simple,,glibc' '--until 0' \
    '--until -1%' '--until 101%' '--until 1%%' '--until nan' '--until inf%' '--until x' '--budget 0' '--budget x' \
    '--rounds 5 --until 1%' '--json --markdown' --times-only --return '--baseline nothing,simple' '-b ./nothing.so'; do
    heapbench run demo $wrong 2>&1 | sed 's/there are simple.*/there are .../'
    heapbench run demo $wrong >/dev/null 2>&1
    echo "$wrong: $?"
done
heapbench run demo -a nothing 2>&1 | sed 's/there are .*/there are .../'
heapbench run demo --rounds 10001

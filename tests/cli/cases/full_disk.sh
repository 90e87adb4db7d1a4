# An answer that cannot be written is a failure, said once.
# exit 1
heapbench list >/dev/full
echo $?
heapbench list --json >/dev/full
echo $?
heapbench adversary robson -a simple --live 16 --ratio 4 --json >/dev/full
echo $?
heapbench replay demo -a null --json >/dev/full

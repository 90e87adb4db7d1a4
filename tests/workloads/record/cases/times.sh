# A program's processor time is its own: not that of what the process was before its exec, and that one's ends with the
# exec. A child has its own; a program that ends by _exit or a signal is timed to its end.
cat >busy.sh <<'BUSY'
i=0
while [ $i -lt 300000 ]; do i=$((i + 1)); done
exec seq 5
BUSY
cpu() { heapbench info "$1" --json | sed -n 's/^  "program_cpu_ns": \([0-9]*\),$/\1/p'; }
wall() { heapbench info "$1" --json | sed -n 's/^  "program_wall_ns": \([0-9]*\),$/\1/p'; }
heapbench record --all -o exec.trace -- sh busy.sh >/dev/null 2>&1
for trace in exec*.trace; do
    case $(heapbench info $trace --json | grep '"command"') in
    *busy*) before=$trace ;;
    *seq*) after=$trace ;;
    esac
done
echo "before the exec more than after: $(($(cpu "$before") > 5 * $(cpu "$after"))), $(($(wall "$before") > 5 * $(wall "$after")))"
sed '$d' busy.sh >signal.sh
echo 'kill -KILL $$' >>signal.sh
heapbench record -o signal.trace -- sh signal.sh 2>/dev/null
echo "a signal: $(($(cpu signal.trace) > 5 * $(cpu "$after"))), $(($(wall signal.trace) > 5 * $(wall "$after")))"
heapbench info signal.trace | grep '^program' | sed 's/[0-9.]* [mu]*s/N/g'

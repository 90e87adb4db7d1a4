# The exit status is the program's own; a program that cannot be run has the shell's status for that.
quiet() { heapbench record -o status.trace -- "$@" 2>/dev/null; echo "$?"; }
quiet sh -c 'exit 0'
quiet sh -c 'exit 7'
quiet sh -c 'kill -TERM $$'
quiet sh -c 'kill -KILL $$'
heapbench info status.trace | grep -c ^checked
heapbench record -- ./absent
echo "$?"
touch text
heapbench record -- ./text
echo "$?"
ls

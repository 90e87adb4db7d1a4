# A name that nothing has gets the nearest one suggested, in one line, and exit 2; a trace's, which may be a file's, exit 1.
traces=$HEAPBENCH_TRACES
for line in 'rnu demo' 'gen' 'frobnicate' 'run demo -a glbc' 'replay demo -a jemaloc' 'check demo -a Glibc' 'run dmeo' 'info sqlite' \
    'info frobnicate' 'model demo --policy frist' 'generate stedy -o x.trace' 'adversary robsn -a simple'; do
    # shellcheck disable=SC2086 # words
    heapbench $line 2>err
    echo "$? $(sed "s,$traces,TRACES,; s/; there are .*/; there are .../; s/; 'heapbench list' has them all//" err)"
done
# An allocator that is named again is one more, or one too many.
heapbench run demo -a simple -a null,glibc --rounds 1 --json | sed -n 's/^ *"allocator": "\(.*\)",/\1/p' | sort
heapbench replay demo -a simple -a null 2>&1
echo "$?"

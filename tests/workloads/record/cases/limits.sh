# The limit on file sizes holds for the recording, and no signal comes of it.
(ulimit -f 64; exec heapbench record -o small.trace -- touch ran) 2>&1 | sed 's/^.*small.trace.raw-[^:]*/small.trace.raw-N/; s/[0-9][0-9]* bytes/N bytes/'
(ulimit -f 400; exec heapbench record --level 1 -o limited.trace -- perl -e 'for (1 .. 200000) { $x{$_} = 1 } print "done\n"') 2>errors
echo "$?"
grep -c 'events were not recorded: the recording is as large as it may be' errors
ls

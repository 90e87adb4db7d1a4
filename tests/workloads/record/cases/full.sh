# A disk that is full before the program runs, or while it does.
mkdir disk
[ "$(id -u)" = 0 ] && mount -t tmpfs -o size=4k none disk 2>/dev/null || { echo "skipped: nothing can be mounted"; exit 77; }
heapbench record -o disk/t.trace -- touch ran 2>&1 | sed 's/^.*t.trace.raw-[^:]*/t.trace.raw-N/'
ls disk
umount disk
ls
mount -t tmpfs -o size=1000k none disk
heapbench record --level 1 -o disk/t.trace -- perl -e 'for (1 .. 200000) { $x{$_} = 1 } print "done\n"' 2>errors
echo "$?"
grep -c 'events were not recorded: no space left on the disk' errors
umount disk

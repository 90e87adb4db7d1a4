# Under filters of system calls. Those of heapbench itself, as in a container, are no hindrance, but where they
# forbid what the recorder calls; one that a program was given later might, and is said.
strays=$SUBJECTS/subject_strays
try() {
    "$@" 2>&1 | sed "s,[^ ]*/,,; s/[0-9][0-9.]*/N/g"
}
"$strays" filtered reboot true || { echo "no filter can be set here"; exit 77; }
grep -q '^Seccomp_filters' /proc/self/status || { echo "the kernel does not count filters"; exit 77; }
try "$strays" filtered reboot heapbench record -o x.trace -- perl -e 'print "done\n"'
try "$strays" filtered mremap heapbench record -o x.trace -- perl -e 'print "done\n"'
try heapbench record -o x.trace -- "$strays" filtered reboot perl -e 'print "done\n"'
try "$strays" filtered reboot heapbench record -o x.trace -- "$strays" filtered reboot perl -e 'print "done\n"'

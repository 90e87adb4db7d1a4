# A daemon that outlives the program is waited for, and its trace is kept, whole.
heapbench record -o daemon.trace -- "$SUBJECTS/subject_strays" daemon 8 2>errors
echo "$?"
sed 's/[0-9][0-9.]*/N/g' errors
heapbench info --json daemon.trace | grep -o '"ops": *[0-9]*'
heapbench info daemon.trace | grep '^checked'
ls

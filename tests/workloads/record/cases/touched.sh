# What is touched of large blocks is recorded where it is asked for, shown, and kept in other forms.
heapbench record --touch -o touched.trace -- "$SUBJECTS/subject_touch" 2>&1 | sed 's/[0-9][0-9.]*/N/g'
heapbench info touched.trace | sed -n '/^touched/p' | sed 's/[0-9][0-9.]*/N/g'
heapbench info --json touched.trace | grep -c '"touched_blocks": [1-9]'
heapbench export touched.trace --to text -o touched.txt
heapbench import touched.txt -o again.trace --force 2>/dev/null
cmp touched.trace again.trace && echo same
heapbench export touched.trace --to rep 2>&1 >/dev/null | sed -n 's/ [0-9][0-9]* large/ N large/p'
heapbench replay touched.trace -a glibc --touch every | sed -n 's/.*touching/touching/p'
heapbench record -o plain.trace -- "$SUBJECTS/subject_touch" 2>/dev/null
heapbench info plain.trace | grep -c '^touched'
heapbench record --touch --convert . 2>&1 | sed -n 1p

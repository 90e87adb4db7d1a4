# The trace is named after the program, or as asked; what follows the program's name is the program's.
seq 5000 | shuf --random-source=/bin/sh >numbers
heapbench record sort -n -o sorted numbers 2>&1 | sed 's/[0-9][0-9.]*/N/g'
heapbench record -o mine.trace --level 3 -- sort -n --output=again numbers 2>&1 | sed 's/[0-9][0-9.]*/N/g'
cmp sorted again
ls
heapbench info sort.trace | sed -n 's/^command *//p'

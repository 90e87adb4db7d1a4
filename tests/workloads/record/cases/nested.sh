# A recording of a recording: both are kept.
heapbench record -o outer.trace -- heapbench record -o inner.trace -- seq 10 2>&1 | sed 's/[0-9][0-9.]*/N/g'
heapbench info inner.trace | grep '^command'
ls

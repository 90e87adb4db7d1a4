# A program that writes over its arguments keeps its name.
heapbench record -o name.trace -- "$SUBJECTS/subject_strays" name 2>&1 | sed 's/[0-9][0-9.]*/N/g'

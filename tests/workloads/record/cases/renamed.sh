# A program that writes over its arguments, or gives itself another name, keeps its own.
heapbench record -o name.trace -- "$SUBJECTS/subject_strays" name 2>&1 | sed 's/[0-9][0-9.]*/N/g'
heapbench record -o title.trace -- "$SUBJECTS/subject_strays" title 2>&1 | sed 's/[0-9][0-9.]*/N/g'

# Thousands of processes, and a chain of programs in one.
heapbench record -o many.trace -- "$SUBJECTS/subject_strays" many 2000 2>&1 | sed 's/process [0-9]*/process N/; s/([0-9].*)$/(N)/'
heapbench info --json many.trace | grep -o '"ops": *[0-9]*'
ls
# shellcheck disable=SC2016
heapbench record -o chain.trace -- env env env sh -c 'exec env seq 3' 2>&1 | sed 's/process [0-9]*/process N/; s/recorded [0-9]*/recorded N/; s/([0-9].*)$/(N)/'

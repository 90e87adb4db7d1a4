# The worked example in a heap that is too small: what fails is in the table and is no error.
heapbench run demo -a simple --heap 500 --rounds 1 --json | grep -oE '"(status|failures|first_failure)": *[^,}]*'

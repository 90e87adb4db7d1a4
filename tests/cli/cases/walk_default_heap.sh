# A short trace is shown in the tutorial's 4096 bytes, where it fails, too; one that needs more than that at once is not.
printf 'a a 3000\na b 1090\n' >tight.txt
printf 'a a 3000\na b 1097\n' >over.txt
heapbench walk tight.txt
heapbench walk over.txt | head -1

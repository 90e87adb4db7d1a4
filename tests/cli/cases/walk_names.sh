# Objects are called as the file calls them: by name, by number, used again; a long one is cut, too many have none.
long=$(printf '%0100d' 0 | tr 0 n)
printf 'heap 4096\na first 10\na 7 20\nf first\na first 4\nr 7 30\na r\303\251d 5\na %s 1\nc \\red 1\n' "$long" >names.txt
heapbench walk names.txt
printf '4096\n9\n4\n1\na 8 10\na 3 20\nf 8\nf 3\n' >ids.rep
heapbench walk ids.rep | grep Operation
seq 70000 | sed 's/.*/a n& 8/' >many.txt
heapbench walk many.txt --at 69999 | grep Pointer | tail -n 2

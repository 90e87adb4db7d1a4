# Of several processes the busiest is kept; --all keeps the others under their numbers.
cat >chain.sh <<'CHAIN'
seq 20000 | sort -r >sorted
CHAIN
heapbench record -o chain.trace -- sh chain.sh 2>&1 | sed 's/[0-9][0-9.]*/N/g'
ls
heapbench record --all -o all.trace -- sh chain.sh 2>/dev/null
ls | sed 's,[0-9][0-9]*,N,' | sort

# A block that is aligned less than C wants is a warning; a bounded heap in which something failed stands below the others.
tests=$(dirname "$(command -v heapbench)")/../tests
seq 0 149 | sed 's/.*/a & 17/' >made.txt
heapbench run made.txt -a "$tests/libwrong_weak.so" --rounds 1 | grep '!'
heapbench run demo -a simple,null --heap 500 --rounds 1 | awk 'NR > 2 && NF > 4 && $1 ~ /simple|null/ {print $1, $NF}'

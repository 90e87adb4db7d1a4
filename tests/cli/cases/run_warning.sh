# What a check finds that is not wrong is a warning; a bounded heap in which something failed stands below the others.
tests=$(dirname "$(command -v heapbench)")/../tests
printf 'm 1 64 64\nm 2 64 64\nm 3 64 64\n' >made.txt
heapbench run made.txt -a "$tests/libwrong_loose.so" --rounds 1 | grep '!' | grep -v 'not to be trusted'
heapbench run made.txt -a "$tests/libwrong_loose.so" --rounds 1 --json | grep '"warning"'
heapbench run demo -a simple,null --heap 500 --rounds 1 | awk '$1 ~ /^(simple|null)$/ {print $1, $NF == 3}'

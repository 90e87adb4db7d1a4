# Who wants to measures a library as it is.
tests=$(dirname "$(command -v heapbench)")/../tests
seq 0 149 | sed 's/.*/a & 17/' >made.txt
heapbench run made.txt -a "$tests/libwrong_same.so" --no-check --rounds 1 |
    grep -cE '^  libwrong_same.so +[0-9.]+ '

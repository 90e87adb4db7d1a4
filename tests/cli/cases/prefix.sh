# A library of two functions, with its prefix and without; what is made, and what is said of it.
cat >heap.c <<'C'
#include <stddef.h>
#include <string.h>
static char memory[1 << 20];
static size_t used;
static int begun;
void my_init(void) { begun++; }
void *my_malloc(size_t n) {
    char *p = memory + used;
    if (begun != 1 || n == 0 || n + sizeof n > sizeof memory - used) return 0;
    used += n + sizeof n;
    memcpy(p, &n, sizeof n);
    return memset(p + sizeof n, 0x55, n);
}
void my_free(void *p) { (void)p; }
#ifndef PLAIN
size_t my_usable_size(void *p) { size_t n; memcpy(&n, (char *)p - sizeof n, sizeof n); return n; }
#endif
#ifdef WHOLE
void *my_calloc(size_t n, size_t m) { void *p = my_malloc(n * m); return p != 0 ? memset(p, 0, n * m) : p; }
void *my_realloc(void *p, size_t n) {
    void *q = my_malloc(n);
    return p != 0 && q != 0 ? memcpy(q, p, my_usable_size(p) < n ? my_usable_size(p) : n) : q;
}
#endif
C
for kind in PLAIN SIZED WHOLE; do
    ${CC:-cc} -D$kind -O1 -shared -fPIC -o $kind.so heap.c || exit 77
done
printf 'a a 24\nr a 50\nr a 30\nc b 40\na d 24\nf a\nr b 100\nf b\n' >calls.txt
for kind in PLAIN SIZED WHOLE; do
    heapbench check calls.txt -a ./$kind.so --prefix my_
    heapbench replay calls.txt -a ./$kind.so --prefix my_ | sed -n 's/^its calls *//p'
done
heapbench import calls.txt -o calls.trace 2>/dev/null >&2
heapbench replay calls.trace --stream -a ./PLAIN.so --prefix my_ | sed -n 's/^operations *//p'
heapbench list -a ./PLAIN.so,./WHOLE.so --prefix my_ | sed -n '2,3s|/[^ ]*/||p'
heapbench run calls.txt -a ./PLAIN.so,glibc --prefix my_ --rounds 1 --json | grep '"made"'
HEAPBENCH_PREFIX=my_ heapbench replay calls.txt -a ./PLAIN.so --json | grep '"made"'
heapbench run calls.txt -a glibc --variant 'mine=./PLAIN.so HEAPBENCH_PREFIX=my_' --rounds 1 | grep -c '^ *mine'
throughput --allocators=./PLAIN.so --prefix=my_ --traces=calls.txt 2>/dev/null | grep -c '^throughput/PLAIN.so/calls'
heapbench check calls.txt -a ./PLAIN.so
echo "without: $?"
heapbench check calls.txt -a ./PLAIN.so --prefix your_
echo "another's: $?"
for wrong in 1a a-b "$(printf '%041d' 0 | tr 0 a)"; do
    heapbench check calls.txt -a ./PLAIN.so --prefix "$wrong" 2>&1
    echo "$wrong: $?"
done

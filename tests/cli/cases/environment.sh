# What is set that allocators obey is said once, and stands in the head of every file of results.
GLIBC_TUNABLES=glibc.malloc.tcache_count=0 MALLOC_ARENA_MAX=1 heapbench run demo -a glibc --rounds 1 >out 2>err
grep -c 'set from outside' err
grep -o 'GLIBC_TUNABLES=glibc.malloc.tcache_count=0' err
grep -o 'MALLOC_ARENA_MAX=1' err
heapbench run demo -a glibc --rounds 1 >out
# Children have the user's tunables beside what libraries need.
cat >show.c <<'EOF'
#include <stdio.h>
#include <stdlib.h>
__attribute__((constructor)) static void show(void)
{
    FILE *out = fopen(getenv("SHOWN"), "a");
    if (out == NULL)
        return;
    fprintf(out, "%s\n", getenv("GLIBC_TUNABLES") != NULL ? getenv("GLIBC_TUNABLES") : "none");
    fclose(out);
}
EOF
cc -shared -fPIC -o show.so show.c
SHOWN=$PWD/shown GLIBC_TUNABLES=glibc.malloc.tcache_count=7 LD_PRELOAD=$PWD/show.so heapbench run demo -a null --rounds 1 >out 2>err
sort -u shown
grep -c LD_PRELOAD= err

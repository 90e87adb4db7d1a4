/*
 * sample.cc - a small program that asks for memory in every way; what real tools wrote of it lies beside it.
 *
 *     cd /tmp && g++ -g -O0 -std=c++17 -fno-builtin -o sample sample.cc -pthread      (g++ 12.2, Debian 12)
 *     MALLOC_TRACE=sample.mtrace LD_PRELOAD=libc_malloc_debug.so.0 ./sample           glibc 2.36
 *     valgrind --trace-malloc=yes --log-file=sample.valgrind ./sample                 valgrind 3.19.0
 *     heaptrack --raw -o sample ./sample, which writes sample.raw.zst                 heaptrack 1.4.0
 */
#include <malloc.h>
#include <mcheck.h>
#include <stdlib.h>

#include <new>
#include <thread>

static void *volatile sink;

struct alignas(64) wide {
    char bytes[128];
};

static void work(unsigned state)
{
    void *kept[4] = {};

    for (int i = 0; i < 12; i++) {
        unsigned at = (state = state * 1103515245 + 12345) >> 16 & 3;
        free(kept[at]);
        sink = kept[at] = malloc(1 + (state >> 20 & 255));
    }
    for (void *block : kept)
        free(block);
}

static void reallocs()
{
    void *p = malloc(100), *q;

    sink = p = realloc(p, 2000);
    sink = q = malloc(5000);
    sink = p = realloc(p, 20000); /* moves */
    sink = p = realloc(p, 19000);
    free(q);
    free(p);
    sink = p = realloc(nullptr, 33);
    sink = realloc(p, 0);
    sink = p = malloc(8);
    sink = realloc(p, static_cast<size_t>(-1) / 4); /* fails */
    free(p);
}

static void others()
{
    void *p;

    sink = calloc(7, 9); /* never freed */
    sink = p = aligned_alloc(64, 640);
    free(p);
    if (posix_memalign(&p, 256, 1000) == 0)
        free(p);
    sink = p = memalign(32, 77);
    free(p);
    sink = malloc(0);                           /* never freed */
    sink = malloc(static_cast<size_t>(-1) / 4); /* fails */
    free(nullptr);
}

static void cxx()
{
    wide *w = new wide;
    int *array = new int[10], *one = new (std::nothrow) int;

    delete w;
    delete[] array;
    delete one;
}

int main()
{
    mtrace();
    reallocs();
    others();
    cxx();
    std::thread first(work, 1), second(work, 2);
    first.join();
    second.join();
    muntrace();
}

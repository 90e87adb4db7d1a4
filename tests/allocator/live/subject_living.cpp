// subject_living.cpp - a program that asks its heap for everything: run on each of our heaps, prints what was
// wrong.
//
// Usage: subject_living family | aligned | threads | forks | vforks | full | exit0. Exit status 0 when all
// was right.
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <new>
#include <string>
#include <vector>

static int wrong;

// Not optimised away: a compiler knows what malloc does.
static void *volatile sink;

static void *kept(void *block)
{
    sink = block;
    return sink;
}

static void expect(bool holds, const char *what)
{
    if (!holds) {
        printf("wrong: %s\n", what);
        wrong = 1;
    }
}

static bool aligned(const void *block, size_t alignment)
{
    return block != nullptr && (uintptr_t)block % alignment == 0;
}

static bool holds(const unsigned char *block, size_t bytes, unsigned char pattern)
{
    for (size_t i = 0; i < bytes; i++)
        if (block[i] != pattern)
            return false;
    return true;
}

static void check_sizes()
{
    for (size_t size = 0; size < 700; size++) {
        auto *block = (unsigned char *)kept(malloc(size));
        auto *other = (unsigned char *)kept(malloc(size));

        expect(aligned(block, 16) && aligned(other, 16), "malloc is aligned to 16 bytes");
        expect(block != other, "blocks are distinct, those of 0 bytes too");
        expect(malloc_usable_size(block) >= size, "a block can hold what was asked for");
        memset(block, 1, malloc_usable_size(block));
        memset(other, 2, size);
        expect(holds(block, size, 1), "a block is nobody else's");
        block = (unsigned char *)kept(realloc(block, 3 * size + 1));
        expect(aligned(block, 16) && holds(block, size, 1), "realloc keeps the content");
        free(other);
        other = (unsigned char *)kept(calloc(size, 3));
        expect(aligned(other, 16) && holds(other, 3 * size, 0), "calloc is zero, of used memory too");
        free(block);
        free(other);
    }
}

static void check_alignments()
{
    for (size_t alignment = 8; alignment <= 1 << 20; alignment *= 2) {
        void *out = nullptr;
        auto *block = (unsigned char *)kept(aligned_alloc(alignment, 100));

        expect(aligned(block, alignment), "aligned_alloc is aligned");
        memset(block, 3, malloc_usable_size(block));
        block = (unsigned char *)kept(realloc(block, 5000));
        expect(aligned(block, 16) && holds(block, 100, 3), "realloc of an aligned block keeps the content");
        expect(posix_memalign(&out, alignment, 33) == 0 && aligned(out, alignment),
               "posix_memalign is aligned");
        free(out);
        free(block);
        block = (unsigned char *)kept(memalign(alignment, 0));
        expect(aligned(block, alignment), "memalign of no bytes is a block");
        free(block);
    }
    free(kept(valloc(1)));
    expect(malloc_usable_size(sink = pvalloc(1)) >= 4096, "pvalloc is whole pages");
    free(sink);
}

static void check_refusals()
{
    void *out = &wrong;
    volatile size_t most = SIZE_MAX, odd_alignment = 24;
    unsigned char *block;

    errno = 0;
    expect(kept(malloc(most - 100)) == nullptr && errno == ENOMEM, "malloc of too much is NULL and ENOMEM");
    errno = 0;
    expect(kept(calloc(most / 2, 3)) == nullptr && errno == ENOMEM,
           "calloc that overflows is NULL and ENOMEM");
    errno = 0;
    expect(kept(reallocarray(nullptr, most / 2, 3)) == nullptr && errno == ENOMEM,
           "reallocarray that overflows is NULL and ENOMEM");
    expect(posix_memalign(&out, 24, 1) == EINVAL && out == &wrong, "posix_memalign refuses 24");
    errno = 7;
    free(nullptr);
    free(kept(malloc(1)));
    expect(errno == 7, "free leaves errno alone");
    expect(kept(realloc(malloc(1), 0)) == nullptr, "realloc to nothing frees, as glibc's does");
    block = (unsigned char *)kept(malloc(100));
    memset(block, 9, 100);
    errno = 0;
    expect(kept(realloc(block, most - 100)) == nullptr && errno == ENOMEM && holds(block, 100, 9),
           "realloc to too much is NULL and ENOMEM, and the block is as it was");
    free(block);
    expect(malloc_usable_size(nullptr) == 0, "NULL has no bytes");
    expect(aligned(kept(memalign(odd_alignment, 1)), 32), "memalign rounds up what is no power of two");
    free(sink);
}

// What the C++ library makes of malloc and aligned_alloc.
static void check_new_refusals()
{
    volatile size_t most = SIZE_MAX / 2;

    try {
        sink = ::operator new(most - 100);
        expect(false, "new of too much throws");
    } catch (const std::bad_alloc &) {
    }
    try {
        sink = ::operator new(most - 4096, std::align_val_t(256));
        expect(false, "aligned new of too much throws");
    } catch (const std::bad_alloc &) {
    }
    expect(kept(::operator new(most - 100, std::nothrow)) == nullptr,
           "new of too much that may not throw is null");
    expect(kept(::operator new(most - 4096, std::align_val_t(256), std::nothrow)) == nullptr,
           "so is an aligned one");
    expect(aligned(kept(::operator new(33, std::align_val_t(256), std::nothrow)), 256),
           "aligned new is aligned");
    ::operator delete(sink, std::align_val_t(256));
}

// Before any constructor: the program's first function.
static void *early;

static void allocate_early(int, char **, char **)
{
    early = malloc(100);
    memset(early, 7, 100);
}

__attribute__((section(".preinit_array"), used)) static void (*const first)(int, char **,
                                                                            char **) = allocate_early;

static void check_early()
{
    expect(aligned(early, 16) && holds((const unsigned char *)early, 100, 7),
           "a block from before all constructors is whole");
    early = realloc(early, 200);
    expect(holds((const unsigned char *)early, 100, 7), "and can be resized");
    free(early);
}

static void check_new()
{
    struct alignas(64) wide {
        char bytes[100];
    };
    std::vector<std::string> strings;

    for (int i = 0; i < 1000; i++)
        strings.push_back(std::string((size_t)i, 'x'));
    for (int i = 0; i < 1000; i++)
        expect(strings[(size_t)i].size() == (size_t)i, "strings keep their sizes");
    auto *one = new wide;
    expect(aligned(one, 64), "new of what is aligned is");
    sink = one;
    delete one;
}

// What a replay does as well, to the byte: a realloc of an aligned block moves at another length.
static void align_only()
{
    void *blocks[64];

    for (size_t i = 0; i < 64; i++)
        blocks[i] = kept(aligned_alloc((size_t)8 << i % 8, i * 50));
    for (size_t i = 0; i < 64; i += 3)
        free(blocks[i]);
    for (size_t i = 0; i < 64; i++)
        expect(kept(malloc(i * 30)) != nullptr, "there is room");
}

// Blocks pass from thread to thread.
static void *shared[64];

static void *churn(void *argument)
{
    auto seed = (unsigned)(uintptr_t)argument;

    for (int i = 0; i < 4000; i++) {
        size_t size = (unsigned)rand_r(&seed) % 500 + 16;
        auto *block = (size_t *)malloc(size);

        *block = size;
        block = (size_t *)__atomic_exchange_n((void **)&shared[(unsigned)rand_r(&seed) % 64], block,
                                              __ATOMIC_ACQ_REL);
        expect(block == nullptr || malloc_usable_size(block) >= *block,
               "a block that another thread made is whole");
        free(block);
    }
    return nullptr;
}

static void with_threads(void (*meanwhile)())
{
    pthread_t threads[4];

    for (uintptr_t i = 0; i < 4; i++)
        pthread_create(&threads[i], nullptr, churn, (void *)(i + 1));
    meanwhile();
    for (auto &thread : threads)
        pthread_join(thread, nullptr);
}

// While others hold the lock now and then: a child's heap can be used.
static void fork_often()
{
    for (int i = 0; i < 50; i++) {
        pid_t child = fork();
        int status = -1;

        if (child == 0) {
            free(kept(malloc(1000)));
            _exit(wrong);
        }
        waitpid(child, &status, 0);
        expect(status == 0, "a child can allocate");
    }
}

static void vfork_once()
{
    pid_t child = vfork();

    if (child == 0)
        _exit(0);
    waitpid(child, nullptr, 0);
}

static void do_nothing()
{
}

// A million bytes in all: more than the heap that the test gives.
static void fill()
{
    int served = 0;

    errno = 0;
    while (kept(malloc(1000)) != nullptr && served < 1000000)
        served++;
    expect(errno == ENOMEM, "a full heap is NULL and ENOMEM");
    expect(served > 200 && served < 1000, "the bound is the heap's");
}

int main(int argc, char **argv)
{
    std::string what = argc > 1 ? argv[1] : "";

    if (what == "family") {
        check_sizes();
        check_alignments();
        check_refusals();
        check_new_refusals();
        check_new();
        check_early();
    } else if (what == "aligned") {
        align_only();
    } else if (what == "threads") {
        with_threads(do_nothing);
    } else if (what == "forks") {
        with_threads(fork_often);
    } else if (what == "vforks") {
        vfork_once();
    } else if (what == "full") {
        fill();
    } else if (what != "exit0") {
        return 2;
    }
    return wrong;
}

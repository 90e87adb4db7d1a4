/*
 * watched.c - libc's allocator, which writes down what is live and when: what tests/trust/pace looks at.
 *
 * Into the file that WATCHED_LOG names, two numbers a call: nanoseconds of the monotonic clock, and the bytes
 * that are live after it, as they were asked for. For one thread. A block's size and beginning stand in the
 * 16 bytes before it.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 1 << 24 };

struct note {
    uint64_t ns, live_bytes;
};

struct head {
    size_t size;
    void *begin;
};

void *__libc_memalign(size_t, size_t);
void __libc_free(void *);
void *memalign(size_t, size_t);

static struct note *notes;
static uint64_t noted, live_bytes;

static struct note *open_log(void)
{
    const char *path = getenv("WATCHED_LOG");
    int fd = path != NULL ? open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
    void *map;

    if (fd < 0 || ftruncate(fd, (off_t)(MOST * sizeof(struct note))) != 0)
        abort();
    map = mmap(NULL, MOST * sizeof(struct note), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    return map != MAP_FAILED ? map : NULL;
}

static void note(void)
{
    struct timespec now;

    if (notes == NULL)
        notes = open_log();
    if (notes == NULL || noted == MOST || clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        return;
    notes[noted++] = (struct note){(uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec, live_bytes};
}

static struct head *head_of(void *block)
{
    return (struct head *)block - 1;
}

static void *serve(size_t alignment, size_t size)
{
    size_t before = alignment > sizeof(struct head) ? alignment : sizeof(struct head);
    char *begin = size <= SIZE_MAX / 2 ? __libc_memalign(before, before + size) : NULL;

    if (begin == NULL)
        return NULL;
    *head_of(begin + before) = (struct head){size, begin};
    live_bytes += size;
    return begin + before;
}

static void take_back(void *block)
{
    live_bytes -= head_of(block)->size;
    __libc_free(head_of(block)->begin);
}

void *memalign(size_t alignment, size_t size)
{
    void *block = serve(alignment, size);

    note();
    return block;
}

void *malloc(size_t size)
{
    return memalign(1, size);
}

void free(void *block)
{
    if (block == NULL)
        return;
    take_back(block);
    note();
}

void *calloc(size_t count, size_t size)
{
    void *block = count == 0 || size <= SIZE_MAX / count ? malloc(count * size) : NULL;

    return block != NULL ? memset(block, 0, count * size) : NULL;
}

void *realloc(void *block, size_t size)
{
    void *grown = serve(1, size);

    if (grown != NULL && block != NULL) {
        memcpy(grown, block, head_of(block)->size < size ? head_of(block)->size : size);
        take_back(block);
    }
    note();
    return grown;
}

/*
 * subject_family.c - a random sequence of every function of the malloc family, and a list of what it did.
 *
 * Usage: subject_family LIST SEED STEPS. The sequence begins and ends with a malloc of MARKER_BYTES, freed at
 * once, which is not in the list. LIST is written as an array of struct listed, after the end marker, without
 * allocating. Exit status 3: a call behaved otherwise than without a recorder (errno, alignment, contents).
 */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "subjects.h"

enum { SLOTS = 512, LIST_AT_MOST = 1 << 20, ERRNO_BEFORE = 4242 };

struct slot {
    unsigned char *block;
    uint32_t object;
    uint64_t size;
};

static struct listed list[LIST_AT_MOST];
static size_t list_count;
static struct slot slots[SLOTS];
static uint32_t object_count;
static uint64_t random_state;

static uint32_t next_random(void)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(random_state >> 33);
}

static void fail_unless(bool condition)
{
    if (!condition)
        _exit(3);
}

static void add(uint8_t kind, uint32_t object, uint64_t size, uint8_t align_log2)
{
    fail_unless(list_count < LIST_AT_MOST);
    list[list_count++] =
        (struct listed){.kind = kind, .object = object, .size = size, .align_log2 = align_log2};
}

/* A block was given out: errno is as it was, the alignment as asked; it is listed and filled. */
static void born(struct slot *slot, void *block, uint8_t kind, size_t size, uint8_t align_log2)
{
    fail_unless(block != NULL && errno == ERRNO_BEFORE);
    fail_unless(((uintptr_t)block & (((uintptr_t)1 << align_log2) - 1)) == 0);
    *slot = (struct slot){.block = block, .object = object_count++, .size = size};
    add(kind, slot->object, size, align_log2);
    memset(block, (int)slot->object & 0xff, size);
}

static void check_contents(const struct slot *slot, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        fail_unless(slot->block[i] == (slot->object & 0xff));
}

static void give_back(struct slot *slot)
{
    check_contents(slot, slot->size);
    add(LISTED_FREE, slot->object, 0, 0);
    if (next_random() % 16 == 0)
        fail_unless(realloc(slot->block, 0) == NULL);
    else
        free(slot->block);
    fail_unless(errno == ERRNO_BEFORE);
    slot->block = NULL;
}

static void resize(struct slot *slot, size_t size)
{
    bool by_array = next_random() % 4 == 0;
    size_t kept = slot->size < size ? slot->size : size;

    slot->block = by_array ? reallocarray(slot->block, size, 1) : realloc(slot->block, size);
    fail_unless(slot->block != NULL && errno == ERRNO_BEFORE);
    check_contents(slot, kept);
    slot->size = size;
    add(LISTED_REALLOC, slot->object, size, 0);
    memset(slot->block, (int)slot->object & 0xff, size);
}

static void *aligned_by_posix(size_t alignment, size_t size)
{
    void *block = NULL;

    fail_unless(posix_memalign(&block, alignment, size) == 0);
    return block;
}

static void be_born(struct slot *slot, size_t size)
{
    uint8_t align_log2 = (uint8_t)(4 + next_random() % 5);
    size_t alignment = (size_t)1 << align_log2;

    switch (next_random() % 10) {
    case 0:
        born(slot, realloc(NULL, size), LISTED_MALLOC, size, 0);
        break;
    case 1:
        born(slot, calloc(size, 1), LISTED_CALLOC, size, 0);
        break;
    case 2:
        born(slot, calloc(3, size), LISTED_CALLOC, 3 * size, 0);
        break;
    case 3:
        born(slot, aligned_by_posix(alignment, size), LISTED_ALIGNED, size, align_log2);
        break;
    case 4:
        size = size % 100 * alignment;
        born(slot, aligned_alloc(alignment, size), LISTED_ALIGNED, size, align_log2);
        break;
    case 5:
        born(slot, memalign(alignment, size), LISTED_ALIGNED, size, align_log2);
        break;
    case 6:
        if (next_random() % 8 == 0)
            born(slot, valloc(size), LISTED_ALIGNED, size, LISTED_PAGE_LOG2);
        else if (next_random() % 8 == 0)
            born(slot, pvalloc(size), LISTED_ALIGNED, size, LISTED_PAGE_LOG2);
        break;
    default:
        born(slot, malloc(size), LISTED_MALLOC, size, 0);
    }
}

/* Calls that fail, or do nothing: none of them is recorded. */
static void do_nothing(struct slot *slot)
{
    volatile size_t huge = PTRDIFF_MAX;
    void *untouched = slot;

    free(NULL);
    fail_unless(malloc(huge) == NULL && errno == ENOMEM);
    fail_unless(calloc(huge, 4) == NULL && errno == ENOMEM);
    fail_unless(reallocarray(slot->block, huge, 4) == NULL && errno == ENOMEM);
    fail_unless(posix_memalign(&untouched, 3, 8) == EINVAL && untouched == slot);
    fail_unless(posix_memalign(&untouched, 64, huge) == ENOMEM && untouched == slot);
    if (slot->block != NULL) {
        fail_unless(realloc(slot->block, huge) == NULL && errno == ENOMEM);
        check_contents(slot, slot->size);
    }
    errno = ERRNO_BEFORE;
}

static size_t random_size(void)
{
    uint32_t r = next_random();

    if (r % 1000 == 0)
        return 1 + next_random() % 1000000; /* beyond the mmap threshold too */
    return r % 50 == 0 ? 1 + next_random() % 20000 : r % 300;
}

static void step(void)
{
    struct slot *slot = &slots[next_random() % SLOTS];
    size_t size = random_size();

    if (next_random() % 64 == 0)
        do_nothing(slot);
    if (slot->block == NULL)
        be_born(slot, size);
    else if (next_random() % 3 == 0)
        resize(slot, size + 1);
    else
        give_back(slot);
}

static void mark(void)
{
    void *volatile marker = malloc(MARKER_BYTES);

    free(marker);
}

int main(int argc, char **argv)
{
    unsigned long steps;
    ssize_t bytes;
    int fd;

    if (argc != 4)
        return 2;
    random_state = strtoull(argv[2], NULL, 10);
    steps = strtoul(argv[3], NULL, 10);
    mark();
    errno = ERRNO_BEFORE;
    for (unsigned long i = 0; i < steps; i++)
        step();
    mark();
    bytes = (ssize_t)(list_count * sizeof list[0]);
    fd = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0600);
    return fd >= 0 && write(fd, list, (size_t)bytes) == bytes && close(fd) == 0 ? 0 : 1;
}

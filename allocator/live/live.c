/*
 * live.c - a heap of one of our allocators, made at the first call, locked, aligned, and counted where asked.
 */
#include "allocator/live/live.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "allocator/allocator.h"
#include "allocator/live/live_stats.h"
#include "allocator/region.h"
#include "base/map.h"
#include "base/number.h"

/* Which allocator: each library has a line of its own (CMakeLists.txt). */
extern const struct hb_allocator HB_LIVE_TABLE;

enum { ALIGN = 16 };

static struct {
    pthread_mutex_t lock;
    const struct hb_allocator *table; /* NULL before the first call */
    void *heap;                       /* NULL: there can be none */
    size_t record_bytes;              /* before each payload, where the allocator knows no alignment */
    struct hb_map shifted;            /* blocks that begin behind their payload's start: how many bytes */
    bool is_counting;
    struct hb_live_stats stats;
    uint64_t walks; /* of the last walk that was counted */
} live = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* -- counted -- */

static void note_walk(void)
{
    struct hb_walk walk;

    live.table->last_walk(live.heap, &walk);
    live.stats.extent_bytes = walk.high_water_bytes;
    if (walk.walks == live.walks)
        return;
    live.walks = walk.walks;
    live.stats.walks++;
    live.stats.walk_total += walk.length;
    if (walk.length > live.stats.walk_max)
        live.stats.walk_max = walk.length;
}

static void note_alloc(const void *block)
{
    live.stats.allocs++;
    live.stats.failures += block == NULL;
    if (live.is_counting)
        note_walk();
}

/* -- made -- */

static void say(const char *text)
{
    char line[512];
    int length = snprintf(line, sizeof line, "heapbench: %s\n", text);

    if (length > 0 && write(STDERR_FILENO, line, (size_t)length) < 0)
        return; /* there is nobody to tell */
}

/* Bytes the heap may have; 0: ample. False where the environment says nonsense. */
static bool read_bound(size_t *bytes)
{
    const char *text = hb_live_environment(HB_LIVE_HEAP);

    *bytes = 0;
    return text == NULL || (hb_number_parse_size(text, bytes) && *bytes != 0);
}

/* One range in front makes the next payload aligned, and with it all that follow. */
static void align_first(void)
{
    struct hb_heap_state state;

    if ((live.table->caps & HB_CAP_UNALIGNED) == 0 || live.table->inspect == NULL)
        return;
    live.table->inspect(live.heap, &state);
    live.record_bytes = state.header_bytes;
    if (live.record_bytes % ALIGN != 0)
        live.table->alloc(live.heap, ALIGN); /* NULL: nothing else fits either */
}

static void create(void)
{
    struct hb_error error;
    size_t bytes;

    live.table = &HB_LIVE_TABLE;
    live.is_counting = hb_live_environment(HB_LIVE_STATS) != NULL && live.table->counting != NULL;
    if (live.is_counting)
        live.table = live.table->counting;
    if (!read_bound(&bytes))
        say(HB_LIVE_HEAP " takes a size of 1 byte or more, such as 64M: there is no heap");
    else if ((live.heap = live.table->create(live.table, bytes, &error)) == NULL)
        say(error.text);
    else if (!hb_map_init(&live.shifted))
        live.heap = NULL;
    else
        align_first();
}

/* Takes the lock; false, without it, where there is no heap. */
static bool enter(void)
{
    pthread_mutex_lock(&live.lock);
    if (live.table == NULL)
        create();
    if (live.heap != NULL)
        return true;
    pthread_mutex_unlock(&live.lock);
    return false;
}

static void leave(void)
{
    pthread_mutex_unlock(&live.lock);
}

/* -- aligned -- */

static bool is_aligned(const void *block, size_t alignment)
{
    return ((uintptr_t)block & (alignment - 1)) == 0;
}

/* What to ask of the allocator for `size` bytes, so that ranges stay a multiple of ALIGN long. */
static size_t asked_for(size_t size)
{
    if (live.record_bytes == 0)
        return size;
    return ((size + live.record_bytes + ALIGN - 1) & ~(size_t)(ALIGN - 1)) - live.record_bytes;
}

/* A block with room before it: where it begins is kept in a table. */
static void *take_shifted(size_t alignment, size_t size)
{
    char *start = live.table->alloc(live.heap, asked_for(size + alignment)), *block;

    if (start == NULL || is_aligned(start, alignment))
        return start;
    block = start + (alignment - ((uintptr_t)start & (alignment - 1)));
    if (hb_map_put(&live.shifted, (uintptr_t)block, (uint32_t)(block - start)))
        return block;
    live.table->dealloc(live.heap, start);
    return NULL;
}

static void *take(size_t alignment, size_t size)
{
    void *block;

    if (alignment > ALIGN && (live.table->caps & HB_CAP_UNALIGNED) != 0)
        return take_shifted(alignment, size);
    block = alignment > ALIGN ? live.table->aligned(live.heap, alignment, size)
                              : live.table->alloc(live.heap, asked_for(size));
    if (block == NULL || is_aligned(block, alignment))
        return block;
    live.table->dealloc(live.heap, block);
    return take_shifted(alignment, size);
}

/* Where the allocator gave it out, and no longer in the table. `*before`: bytes between. */
static void *forget_shift(void *block, uint32_t *before)
{
    *before = 0;
    if (live.shifted.count > 0)
        hb_map_take(&live.shifted, (uintptr_t)block, before);
    return (char *)block - *before;
}

/* No object is longer than this, so that sums of a size, an alignment and a record do not overflow. */
static bool is_possible(size_t alignment, size_t size)
{
    return size <= PTRDIFF_MAX / 2 && alignment <= HB_REGION_ALIGN_BYTES;
}

static void *fail(void)
{
    errno = ENOMEM;
    return NULL;
}

void *hb_live_alloc(size_t alignment, size_t size)
{
    void *block;

    if (!enter())
        return fail();
    block = is_possible(alignment, size) ? take(alignment, size > 0 ? size : 1) : NULL;
    note_alloc(block);
    leave();
    return block != NULL ? block : fail();
}

void *hb_live_alloc_zeroed(size_t size)
{
    void *block = hb_live_alloc(ALIGN, size);

    return block != NULL ? memset(block, 0, size) : NULL;
}

void hb_live_free(void *block)
{
    uint32_t before;

    if (!enter())
        return;
    live.stats.frees++;
    live.table->dealloc(live.heap, forget_shift(block, &before));
    leave();
}

static size_t usable_size(void *block)
{
    uint32_t before = 0;

    if (live.shifted.count > 0)
        hb_map_find(&live.shifted, (uintptr_t)block, &before);
    return live.table->usable_size(live.heap, (char *)block - before) - before;
}

size_t hb_live_usable_size(void *block)
{
    size_t bytes;

    if (!enter())
        return 0;
    bytes = usable_size(block);
    leave();
    return bytes;
}

/* To a block of its own, the content along. */
static void *move(void *block, size_t size)
{
    size_t held = usable_size(block);
    void *moved = take(ALIGN, size);
    uint32_t before;

    if (moved == NULL)
        return NULL;
    memcpy(moved, block, held < size ? held : size);
    live.table->dealloc(live.heap, forget_shift(block, &before));
    return moved;
}

static void *resize(void *block, size_t size)
{
    uint32_t before;
    void *resized;

    if (live.shifted.count > 0 && hb_map_find(&live.shifted, (uintptr_t)block, &before))
        return move(block, size);
    resized = live.table->resize(live.heap, block, asked_for(size));
    return resized == NULL || is_aligned(resized, ALIGN) ? resized : move(resized, size);
}

void *hb_live_resize(void *block, size_t size)
{
    void *resized;

    if (!enter())
        return fail();
    resized = is_possible(ALIGN, size) ? resize(block, size) : NULL;
    note_alloc(resized);
    leave();
    return resized != NULL ? resized : fail();
}

/* -- with the process -- */

/* A child counts what it does itself. */
static void begin_child(void)
{
    live.stats = (struct hb_live_stats){.extent_bytes = live.stats.extent_bytes};
    leave();
}

static void before_fork(void)
{
    pthread_mutex_lock(&live.lock);
}

static __attribute__((constructor)) void begin(void)
{
    pthread_atfork(before_fork, leave, begin_child);
}

static __attribute__((destructor)) void end(void)
{
    if (live.is_counting && enter()) {
        hb_live_stats_write(HB_LIVE_TABLE.name, &live.stats);
        leave();
    }
}

/*
 * live.c - a heap of one of our allocators, made at the first call, locked, aligned, and counted where asked.
 */
#include "allocator/live/live.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "allocator/allocator.h"
#include "allocator/live/guard.h"
#include "allocator/live/live_sizes.h"
#include "allocator/live/live_stats.h"
#include "allocator/region.h"
#include "base/map.h"
#include "base/number.h"

/* Which allocator: each library has a line of its own (CMakeLists.txt). */
extern const struct hb_allocator HB_LIVE_TABLE;

enum { ALIGN = HB_LIVE_ALIGN };

static struct {
    pthread_mutex_t lock;
    const struct hb_allocator *table; /* NULL before the first call */
    void *heap;                       /* NULL: there can be none */
    size_t record_bytes;              /* before each payload, where the allocator knows no alignment */
    struct hb_map shifted;            /* blocks that begin behind their payload's start: how many bytes */
    bool is_checked;                  /* every call is, and each block has a guard */
    size_t guard_bytes;               /* behind each block: 0 unless checked */
    bool is_counting;
    pid_t pid; /* that counts: of this process, and not of a child of vfork */
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

void hb_live_say(const char *format, ...)
{
    char line[512], program[17] = "";
    va_list values;
    size_t length;

    prctl(PR_GET_NAME, program); /* which is there before the C library has the name */
    snprintf(line, sizeof line, "heapbench: %s (%ld): ", program, (long)getpid());
    length = strlen(line);
    va_start(values, format);
    vsnprintf(line + length, sizeof line - length - 1, format, values);
    va_end(values);
    length = strlen(line);
    line[length] = '\n';
    if (write(STDERR_FILENO, line, length + 1) < 0)
        return; /* there is nobody to tell */
}

/* Bytes the heap may have; 0: ample. False where the environment says nonsense. */
static bool read_bound(size_t *bytes)
{
    const char *text = hb_live_environment(HB_LIVE_HEAP);
    uint64_t read = 0;

    if (text != NULL && (!hb_number_parse_size(text, &read) || read == 0 || read > SIZE_MAX))
        return false;
    *bytes = (size_t)read;
    return true;
}

static bool is_set(const char *name)
{
    const char *text = hb_live_environment(name);

    return text != NULL && text[0] != '\0';
}

/* The build of the allocator that does what is asked for; false where there is no memory. */
static bool choose_table(void)
{
    live.table = &HB_LIVE_TABLE;
    live.is_checked = is_set(HB_LIVE_CHECKED) && live.table->checked != NULL;
    live.is_counting = !live.is_checked && is_set(HB_LIVE_STATS) && live.table->counting != NULL;
    if (live.is_checked)
        live.table = live.table->checked;
    else if (live.is_counting)
        live.table = live.table->counting;
    live.guard_bytes = live.is_checked ? HB_GUARD_BYTES : 0;
    return hb_map_init(&live.shifted) && (!live.is_checked || hb_guard_init());
}

static void create(void)
{
    bool is_ready = choose_table();
    struct hb_error error;
    size_t bytes;

    if (!read_bound(&bytes))
        hb_live_say(HB_LIVE_HEAP " takes a size of 1 byte or more, such as 64M: there is no heap");
    else if (is_ready && (live.heap = live.table->create(live.table, bytes, &error)) == NULL)
        hb_live_say("%s", error.text);
    if (live.heap != NULL)
        live.record_bytes = hb_live_align_first(live.table, live.heap);
}

/* Takes the lock; false, without it, where there is no heap. The program called `call`, with `block`. */
static bool enter(const char *call, const void *block)
{
    pthread_mutex_lock(&live.lock);
    if (live.table == NULL)
        create();
    if (live.is_checked)
        hb_guard_enter(call, block);
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

static size_t asked_for(size_t size)
{
    return hb_live_asked(live.record_bytes, size + live.guard_bytes);
}

/* Where calls are checked a freed block's entry stays, so that it is known when it is freed again: until
 * another block begins there. */
static void forget_stale(const void *block)
{
    uint32_t before;

    if (live.is_checked && live.shifted.count > 0)
        hb_map_take(&live.shifted, (uintptr_t)block, &before);
}

/* A block with room before it: where it begins is kept in a table. */
static void *take_shifted(size_t alignment, size_t size)
{
    char *start = live.table->alloc(live.heap, asked_for(size + alignment)), *block;

    if (start == NULL)
        return NULL;
    block = start + (-(uintptr_t)start & (alignment - 1));
    forget_stale(block);
    if (block == start)
        return block;
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
    block = alignment > ALIGN ? live.table->aligned(live.heap, alignment, size + live.guard_bytes)
                              : live.table->alloc(live.heap, asked_for(size));
    if (block == NULL || is_aligned(block, alignment)) {
        forget_stale(block);
        return block;
    }
    live.table->dealloc(live.heap, block);
    return take_shifted(alignment, size);
}

/* Where the allocator gave the block out; forgotten, as it is given back. */
static void *forget_shift(void *block)
{
    uint32_t before = 0;

    if (live.shifted.count > 0 && live.is_checked)
        hb_map_find(&live.shifted, (uintptr_t)block, &before);
    else if (live.shifted.count > 0)
        hb_map_take(&live.shifted, (uintptr_t)block, &before);
    return (char *)block - before;
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

static void release(void *block)
{
    live.table->dealloc(live.heap, forget_shift(block));
}

static size_t usable_size(void *block)
{
    uint32_t before = 0;

    if (live.shifted.count > 0)
        hb_map_find(&live.shifted, (uintptr_t)block, &before);
    return live.table->usable_size(live.heap, (char *)block - before) - before;
}

/* -- checked -- */

/* What the program gets: where calls are checked, guarded; NULL where there is no memory for that. */
static void *guarded(void *block, size_t size)
{
    if (!live.is_checked || block == NULL || hb_guard_add(block, size))
        return block;
    release(block);
    return NULL;
}

/* Where calls are checked, ends a program that has no such block, or wrote past its end; else its size. */
static size_t check(void *block)
{
    size_t size = 0;

    if (!live.is_checked || hb_guard_check(block, &size))
        return size;
    usable_size(block); /* the heap knows more of what it is, and ends the program */
    hb_guard_refuse();
}

/* -- called -- */

void *hb_live_alloc(size_t alignment, size_t size)
{
    void *block;

    if (!enter("malloc", NULL))
        return fail();
    block = is_possible(alignment, size) ? guarded(take(alignment, size > 0 ? size : 1), size) : NULL;
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
    if (!enter("free", block))
        return;
    live.stats.frees++;
    check(block);
    if (live.is_checked)
        hb_guard_remove(block);
    release(block);
    leave();
}

size_t hb_live_usable_size(void *block)
{
    size_t bytes;

    if (!enter("malloc_usable_size", block))
        return 0;
    bytes = check(block);
    if (!live.is_checked || bytes >= HB_MAP_MAX_VALUE)
        bytes = usable_size(block) - live.guard_bytes;
    leave();
    return bytes;
}

/* To a block of its own, the content along. */
static void *move(void *block, size_t size)
{
    size_t held = usable_size(block);
    void *moved = take(ALIGN, size);

    if (moved == NULL)
        return NULL;
    memcpy(moved, block, held < size ? held : size);
    release(block);
    return moved;
}

static void *resize(void *block, size_t size)
{
    uint32_t before;
    void *resized;

    if (live.shifted.count > 0 && hb_map_find(&live.shifted, (uintptr_t)block, &before))
        return size + live.guard_bytes <= usable_size(block) ? block : move(block, size);
    resized = live.table->resize(live.heap, block, asked_for(size));
    if (resized != NULL && !is_aligned(resized, ALIGN))
        return move(resized, size);
    forget_stale(resized);
    return resized;
}

void *hb_live_resize(void *block, size_t size)
{
    void *resized;

    if (!enter("realloc", block))
        return fail();
    check(block);
    resized = is_possible(ALIGN, size) ? resize(block, size) : NULL;
    if (live.is_checked && resized != NULL) {
        hb_guard_remove(block);
        guarded(resized, size); /* there is memory for it: that of the one before */
    }
    note_alloc(resized);
    leave();
    return resized != NULL ? resized : fail();
}

/* -- with the process -- */

/* A child counts what it does itself. */
static void begin_child(void)
{
    live.stats = (struct hb_live_stats){.extent_bytes = live.stats.extent_bytes};
    live.pid = getpid();
    leave();
}

static void before_fork(void)
{
    pthread_mutex_lock(&live.lock);
}

static __attribute__((constructor)) void begin(void)
{
    live.pid = getpid();
    pthread_atfork(before_fork, leave, begin_child);
}

/* A child of vfork has the memory of another, whose figures are not its own. A handler of a signal may have
 * come here while its own thread is at the heap: then the figures are as of that moment. */
__attribute__((destructor)) void hb_live_end(void)
{
    struct timespec until;
    bool is_locked;

    if (!live.is_counting || live.pid != getpid())
        return;
    live.is_counting = false; /* once */
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec++;
    is_locked = pthread_mutex_timedlock(&live.lock, &until) == 0;
    hb_live_stats_write(HB_LIVE_TABLE.name, &live.stats);
    if (is_locked)
        leave();
}

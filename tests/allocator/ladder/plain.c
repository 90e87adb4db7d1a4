/*
 * plain.c - every allocator of the ladder and the grid as its definition says.
 */
#include "tests/allocator/ladder/plain.h"

#include <assert.h>
#include <string.h>

static bool is_buddy(const struct plain *plain)
{
    return plain->options.policy == PLAIN_BUDDY;
}

/* The ranges of a fresh heap: one, or for buddies the powers of two that `bytes` is the sum of. */
bool plain_init(struct plain *plain, const struct plain_options *options, uint64_t bytes)
{
    uint64_t offset = 0;

    plain->options = *options;
    plain->count = plain->rover = plain->clock = plain->high_water = 0;
    plain->walk = (struct hb_walk){.length = 0};
    plain->freed = plain->is_short = false;
    plain->slab_end = 0;
    if (!is_buddy(plain)) {
        plain->ranges[plain->count++] = (struct plain_range){.length = bytes};
        /* Links in a free range take the place of a payload. */
        return bytes >= (options->policy >= PLAIN_FREE_LIST || options->header == 0 ? options->align
                                                                                    : options->header);
    }
    for (uint64_t power = UINT64_C(1) << 40; power >= 16; power /= 2) {
        if (bytes - offset < power)
            continue;
        plain->ranges[plain->count++] =
            (struct plain_range){.offset = offset, .length = power, .freed = plain->clock++};
        offset += power;
    }
    return plain->count > 0;
}

/* Cuts range `i` after `length` bytes; the second part is free, and younger. */
static void cut(struct plain *plain, uint64_t i, uint64_t length)
{
    struct plain_range *range = &plain->ranges[i];

    assert(plain->count < PLAIN_RANGES_MAX);
    memmove(range + 2, range + 1, (plain->count - i - 1) * sizeof *range);
    range[1] = (struct plain_range){.offset = range->offset + length,
                                    .length = range->length - length,
                                    .freed = ++plain->clock,
                                    .allocated = false};
    range->length = length;
    plain->count++;
}

/* Joins range `i` + 1 to range `i`. */
static void join(struct plain *plain, uint64_t i)
{
    struct plain_range *range = &plain->ranges[i];

    if (plain->rover == range[1].offset)
        plain->rover = range->offset;
    range->length += range[1].length;
    memmove(range + 1, range + 2, (plain->count - i - 2) * sizeof *range);
    plain->count--;
}

/* The length of the shortest range in the list that a range of `length` bytes is in: lists are 16 bytes wide
 * below 512, and 32 to a power of two above. */
static uint64_t list_start(uint64_t length)
{
    uint64_t width = 16;

    while (length / width >= 64)
        width *= 2;
    return length / width * width;
}

/* The shortest length that a list begins with and that is at least `need`. */
static uint64_t list_that_holds(uint64_t need)
{
    uint64_t width = 16;

    if (need > UINT64_MAX / 2)
        return need;
    while (need / width >= 64)
        width *= 2;
    return (need + width - 1) / width * width;
}

static uint64_t smallest_power(uint64_t need)
{
    uint64_t power = 16;

    while (power < need)
        power *= 2;
    return power;
}

/* True when range `a` is to be preferred to range `b`, both long enough. */
static bool better(const struct plain *plain, const struct plain_range *a, const struct plain_range *b)
{
    uint64_t list_a = a->length, list_b = b->length;

    switch (plain->options.policy) {
    case PLAIN_BEST:
        return a->length < b->length;
    case PLAIN_BINS:
        list_a = list_start(a->length);
        list_b = list_start(b->length);
        /* fall through */
    case PLAIN_BUDDY:
        return list_a != list_b ? list_a < list_b : a->freed > b->freed;
    case PLAIN_ORACLE: /* of two the later one, if that is not the heap's last */
        return a->offset + a->length <
               plain->ranges[plain->count - 1].offset + plain->ranges[plain->count - 1].length;
    default:
        return false; /* the first that was found */
    }
}

/* What a range must have at least to be chosen for `need`. */
static uint64_t threshold(const struct plain *plain, uint64_t need)
{
    return plain->options.policy == PLAIN_BINS ? list_that_holds(need) : need;
}

static uint64_t index_of(const struct plain *plain, uint64_t offset)
{
    uint64_t i = 0;

    while (plain->ranges[i].offset != offset) {
        i++;
        assert(i < plain->count);
    }
    return i;
}

static void set_walk(struct plain *plain, uint64_t examined, uint64_t allocated, bool found)
{
    enum plain_policy policy = plain->options.policy;

    plain->walk.walks++;
    plain->walk.length = examined;
    plain->walk.allocated = allocated;
    if (policy == PLAIN_FREE_LIST) {
        plain->walk.length = examined - allocated;
        plain->walk.allocated = 0;
    } else if (policy == PLAIN_BINS || policy == PLAIN_BUDDY) {
        plain->walk.length = found;
        plain->walk.allocated = 0;
    }
}

/* Joins all that is free side by side. */
static void join_all(struct plain *plain)
{
    for (uint64_t i = 0; i + 1 < plain->count;) {
        if (!plain->ranges[i].allocated && !plain->ranges[i + 1].allocated)
            join(plain, i);
        else
            i++;
    }
    plain->freed = false;
}

/* The index of the range chosen for `need` bytes, or PLAIN_NULL. */
static uint64_t search_once(struct plain *plain, uint64_t need)
{
    enum plain_policy policy = plain->options.policy;
    uint64_t start = policy == PLAIN_NEXT ? index_of(plain, plain->rover) : 0;
    bool all = policy == PLAIN_BEST || policy == PLAIN_BINS || policy == PLAIN_BUDDY ||
               (policy == PLAIN_ORACLE && plain->is_short);
    uint64_t examined = 0, allocated = 0, chosen = PLAIN_NULL;

    while (examined < plain->count && (all || chosen == PLAIN_NULL)) {
        uint64_t i = (start + examined) % plain->count;
        const struct plain_range *range = &plain->ranges[i];

        examined++;
        if (range->allocated)
            allocated++;
        else if (range->length >= threshold(plain, need) &&
                 (chosen == PLAIN_NULL || better(plain, range, &plain->ranges[chosen])))
            chosen = i;
    }
    set_walk(plain, examined, allocated, chosen != PLAIN_NULL);
    return chosen;
}

static uint64_t search(struct plain *plain, uint64_t need)
{
    uint64_t chosen = search_once(plain, need), length = plain->walk.length,
             allocated = plain->walk.allocated;
    bool failed = chosen == PLAIN_NULL || chosen == plain->count - 1;

    if (plain->options.policy != PLAIN_LATE || !failed || !plain->freed)
        return chosen;
    join_all(plain);
    chosen = search_once(plain, need);
    plain->walk.walks--; /* the two are one */
    plain->walk.length = 2 * length;
    plain->walk.allocated = 2 * allocated;
    return chosen;
}

static bool needed(const struct plain *plain, uint64_t size, uint64_t *need)
{
    uint64_t align = plain->options.align;

    if (size == 0 || size > UINT64_MAX - plain->options.header)
        return false;
    *need = size + plain->options.header;
    if (*need % align != 0) {
        if (*need > UINT64_MAX - (align - *need % align))
            return false;
        *need += align - *need % align;
    }
    return true;
}

/* Halves the block until it is as short as may be; the front half is used. */
static void halve(struct plain *plain, uint64_t i, uint64_t need)
{
    while (plain->ranges[i].length > smallest_power(need))
        cut(plain, i, plain->ranges[i].length / 2);
}

static void split(struct plain *plain, uint64_t i, uint64_t need)
{
    uint32_t header = plain->options.header, align = plain->options.align;

    if (is_buddy(plain))
        halve(plain, i, need);
    else if (plain->ranges[i].length - need >= (header > align ? header : align))
        cut(plain, i, need);
}

static uint64_t hand_out(struct plain *plain, uint64_t i, uint64_t need)
{
    struct plain_range *range = &plain->ranges[i];

    split(plain, i, need);
    range->allocated = true;
    if (range->offset + range->length > plain->high_water)
        plain->high_water = range->offset + range->length;
    plain->rover = plain->ranges[(i + 1) % plain->count].offset;
    return range->offset + plain->options.header;
}

/* The range that is found for it is cut so that what is short-lived lies at its end. */
static uint64_t search_and_cut(struct plain *plain, uint64_t need)
{
    uint64_t i = search(plain, need);

    if (i == PLAIN_NULL || plain->options.policy != PLAIN_ORACLE || !plain->is_short ||
        i == plain->count - 1 || plain->ranges[i].length - need < 16)
        return i;
    cut(plain, i, plain->ranges[i].length - need);
    return i + 1;
}

static uint64_t malloc_range(struct plain *plain, uint64_t size)
{
    uint64_t need, i;

    if (!needed(plain, size, &need))
        return PLAIN_NULL;
    i = search_and_cut(plain, need);
    return i == PLAIN_NULL ? PLAIN_NULL : hand_out(plain, i, need);
}

static uint64_t aligned_range(struct plain *plain, uint64_t lead, uint64_t alignment, uint64_t size)
{
    uint64_t need, i, gap, more = alignment - plain->options.align;

    if (is_buddy(plain) && size != 0)
        return malloc_range(plain, size > alignment ? size : alignment);
    if (plain->options.align == 1 || alignment <= plain->options.align)
        return malloc_range(plain, size);
    if (!needed(plain, size, &need) || need > UINT64_MAX - more)
        return PLAIN_NULL;
    i = search_and_cut(plain, need + more);
    if (i == PLAIN_NULL)
        return PLAIN_NULL;
    gap = alignment - (lead + plain->ranges[i].offset + plain->options.header) % alignment;
    if (gap % alignment != 0) {
        cut(plain, i, gap);
        plain->ranges[i].freed = ++plain->clock;
        i++;
    }
    return hand_out(plain, i, need);
}

/* -- cells -- */

static uint64_t cells_of(const struct plain_slab *slab)
{
    return 4088 / slab->cell;
}

/* The slab whose block `payload` lies in; PLAIN_SLABS_MAX where there is none. */
static int slab_around(const struct plain *plain, uint64_t payload)
{
    int i = 0;

    while (i < plain->slab_end && (plain->slabs[i].cell == 0 || payload < plain->slabs[i].payload ||
                                   payload >= plain->slabs[i].payload + 4088))
        i++;
    return i < plain->slab_end ? i : PLAIN_SLABS_MAX;
}

/* The slab with cells of that size that came last to have a free one; NULL where none has. */
static struct plain_slab *open_slab(struct plain *plain, uint64_t cell)
{
    struct plain_slab *open = NULL;

    for (int i = 0; i < plain->slab_end; i++) {
        struct plain_slab *slab = &plain->slabs[i];

        if (slab->cell == cell && slab->held < cells_of(slab) &&
            (open == NULL || slab->opened > open->opened))
            open = slab;
    }
    return open;
}

static struct plain_slab *new_slab(struct plain *plain, uint64_t cell)
{
    uint64_t payload = aligned_range(plain, 8, 4096, 4088);
    int i = 0;

    if (payload == PLAIN_NULL) {
        plain->walk.walks--;
        return NULL;
    }
    while (i < plain->slab_end && plain->slabs[i].cell != 0)
        i++;
    assert(i < PLAIN_SLABS_MAX);
    plain->slab_end += i == plain->slab_end;
    plain->slabs[i] = (struct plain_slab){.payload = payload, .cell = cell, .opened = ++plain->clock};
    return &plain->slabs[i];
}

static uint64_t take_cell(struct plain_slab *slab)
{
    uint64_t cell = 0;

    while (slab->holds[cell])
        cell++;
    slab->holds[cell] = true;
    slab->held++;
    return slab->payload + cell * slab->cell;
}

uint64_t plain_malloc(struct plain *plain, uint64_t size)
{
    uint64_t cell = (size + 15) / 16 * 16;
    struct plain_slab *slab;

    if (!plain->options.pool || size == 0 || size > 64)
        return malloc_range(plain, size);
    slab = open_slab(plain, cell);
    if (slab != NULL)
        set_walk(plain, 1, 0, true);
    else
        slab = new_slab(plain, cell);
    return slab != NULL ? take_cell(slab) : malloc_range(plain, size);
}

uint64_t plain_aligned(struct plain *plain, uint64_t lead, uint64_t alignment, uint64_t size)
{
    plain->is_short = plain->is_short && alignment <= 16;
    return alignment <= 16 ? plain_malloc(plain, size) : aligned_range(plain, lead, alignment, size);
}

/* Whether range `i` and the next one are to become one. */
static bool mergeable(const struct plain *plain, uint64_t i)
{
    const struct plain_range *range = &plain->ranges[i];

    if (i + 1 >= plain->count || range[0].allocated || range[1].allocated)
        return false;
    return !is_buddy(plain) ||
           (range[0].length == range[1].length && range[0].offset % (2 * range[0].length) == 0);
}

static void free_range(struct plain *plain, uint64_t payload)
{
    uint64_t i = index_of(plain, payload - plain->options.header);

    assert(plain->ranges[i].allocated);
    plain->ranges[i].allocated = false;
    plain->ranges[i].freed = ++plain->clock;
    plain->freed = true;
    for (bool again = plain->options.merge; again;) {
        again = false;
        if (mergeable(plain, i)) {
            join(plain, i);
            again = true;
        }
        if (i > 0 && mergeable(plain, i - 1)) {
            join(plain, --i);
            again = true;
        }
        plain->ranges[i].freed = plain->clock;
    }
}

void plain_free(struct plain *plain, uint64_t payload)
{
    int i = slab_around(plain, payload);
    struct plain_slab *slab = &plain->slabs[i];

    if (i == PLAIN_SLABS_MAX) {
        free_range(plain, payload);
        return;
    }
    if (slab->held-- == cells_of(slab))
        slab->opened = ++plain->clock;
    slab->holds[(payload - slab->payload) / slab->cell] = false;
    if (slab->held > 0)
        return;
    slab->cell = 0;
    free_range(plain, slab->payload);
}

/* Whether a block stays where it is when it is to have `size` bytes. */
static bool stays(const struct plain *plain, uint64_t payload, uint64_t size)
{
    int i = slab_around(plain, payload);
    uint64_t need;

    if (i < PLAIN_SLABS_MAX)
        return size <= plain->slabs[i].cell;
    return needed(plain, size, &need) &&
           plain->ranges[index_of(plain, payload - plain->options.header)].length >= need;
}

uint64_t plain_realloc(struct plain *plain, uint64_t payload, uint64_t size)
{
    uint64_t moved;

    if (payload == PLAIN_NULL)
        return plain_malloc(plain, size);
    if (size == 0) {
        plain_free(plain, payload);
        return PLAIN_NULL;
    }
    if (stays(plain, payload, size))
        return payload;
    moved = plain_malloc(plain, size);
    if (moved != PLAIN_NULL)
        plain_free(plain, payload);
    return moved;
}

uint64_t plain_usable(const struct plain *plain, uint64_t payload)
{
    uint64_t header = plain->options.header;
    int i = slab_around(plain, payload);

    return i < PLAIN_SLABS_MAX ? plain->slabs[i].cell
                               : plain->ranges[index_of(plain, payload - header)].length - header;
}

static uint64_t greater(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

void plain_state(const struct plain *plain, struct hb_heap_state *state)
{
    uint64_t run = 0;

    *state = (struct hb_heap_state){
        .ranges = plain->count, .high_water_bytes = plain->high_water, .header_bytes = plain->options.header};
    for (uint64_t i = 0; i < plain->count; i++) {
        const struct plain_range *range = &plain->ranges[i];

        run = range->allocated ? 0 : run + range->length;
        state->largest_run_bytes = greater(state->largest_run_bytes, run);
        if (range->allocated) {
            state->allocated_range_bytes += range->length;
            continue;
        }
        state->free_ranges++;
        state->free_bytes += range->length;
        state->largest_free_bytes = greater(state->largest_free_bytes, range->length);
    }
}

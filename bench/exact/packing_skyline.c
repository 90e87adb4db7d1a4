/*
 * packing_skyline.c - objects dropped into the lowest valley that has room for their lives, in an order that
 * is improved.
 *
 * Time is cut into segments, between which something ends and something begins. How high each is filled is a
 * skyline. The lowest stretch of it takes, of the objects that live within it alone, the one with the largest
 * key; where there is none it is lifted to its lower neighbour (Sekiyama and others' best fit, 2018, with the
 * longest life as the key). Here keys are first weighted lives and sizes, then changed one or a few at a
 * time, as threshold accepting does it (Dueck and Scheuer, Journal of Computational Physics 90, 1990).
 * Integers throughout.
 */
#include "bench/exact/packing_skyline.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"

/* Tries, at most and at least; and what they may take together, in objects times (objects and segments). */
enum { MOST_TRIES = 20000, TRIES_AN_OBJECT = 200, LEAST_TRIES = 1000 };
#define MOST_WORK (UINT64_C(1) << 30)

#define ONE INT64_C(256) /* of a logarithm of base 2, or of a weight */

struct packed_life {
    uint64_t length;
    uint32_t first, behind; /* segments */
};

struct skyline {
    struct hb_packing *packing;
    struct hb_random random;
    uint32_t count, segments;
    struct packed_life *lives; /* by object */
    int64_t *keys;
    int64_t *kept_keys, *best_keys;
    uint32_t *order; /* of objects not yet placed, among others: by key, largest first */
    uint32_t waiting;
    bool *placed;
    uint64_t *offsets;
    uint64_t *heights; /* by segment */
    uint64_t best_extent;
};

/* -- time -- */

/* A birth or a death. */
struct instant {
    uint64_t op;
    uint32_t object;
    bool birth;
};

static int by_op(const void *a, const void *b)
{
    const struct instant *x = a, *y = b;

    if (x->op != y->op)
        return x->op < y->op ? -1 : 1;
    return (int)x->birth - (int)y->birth;
}

static bool cut_time(struct skyline *s)
{
    struct instant *instants = malloc(2 * (size_t)s->count * sizeof *instants);
    bool died = false;

    if (instants == NULL)
        return false;
    for (uint32_t i = 0; i < s->count; i++) {
        const struct hb_packed *object = &s->packing->objects[i];

        s->lives[i].length = object->length;
        instants[2 * (size_t)i] = (struct instant){object->born_op, i, true};
        instants[2 * (size_t)i + 1] = (struct instant){object->death_op, i, false};
    }
    qsort(instants, 2 * (size_t)s->count, sizeof *instants, by_op);
    for (size_t i = 0; i < 2 * (size_t)s->count; i++) {
        struct packed_life *life = &s->lives[instants[i].object];

        s->segments += instants[i].birth && died;
        died = !instants[i].birth;
        if (instants[i].birth)
            life->first = s->segments;
        else
            life->behind = s->segments + 1;
    }
    s->segments++;
    free(instants);
    return true;
}

/* -- one packing -- */

static int by_key(const void *a, const void *b, void *keys)
{
    int64_t x = ((const int64_t *)keys)[*(const uint32_t *)a],
            y = ((const int64_t *)keys)[*(const uint32_t *)b];

    if (x != y)
        return x > y ? -1 : 1;
    return *(const uint32_t *)a < *(const uint32_t *)b ? -1 : 1;
}

/* The lowest stretch, the first of equal ones. */
static void find_valley(const struct skyline *s, uint32_t *first, uint32_t *behind)
{
    *first = 0;
    for (uint32_t i = 1; i < s->segments; i++)
        if (s->heights[i] < s->heights[*first])
            *first = i;
    for (*behind = *first; *behind < s->segments && s->heights[*behind] == s->heights[*first]; ++*behind) {
    }
}

/* To its lower neighbour. There is one: what fits nowhere is not left when all is level. */
static void lift_valley(struct skyline *s, uint32_t first, uint32_t behind)
{
    uint64_t left = first > 0 ? s->heights[first - 1] : UINT64_MAX;
    uint64_t right = behind < s->segments ? s->heights[behind] : UINT64_MAX;

    for (uint32_t i = first; i < behind; i++)
        s->heights[i] = left < right ? left : right;
}

/* The index in `order` of the object for the valley; `waiting` where there is none. */
static uint32_t choose(const struct skyline *s, uint32_t first, uint32_t behind)
{
    for (uint32_t i = 0; i < s->waiting; i++) {
        const struct packed_life *life = &s->lives[s->order[i]];

        if (!s->placed[s->order[i]] && life->first >= first && life->behind <= behind)
            return i;
    }
    return s->waiting;
}

static uint64_t drop_object(struct skyline *s, uint32_t object, uint64_t offset)
{
    const struct packed_life *life = &s->lives[object];

    s->offsets[object] = offset;
    s->placed[object] = true;
    for (uint32_t i = life->first; i < life->behind; i++)
        s->heights[i] = offset + life->length;
    return offset + life->length;
}

static void forget_placed(struct skyline *s)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < s->waiting; i++)
        if (!s->placed[s->order[i]])
            s->order[kept++] = s->order[i];
    s->waiting = kept;
}

/* The extent; or, given up, one above `limit`. */
static uint64_t pack_by_keys(struct skyline *s, uint64_t limit)
{
    uint64_t extent = 0;

    memset(s->heights, 0, s->segments * sizeof *s->heights);
    memset(s->placed, 0, s->count * sizeof *s->placed);
    for (uint32_t i = 0; i < s->count; i++)
        s->order[i] = i;
    s->waiting = s->count;
    qsort_r(s->order, s->count, sizeof *s->order, by_key, s->keys);
    for (uint32_t left = s->count; left > 0 && extent <= limit;) {
        uint32_t first, behind, chosen;
        uint64_t top;

        find_valley(s, &first, &behind);
        chosen = choose(s, first, behind);
        if (chosen == s->waiting) {
            lift_valley(s, first, behind);
            continue;
        }
        top = drop_object(s, s->order[chosen], s->heights[first]);
        extent = top > extent ? top : extent;
        if (--left % 16 == 0)
            forget_placed(s);
    }
    return extent;
}

/* -- the search -- */

/* The logarithm of base 2, in 256ths, its fraction a straight line; `x` is 1 or more. */
static int64_t logarithm(uint64_t x)
{
    int whole = 63 - __builtin_clzll(x);

    return whole * ONE + (int64_t)((x << (63 - whole)) << 1 >> 56);
}

static int64_t draw(struct skyline *s, int64_t bound)
{
    return (int64_t)hb_random_below(&s->random, (uint64_t)bound);
}

static void weigh(struct skyline *s, int64_t life, int64_t size, int64_t chance)
{
    for (uint32_t i = 0; i < s->count; i++)
        s->keys[i] = life * logarithm(s->lives[i].behind - s->lives[i].first) +
                     size * logarithm(s->lives[i].length) + chance * draw(s, 2 * ONE);
}

/* Tries the keys as they are; true where they are the best so far, which are kept. */
static bool try_keys(struct skyline *s, uint64_t limit, uint64_t *extent)
{
    *extent = pack_by_keys(s, limit);
    if (*extent >= s->best_extent)
        return false;
    s->best_extent = *extent;
    memcpy(s->best_keys, s->keys, s->count * sizeof *s->keys);
    return true;
}

static void try_weights(struct skyline *s, uint64_t tries)
{
    static const int64_t first[][2] = {{ONE, 0}, {0, ONE}, {ONE, ONE}, {ONE, ONE / 2}};
    enum { FIRST = sizeof first / sizeof first[0] };
    uint64_t extent;

    for (uint64_t i = 0; i < tries && s->best_extent > s->packing->peak_bytes; i++) {
        if (i < FIRST)
            weigh(s, first[i][0], first[i][1], 0);
        else
            weigh(s, draw(s, ONE), draw(s, ONE), draw(s, ONE));
        try_keys(s, i == 0 ? UINT64_MAX : s->best_extent, &extent);
    }
}

static void change_keys(struct skyline *s)
{
    for (int64_t left = 1 + draw(s, 3); left > 0; left--) {
        int64_t *key = &s->keys[draw(s, s->count)];

        if (draw(s, 2) == 0)
            *key = s->keys[draw(s, s->count)] + draw(s, 3) - 1;
        else
            *key += draw(s, 6 * ONE * ONE) - 3 * ONE * ONE;
    }
}

/* How much longer a change may be: by chance, up to 0.4 % of the peak, and ever less as the tries run out. */
static uint64_t draw_threshold(struct skyline *s, uint64_t left, uint64_t tries)
{
    uint64_t chance = hb_random_below(&s->random, 1024);
    uint64_t most = s->packing->peak_bytes / 1024 * (chance * chance / 1024) / 256; /* below 2^54 */

    return most > UINT64_MAX / MOST_TRIES ? most / tries * left : most * left / tries;
}

static void improve(struct skyline *s, uint64_t tries)
{
    uint64_t current = s->best_extent;

    memcpy(s->kept_keys, s->best_keys, s->count * sizeof *s->keys);
    for (uint64_t left = tries; left > 0 && s->best_extent > s->packing->peak_bytes; left--) {
        uint64_t limit = current + draw_threshold(s, left, tries), extent;

        memcpy(s->keys, s->kept_keys, s->count * sizeof *s->keys);
        change_keys(s);
        try_keys(s, limit, &extent);
        if (extent > limit)
            continue;
        current = extent;
        memcpy(s->kept_keys, s->keys, s->count * sizeof *s->keys);
    }
}

static void keep_best(struct skyline *s)
{
    memcpy(s->keys, s->best_keys, s->count * sizeof *s->keys);
    pack_by_keys(s, UINT64_MAX);
    for (uint32_t i = 0; i < s->count; i++)
        s->packing->objects[i].offset = s->offsets[i];
    s->packing->extent_bytes = s->best_extent;
}

static bool open_skyline(struct skyline *s)
{
    size_t n = s->count;

    s->lives = calloc(n, sizeof *s->lives);
    s->keys = calloc(n, sizeof *s->keys);
    s->kept_keys = calloc(n, sizeof *s->kept_keys);
    s->best_keys = calloc(n, sizeof *s->best_keys);
    s->order = calloc(n, sizeof *s->order);
    s->placed = calloc(n, sizeof *s->placed);
    s->offsets = calloc(n, sizeof *s->offsets);
    s->heights = calloc(2 * n, sizeof *s->heights);
    return s->lives != NULL && s->keys != NULL && s->kept_keys != NULL && s->best_keys != NULL &&
           s->order != NULL && s->placed != NULL && s->offsets != NULL && s->heights != NULL && cut_time(s);
}

static void close_skyline(struct skyline *s)
{
    free(s->lives);
    free(s->keys);
    free(s->kept_keys);
    free(s->best_keys);
    free(s->order);
    free(s->placed);
    free(s->offsets);
    free(s->heights);
}

/* How many packings there is time for; the segments are not counted yet, and are at most as many as objects.
 */
static uint64_t tries_for(uint64_t count)
{
    uint64_t most = count < MOST_TRIES / TRIES_AN_OBJECT ? count * TRIES_AN_OBJECT : MOST_TRIES;
    uint64_t tries = count > MOST_TRIES ? 0 : MOST_WORK / (2 * count * count);

    if (tries < LEAST_TRIES)
        return 0;
    return tries < most ? tries : most;
}

enum hb_status hb_packing_search(struct hb_packing *packing, struct hb_error *error)
{
    struct skyline s = {.packing = packing, .best_extent = packing->extent_bytes};
    uint64_t tries = packing->count > 0 ? tries_for(packing->count) : 0;
    enum hb_status status = HB_OK;

    if (tries == 0 || packing->extent_bytes == packing->peak_bytes)
        return HB_OK;
    s.count = (uint32_t)packing->count;
    hb_random_seed(&s.random, 1);
    if (!open_skyline(&s)) {
        status = hb_error_set(error, HB_ERR_MEMORY, "out of memory for an offline packing");
    } else {
        s.best_extent = UINT64_MAX;
        try_weights(&s, tries / 4);
        improve(&s, tries - tries / 4);
        if (s.best_extent < packing->extent_bytes)
            keep_best(&s);
    }
    close_skyline(&s);
    return status;
}

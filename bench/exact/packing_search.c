/*
 * packing_search.c - a shorter packing of few objects: one choice after the other, undone where there is no
 * hope.
 *
 * Length     A packing is looked for that is as long as what lives at the worst moment, which none can beat;
 *            then one halfway between what was not found and what was. Where the search ends by itself there
 *            is none of that length, so that of few objects the shortest is found.
 * Starts     are many and short: 1, 1, 2, 1, 1, 2, 4 times a number of steps (Luby, Sinclair and Zuckerman,
 *            1993), in the three manners of packing_skyline.h in turn. Lives are tried by a weighted sum of
 *            their and their lengths' logarithms: long lives first, as Sekiyama and others have it (2018),
 *            large lengths first, and then by weights that are drawn, with some chance added.
 * Parts      of time that nothing lives through are packed one by one, each as short as the longest one.
 *
 * Integers throughout, and work is counted, not timed: the same packing on every machine.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/random.h"
#include "bench/exact/packing_skyline.h"

/* In segments and objects gone through; each length may take a quarter of what is left. */
#define MOST_WORK (UINT64_C(1) << 28)

enum { MOST_LIVES = 1 << 15, STEPS_A_LIFE = 4, MORE_STEPS = 1024, ONE = 256 /* of a weight */ };

struct search {
    struct hb_skyline skyline;
    struct hb_random random;
    struct skyline_step *steps;
    uint32_t depth, most_depth;
};

/* Has a step to do with a stretch of time? What stands beside a valley belongs to it. */
static bool is_to_blame(const struct skyline_step *step, const struct skyline_step *blamed)
{
    return step->first <= blamed->blamed_behind && blamed->blamed_first <= step->behind;
}

static void blame(struct skyline_step *step, const struct skyline_step *blamed)
{
    if (blamed->blamed_first < step->blamed_first)
        step->blamed_first = blamed->blamed_first;
    if (blamed->blamed_behind > step->blamed_behind)
        step->blamed_behind = blamed->blamed_behind;
}

/* Undoes steps until one that is to blame has another way, which is gone; false where none has. */
static bool turn_back(struct search *s, struct skyline_step blamed)
{
    while (s->depth > 0) {
        struct skyline_step *last = &s->steps[s->depth - 1];

        hb_skyline_undo(&s->skyline, last);
        if (is_to_blame(last, &blamed)) {
            blame(last, &blamed);
            if (hb_skyline_try(&s->skyline, last))
                return true;
            blamed = *last;
        }
        s->depth--;
    }
    return false;
}

/* FULL: all is placed. HOPELESS: it cannot be. OPEN: so many steps, or so much work, did not tell. */
static enum skyline_state start(struct search *s, uint64_t tries, uint64_t until)
{
    for (s->depth = 0; tries > 0 && s->depth < s->most_depth && s->skyline.work < until; tries--) {
        struct skyline_step *next = &s->steps[s->depth];
        enum skyline_state state = hb_skyline_choose(&s->skyline, next);

        if (state == FULL)
            return FULL;
        if (state == OPEN && hb_skyline_try(&s->skyline, next))
            s->depth++;
        else if (!turn_back(s, *next))
            return HOPELESS;
    }
    return OPEN;
}

static int64_t draw(struct search *s, int64_t bound)
{
    return (int64_t)hb_random_below(&s->random, (uint64_t)bound);
}

static void weigh_lives(struct search *s, uint64_t index)
{
    static const int64_t first[][2] = {{ONE, 0}, {ONE, ONE / 2}, {ONE, ONE}, {0, ONE}, {ONE / 2, ONE}};
    bool drawn = index >= sizeof first / sizeof first[0];
    int64_t life = drawn ? draw(s, ONE) : first[index][0];
    int64_t length = drawn ? draw(s, ONE) : first[index][1];
    int64_t chance = drawn ? draw(s, ONE / 2) : 0;
    const struct hb_skyline *skyline = &s->skyline;

    for (uint32_t i = skyline->starts[skyline->from]; i < skyline->starts[skyline->to]; i++) {
        struct skyline_life *one = &skyline->lives[i];

        one->key = life * hb_skyline_logarithm(one->behind - one->first) +
                   length * hb_skyline_logarithm(one->length) + chance * draw(s, 2 * (int64_t)ONE);
    }
}

/* 1, 1, 2, 1, 1, 2, 4, 1, ...; `index` from 1. */
static uint64_t luby(uint64_t index)
{
    for (;;) {
        uint64_t power = UINT64_C(1) << (63 - __builtin_clzll(index + 1));

        if (index + 1 == power)
            return power / 2;
        index -= power - 1;
    }
}

/* FULL: there is a packing of that length, and it is in place. HOPELESS: none. OPEN: none was found. */
static enum skyline_state find_packing(struct search *s, uint64_t length, uint64_t work)
{
    struct hb_skyline *skyline = &s->skyline;
    uint64_t lives = skyline->starts[skyline->to] - skyline->starts[skyline->from];
    uint64_t until = skyline->work + work;
    enum skyline_state state = OPEN;

    for (uint32_t i = skyline->from; i < skyline->to; i++)
        skyline->failures[i] = 1;
    for (uint64_t i = 0; state == OPEN && skyline->work < until; i++) {
        skyline->manner = i % MANNERS;
        weigh_lives(s, i);
        hb_skyline_empty(skyline, length);
        state = start(s, luby(i + 1) * (8 * lives + 256), until);
    }
    return state;
}

/* -- parts -- */

/* How long the packing is in the part, in units. */
static uint64_t length_of_part(const struct hb_skyline *skyline, const struct hb_packing *packing)
{
    uint64_t length = 0;

    for (uint32_t i = skyline->starts[skyline->from]; i < skyline->starts[skyline->to]; i++) {
        const struct hb_packed *object = &packing->objects[skyline->lives[i].object];
        uint64_t end = object->offset / skyline->scale + skyline->lives[i].length;

        length = end > length ? end : length;
    }
    return length;
}

static void keep_packing(const struct hb_skyline *skyline, struct hb_packing *packing)
{
    for (uint32_t i = skyline->starts[skyline->from]; i < skyline->starts[skyline->to]; i++)
        packing->objects[skyline->lives[i].object].offset = skyline->lives[i].offset * skyline->scale;
}

/* Packs the part into `length` units, or as little more as is found, which it returns. */
static uint64_t pack_part(struct search *s, struct hb_packing *packing, uint64_t length)
{
    uint64_t low = length, middle = length, high = length_of_part(&s->skyline, packing);
    enum skyline_state state = FULL;

    /* Where it is not known whether there is a shorter one, a thousandth is not worth the work. */
    while (low < high && (state != OPEN || high - low > length / 1024) && s->skyline.work < MOST_WORK) {
        state = find_packing(s, middle, (MOST_WORK - s->skyline.work) / 4 + 1);
        if (state == FULL) {
            keep_packing(&s->skyline, packing);
            high = length_of_part(&s->skyline, packing);
        } else {
            low = middle + 1;
        }
        middle = low + (high - low) / 2;
    }
    return high > length ? high : length;
}

static void pack_parts(struct search *s, struct hb_packing *packing)
{
    struct hb_skyline *skyline = &s->skyline;
    uint64_t length = packing->peak_bytes / skyline->scale;

    for (uint32_t from = 0; from < skyline->segments;) {
        from = hb_skyline_take_part(skyline, from);
        length = pack_part(s, packing, length);
    }
    packing->extent_bytes = length * skyline->scale;
    assert(packing->extent_bytes >= packing->peak_bytes);
}

enum hb_status hb_packing_search(struct hb_packing *packing, struct hb_error *error)
{
    struct search s;
    enum hb_status status = HB_OK;

    if (packing->count > MOST_LIVES || packing->extent_bytes == packing->peak_bytes)
        return HB_OK;
    s.most_depth = STEPS_A_LIFE * (uint32_t)packing->count + MORE_STEPS;
    s.steps = calloc(s.most_depth, sizeof *s.steps);
    hb_random_seed(&s.random, 1);
    if (hb_skyline_open(&s.skyline, packing) && s.steps != NULL)
        pack_parts(&s, packing);
    else
        status = hb_error_set(error, HB_ERR_MEMORY, "out of memory for an offline packing");
    hb_skyline_close(&s.skyline);
    free(s.steps);
    return status;
}

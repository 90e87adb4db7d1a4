/*
 * packing_segments.c - time cut into segments, and the lives that begin in each.
 *
 * Two objects meet where they share a segment. There are no more of those than needed for that: one begins
 * where something is born after something has died.
 */
#include "bench/exact/packing_skyline.h"

#include <stdlib.h>

#include "base/number.h"

/* A birth or a death. */
struct instant {
    uint64_t op;
    uint32_t life;
    bool birth;
};

static int by_op(const void *a, const void *b)
{
    const struct instant *x = a, *y = b;

    if (x->op != y->op)
        return x->op < y->op ? -1 : 1;
    return (int)x->birth - (int)y->birth;
}

static void number_segments(struct hb_skyline *s, const struct instant *instants)
{
    bool died = false;

    for (size_t i = 0; i < 2 * (size_t)s->count; i++) {
        struct skyline_life *life = &s->lives[instants[i].life];

        s->segments += instants[i].birth && died;
        died = !instants[i].birth;
        if (instants[i].birth)
            life->first = s->segments;
        else
            life->behind = s->segments + 1;
    }
    s->segments++;
}

static bool cut_time(struct hb_skyline *s, const struct hb_packing *packing)
{
    struct instant *instants = malloc(2 * (size_t)s->count * sizeof *instants);

    if (instants == NULL)
        return false;
    for (uint32_t i = 0; i < s->count; i++) {
        const struct hb_packed *object = &packing->objects[i];

        s->lives[i] = (struct skyline_life){.length = object->length, .object = i, .twin = HB_NO_LIFE};
        s->scale = hb_number_common_divisor(object->length, s->scale);
        instants[2 * (size_t)i] = (struct instant){object->born_op, i, true};
        instants[2 * (size_t)i + 1] = (struct instant){object->death_op, i, false};
    }
    qsort(instants, 2 * (size_t)s->count, sizeof *instants, by_op);
    number_segments(s, instants);
    free(instants);
    return true;
}

static int by_place(const void *a, const void *b)
{
    const struct skyline_life *x = a, *y = b;

    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    if (x->behind != y->behind)
        return x->behind < y->behind ? -1 : 1;
    if (x->length != y->length)
        return x->length < y->length ? -1 : 1;
    return x->object < y->object ? -1 : 1;
}

static bool are_equal(const struct skyline_life *a, const struct skyline_life *b)
{
    return a->first == b->first && a->behind == b->behind && a->length == b->length;
}

static void order_lives(struct hb_skyline *s)
{
    uint32_t at = 0;

    for (uint32_t i = 0; i < s->count; i++)
        s->lives[i].length /= s->scale;
    qsort(s->lives, s->count, sizeof *s->lives, by_place);
    for (uint32_t i = 0; i < s->count; i++) {
        struct skyline_life *life = &s->lives[i];

        if (i > 0 && are_equal(life - 1, life))
            life->twin = i - 1;
        while (at <= life->first)
            s->starts[at++] = i;
        s->loads[life->first] += life->length;
        s->loads[life->behind] -= life->length;
    }
    while (at <= s->segments)
        s->starts[at++] = s->count;
    for (uint32_t i = 1; i < s->segments; i++)
        s->loads[i] += s->loads[i - 1];
}

bool hb_skyline_read(struct hb_skyline *s, const struct hb_packing *packing)
{
    if (!cut_time(s, packing))
        return false;
    order_lives(s);
    return true;
}

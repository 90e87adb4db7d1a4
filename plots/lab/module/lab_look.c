/*
 * lab_look.c - a heap as the page draws it: range by range, or as how much of each pixel is in use.
 */
#include <string.h>

#include "allocator/model/range_place.h"
#include "allocator/range_totals.h"
#include "plots/lab/module/lab_heap.h"

enum { MOST_ROWS = 4096, MOST_LISTED = 4096 };

#define NEVER UINT32_MAX

/* A range as lab_list gives it; read by offset. */
struct listed {
    double offset, length, size;
    uint32_t object, since, allocated, index;
};

static float column[MOST_ROWS];
static struct listed listed[MOST_LISTED];

/* A look at the whole heap: struct hb_heap_state, 64-bit integers. */
LAB_EXPORT const struct hb_heap_state *lab_inspect(void)
{
    hb_replay_inspect(&lab.table, lab.model, lab.options.heap_bytes == 0, &lab.state);
    return &lab.state;
}

/* How many ranges lie before the one where next fit begins; 0 with the other policies. */
LAB_EXPORT uint32_t lab_rover(void)
{
    struct hb_range_rank rank = {.ranges = 0};

    if (lab.options.policy == HB_POLICY_NEXT)
        hb_range_tree_rank(lab.model->tree, hb_range_tree_find(lab.model->tree, lab.model->rover), &rank);
    return (uint32_t)rank.ranges;
}

/* The address of that range. */
LAB_EXPORT double lab_rover_at(void)
{
    struct hb_range range = {.offset = 0};

    if (lab.options.policy == HB_POLICY_NEXT)
        hb_range_tree_get(lab.model->tree, hb_range_tree_find(lab.model->tree, lab.model->rover), &range);
    return (double)range.offset;
}

struct painting {
    double from, bucket;
    uint32_t rows;
    double mark; /* the high-water mark */
    struct hb_range_totals below;
};

static void paint_range(const struct painting *p, double begin, double end)
{
    double first = (begin - p->from) / p->bucket, last = (end - p->from) / p->bucket;
    uint32_t row;

    if (first < 0)
        first = 0;
    if (last > p->rows)
        last = p->rows;
    for (row = (uint32_t)first; row < p->rows && row < last; row++) {
        double low = first > row ? first : row, high = last < row + 1 ? last : row + 1;

        column[row] += (float)(high - low);
    }
}

static bool paint(void *context, const struct hb_range *range)
{
    struct painting *p = context;
    double begin = (double)range->offset, end = begin + (double)range->length;

    if (end <= p->mark)
        hb_totals_add(&p->below, range);
    if (range->allocated && end > p->from && begin < p->from + p->bucket * p->rows)
        paint_range(p, begin, end);
    return end < p->mark || end < p->from + p->bucket * p->rows;
}

/* How much of each of `rows` equal pieces of the heap, `bucket` bytes long from address `from` on, is
 * allocated: 0 to 1. */
LAB_EXPORT const float *lab_column(double from, double bucket, uint32_t rows)
{
    struct painting p = {.from = from,
                         .bucket = bucket,
                         .rows = rows < MOST_ROWS ? rows : MOST_ROWS,
                         .mark = (double)hb_model_high_water(lab.model)};

    memset(column, 0, sizeof column);
    if (bucket > 0)
        hb_model_ranges(lab.model, paint, &p);
    lab.state = p.below.state;
    return column;
}

/* What the last lab_column saw below the high-water mark: struct hb_heap_state, 64-bit integers. */
LAB_EXPORT const struct hb_heap_state *lab_below(void)
{
    return &lab.state;
}

LAB_EXPORT const struct listed *lab_listed(void)
{
    return listed;
}

/*
 * Lists the ranges that lie between two addresses, `most` at most: the first of them in lab_listed(). Returns
 * how many lie there; more than `most` are not all listed.
 */
LAB_EXPORT uint32_t lab_list(double from, double to, uint32_t most)
{
    const struct hb_range_tree *tree = lab.model->tree;
    struct hb_range_place place = hb_range_tree_first(tree);
    double offset = 0;
    uint32_t count = 0;

    for (uint32_t index = 0; hb_range_is_somewhere(place) && offset < to; index++) {
        double length = (double)hb_range_tree_length(tree, place);

        if (offset + length > from && count++ < most && count <= MOST_LISTED) {
            uint32_t id = hb_range_tree_id(tree, place);
            struct lab_holding held = id < lab.held_count ? lab.held[id] : (struct lab_holding){.since = 0};
            bool allocated = hb_range_tree_is_allocated(tree, place);

            listed[count - 1] = (struct listed){.offset = offset,
                                                .length = length,
                                                .size = (double)held.size,
                                                .object = allocated ? held.object : NEVER,
                                                .since = held.since,
                                                .allocated = allocated,
                                                .index = index};
        }
        offset += length;
        place = hb_range_tree_next(tree, place);
    }
    return count;
}

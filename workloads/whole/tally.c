/*
 * tally.c - a cell for each value, found by a map.
 */
#include "workloads/whole/tally.h"

#include <stdlib.h>

#include "base/pages.h"

enum { FIRST_CELLS = 512 };

bool hb_tally_init(struct hb_tally *tally)
{
    *tally = (struct hb_tally){.count = 0};
    return hb_map_init(&tally->index_of);
}

void hb_tally_clear(struct hb_tally *tally)
{
    hb_map_clear(&tally->index_of);
    hb_table_free(tally->cells, tally->room * sizeof *tally->cells);
    *tally = (struct hb_tally){.count = 0};
}

static bool add_cell(struct hb_tally *tally, uint64_t value)
{
    uint32_t index = tally->index_of.count;

    if (index == tally->room) {
        size_t room = tally->room == 0 ? FIRST_CELLS : 2 * tally->room;
        struct hb_tally_cell *grown =
            hb_table_grow(tally->cells, tally->room * sizeof *tally->cells, room * sizeof *tally->cells);

        if (grown == NULL)
            return false;
        tally->cells = grown;
        tally->room = room;
    }
    tally->cells[index] = (struct hb_tally_cell){.value = value, .count = 1};
    return hb_map_put(&tally->index_of, value, index);
}

bool hb_tally_add(struct hb_tally *tally, uint64_t value)
{
    uint32_t index;

    tally->count++;
    tally->sum += (double)value;
    if (!hb_map_find(&tally->index_of, value, &index))
        return add_cell(tally, value);
    tally->cells[index].count++;
    return true;
}

static int compare_cells(const void *a, const void *b)
{
    const struct hb_tally_cell *one = a, *other = b;

    return (one->value > other->value) - (one->value < other->value);
}

/* The nearest rank of a percentile, counted from 0: ceil(count * percent / 100) - 1, without overflow. */
static uint64_t rank_of(uint64_t count, unsigned percent)
{
    return count / 100 * percent + (count % 100 * percent + 99) / 100 - 1;
}

/* Of cells in order. */
static uint64_t percentile(const struct hb_tally *tally, unsigned percent)
{
    uint64_t rank = rank_of(tally->count, percent), at = 0;

    for (; rank >= tally->cells[at].count; at++)
        rank -= tally->cells[at].count;
    return tally->cells[at].value;
}

struct hb_spread hb_tally_spread(struct hb_tally *tally)
{
    uint32_t different = tally->index_of.count;

    if (tally->count == 0)
        return (struct hb_spread){.count = 0};
    qsort(tally->cells, different, sizeof *tally->cells, compare_cells);
    return (struct hb_spread){.count = tally->count,
                              .p50 = percentile(tally, 50),
                              .p90 = percentile(tally, 90),
                              .p99 = percentile(tally, 99),
                              .max = tally->cells[different - 1].value,
                              .mean = tally->sum / (double)tally->count};
}

/*
 * tally.h - how often each value occurred: exact, in memory that follows how many values differ.
 */
#ifndef HB_WORKLOADS_WHOLE_TALLY_H
#define HB_WORKLOADS_WHOLE_TALLY_H

#include "base/map.h"
#include "workloads/whole/summary.h"

struct hb_tally_cell {
    uint64_t value, count;
};

struct hb_tally {
    struct hb_map index_of;      /* of a value's cell */
    struct hb_tally_cell *cells; /* a table (base/pages.h) */
    size_t room;
    uint64_t count;
    double sum;
};

/* False when out of memory, here and below. Clear with hb_tally_clear, which takes a zeroed one. */
bool hb_tally_init(struct hb_tally *tally);
void hb_tally_clear(struct hb_tally *tally);

bool hb_tally_add(struct hb_tally *tally, uint64_t value);

/* Puts the cells in order: nothing can be added afterwards. */
struct hb_spread hb_tally_spread(struct hb_tally *tally);

#endif

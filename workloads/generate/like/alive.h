/*
 * alive.h - what lives while a trace is done again and again, and which of it is alike.
 *
 * Objects have the numbers of their births in the trace, and each stands for one that was given in its place.
 * Alike are those of one size that the same thread had last.
 */
#ifndef HB_WORKLOADS_GENERATE_LIKE_ALIVE_H
#define HB_WORKLOADS_GENERATE_LIKE_ALIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/map.h"
#include "base/random.h"

struct hb_alive {
    struct hb_map rows_of; /* by number */
    struct hb_alive_row *rows;
    uint32_t row_count, row_room;
    uint32_t *left; /* rows that may be used again; `row_room` of them */
    uint32_t left_count;
    struct hb_map groups_of; /* by what is alike */
    struct hb_alive_group *groups;
    uint32_t group_count, group_room;
    uint32_t *left_groups;
    uint32_t left_group_count;
};

/* False when out of memory; to be cleared all the same. An all-zero struct is one that was cleared. */
bool hb_alive_init(struct hb_alive *alive);
void hb_alive_clear(struct hb_alive *alive);

bool hb_alive_holds(const struct hb_alive *alive, uint32_t number);

/* `number` lives no more; returns what was given for it. It must be held. */
uint32_t hb_alive_take(struct hb_alive *alive, uint32_t number);

/* `number`, which is not held, lives, and `given` stands for it. False when out of memory. */
bool hb_alive_put(struct hb_alive *alive, uint32_t number, uint32_t given, uint64_t size, uint16_t thread);

/* What `number`, which is held, is alike to: its size and the thread that had it last. */
uint64_t hb_alive_size(const struct hb_alive *alive, uint32_t number);
uint16_t hb_alive_thread(const struct hb_alive *alive, uint32_t number);

/*
 * Of a few that are alike, `number` itself, which is held, and others at random, the one for which the oldest
 * was given, the lowest, and `number` exchange what was given for them.
 */
void hb_alive_exchange(struct hb_alive *alive, uint32_t number, struct hb_random *random);

#endif

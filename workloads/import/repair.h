/*
 * repair.h - from events at addresses to operations on objects that keep the promises of whole.h.
 *
 * Recorders that are preloaded, or print under a lock, write a free after it was done: another thread may
 * have been given the address in between, and be written first. So an allocation at an address where a block
 * still lives waits for the free that follows; when none comes in time, one is made up. A free of what nobody
 * was seen to get is left out. All of it is counted (repairs.h).
 */
#ifndef HB_WORKLOADS_IMPORT_REPAIR_H
#define HB_WORKLOADS_IMPORT_REPAIR_H

#include <stdbool.h>

#include "workloads/trace/trace.h"
#include "workloads/whole/repairs.h"

enum {
    HB_REPAIR_WINDOW = 16384, /* events that an allocation waits for the free of its address */
    HB_REPAIR_EVENT_OPS = 8   /* at most, from one event */
};

struct hb_repair;

/* NULL when out of memory. `repairs` is counted in. */
struct hb_repair *hb_repair_create(struct hb_repairs *repairs);
void hb_repair_destroy(struct hb_repair *repair); /* NULL does nothing */

/* Where operations go from now on: room for HB_REPAIR_EVENT_OPS an event. */
void hb_repair_collect(struct hb_repair *repair, struct hb_op *out);

/* How many operations have gone there. */
size_t hb_repair_collected(const struct hb_repair *repair);

/*
 * Events. An address is not 0 and below 2^64 - 1; a thread is any number that names it. `op` holds the kind,
 * the size and the alignment of a birth. False when out of memory.
 */
bool hb_repair_birth(struct hb_repair *repair, uint64_t address, struct hb_op op, uint64_t thread);
bool hb_repair_free(struct hb_repair *repair, uint64_t address, uint64_t thread);
bool hb_repair_realloc(struct hb_repair *repair, uint64_t from, uint64_t to, uint64_t size, uint64_t thread);

/* At the end of the file: settles one allocation that still waits. `*done` when there is none. */
bool hb_repair_settle_one(struct hb_repair *repair, bool *done);

#endif

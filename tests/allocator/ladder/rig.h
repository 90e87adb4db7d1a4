/*
 * rig.h - three heaps at once: the timed build, the counting build, and the plain definition, given the same
 * operations and compared after each of them.
 *
 * Every block is filled with a pattern of its own as far as it may be written, and the pattern is looked for
 * before the block is freed and after it was resized: a block that overlaps another, or a record written into
 * a block, is found out. Both real heaps are validated as a whole after every operation.
 */
#ifndef HB_TESTS_LADDER_RIG_H
#define HB_TESTS_LADDER_RIG_H

#include "base/random.h"
#include "subjects.h"

enum { RIG_SLOTS = 512, RIG_TOLD = 4096 };

struct rig_slot {
    uint64_t payload; /* PLAIN_NULL: nothing held */
    uint64_t size;
    void *blocks[2]; /* timed, counting */
};

struct rig {
    const struct subject *subject;
    struct plain plain;
    const struct hb_allocator *tables[2]; /* timed, counting */
    void *heaps[2];
    struct rig_slot slots[RIG_SLOTS];
    struct hb_random random;
    uint64_t heap_bytes;
    uint64_t seed;
    uint64_t ops;                 /* done since rig_open */
    uint32_t lifetimes[RIG_TOLD]; /* of the first objects; told to those that listen */
    uint32_t told;
};

/* False when a heap that short cannot be made: then none of the three could be, and there is nothing to
 * close. */
bool rig_open(struct rig *rig, const struct subject *subject, uint64_t heap_bytes, uint64_t seed);
void rig_close(struct rig *rig);

void rig_alloc(struct rig *rig, struct rig_slot *slot, uint64_t size);
void rig_zalloc(struct rig *rig, struct rig_slot *slot, uint64_t size);
void rig_aligned(struct rig *rig, struct rig_slot *slot, uint64_t alignment, uint64_t size);
void rig_resize(struct rig *rig, struct rig_slot *slot, uint64_t size);
void rig_free(struct rig *rig, struct rig_slot *slot);

/* One operation of any kind on any slot. `reach` bounds most of the sizes: 1 or more. */
void rig_step(struct rig *rig, uint64_t reach);

void rig_free_all(struct rig *rig);

/* All the figures of a heap's state, and every range, against the definition's. */
void rig_compare_state(struct rig *rig);

#endif

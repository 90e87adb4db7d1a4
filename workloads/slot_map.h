/*
 * slot_map.h - from the objects that live to their slots; freed slots are used again, last first. Private to
 * workloads/.
 *
 * Open addressing with linear probing, at most half full, deletion by shifting back; memory follows the most
 * objects that ever lived at once, whatever their numbers.
 */
#ifndef HB_WORKLOADS_SLOT_MAP_H
#define HB_WORKLOADS_SLOT_MAP_H

#include <stdbool.h>
#include <stdint.h>

#define HB_NO_SLOT UINT32_MAX

struct hb_slot_cell {
    uint32_t object;
    uint32_t taken; /* the slot + 1; 0: an empty cell */
};

struct hb_slot_map {
    struct hb_slot_cell *cells; /* 2^log2 of them; a table (base/table.h), as `unused` is */
    unsigned log2;
    uint32_t live;
    uint32_t slots;   /* ever in use */
    uint32_t *unused; /* a stack of slots that were freed; room for one a cell */
    uint32_t unused_count;
};

bool hb_slot_map_init(struct hb_slot_map *map); /* false when out of memory */
void hb_slot_map_clear(struct hb_slot_map *map);

/* Fetches what the others will need for `object`: worth while some operations ahead of them. */
void hb_slot_map_prefetch(const struct hb_slot_map *map, uint32_t object);

/* A slot for a new object. HB_NO_SLOT when out of memory. */
uint32_t hb_slot_map_insert(struct hb_slot_map *map, uint32_t object);

/* HB_NO_SLOT when the object does not live. */
uint32_t hb_slot_map_find(const struct hb_slot_map *map, uint32_t object);

/* Forgets an object and returns the slot it had, or HB_NO_SLOT. */
uint32_t hb_slot_map_remove(struct hb_slot_map *map, uint32_t object);

#endif

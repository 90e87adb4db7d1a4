/*
 * map.h - from 64-bit numbers to 32-bit ones: the one hash map of the tree.
 *
 * Open addressing with linear probing, at most half full, deletion by shifting back. Its memory is a table
 * (base/pages.h): it follows the most entries that were ever held at once.
 */
#ifndef HB_BASE_MAP_H
#define HB_BASE_MAP_H

#include <stdbool.h>
#include <stdint.h>

#define HB_MAP_MAX_VALUE (UINT32_MAX - 1)

struct hb_map_cell {
    uint32_t key_low, key_high;
    uint32_t taken; /* the value + 1; 0: an empty cell */
};

struct hb_map {
    struct hb_map_cell *cells; /* 2^log2 of them; NULL in a map that is not initialised */
    unsigned log2;
    uint32_t count; /* of entries */
};

/* Makes it empty; end with hb_map_clear. False when out of memory: then there is nothing to clear. */
bool hb_map_init(struct hb_map *map);
void hb_map_clear(struct hb_map *map); /* an all-zero map is one that was cleared */

/* Takes the memory that `entries` will need, so that until there are more the table stays where it is. False,
 * and nothing changed, as with hb_map_put. */
bool hb_map_reserve(struct hb_map *map, uint64_t entries);

/* What its table takes, in bytes. */
uint64_t hb_map_bytes(const struct hb_map *map);

/* Fetches what the others will need for `key`: worth while some operations ahead of them. */
void hb_map_prefetch(const struct hb_map *map, uint64_t key);

bool hb_map_holds(const struct hb_map *map, uint64_t key);

/* Adds an entry. `key` has none yet; `value` is at most HB_MAP_MAX_VALUE. False, and nothing changed, when
 * out of memory or beyond 2^30 entries. */
bool hb_map_put(struct hb_map *map, uint64_t key, uint32_t value);

/* The value of `key`. False, and `*value` as it was, when there is none. */
bool hb_map_find(const struct hb_map *map, uint64_t key, uint32_t *value);

/* As hb_map_find, and takes the entry out. */
bool hb_map_take(struct hb_map *map, uint64_t key, uint32_t *value);

#endif

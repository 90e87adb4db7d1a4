/*
 * map.c - linear probing over cells of 12 bytes, five in a cache line.
 */
#include "base/map.h"

#include <assert.h>
#include <stddef.h>

#include "base/pages.h"

/* Of the number of cells: at first, as soon as their table is a large one (base/pages.h), and of no map. */
enum { FIRST_LOG2 = 13, LARGE_LOG2 = 18, LAST_LOG2 = 32 };

static_assert(sizeof(struct hb_map_cell) == 12, "documented");

static uint32_t mask_of(const struct hb_map *map)
{
    return (uint32_t)((UINT64_C(1) << map->log2) - 1);
}

/* Fibonacci hashing: the top bits of the product are well mixed even of keys in equal steps. */
static uint32_t home_of(const struct hb_map *map, uint64_t key)
{
    return (uint32_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - map->log2));
}

static uint64_t key_of(const struct hb_map_cell *cell)
{
    return (uint64_t)cell->key_high << 32 | cell->key_low;
}

static size_t bytes_of(unsigned log2)
{
    return ((size_t)1 << log2) * sizeof(struct hb_map_cell);
}

bool hb_map_init(struct hb_map *map)
{
    *map = (struct hb_map){.cells = hb_table_grow(NULL, 0, bytes_of(FIRST_LOG2)), .log2 = FIRST_LOG2};
    return map->cells != NULL;
}

void hb_map_clear(struct hb_map *map)
{
    hb_table_free(map->cells, bytes_of(map->log2));
    *map = (struct hb_map){.cells = NULL};
}

/* The cell of `key`, or the empty one where it belongs. */
static uint32_t probe(const struct hb_map *map, uint64_t key)
{
    uint32_t at = home_of(map, key), mask = mask_of(map);

    while (map->cells[at].taken != 0 && key_of(&map->cells[at]) != key)
        at = (at + 1) & mask;
    return at;
}

static unsigned next_log2(unsigned log2)
{
    return log2 < LARGE_LOG2 ? LARGE_LOG2 : log2 + 1;
}

/* How many entries make a table half full. */
static uint64_t room_of(unsigned log2)
{
    return UINT64_C(1) << (log2 - 1);
}

static bool grow_to(struct hb_map *map, unsigned log2)
{
    struct hb_map larger = {.log2 = log2, .count = map->count};

    if (larger.log2 >= LAST_LOG2)
        return false;
    larger.cells = hb_table_grow(NULL, 0, bytes_of(larger.log2));
    if (larger.cells == NULL)
        return false;
    for (size_t i = 0; i <= mask_of(map); i++)
        if (map->cells[i].taken != 0)
            larger.cells[probe(&larger, key_of(&map->cells[i]))] = map->cells[i];
    hb_map_clear(map);
    *map = larger;
    return true;
}

bool hb_map_reserve(struct hb_map *map, uint64_t entries)
{
    unsigned log2 = map->log2;

    while (log2 < LAST_LOG2 && room_of(log2) < entries)
        log2 = next_log2(log2);
    return log2 == map->log2 || grow_to(map, log2);
}

uint64_t hb_map_bytes(const struct hb_map *map)
{
    return hb_table_room(bytes_of(map->log2));
}

void hb_map_prefetch(const struct hb_map *map, uint64_t key)
{
    __builtin_prefetch(&map->cells[home_of(map, key)]);
}

bool hb_map_holds(const struct hb_map *map, uint64_t key)
{
    return map->cells[probe(map, key)].taken != 0;
}

bool hb_map_put(struct hb_map *map, uint64_t key, uint32_t value)
{
    uint32_t at;

    assert(value <= HB_MAP_MAX_VALUE);
    if (map->count >= room_of(map->log2) && !grow_to(map, next_log2(map->log2)))
        return false;
    at = probe(map, key);
    assert(map->cells[at].taken == 0);
    map->cells[at] = (struct hb_map_cell){(uint32_t)key, (uint32_t)(key >> 32), value + 1};
    map->count++;
    return true;
}

bool hb_map_find(const struct hb_map *map, uint64_t key, uint32_t *value)
{
    uint32_t taken = map->cells[probe(map, key)].taken;

    if (taken == 0)
        return false;
    *value = taken - 1;
    return true;
}

/* Empties cell `hole` and moves back what had been pushed past it, so that every probe still ends where it
 * should. */
static void close_hole(struct hb_map *map, uint32_t hole)
{
    uint32_t mask = mask_of(map);

    for (uint32_t at = (hole + 1) & mask; map->cells[at].taken != 0; at = (at + 1) & mask) {
        uint32_t home = home_of(map, key_of(&map->cells[at]));

        if (((at - home) & mask) < ((at - hole) & mask))
            continue;
        map->cells[hole] = map->cells[at];
        hole = at;
    }
    map->cells[hole].taken = 0;
}

bool hb_map_take(struct hb_map *map, uint64_t key, uint32_t *value)
{
    uint32_t at = probe(map, key);

    if (map->cells[at].taken == 0)
        return false;
    *value = map->cells[at].taken - 1;
    close_hole(map, at);
    map->count--;
    return true;
}

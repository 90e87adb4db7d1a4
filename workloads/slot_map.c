/* slot_map.c - see slot_map.h. */
#include "workloads/slot_map.h"

#include "base/table.h"

/* Of the number of cells: at first, as soon as their table is a large one (base/table.h), and of no map. */
enum { FIRST_LOG2 = 14, LARGE_LOG2 = 18, LAST_LOG2 = 32 };

static uint32_t mask_of(const struct hb_slot_map *map)
{
    return (uint32_t)((UINT64_C(1) << map->log2) - 1);
}

/* Fibonacci hashing: numbers in sequence, as births are, are spread evenly. */
static uint32_t home_of(const struct hb_slot_map *map, uint32_t object)
{
    return (uint32_t)((object * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - map->log2));
}

/* Sets up `map` with 2^log2 empty cells; what it held is not freed. False, and nothing changed, when out of
 * memory. */
static bool make_cells(struct hb_slot_map *map, unsigned log2)
{
    size_t count = (size_t)1 << log2, before = map->cells == NULL ? 0 : (size_t)1 << map->log2;
    struct hb_slot_cell *cells = hb_table_grow(NULL, 0, count * sizeof cells[0]);
    uint32_t *unused;

    if (cells == NULL)
        return false;
    unused = hb_table_grow(map->unused, before * sizeof unused[0], count * sizeof unused[0]);
    if (unused == NULL) {
        hb_table_free(cells, count * sizeof cells[0]);
        return false;
    }
    map->cells = cells;
    map->unused = unused;
    map->log2 = log2;
    return true;
}

bool hb_slot_map_init(struct hb_slot_map *map)
{
    *map = (struct hb_slot_map){.cells = NULL};
    return make_cells(map, FIRST_LOG2);
}

void hb_slot_map_clear(struct hb_slot_map *map)
{
    size_t count = (size_t)1 << map->log2;

    hb_table_free(map->cells, count * sizeof map->cells[0]);
    hb_table_free(map->unused, count * sizeof map->unused[0]);
    *map = (struct hb_slot_map){.cells = NULL};
}

/* The cell of `object`, or the empty one where it belongs. */
static uint32_t probe(const struct hb_slot_map *map, uint32_t object)
{
    uint32_t at = home_of(map, object), mask = mask_of(map);

    while (map->cells[at].taken != 0 && map->cells[at].object != object)
        at = (at + 1) & mask;
    return at;
}

static bool grow(struct hb_slot_map *map)
{
    struct hb_slot_cell *old = map->cells;
    size_t count = (size_t)1 << map->log2;
    unsigned log2 = map->log2 < LARGE_LOG2 ? LARGE_LOG2 : map->log2 + 1;

    if (log2 >= LAST_LOG2 || !make_cells(map, log2))
        return false;
    for (size_t i = 0; i < count; i++)
        if (old[i].taken != 0)
            map->cells[probe(map, old[i].object)] = old[i];
    hb_table_free(old, count * sizeof old[0]);
    return true;
}

void hb_slot_map_prefetch(const struct hb_slot_map *map, uint32_t object)
{
    __builtin_prefetch(&map->cells[home_of(map, object)]);
}

uint32_t hb_slot_map_insert(struct hb_slot_map *map, uint32_t object)
{
    uint32_t slot;

    if (map->live >= (UINT32_C(1) << (map->log2 - 1)) && !grow(map))
        return HB_NO_SLOT;
    slot = map->unused_count > 0 ? map->unused[--map->unused_count] : map->slots++;
    map->cells[probe(map, object)] = (struct hb_slot_cell){object, slot + 1};
    map->live++;
    return slot;
}

uint32_t hb_slot_map_find(const struct hb_slot_map *map, uint32_t object)
{
    return map->cells[probe(map, object)].taken - 1;
}

/* Empties cell `hole` and moves back what had been pushed past it, so that every probe still ends where it
 * should. */
static void close_hole(struct hb_slot_map *map, uint32_t hole)
{
    uint32_t mask = mask_of(map);

    for (uint32_t at = (hole + 1) & mask; map->cells[at].taken != 0; at = (at + 1) & mask) {
        uint32_t home = home_of(map, map->cells[at].object);

        if (((at - home) & mask) < ((at - hole) & mask))
            continue;
        map->cells[hole] = map->cells[at];
        hole = at;
    }
    map->cells[hole].taken = 0;
}

uint32_t hb_slot_map_remove(struct hb_slot_map *map, uint32_t object)
{
    uint32_t at = probe(map, object), slot = map->cells[at].taken - 1;

    if (slot == HB_NO_SLOT)
        return HB_NO_SLOT;
    close_hole(map, at);
    map->live--;
    map->unused[map->unused_count++] = slot;
    return slot;
}

#include "workloads/address_table.h"

#include <stdlib.h>

enum { FIRST_LOG2_CAPACITY = 12 };

/* Fibonacci hashing: the top bits of the product are well mixed even of addresses in equal steps. */
static size_t home(const struct hb_address_table *table, uint64_t key)
{
    return (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> (64 - table->log2_capacity));
}

static size_t mask_of(const struct hb_address_table *table)
{
    return ((size_t)1 << table->log2_capacity) - 1;
}

bool hb_address_table_init(struct hb_address_table *table)
{
    table->log2_capacity = FIRST_LOG2_CAPACITY;
    table->count = 0;
    table->entries = calloc((size_t)1 << FIRST_LOG2_CAPACITY, sizeof *table->entries);
    return table->entries != NULL;
}

void hb_address_table_clear(struct hb_address_table *table)
{
    free(table->entries);
    table->entries = NULL;
}

/* The place of a key, or the empty place where it would go. */
static size_t find(const struct hb_address_table *table, uint64_t key)
{
    size_t mask = mask_of(table), at = home(table, key);

    while (table->entries[at].key != 0 && table->entries[at].key != key)
        at = (at + 1) & mask;
    return at;
}

static bool grow(struct hb_address_table *table)
{
    struct hb_address_table larger = {.log2_capacity = table->log2_capacity + 1, .count = table->count};

    larger.entries = calloc((size_t)1 << larger.log2_capacity, sizeof *larger.entries);
    if (larger.entries == NULL)
        return false;
    for (size_t i = 0; i <= mask_of(table); i++)
        if (table->entries[i].key != 0)
            larger.entries[find(&larger, table->entries[i].key)] = table->entries[i];
    free(table->entries);
    *table = larger;
    return true;
}

bool hb_address_table_holds(const struct hb_address_table *table, uint64_t address)
{
    return table->entries[find(table, address + 1)].key != 0;
}

bool hb_address_table_find(const struct hb_address_table *table, uint64_t address, uint32_t *object)
{
    const struct hb_address_entry *entry = &table->entries[find(table, address + 1)];

    if (entry->key == 0)
        return false;
    *object = entry->object;
    return true;
}

bool hb_address_table_put(struct hb_address_table *table, uint64_t address, uint32_t object)
{
    if (table->count * 2 > mask_of(table) && !grow(table))
        return false;
    table->entries[find(table, address + 1)] = (struct hb_address_entry){address + 1, object};
    table->count++;
    return true;
}

/* Closes the gap: moves up what would no longer be found behind it. */
static void close_gap(struct hb_address_table *table, size_t gap)
{
    size_t mask = mask_of(table);

    for (size_t at = (gap + 1) & mask; table->entries[at].key != 0; at = (at + 1) & mask) {
        size_t wanted = home(table, table->entries[at].key);

        if (((at - wanted) & mask) >= ((at - gap) & mask)) {
            table->entries[gap] = table->entries[at];
            gap = at;
        }
    }
    table->entries[gap].key = 0;
}

bool hb_address_table_take(struct hb_address_table *table, uint64_t address, uint32_t *object)
{
    size_t at = find(table, address + 1);

    if (table->entries[at].key == 0)
        return false;
    *object = table->entries[at].object;
    table->count--;
    close_gap(table, at);
    return true;
}

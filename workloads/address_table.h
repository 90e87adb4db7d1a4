/*
 * address_table.h - which object is at an address now: a hash table with open addressing. Private to
 * workloads/.
 */
#ifndef HB_WORKLOADS_ADDRESS_TABLE_H
#define HB_WORKLOADS_ADDRESS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hb_address_entry {
    uint64_t key; /* address + 1; 0: empty */
    uint32_t object;
};

struct hb_address_table {
    struct hb_address_entry *entries;
    unsigned log2_capacity;
    size_t count;
};

/* False: no memory. */
bool hb_address_table_init(struct hb_address_table *table);
void hb_address_table_clear(struct hb_address_table *table);

bool hb_address_table_holds(const struct hb_address_table *table, uint64_t address);

/* Puts an object at an address where none is. False: no memory. */
bool hb_address_table_put(struct hb_address_table *table, uint64_t address, uint32_t object);

/* The object at an address. False: there is none. */
bool hb_address_table_find(const struct hb_address_table *table, uint64_t address, uint32_t *object);

/* Takes the object away from an address. False: there is none. */
bool hb_address_table_take(struct hb_address_table *table, uint64_t address, uint32_t *object);

#endif

/*
 * fit_list.h - free ranges ordered by length, then by address: the long ones of a heap, which are few.
 *
 * A sorted list in two levels: blocks of up to BLOCK entries, and a directory of the first entry of each.
 * A search is two binary searches; an insertion moves half a block at most, and one in a hundred the
 * directory.
 */
#ifndef HB_ALLOCATOR_MODEL_FIT_LIST_H
#define HB_ALLOCATOR_MODEL_FIT_LIST_H

#include <stdbool.h>
#include <stdint.h>

struct hb_fit_entry {
    uint64_t length;
    uint64_t offset;
    uint32_t id;
};

struct hb_fit_list;

struct hb_fit_list *hb_fit_list_create(void);       /* NULL when there is no memory */
void hb_fit_list_destroy(struct hb_fit_list *list); /* takes NULL */

/* Whether one more entry can be inserted without asking for memory; asks for it now. False when there is
 * none. */
bool hb_fit_list_reserve(struct hb_fit_list *list);

/* Room must have been reserved. No two entries have the same offset. */
void hb_fit_list_insert(struct hb_fit_list *list, struct hb_fit_entry entry);

/* Takes out the entry with this length and offset, which must be there. */
void hb_fit_list_remove(struct hb_fit_list *list, uint64_t length, uint64_t offset);

/* The shortest entry with length >= need, the lowest offset among equals; false when there is none. */
bool hb_fit_list_best_fit(const struct hb_fit_list *list, uint64_t need, struct hb_fit_entry *entry);

#endif

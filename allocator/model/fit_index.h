/*
 * fit_index.h - the free ranges of a heap by length, then by address: best fit without a search.
 *
 * Lengths below HB_FIT_BINS have a bin each, and a bitmap says which bins have a range: the least that is
 * long enough is a few words away. A bin is a heap by address. What is no longer free is not looked for in
 * it: it is left there until a search or an insertion finds it at the top. Longer ranges, which are few,
 * stand in a sorted list (fit_list.h). Where a range begins is kept by its id, and with it whether an entry
 * is still true.
 */
#ifndef HB_ALLOCATOR_MODEL_FIT_INDEX_H
#define HB_ALLOCATOR_MODEL_FIT_INDEX_H

#include "allocator/model/fit_list.h"

#define HB_FIT_BINS (UINT64_C(1) << 16)

struct hb_fit_index;

struct hb_fit_index *hb_fit_index_create(void);        /* NULL when there is no memory */
void hb_fit_index_destroy(struct hb_fit_index *index); /* takes NULL */

/* Whether two more ranges, with ids below `ids`, can be inserted without asking for memory; asks for it now.
 * False when there is none. */
bool hb_fit_index_reserve(struct hb_fit_index *index, uint32_t ids);

/* Room must have been reserved. A range that is not free becomes so. */
void hb_fit_index_insert(struct hb_fit_index *index, struct hb_fit_entry entry);

/* The range is no longer free, which it was with this length. */
void hb_fit_index_remove(struct hb_fit_index *index, uint32_t id, uint64_t length);

/* The shortest free range with length >= need, the lowest offset among equals; false when there is none. */
bool hb_fit_index_best_fit(struct hb_fit_index *index, uint64_t need, struct hb_fit_entry *entry);

/* Where the range began when it was inserted last. */
uint64_t hb_fit_index_offset(const struct hb_fit_index *index, uint32_t id);

#endif

/*
 * simple_table.h - what the two tables of the simple allocator share: everything that does not walk to
 * allocate.
 */
#ifndef HB_ALLOCATOR_SIMPLE_SIMPLE_TABLE_H
#define HB_ALLOCATOR_SIMPLE_SIMPLE_TABLE_H

#include "allocator/allocator.h"

void *hb_simple_table_create(const struct hb_allocator *self, size_t heap_bytes, struct hb_error *error);
void hb_simple_table_destroy(void *heap);
void hb_simple_table_inspect(const void *heap, struct hb_heap_state *state);
void hb_simple_table_ranges(const void *heap, bool (*visit)(void *context, const struct hb_range *range),
                            void *context);
uint64_t hb_simple_table_need(const void *heap, size_t alignment, size_t size);
uint64_t hb_simple_table_offset(const void *heap, const void *block);

extern const struct hb_allocator hb_allocator_simple;
extern const struct hb_allocator hb_allocator_simple_counting;

#endif

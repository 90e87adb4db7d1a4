/*
 * library.h - allocators that come as shared libraries: found, loaded privately, verified, put behind a
 * table.
 */
#ifndef HB_ALLOCATOR_LIBRARY_LIBRARY_H
#define HB_ALLOCATOR_LIBRARY_LIBRARY_H

#include "allocator/allocator.h"
#include "allocator/library/product.h"

/* Loads the known product, from the loader's search path. As hb_allocator_open. */
enum hb_status hb_library_open_product(const struct hb_product *product, const struct hb_allocator **out,
                                       struct hb_library_info *info, struct hb_error *error);

/* Loads whatever is at `path`; without a '/' in it, from the loader's search path. As hb_allocator_open. */
enum hb_status hb_library_open_path(const char *path, const struct hb_allocator **out,
                                    struct hb_library_info *info, struct hb_error *error);

/* Frees the table. The library stays in the process: its threads' destructors may still be to run. */
void hb_library_close(const struct hb_allocator *allocator);

struct link_map;

/* The library in this process whose functions such a table has. */
const struct link_map *hb_library_map(const struct hb_allocator *allocator);

/*
 * Does it keep the sizes of its blocks, for a realloc that is made of malloc and free (made.h)? What is known
 * of what will come is to be said before the first block is asked for: that there is no realloc, so that none
 * need be kept; or how many blocks are live at most, so that the table of their sizes need not grow on the
 * clock. It grows there all the same where there is no memory for that many now. Returns the table's bytes.
 */
bool hb_library_keeps_sizes(const struct hb_allocator *allocator);
void hb_library_forget_sizes(const struct hb_allocator *allocator);
uint64_t hb_library_reserve_sizes(const struct hb_allocator *allocator, uint64_t blocks);

/* True for a table that this file made. */
bool hb_library_is(const struct hb_allocator *allocator);

#endif

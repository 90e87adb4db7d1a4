/*
 * library_loader.h - the dynamic loader, asked so that every answer can be trusted.
 */
#ifndef HB_ALLOCATOR_LIBRARY_LIBRARY_LOADER_H
#define HB_ALLOCATOR_LIBRARY_LIBRARY_LOADER_H

#include <link.h>
#include <stdbool.h>

#include "allocator/allocator.h"
#include "allocator/library/product.h"

/* A library in this process. */
struct hb_loaded {
    void *handle;
    const struct link_map *map;
};

/* One of the product's sonames, from the loader's search path. HB_ERR_UNAVAILABLE. */
enum hb_status hb_load_product(const struct hb_product *product, struct hb_loaded *out,
                               struct hb_error *error);

/*
 * The file at `path`, or for a name without '/' the library of that name in the loader's search path. A file
 * that cannot serve is refused before any of its code runs, where that can be told. HB_ERR_UNAVAILABLE.
 */
enum hb_status hb_load_path(const char *path, struct hb_loaded *out, struct hb_error *error);

/* The address of `name` where that very library defines it: a dependency's or libc's is no
 * answer. Else NULL. */
void *hb_loaded_symbol(const struct hb_loaded *library, const char *name);

/* Whose `name` the library would use if it has none of its own: a file name, or NULL when nobody has one. */
const char *hb_loaded_other_owner(const struct hb_loaded *library, const char *name);

#endif

/*
 * library_loader.h - the dynamic loader, asked so that every answer can be trusted.
 */
#ifndef HB_ALLOCATOR_LIBRARY_LIBRARY_LOADER_H
#define HB_ALLOCATOR_LIBRARY_LIBRARY_LOADER_H

#include <link.h>
#include <stdbool.h>

#include "allocator/allocator.h"
#include "allocator/library/product.h"

/* Longest name looked up, with its NUL. */
enum { HB_SYMBOL_BYTES = 64 };

/* What may come before "malloc", in order of preference: "", "je_", ... NULL-terminated. */
extern const char *const hb_symbol_prefixes[];

/* The functions that must be one allocator's own: malloc, free, calloc, realloc, ... NULL-terminated. */
extern const char *const hb_symbol_family[];

/*
 * The tunable that makes the loader set aside room for libraries with static TLS, and how much. Debian's
 * jemalloc 5.3.0 has 2632 bytes of it, and loads from 2048 on (the loader has some of its own); the rest is
 * headroom for other builds. It costs each thread this much of address space, which nobody touches.
 */
#define HB_TLS_TUNABLE "glibc.rtld.optional_static_tls"
enum { HB_TLS_BYTES = 16384 };

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

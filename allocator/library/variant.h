/*
 * variant.h - a library with settings of its own: how one is written, and those worth knowing.
 *
 * A variant is written "NAME=LIBRARY NAME=VALUE ...": what it is called, what hb_allocator_open takes, and
 * the environment of the process that loads it. Words and quotes are as a POSIX shell has them; nothing is
 * expanded. Whether a library obeys a variable cannot be known here.
 */
#ifndef HB_ALLOCATOR_LIBRARY_VARIANT_H
#define HB_ALLOCATOR_LIBRARY_VARIANT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct hb_variant {
    const char *name;
    const char *library;
    char **settings; /* "NAME=value" each, ended by NULL; no name twice */
    char *words;     /* what all of these point into */
};

/*
 * Reads one. HB_ERR_USAGE: no NAME=LIBRARY, a name or a variable that cannot be, a variable twice, an open
 * quote, one of the loader's own variables (LD_PRELOAD), GLIBC_TUNABLES that glibc would pass over;
 * HB_ERR_MEMORY. Free with hb_variant_free, which takes one that is all zero.
 */
enum hb_status hb_variant_read(const char *text, struct hb_variant *variant, struct hb_error *error);
void hb_variant_free(struct hb_variant *variant);

/* One of variants.list. */
struct hb_known_variant {
    const char *name, *library;
    const char *text;   /* as hb_variant_read takes it */
    const char *source; /* where its settings are documented */
    bool is_of_decay;   /* changes when, or whether, memory is given back */
};

/* All of them, a library's together; `*count` entries. */
const struct hb_known_variant *hb_known_variants(size_t *count);

#endif

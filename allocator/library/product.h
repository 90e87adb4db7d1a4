/*
 * product.h - the allocator libraries that are known by name, and how each is recognised.
 */
#ifndef HB_ALLOCATOR_LIBRARY_PRODUCT_H
#define HB_ALLOCATOR_LIBRARY_PRODUCT_H

#include <stddef.h>

enum { HB_PRODUCT_SONAMES = 4, HB_PRODUCT_VERSION_BYTES = 128 };

struct hb_product {
    const char *name;
    const char *summary;
    const char *colour; /* as in struct hb_allocator */
    unsigned shape;
    const char *package;                     /* which brings it on Debian and Ubuntu */
    const char *vouched;                     /* the version that this project's tests have found right */
    const char *sonames[HB_PRODUCT_SONAMES]; /* tried in this order; NULL-terminated unless full */
    const char *const *telltales; /* one of these is defined by it and by no other; NULL-terminated */
    /* Writes the version that the tell-tale function answers with; leaves `version` alone when
     * it has none. */
    void (*version)(void *telltale, char version[HB_PRODUCT_VERSION_BYTES]);
};

/* All of them; `*count` entries. */
const struct hb_product *hb_products(size_t *count);

/* The one called `name`, or NULL. */
const struct hb_product *hb_product_find(const char *name);

#endif

/*
 * product.c - the table of known libraries, and how each says which version it is.
 */
#include "allocator/library/product.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

typedef int mallctl_function(const char *, void *, size_t *, void *, size_t);
typedef int mi_version_function(void);
typedef const char *tc_version_function(int *, int *, const char **);

/* ISO C has no cast between pointers to functions and to data; POSIX promises that the bytes are the same. */
#define FUNCTION_FROM(symbol, function) memcpy(&(function), &(symbol), sizeof(function))

/* "5.3.0-0-g54eaed1..." is the release 5.3.0; anything built from commits after one keeps its whole name. */
static void jemalloc_version(void *telltale, char version[HB_PRODUCT_VERSION_BYTES])
{
    const char *text = NULL;
    size_t bytes = sizeof text;
    mallctl_function *mallctl;
    char *commit;

    FUNCTION_FROM(telltale, mallctl);
    if (mallctl("version", (void *)&text, &bytes, NULL, 0) != 0 || text == NULL)
        return;
    snprintf(version, HB_PRODUCT_VERSION_BYTES, "%s", text);
    commit = strstr(version, "-0-g");
    if (commit != NULL)
        *commit = '\0';
}

/* One digit each for major and minor and the rest for the patch (209 is 2.0.9), two each from 10000 up. */
static void mimalloc_version(void *telltale, char version[HB_PRODUCT_VERSION_BYTES])
{
    mi_version_function *mi_version;
    int number, base;

    FUNCTION_FROM(telltale, mi_version);
    number = mi_version();
    base = number >= 10000 ? 100 : 10;
    if (number > 0)
        snprintf(version, HB_PRODUCT_VERSION_BYTES, "%d.%d.%d", number / (base * base), number / base % base,
                 number % base);
}

static void tcmalloc_version(void *telltale, char version[HB_PRODUCT_VERSION_BYTES])
{
    tc_version_function *tc_version;
    const char *patch = "";
    int major = 0, minor = 0;

    FUNCTION_FROM(telltale, tc_version);
    tc_version(&major, &minor, &patch);
    snprintf(version, HB_PRODUCT_VERSION_BYTES, "%d.%d%s", major, minor, patch != NULL ? patch : "");
}

static const char *const jemalloc_telltales[] = {"mallctl", "je_mallctl", NULL};
static const char *const mimalloc_telltales[] = {"mi_version", NULL};
static const char *const tcmalloc_telltales[] = {"tc_version", NULL};
static const char *const tbbmalloc_telltales[] = {"scalable_msize", NULL};

static const struct hb_product products[] = {
    {
        .name = "jemalloc",
        .summary = "arenas of size-segregated slabs, from FreeBSD",
        .colour = "#0072B2",
        .shape = 9,
        .package = "libjemalloc2",
        .vouched = "5.3.0",
        .sonames = {"libjemalloc.so.2", "libjemalloc.so"},
        .telltales = jemalloc_telltales,
        .version = jemalloc_version,
    },
    {
        .name = "mimalloc",
        .summary = "free lists sharded by page, from Microsoft Research",
        .colour = "#009E73",
        .shape = 11,
        .package = "libmimalloc2.0",
        .vouched = "2.0.9",
        .sonames = {"libmimalloc.so.3", "libmimalloc.so.2", "libmimalloc.so"},
        .telltales = mimalloc_telltales,
        .version = mimalloc_version,
    },
    {
        .name = "tcmalloc",
        .summary = "thread caches over central lists, from gperftools",
        .colour = "#56B4E9",
        .shape = 13,
        .package = "libtcmalloc-minimal4",
        .vouched = "2.10",
        .sonames = {"libtcmalloc_minimal.so.4", "libtcmalloc.so.4", "libtcmalloc_minimal.so",
                    "libtcmalloc.so"},
        .telltales = tcmalloc_telltales,
        .version = tcmalloc_version,
    },
    {
        .name = "tbbmalloc",
        .summary = "the scalable allocator of oneTBB (scalable_malloc)",
        .colour = "#CC79A7",
        .shape = 15,
        .package = "libtbbmalloc2",
        .vouched = "2.8",
        .sonames = {"libtbbmalloc.so.2", "libtbbmalloc.so"},
        .telltales = tbbmalloc_telltales,
    },
};

const struct hb_product *hb_products(size_t *count)
{
    *count = sizeof products / sizeof products[0];
    return products;
}

const struct hb_product *hb_product_find(const char *name)
{
    for (size_t i = 0; i < sizeof products / sizeof products[0]; i++)
        if (strcmp(products[i].name, name) == 0)
            return &products[i];
    return NULL;
}

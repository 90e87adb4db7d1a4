/*
 * registry.c - from a name to an allocator.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "allocator/allocator.h"
#include "allocator/library/library.h"

#define HB_BUILTIN(name, source) extern const struct hb_allocator hb_allocator_##name;
#include "allocator/builtin.list"
#undef HB_BUILTIN

#define HB_BUILTIN(name, source) &hb_allocator_##name,
static const struct hb_allocator *const builtin[] = {
#include "allocator/builtin.list"
};
#undef HB_BUILTIN

enum { BUILTIN_COUNT = sizeof builtin / sizeof builtin[0], LIBRARIES_MAX = 16 };

const struct hb_allocator *const *hb_allocator_builtin(size_t *count)
{
    *count = BUILTIN_COUNT;
    return builtin;
}

const char *const *hb_allocator_library_names(void)
{
    static const char *names[LIBRARIES_MAX + 1];
    size_t count;
    const struct hb_product *products = hb_products(&count);

    assert(count <= LIBRARIES_MAX);
    for (size_t i = 0; i < count; i++)
        names[i] = products[i].name;
    return names;
}

const struct hb_allocator *hb_allocator_find(const char *name)
{
    for (size_t i = 0; i < BUILTIN_COUNT; i++)
        if (strcmp(builtin[i]->name, name) == 0)
            return builtin[i];
    return NULL;
}

/* Anything with a '/', or that ends in .so, .so.2, .so.2.8. */
static bool is_path(const char *name)
{
    const char *ending = strstr(name, ".so");

    if (strchr(name, '/') != NULL)
        return true;
    return ending != NULL && ending[3 + strspn(ending + 3, ".0123456789")] == '\0';
}

static enum hb_status refuse_name(const char *name, struct hb_error *error)
{
    struct hb_unknown unknown = {.name = name}, models = {.name = name};

    for (size_t i = 0; i < BUILTIN_COUNT; i++)
        hb_unknown_offer(builtin[i]->caps & HB_CAP_MODEL ? &models : &unknown, builtin[i]->name);
    for (const char *const *library = hb_allocator_library_names(); *library != NULL; library++)
        hb_unknown_offer(&unknown, *library);
    if (models.hint[0] != '\0' && (unknown.hint[0] == '\0' || models.distance < unknown.distance))
        unknown = models;
    if (unknown.hint[0] != '\0')
        return hb_error_set(error, HB_ERR_USAGE,
                            "no allocator is called '%.100s'%s; 'heapbench list' has them all", name,
                            unknown.hint);
    return hb_error_set(
        error, HB_ERR_USAGE,
        "no allocator is called '%.100s'; there are %s, models, or the path of a shared library", name,
        unknown.known);
}

enum hb_status hb_allocator_check_name(const char *name_or_path, struct hb_error *error)
{
    if (hb_allocator_find(name_or_path) != NULL || hb_product_find(name_or_path) != NULL ||
        is_path(name_or_path))
        return HB_OK;
    return refuse_name(name_or_path, error);
}

static void describe_builtin(const struct hb_allocator *allocator, struct hb_library_info *info)
{
    if (info == NULL)
        return;
    *info = (struct hb_library_info){.path = "", .version = ""};
    if (allocator->describe != NULL)
        allocator->describe(info);
}

enum hb_status hb_allocator_open(const char *name_or_path, const struct hb_allocator **out,
                                 struct hb_library_info *info, struct hb_error *error)
{
    const struct hb_allocator *allocator = hb_allocator_find(name_or_path);
    const struct hb_product *product;
    enum hb_status status;

    if (allocator != NULL) {
        describe_builtin(allocator, info);
        *out = allocator;
        return HB_OK;
    }
    product = hb_product_find(name_or_path);
    if (product != NULL)
        return hb_library_open_product(product, out, info, error);
    status = hb_allocator_check_name(name_or_path, error);
    return status == HB_OK ? hb_library_open_path(name_or_path, out, info, error) : status;
}

void hb_allocator_close(const struct hb_allocator *allocator)
{
    if (allocator != NULL && hb_library_is(allocator))
        hb_library_close(allocator);
}

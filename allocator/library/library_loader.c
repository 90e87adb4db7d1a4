/*
 * library_loader.c - finds a library, judges its file before any of its code runs, loads it privately, and
 * knows whose symbols answer.
 */
#include "allocator/library/library_loader.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocator/library/elf_symbols.h"
#include "allocator/library/made.h"

/*
 * RTLD_LOCAL: the harness keeps its malloc. RTLD_NOW: what is missing shows here and not in a measurement.
 *
 * `deep`: a library whose calloc calls its own malloc through the linker would get libc's, since the
 * process's own symbols come first. Searching the library first mends that, but also for the libraries it
 * brings along, so it is done only for those that need it. Sanitizers refuse to load anything that way.
 */
static int load_flags(bool deep)
{
#ifdef RTLD_DEEPBIND
    if (deep)
        return RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND;
#endif
    (void)deep;
    return RTLD_NOW | RTLD_LOCAL;
}

static bool load(const char *name, bool deep, struct hb_loaded *out)
{
    struct link_map *map = NULL;
    void *handle = dlopen(name, load_flags(deep));

    if (handle == NULL || dlinfo(handle, RTLD_DI_LINKMAP, &map) != 0)
        return false;
    *out = (struct hb_loaded){.handle = handle, .map = map};
    return true;
}

/* The loader's own words, with the remedy where one is known. `what` begins the sentence. */
static enum hb_status explain(struct hb_error *error, const char *what, const char *words)
{
    if (words != NULL && strstr(words, "static TLS") != NULL)
        return hb_error_set(error, HB_ERR_UNAVAILABLE,
                            "%s: needs static TLS, which the loader grants only to a process started with "
                            "GLIBC_TUNABLES=" HB_TLS_TUNABLE "=%d in its environment",
                            what, HB_TLS_BYTES);
    return hb_error_set(error, HB_ERR_UNAVAILABLE, "%s: cannot be loaded: %s", what,
                        words != NULL ? words : "the loader does not say why");
}

/* dlerror offers no code, only words. */
static bool is_not_found(const char *words)
{
    return words != NULL && strstr(words, "cannot open shared object file: No such file") != NULL;
}

enum hb_status hb_load_product(const struct hb_product *product, struct hb_loaded *out,
                               struct hb_error *error)
{
    for (int i = 0; i < HB_PRODUCT_SONAMES && product->sonames[i] != NULL; i++) {
        const char *words;

        if (load(product->sonames[i], false, out))
            return HB_OK;
        words = dlerror();
        if (!is_not_found(words))
            return explain(error, product->name, words);
    }
    return hb_error_set(error, HB_ERR_UNAVAILABLE,
                        "%s: %s is not installed; Debian and Ubuntu: apt-get install %s", product->name,
                        product->sonames[0], product->package);
}

/* One of the products that are known to keep their calls to themselves. */
static bool is_known_product(const struct hb_elf *elf)
{
    size_t count;
    const struct hb_product *products = hb_products(&count);

    for (size_t i = 0; i < count; i++)
        for (const char *const *name = products[i].telltales; *name != NULL; name++)
            if (hb_elf_defines(elf, *name))
                return true;
    return false;
}

static bool needs_deep(const struct hb_elf *elf)
{
    if (is_known_product(elf))
        return false;
    for (const char *const *name = hb_symbol_family; *name != NULL; name++)
        if (hb_elf_binds_late(elf, *name))
            return true;
    return false;
}

static bool defines_some_malloc(const struct hb_elf *elf)
{
    const char *given = hb_prefix_given();
    char name[HB_SYMBOL_BYTES];

    snprintf(name, sizeof name, "%smalloc", given != NULL ? given : "");
    if (hb_elf_defines(elf, name))
        return true;
    for (const char *const *prefix = hb_symbol_prefixes; *prefix != NULL; prefix++) {
        snprintf(name, sizeof name, "%smalloc", *prefix);
        if (hb_elf_defines(elf, name))
            return true;
    }
    return false;
}

static enum hb_status refuse_stranger(const char *path, struct hb_error *error)
{
    const char *given = hb_prefix_given();

    if (given != NULL && given[0] != '\0')
        return hb_error_set(error, HB_ERR_UNAVAILABLE,
                            "%s: is not an allocator: it defines neither malloc nor %smalloc", path, given);
    return hb_error_set(
        error, HB_ERR_UNAVAILABLE,
        "%s: is not an allocator: it defines no malloc; if it has a simple_malloc, say so with "
        "--prefix simple_",
        path);
}

/* Reads the file before any of its code runs. */
static enum hb_status judge(const char *path, bool *deep, struct hb_error *error)
{
    enum hb_status status;
    struct hb_elf *elf;

    *deep = false;
    status = hb_elf_open(path, &elf, error);
    if (status != HB_OK)
        return status;
    if (hb_elf_has_symbols(elf)) {
        *deep = needs_deep(elf);
        if (!defines_some_malloc(elf))
            status = refuse_stranger(path, error);
        else if (*deep && HB_SANITIZED)
            status =
                hb_error_set(error, HB_ERR_UNAVAILABLE,
                             "%s: calls its own malloc through the linker, and sanitizers forbid loading "
                             "such a library privately; use a build without them",
                             path);
    }
    hb_elf_close(elf);
    return status;
}

enum hb_status hb_load_path(const char *path, struct hb_loaded *out, struct hb_error *error)
{
    bool is_file = strchr(path, '/') != NULL;
    enum hb_status status;
    const char *words;
    bool deep = false;

    if (is_file) {
        status = judge(path, &deep, error);
        if (status != HB_OK)
            return status;
    }
    if (load(path, deep, out))
        return HB_OK;
    words = dlerror();
    if (!is_file && is_not_found(words))
        return hb_error_set(error, HB_ERR_UNAVAILABLE,
                            "%s: not in the loader's search path; write ./%s for a file in this folder", path,
                            path);
    return explain(error, path, words);
}

/* The object that an address lies in, or NULL. */
static const struct link_map *object_of(const void *address)
{
    struct link_map *map = NULL;
    Dl_info info;

    return dladdr1(address, &info, (void **)&map, RTLD_DL_LINKMAP) != 0 ? map : NULL;
}

void *hb_loaded_symbol(const struct hb_loaded *library, const char *name)
{
    void *symbol = dlsym(library->handle, name);

    return symbol != NULL && object_of(symbol) == library->map ? symbol : NULL;
}

const char *hb_loaded_other_owner(const struct hb_loaded *library, const char *name)
{
    void *symbol = dlsym(library->handle, name);
    Dl_info info;

    return symbol != NULL && dladdr(symbol, &info) != 0 ? info.dli_fname : NULL;
}

/* -- the environment in which libraries with static TLS can be loaded -- */

/* True when the item "name=value" that begins at `item` is ours; `*value` is then what follows the '='. */
static bool is_ours(const char *item, const char **value)
{
    size_t name_bytes = strlen(HB_TLS_TUNABLE);

    if (strncmp(item, HB_TLS_TUNABLE, name_bytes) != 0 || item[name_bytes] != '=')
        return false;
    *value = item + name_bytes + 1;
    return true;
}

/* Appends one item and ':' at `end` and returns the new end. */
static char *append(char *end, const char *item, size_t bytes)
{
    memcpy(end, item, bytes);
    end[bytes] = ':';
    return end + bytes + 1;
}

char *hb_allocator_tunables(const char *current)
{
    enum { OURS_BYTES = sizeof HB_TLS_TUNABLE + sizeof "=18446744073709551615" };
    unsigned long long tls_bytes = HB_TLS_BYTES;
    char *result, *end;

    if (current == NULL)
        current = "";
    result = malloc(strlen(current) + 1 + OURS_BYTES);
    if (result == NULL)
        return NULL;
    end = result;
    while (*current != '\0') {
        size_t bytes = strcspn(current, ":");
        const char *value;

        if (is_ours(current, &value)) {
            unsigned long long asked = strtoull(value, NULL, 0);

            tls_bytes = asked > tls_bytes ? asked : tls_bytes;
        } else if (bytes > 0) {
            end = append(end, current, bytes);
        }
        current += bytes + (current[bytes] == ':');
    }
    snprintf(end, OURS_BYTES, HB_TLS_TUNABLE "=%llu", tls_bytes);
    return result;
}

#if HB_SANITIZED
/* tcmalloc keeps for ever an object that it took from operator new, which in such a build
 * is the sanitizer's. */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
    return "leak:libtcmalloc";
}
#endif

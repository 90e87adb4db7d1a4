/*
 * library.c - from a loaded library to an allocator: its functions are bound one by one, each checked to be
 * its own, and put behind a table.
 */
#include "allocator/library/library.h"

#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocator/library/library_loader.h"
#include "allocator/library/made.h"

const char *const hb_symbol_prefixes[] = {"", "je_", "mi_", "tc_", "scalable_", NULL};
const char *const hb_symbol_family[] = {"malloc",   "free",          "calloc",         "realloc",
                                        "memalign", "aligned_alloc", "posix_memalign", NULL};

/* The table first: a `const struct hb_allocator *` from here is a library. The heap is the
 * library as well. */
struct library {
    struct hb_allocator table;
    void *(*malloc_function)(size_t);
    void (*free_function)(void *);
    void *(*calloc_function)(size_t, size_t);
    void *(*realloc_function)(void *, size_t);
    void *(*memalign_function)(size_t, size_t); /* or aligned_alloc */
    int (*posix_memalign_function)(void **, size_t, size_t);
    size_t (*usable_size_function)(void *);
    void (*init_function)(void); /* of a library with the prefix that was given; NULL: none */
    const char *init_name;       /* behind its prefix */
    struct hb_made made;         /* where calloc or realloc are */
    const struct link_map *map;
    char name[];
};

static_assert(sizeof(void *) == sizeof(void (*)(void)), "dlsym's promise");

static void *library_create(const struct hb_allocator *self, size_t heap_bytes, struct hb_error *error)
{
    (void)heap_bytes;
    (void)error;
    return (void *)(uintptr_t)self->state;
}

static void library_destroy(void *heap)
{
    (void)heap;
}

static void *library_alloc(void *heap, size_t size)
{
    return ((const struct library *)heap)->malloc_function(size);
}

static void library_dealloc(void *heap, void *block)
{
    ((const struct library *)heap)->free_function(block);
}

static void *library_resize(void *heap, void *block, size_t size)
{
    return ((const struct library *)heap)->realloc_function(block, size);
}

static void *library_zalloc(void *heap, size_t size)
{
    return ((const struct library *)heap)->calloc_function(1, size);
}

static void *library_memalign(void *heap, size_t alignment, size_t size)
{
    return ((const struct library *)heap)->memalign_function(alignment, size);
}

/* C11 lets aligned_alloc refuse a size that is no multiple of the alignment. */
static void *library_aligned_alloc(void *heap, size_t alignment, size_t size)
{
    size_t rounded;

    assert(alignment != 0 && (alignment & (alignment - 1)) == 0);
    if (__builtin_add_overflow(size, alignment - 1, &rounded))
        return NULL;
    return ((const struct library *)heap)->memalign_function(alignment, rounded & ~(alignment - 1));
}

/* posix_memalign wants at least the size of a pointer. */
static void *library_posix_memalign(void *heap, size_t alignment, size_t size)
{
    void *block = NULL;

    if (alignment < sizeof(void *))
        alignment = sizeof(void *);
    return ((const struct library *)heap)->posix_memalign_function(&block, alignment, size) == 0 ? block
                                                                                                 : NULL;
}

/* For a library that has no function for it at all. */
static void *library_unaligned(void *heap, size_t alignment, size_t size)
{
    (void)alignment;
    return library_alloc(heap, size);
}

static size_t library_usable_size(void *heap, void *block)
{
    return ((const struct library *)heap)->usable_size_function(block);
}

/* Puts the library's own `prefix``name` into `*function`; false, and nothing changed, where it has none. */
static bool bind(const struct hb_loaded *loaded, const char *prefix, const char *name, void *function)
{
    char symbol[HB_SYMBOL_BYTES];
    void *address;

    assert(strlen(prefix) + strlen(name) < sizeof symbol);
    snprintf(symbol, sizeof symbol, "%s%s", prefix, name);
    address = hb_loaded_symbol(loaded, symbol);
    if (address == NULL)
        return false;
    memcpy(function, &address, sizeof address); /* ISO C has no such cast */
    return true;
}

/* The one that was given comes first. */
static const char *find_prefix(const struct hb_loaded *loaded)
{
    const char *given = hb_prefix_given();
    void *unused;

    if (given != NULL && bind(loaded, given, "malloc", &unused))
        return given;
    for (const char *const *prefix = hb_symbol_prefixes; *prefix != NULL; prefix++)
        if (bind(loaded, *prefix, "malloc", &unused))
            return *prefix;
    return NULL;
}

static enum hb_status refuse_without_malloc(const struct hb_loaded *loaded, const char *what,
                                            struct hb_error *error)
{
    const char *owner = hb_loaded_other_owner(loaded, "malloc");

    return hb_error_set(error, HB_ERR_UNAVAILABLE, "%s: it defines no malloc of its own; that of %s answered",
                        what, owner != NULL ? owner : "nobody");
}

static enum hb_status refuse_incomplete(const char *what, const char *prefix, const char *missing,
                                        struct hb_error *error)
{
    if (strcmp(missing, "free") == 0)
        return hb_error_set(error, HB_ERR_UNAVAILABLE, "%s: it defines %smalloc but not %sfree", what, prefix,
                            prefix);
    return hb_error_set(error, HB_ERR_UNAVAILABLE,
                        "%s: it defines %smalloc but not %s%s; with --prefix %s heapbench makes one of its "
                        "%smalloc and %sfree",
                        what, prefix, prefix, missing, prefix[0] != '\0' ? prefix : "''", prefix, prefix);
}

static bool is_given(const char *prefix)
{
    const char *given = hb_prefix_given();

    return given != NULL && strcmp(prefix, given) == 0;
}

/* The four without which there is no allocator. All must come from the file that was loaded; or the latter
 * two are made, of a library whose prefix somebody gave. */
static enum hb_status bind_required(struct library *library, const struct hb_loaded *loaded, const char *what,
                                    const char *prefix, struct hb_error *error)
{
    const struct {
        const char *name;
        void *function;
        bool is_made;
    } required[] = {
        {"malloc", &library->malloc_function, false},
        {"free", &library->free_function, false},
        {"calloc", &library->calloc_function, is_given(prefix)},
        {"realloc", &library->realloc_function, is_given(prefix)},
    };

    for (size_t i = 0; i < sizeof required / sizeof required[0]; i++)
        if (!bind(loaded, prefix, required[i].name, required[i].function) && !required[i].is_made)
            return refuse_incomplete(what, prefix, required[i].name, error);
    return HB_OK;
}

/* memalign before aligned_alloc: it takes any size. */
static void bind_aligned(struct library *library, const struct hb_loaded *loaded, const char *prefix)
{
    if (bind(loaded, prefix, "memalign", &library->memalign_function)) {
        library->table.aligned = library_memalign;
    } else if (bind(loaded, prefix, "posix_memalign", &library->posix_memalign_function)) {
        library->table.aligned = library_posix_memalign;
    } else if (bind(loaded, prefix, "aligned_alloc", &library->memalign_function)) {
        library->table.aligned = library_aligned_alloc;
    } else {
        library->table.aligned = library_unaligned;
        library->table.caps |= HB_CAP_UNALIGNED;
    }
}

static void bind_usable_size(struct library *library, const struct hb_loaded *loaded, const char *prefix)
{
    if (bind(loaded, prefix, "malloc_usable_size", &library->usable_size_function) ||
        bind(loaded, prefix, "usable_size", &library->usable_size_function) ||
        bind(loaded, prefix, "msize", &library->usable_size_function))
        library->table.usable_size = library_usable_size;
}

/* -- what is made (made.h) -- */

static void *made_alloc(void *heap, size_t size)
{
    return hb_made_alloc(&((struct library *)heap)->made, size);
}

static void made_dealloc(void *heap, void *block)
{
    hb_made_dealloc(&((struct library *)heap)->made, block);
}

static void *made_zalloc(void *heap, size_t size)
{
    return hb_made_zalloc(&((struct library *)heap)->made, size);
}

static void *made_resize(void *heap, void *block, size_t size)
{
    return hb_made_resize(&((struct library *)heap)->made, block, size);
}

/* Where realloc is made and sizes are kept, every function has to know of it. */
static enum hb_status make_missing(struct library *library, const char *what, struct hb_error *error)
{
    struct hb_made *made = &library->made;

    made->malloc_function = library->malloc_function;
    made->free_function = library->free_function;
    made->calloc_function = library->calloc_function;
    made->usable_size_function = library->usable_size_function;
    if (library->calloc_function == NULL || library->realloc_function == NULL)
        library->table.zalloc = made_zalloc;
    if (library->realloc_function != NULL)
        return HB_OK;
    if (!hb_made_begin(made))
        return hb_error_set(error, HB_ERR_MEMORY, "%s: no memory for the sizes that realloc needs", what);
    library->table.resize = made_resize;
    library->table.alloc = made_alloc;
    library->table.dealloc = made_dealloc;
    library->table.caps &= ~(unsigned)HB_CAP_THREADS;
    return HB_OK;
}

/* The table of a library whose own realloc is not there, when no realloc is to come. */
void hb_library_forget_sizes(const struct hb_allocator *allocator)
{
    struct library *library = (struct library *)(uintptr_t)allocator->state;

    assert(hb_library_keeps_sizes(allocator));
    hb_made_end(&library->made);
    library->table.alloc = library_alloc;
    library->table.dealloc = library_dealloc;
}

uint64_t hb_library_reserve_sizes(const struct hb_allocator *allocator, uint64_t blocks)
{
    struct library *library = (struct library *)(uintptr_t)allocator->state;

    assert(hb_library_keeps_sizes(allocator));
    return hb_made_reserve(&library->made, blocks);
}

bool hb_library_keeps_sizes(const struct hb_allocator *allocator)
{
    return hb_library_is(allocator) && ((const struct library *)allocator->state)->made.keeps;
}

/* The tutorial calls it simple_heap_init. */
static void bind_init(struct library *library, const struct hb_loaded *loaded, const char *prefix)
{
    static const char *const names[] = {"heap_init", "init"};

    if (prefix[0] == '\0' || !is_given(prefix))
        return; /* a bare "init" is anybody's */
    for (size_t i = 0; i < sizeof names / sizeof *names && library->init_function == NULL; i++)
        if (bind(loaded, prefix, names[i], &library->init_function))
            library->init_name = names[i];
}

/* What a table has to say of a reader's own library, in a sentence. */
static void describe_made(const struct library *library, const char *prefix, char *out, size_t bytes)
{
    bool calloc_too = library->calloc_function == NULL, realloc_too = library->realloc_function == NULL;
    size_t used = (size_t)snprintf(out, bytes, "called by %smalloc and %sfree", prefix, prefix);

    if (library->init_function != NULL)
        used += (size_t)snprintf(out + used, bytes - used, " after %s%s", prefix, library->init_name);
    if (calloc_too || realloc_too)
        used += (size_t)snprintf(out + used, bytes - used, "; %s%s%s made of them here",
                                 calloc_too ? "calloc" : "", calloc_too && realloc_too ? " and " : "",
                                 !realloc_too ? " is"
                                 : calloc_too ? "realloc are"
                                              : "realloc is");
    if (library->made.keeps)
        snprintf(out + used, bytes - used,
                 "; in traces with a realloc, the sizes that it needs are kept on the clock");
}

static enum hb_status bind_all(struct library *library, const struct hb_loaded *loaded, const char *what,
                               struct hb_library_info *info, struct hb_error *error)
{
    const char *prefix = find_prefix(loaded);
    enum hb_status status;

    if (prefix == NULL)
        return refuse_without_malloc(loaded, what, error);
    status = bind_required(library, loaded, what, prefix, error);
    if (status != HB_OK)
        return status;
    bind_aligned(library, loaded, prefix);
    bind_usable_size(library, loaded, prefix);
    bind_init(library, loaded, prefix);
    if (is_given(prefix))
        library->table.caps |= HB_CAP_OWN;
    status = make_missing(library, what, error);
    if (status == HB_OK && info != NULL && is_given(prefix))
        describe_made(library, prefix, info->made, sizeof info->made);
    return status;
}

static struct library *library_new(const char *name, const char *summary)
{
    size_t name_bytes = strlen(name) + 1;
    struct library *library = calloc(1, sizeof *library + name_bytes);

    if (library == NULL)
        return NULL;
    memcpy(library->name, name, name_bytes);
    library->table = (struct hb_allocator){
        .name = library->name,
        .summary = summary,
        .caps = HB_CAP_THREADS | HB_CAP_PROCESS,
        .state = library,
        .create = library_create,
        .destroy = library_destroy,
        .alloc = library_alloc,
        .dealloc = library_dealloc,
        .resize = library_resize,
        .zalloc = library_zalloc,
    };
    return library;
}

/* The product's own tell-tale function, or NULL when the library is not that product. */
static void *telltale(const struct hb_product *product, const struct hb_loaded *loaded)
{
    for (const char *const *name = product->telltales; *name != NULL; name++) {
        void *symbol = hb_loaded_symbol(loaded, *name);

        if (symbol != NULL)
            return symbol;
    }
    return NULL;
}

/* "2.8" of libtbbmalloc.so.2.8: all that some libraries say of themselves. */
static void version_from_name(const char *path, char version[HB_PRODUCT_VERSION_BYTES])
{
    const char *ending = strstr(path, ".so.");

    if (ending != NULL)
        snprintf(version, HB_PRODUCT_VERSION_BYTES, "%s", ending + strlen(".so."));
}

static void describe(const struct hb_loaded *loaded, struct hb_library_info *info)
{
    size_t count;
    const struct hb_product *products = hb_products(&count);
    char real[PATH_MAX];

    info->version[0] = '\0';
    snprintf(info->path, sizeof info->path, "%s",
             realpath(loaded->map->l_name, real) != NULL ? real : loaded->map->l_name);
    for (size_t i = 0; i < count; i++) {
        void *symbol = telltale(&products[i], loaded);

        if (symbol != NULL && products[i].version != NULL)
            products[i].version(symbol, info->version);
    }
    if (info->version[0] == '\0')
        version_from_name(info->path, info->version);
}

/* From a loaded library to an allocator. `what` is how the user called it and begins every sentence. */
static enum hb_status adopt(const struct hb_loaded *loaded, const char *what, const char *name,
                            const char *summary, const struct hb_allocator **out,
                            struct hb_library_info *info, struct hb_error *error)
{
    struct library *library = library_new(name, summary);
    enum hb_status status;

    if (library == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", what);
    if (info != NULL)
        info->made[0] = '\0';
    status = bind_all(library, loaded, what, info, error);
    if (status != HB_OK)
        goto fail;
    if (info != NULL)
        describe(loaded, info);
    library->map = loaded->map;
    if (library->init_function != NULL)
        library->init_function();
    *out = &library->table;
    return HB_OK;
fail:
    hb_made_end(&library->made);
    free(library);
    return status;
}

enum hb_status hb_library_open_product(const struct hb_product *product, const struct hb_allocator **out,
                                       struct hb_library_info *info, struct hb_error *error)
{
    struct hb_loaded loaded;
    enum hb_status status = hb_load_product(product, &loaded, error);

    if (status != HB_OK)
        return status;
    if (telltale(product, &loaded) == NULL)
        return hb_error_set(error, HB_ERR_UNAVAILABLE, "%s: %s is another library: it has no %s",
                            product->name, loaded.map->l_name, product->telltales[0]);
    return adopt(&loaded, product->name, product->name, product->summary, out, info, error);
}

enum hb_status hb_library_open_path(const char *path, const struct hb_allocator **out,
                                    struct hb_library_info *info, struct hb_error *error)
{
    struct hb_loaded loaded;
    enum hb_status status = hb_load_path(path, &loaded, error);

    if (status != HB_OK)
        return status;
    return adopt(&loaded, path, basename(path), "a shared library", out, info, error);
}

bool hb_library_is(const struct hb_allocator *allocator)
{
    return allocator->create == library_create;
}

const struct link_map *hb_library_map(const struct hb_allocator *allocator)
{
    assert(hb_library_is(allocator));
    return ((const struct library *)allocator->state)->map;
}

void hb_library_close(const struct hb_allocator *allocator)
{
    struct library *library = (struct library *)(uintptr_t)allocator;

    assert(hb_library_is(allocator) && allocator->state == allocator);
    hb_made_end(&library->made);
    free(library);
}

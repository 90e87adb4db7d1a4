/*
 * allocator.h - the contract that every allocator under test keeps.
 *
 * One `struct hb_allocator` is one allocator: its name, what it can do, and the functions that do it. The
 * replayer reaches an allocator only through this table, so every figure in results/ went down the same call
 * path.
 *
 * Units    sizes, alignments, lengths and offsets are bytes.
 * Errors   alloc, zalloc, resize and aligned return NULL, which always means "no room".
 * Threads  one heap, one thread, unless the allocator sets HB_CAP_THREADS.
 */
#ifndef HB_ALLOCATOR_ALLOCATOR_H
#define HB_ALLOCATOR_ALLOCATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#ifdef __cplusplus
extern "C" {
#endif

enum hb_cap {
    HB_CAP_THREADS = 1 << 0, /* any thread may call at any time */
    HB_CAP_UNTOUCHABLE =
        1 << 1, /* its pointers are not memory: the replayer must not read or write through them */
    HB_CAP_BOUNDED =
        1 << 2, /* create() holds it to heap_bytes; without it, a budget comes from the operating system */
    HB_CAP_PROCESS = 1 << 3,   /* its heap is the process's own: one heap, which destroy() cannot give back */
    HB_CAP_UNALIGNED = 1 << 4, /* aligned() takes no notice of the alignment */
    HB_CAP_MODEL = 1 << 5,     /* computes what an allocator would do: its own time is of no interest */
    HB_CAP_OWN = 1 << 6, /* a reader's own heap, of the prefix that was given: it may align nothing, print,
                            and have no end of a walk */
};

/* Where figures of what each idea buys put an allocator. */
enum hb_group {
    HB_GROUP_NONE,
    HB_GROUP_LADDER, /* a rung: one idea added to the one before */
    HB_GROUP_BRANCH, /* one idea added to a rung, beside the next one */
    HB_GROUP_GRID,   /* another policy, beside the ladder */
};

/* What inspect() reports. results/README.md defines each; all lengths include the record. */
struct hb_heap_state {
    uint64_t ranges;
    uint64_t free_ranges;
    uint64_t free_bytes;
    uint64_t largest_free_bytes;
    uint64_t largest_run_bytes;     /* the longest run of adjacent free ranges: what merging would offer */
    uint64_t allocated_range_bytes; /* the sum of the allocated ranges' lengths, records and slack included */
    uint64_t high_water_bytes;
    uint64_t header_bytes; /* of one range: 8 for simple */
};

/*
 * The last walk's length, in records examined (results/README.md, "Walks"), and counters that the counting
 * build keeps so that a caller can ask after every operation: each in O(1).
 */
struct hb_walk {
    uint64_t length;
    uint64_t allocated; /* how many of them were allocated ranges */
    uint64_t walks;     /* since create(), the last one and failed ones included: has the last call walked? */
    uint64_t ranges;    /* in the heap now, the tail included */
    uint64_t high_water_bytes; /* as in struct hb_heap_state, now */
};

struct hb_range {
    uint64_t offset;
    uint64_t length;
    bool allocated;
};

struct hb_library_info;

struct hb_allocator {
    const char *name;
    const char *summary;
    unsigned caps;     /* enum hb_cap, or-ed */
    const void *state; /* the table's own data: which library a shared allocator is; NULL for most */

    /*
     * Facts for tables and figures, all optional. Colour and shape are the same in every figure; without them
     * the figure chooses.
     */
    const char *model;  /* the name of the model that computes exactly what this one does by walking */
    const char *before; /* the name of the one that this one adds its idea to */
    const char *idea;   /* what it adds, in a few words without a comma */
    enum hb_group group;
    const char *colour; /* "#rrggbb" */
    unsigned shape;     /* of points, as gnuplot numbers them, 1 to 15; 0: none */

    /*
     * A fresh heap of at most `heap_bytes`. 0 is ample: bounded allocators take 64 GiB of address space, or
     * the half, the quarter ... of it that the system grants, and that is then the heap's length. Memory is
     * zeroed and faulted in when it is touched. NULL with `error` set when the heap cannot be made:
     * HB_ERR_USAGE for a heap too small for one record, HB_ERR_MEMORY when the memory is not there,
     * HB_ERR_UNAVAILABLE when another allocator has taken its place (glibc, in a process started with
     * LD_PRELOAD).
     */
    void *(*create)(const struct hb_allocator *self, size_t heap_bytes, struct hb_error *error);
    void (*destroy)(void *heap); /* takes NULL */

    /* Required. alloc(0) may return NULL or a pointer that dealloc takes. dealloc(NULL) does nothing. */
    void *(*alloc)(void *heap, size_t size);
    void (*dealloc)(void *heap, void *block);
    void *(*resize)(void *heap, void *block,
                    size_t size);             /* as realloc: NULL block is alloc, size 0 is dealloc */
    void *(*zalloc)(void *heap, size_t size); /* alloc, zeroed */
    void *(*aligned)(void *heap, size_t alignment,
                     size_t size); /* alignment: a power of two; see HB_CAP_UNALIGNED */

    /* Optional: NULL where the allocator cannot say. */
    size_t (*usable_size)(void *heap, void *block);
    void (*inspect)(const void *heap, struct hb_heap_state *state); /* examines the whole heap: O(ranges) */
    /*
     * The length of the shortest free range that aligned(alignment, size) would take, and alloc(size) where
     * `alignment` is 1: record, rounding and room to align in included. UINT64_MAX where that overflows.
     * `size` is 1 or more. There wherever inspect is: what is free is judged by it.
     */
    uint64_t (*need)(const void *heap, size_t alignment, size_t size);
    /*
     * Counting build only; O(1). `length` and `allocated` are of the latest call that walked; a call that did
     * not (size 0, a size that overflows, a resize in place) leaves them, and `walks`, as they were.
     */
    void (*last_walk)(const void *heap, struct hb_walk *walk);
    /* Calls visit for each range in address order until it returns false. */
    void (*ranges)(const void *heap, bool (*visit)(void *context, const struct hb_range *range),
                   void *context);
    uint64_t (*offset)(const void *heap, const void *block); /* of the payload, from the start of the heap */

    /*
     * Other than HB_OK once the allocator itself, not the heap it keeps, could not go on: its figures are
     * worthless then. HB_ERR_MEMORY: it was out of memory, as models may be, which keep their ranges in the
     * harness's. HB_ERR_LIMIT: an infinite heap was to become longer than can be counted. NULL where neither
     * can be.
     */
    enum hb_status (*broken)(const void *heap);

    /*
     * A hint: `block` will be freed or resized some operations from now, with `soon` in about half as many.
     * What the heap keeps of it may be fetched. NULL where that is of no use. Only counting replays give it.
     */
    void (*expect)(const void *heap, const void *block, bool soon);

    /*
     * Before the first call, of a fresh heap: after how many operations each object to come is freed, in the
     * order of the calls that allocate, alloc(0) and every resize among them; UINT32_MAX: never, or later
     * than can be said. The array stays the caller's and must outlive the heap. NULL where that is of no use.
     * Only replays know it.
     */
    void (*foretell)(void *heap, const uint32_t *lifetimes, uint64_t count);

    /* What it says of itself; hb_allocator_open calls it. Shared libraries are described without. */
    void (*describe)(struct hb_library_info *info);

    /*
     * The same allocator, placing alike, that counts its walks: last_walk works on it alone. NULL where there
     * is no such build. Time is never taken on it.
     */
    const struct hb_allocator *counting;

    /* The same allocator, placing alike, that finds misuse and then ends the process with a sentence, as all
     * do in builds with assertions. NULL where there is no such build. Time is never taken on it. */
    const struct hb_allocator *checked;
};

/* Every allocator built in, in the order of presentation (builtin.list). `*count` entries. */
const struct hb_allocator *const *hb_allocator_builtin(size_t *count);

/* The one built in that is called `name`; NULL where there is none, as for anything that would be loaded. */
const struct hb_allocator *hb_allocator_find(const char *name);

/* A name that hb_allocator_open knows and that stands for a shared library: "jemalloc", "mimalloc", ...
 * NULL-terminated. */
const char *const *hb_allocator_library_names(void);

/* What a shared library said of itself. */
struct hb_library_info {
    char path[4096];   /* of the file that answered, as the loader resolved it */
    char version[128]; /* as the library offers it; empty where it does not */
    char made[256];    /* what it lacks and is made for it (library/made.h), in a sentence; empty: nothing */
};

/*
 * The allocator called `name_or_path`: one built in, a library by name, or the path of a shared library
 * (anything with a '/' in it, or ending in .so or .so.N). A library is loaded privately; malloc, free, calloc
 * and realloc are checked to live in the file that was loaded, under those names or with a prefix je_, mi_,
 * tc_ or scalable_. (So "tbbmalloc" is libtbbmalloc and its scalable_malloc; libtbbmalloc_proxy, which only
 * forwards to it, can be given by path.) A path to a file that cannot be an allocator is refused before any
 * of its code runs; of a name for the loader to find that is known only afterwards. `info` may be NULL. The
 * result is to be given to hb_allocator_close, which leaves the library itself loaded.
 *
 * HB_ERR_USAGE: no such name (the sentence lists the known ones). HB_ERR_UNAVAILABLE: the library is missing,
 * is not a shared library, has no malloc, is another allocator than the one named, or needs static TLS that
 * this process was not started with (hb_allocator_tunables says what to set).
 */
enum hb_status hb_allocator_open(const char *name_or_path, const struct hb_allocator **out,
                                 struct hb_library_info *info, struct hb_error *error);
void hb_allocator_close(const struct hb_allocator *allocator); /* NULL and built-in ones do nothing */

/* Is it the name of one, or a path, so that hb_allocator_open may find something? Loads nothing.
 * HB_ERR_USAGE, with the sentence that it would say, where it is neither. */
enum hb_status hb_allocator_check_name(const char *name_or_path, struct hb_error *error);

/*
 * Debian's jemalloc needs static TLS, which the loader grants only to a process started with this tunable.
 * Returns the value GLIBC_TUNABLES must have in the environment of a process that will load libraries,
 * keeping what the user set in it already; from malloc, the caller frees. NULL when out of memory.
 */
char *hb_allocator_tunables(const char *current);

#ifdef __cplusplus
}
#endif

#endif

/*
 * next.h - the allocator that the program would have had without us.
 *
 * Looked up with dlsym(RTLD_NEXT) when the program first allocates, which may be before any constructor has
 * run. The lookup may itself allocate: those calls are served from a small static arena, whose blocks may be
 * freed or reallocated at any later time.
 */
#ifndef HB_WORKLOADS_RECORD_PRELOAD_NEXT_H
#define HB_WORKLOADS_RECORD_PRELOAD_NEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hb_next {
    void *(*allocate)(size_t);
    void (*release)(void *);
    void *(*allocate_zeroed)(size_t, size_t);
    void *(*reallocate)(void *, size_t);
    int (*posix_memalign)(void **, size_t, size_t);
    void *(*aligned_alloc)(size_t, size_t);
    void *(*memalign)(size_t, size_t);
    void *(*valloc)(size_t);
    void *(*pvalloc)(size_t);
    int (*process_control)(int, unsigned long, unsigned long, unsigned long, unsigned long); /* prctl */
    long (*system_call)(long, long, long, long, long, long, long);                           /* syscall */
};

enum { HB_NEXT_ARENA_BYTES = 1 << 16 };

extern struct hb_next hb_next __attribute__((visibility("hidden")));
extern unsigned char hb_next_arena[HB_NEXT_ARENA_BYTES] __attribute__((visibility("hidden")));

/* True while this thread is inside a lookup: what is allocated now is ours and not the program's. */
extern __thread bool hb_next_is_resolving __attribute__((tls_model("initial-exec"), visibility("hidden")));

/* Fills hb_next, unless this thread is doing so already: then false, and the arena serves. */
bool hb_next_resolve(void);

/* Zeroed and aligned to 16; NULL when the arena is used up. */
void *hb_next_arena_alloc(size_t bytes);

/* The size that a block of the arena was asked for. */
size_t hb_next_arena_size(const void *block);

static inline bool hb_next_in_arena(const void *block)
{
    return (uintptr_t)block - (uintptr_t)hb_next_arena < HB_NEXT_ARENA_BYTES;
}

/*
 * The next definition of an operator new or delete; NULL where the program has none. `*own` says that it
 * belongs to the allocator that serves malloc, and so does its work without calling malloc.
 */
void *hb_next_operator(const char *name, bool *own);

/* The file name of the library that serves malloc, "" where it is not known. At most 63 characters. */
const char *hb_next_library(void);

#endif

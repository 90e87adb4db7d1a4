/*
 * interpose_cxx.c - C++'s new and delete, which another allocator may serve without calling malloc.
 *
 * libstdc++'s operators call malloc and free, and are recorded there: these here only pass on to them.
 * jemalloc, mimalloc and tcmalloc define operators of their own, in the library that also defines malloc, and
 * those go straight to their heaps: these are recorded here. Which of the two it is, is found out at the
 * first call.
 *
 * The names are the Itanium ABI's for a 64-bit size_t: `m` is std::size_t, St11align_val_t and RKSt9nothrow_t
 * are what they spell. An exception passes through without notice, since nothing here needs unwinding.
 */
#include <malloc.h>
#include <stdlib.h>

#include "workloads/record/preload/next.h"
#include "workloads/record/preload/recorder.h"

#define HB_EXPORT __attribute__((visibility("default")))

typedef void function_of_any_kind(void);

struct operator_entry {
    const char *name;
    _Atomic(function_of_any_kind *) next;
    _Atomic int state; /* 0 not looked up; else enum operator_state */
};

enum operator_state { OPERATOR_UNKNOWN, OPERATOR_OWN, OPERATOR_CALLS_MALLOC, OPERATOR_MISSING };

static enum operator_state look_up(struct operator_entry *entry)
{
    bool own = false;
    void *found;
    function_of_any_kind *next;
    enum operator_state state;

    if (hb_next.allocate == NULL && !hb_next_resolve())
        return OPERATOR_MISSING;
    found = hb_next_operator(entry->name, &own);
    memcpy(&next, &found, sizeof next);
    state = found == NULL ? OPERATOR_MISSING : own ? OPERATOR_OWN : OPERATOR_CALLS_MALLOC;
    atomic_store_explicit(&entry->next, next, memory_order_relaxed);
    atomic_store_explicit(&entry->state, (int)state, memory_order_release);
    return state;
}

static inline enum operator_state state_of(struct operator_entry *entry)
{
    int state = atomic_load_explicit(&entry->state, memory_order_acquire);

    return HB_LIKELY(state != OPERATOR_UNKNOWN) ? (enum operator_state)state : look_up(entry);
}

/* No C++ library is loaded whose operator could throw. */
static void *or_abort(void *block)
{
    if (block == NULL)
        abort();
    return block;
}

static inline void *recorded(void *block, size_t size)
{
    if (HB_LIKELY(block != NULL))
        hb_record_birth(HB_CAPTURE_MALLOC, block, size, 0);
    return block;
}

static inline void *recorded_aligned(void *block, size_t size, size_t alignment)
{
    if (HB_LIKELY(block != NULL))
        hb_record_birth(HB_CAPTURE_ALIGNED, block, size, (unsigned)__builtin_ctzll(alignment | 1ull << 63));
    return block;
}

/*
 * One operator: its parameters, how to call the next with them, what to record when the next is the
 * allocator's own, and what to do when there is none.
 */
#define NEW_OPERATOR(symbol, parameters, types, arguments, record, without)             \
    HB_EXPORT void *symbol parameters;                                                  \
    HB_EXPORT void *symbol parameters                                                   \
    {                                                                                   \
        static struct operator_entry entry = {.name = #symbol};                         \
        enum operator_state state = state_of(&entry);                                   \
        void *(*next)types;                                                             \
                                                                                        \
        if (HB_UNLIKELY(state == OPERATOR_MISSING))                                     \
            return without;                                                             \
        next = (void *(*)types)atomic_load_explicit(&entry.next, memory_order_relaxed); \
        if (HB_LIKELY(state == OPERATOR_CALLS_MALLOC))                                  \
            return next arguments;                                                      \
        return record;                                                                  \
    }

#define DELETE_OPERATOR(symbol, parameters, types, arguments)                          \
    HB_EXPORT void symbol parameters;                                                  \
    HB_EXPORT void symbol parameters                                                   \
    {                                                                                  \
        static struct operator_entry entry = {.name = #symbol};                        \
        enum operator_state state = state_of(&entry);                                  \
        void(*next) types;                                                             \
                                                                                       \
        if (HB_UNLIKELY(state == OPERATOR_MISSING)) {                                  \
            free(block);                                                               \
            return;                                                                    \
        }                                                                              \
        next = (void(*) types)atomic_load_explicit(&entry.next, memory_order_relaxed); \
        if (state == OPERATOR_OWN && block != NULL)                                    \
            hb_record_death(HB_CAPTURE_FREE, block);                                   \
        next arguments;                                                                \
    }

#define PLAIN   (size_t size), (size_t), (size)
#define NOTHROW (size_t size, const void *tag), (size_t, const void *), (size, tag)
#define ALIGNED (size_t size, size_t alignment), (size_t, size_t), (size, alignment)
#define ALIGNED_NOTHROW \
    (size_t size, size_t alignment, const void *tag), (size_t, size_t, const void *), (size, alignment, tag)

#define EXPAND_NEW(...)    NEW_OPERATOR(__VA_ARGS__)
#define EXPAND_DELETE(...) DELETE_OPERATOR(__VA_ARGS__)

EXPAND_NEW(_Znwm, PLAIN, recorded(next(size), size), or_abort(malloc(size)))
EXPAND_NEW(_Znam, PLAIN, recorded(next(size), size), or_abort(malloc(size)))
EXPAND_NEW(_ZnwmRKSt9nothrow_t, NOTHROW, recorded(next(size, tag), size), malloc(size))
EXPAND_NEW(_ZnamRKSt9nothrow_t, NOTHROW, recorded(next(size, tag), size), malloc(size))
EXPAND_NEW(_ZnwmSt11align_val_t, ALIGNED, recorded_aligned(next(size, alignment), size, alignment),
           or_abort(memalign(alignment, size)))
EXPAND_NEW(_ZnamSt11align_val_t, ALIGNED, recorded_aligned(next(size, alignment), size, alignment),
           or_abort(memalign(alignment, size)))
EXPAND_NEW(_ZnwmSt11align_val_tRKSt9nothrow_t, ALIGNED_NOTHROW,
           recorded_aligned(next(size, alignment, tag), size, alignment), memalign(alignment, size))
EXPAND_NEW(_ZnamSt11align_val_tRKSt9nothrow_t, ALIGNED_NOTHROW,
           recorded_aligned(next(size, alignment, tag), size, alignment), memalign(alignment, size))

#define OF_BLOCK   (void *block), (void *), (block)
#define OF_SIZED   (void *block, size_t size), (void *, size_t), (block, size)
#define OF_NOTHROW (void *block, const void *tag), (void *, const void *), (block, tag)
#define OF_ALIGNED (void *block, size_t alignment), (void *, size_t), (block, alignment)
#define OF_SIZED_ALIGNED \
    (void *block, size_t size, size_t alignment), (void *, size_t, size_t), (block, size, alignment)
#define OF_ALIGNED_NOTHROW \
    (void *block, size_t alignment, const void *tag), (void *, size_t, const void *), (block, alignment, tag)

EXPAND_DELETE(_ZdlPv, OF_BLOCK)
EXPAND_DELETE(_ZdaPv, OF_BLOCK)
EXPAND_DELETE(_ZdlPvm, OF_SIZED)
EXPAND_DELETE(_ZdaPvm, OF_SIZED)
EXPAND_DELETE(_ZdlPvRKSt9nothrow_t, OF_NOTHROW)
EXPAND_DELETE(_ZdaPvRKSt9nothrow_t, OF_NOTHROW)
EXPAND_DELETE(_ZdlPvSt11align_val_t, OF_ALIGNED)
EXPAND_DELETE(_ZdaPvSt11align_val_t, OF_ALIGNED)
EXPAND_DELETE(_ZdlPvmSt11align_val_t, OF_SIZED_ALIGNED)
EXPAND_DELETE(_ZdaPvmSt11align_val_t, OF_SIZED_ALIGNED)
EXPAND_DELETE(_ZdlPvSt11align_val_tRKSt9nothrow_t, OF_ALIGNED_NOTHROW)
EXPAND_DELETE(_ZdaPvSt11align_val_tRKSt9nothrow_t, OF_ALIGNED_NOTHROW)

/*
 * simple.h - the allocator of the design document: first fit over in-band records, no merging.
 *
 * A heap is a buffer tiled by ranges. A range is an 8-byte record (a 63-bit length, which includes the
 * record, and one bit that says whether the range is allocated) and the bytes after it; the pointer that a
 * caller gets is its range's address + 8. malloc walks the ranges from the first and takes the first free one
 * that is long enough; free flips the bit and does nothing else. Records lie wherever the lengths put them,
 * unaligned.
 *
 * The first half is the document's own API over one static array; the second half is the same code over any
 * buffer. Neither is safe to use from two threads at once on one heap.
 *
 * Misuse: where HB_SIMPLE_CHECKS is 1 (the default when assertions are on, that is without NDEBUG) a double
 * free, a pointer outside the heap or not at a range's start, and a record that was overwritten are reported
 * to the misuse handler with their offset. Finding out takes a walk for every free. Elsewhere callers are
 * trusted.
 */
#ifndef HB_ALLOCATOR_SIMPLE_SIMPLE_H
#define HB_ALLOCATOR_SIMPLE_SIMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "allocator/allocator.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The bytes of a range's record, and so the smallest heap. */
enum { HB_SIMPLE_RECORD_BYTES = 8 };

/*
 * The tutorial's allocator, over `static char storage[STORAGE_SIZE]` (CMake's HEAPBENCH_STORAGE_SIZE,
 * 4096 unless configured).
 */

/* Makes the whole storage one free range again, whatever was allocated. To be called first; before it, every
 * allocation gets NULL. */
void simple_heap_init(void);

/* `size` bytes, unaligned and not cleared. NULL when `size` is 0 or no free range holds size + 8 bytes. */
void *simple_malloc(size_t size);

/* `block` is what simple_malloc, simple_calloc or simple_realloc returned, or NULL, which does nothing. */
void simple_free(void *block);

/* simple_malloc(count * size), zeroed. NULL also when the product overflows. */
void *simple_calloc(size_t count, size_t size);

/*
 * As C's: a NULL block is simple_malloc, size 0 is simple_free. The block stays in place, unsplit, when its
 * range is long enough; else it moves, and while it does both ranges are held. On NULL for a size > 0 the
 * block is as it was.
 */
void *simple_realloc(void *block, size_t size);

/* A heap over a buffer. The fields are for hb_simple_* alone. */
struct hb_simple {
    unsigned char *base;
    unsigned char *end;
    unsigned char *high_water; /* the largest end that any allocated range has had; base when none has */
    struct hb_walk walk;       /* kept by the counting build alone */
};

/* The static heap, for hb_simple_inspect and its like. Never NULL. */
const struct hb_simple *simple_heap(void);

/*
 * Makes `bytes` bytes at `buffer` one free range. The buffer stays the caller's and must outlive the heap.
 * False, and the heap unusable, when `bytes` is less than one record (8) or more than INT64_MAX.
 */
bool hb_simple_init(struct hb_simple *heap, void *buffer, size_t bytes);

/* As simple_malloc and its like, on `heap`. */
void *hb_simple_malloc(struct hb_simple *heap, size_t size);
void hb_simple_free(struct hb_simple *heap, void *block);
void *hb_simple_calloc(struct hb_simple *heap, size_t count, size_t size);
void *hb_simple_realloc(struct hb_simple *heap, void *block, size_t size);

/* The bytes that a block's range has after its record: what was asked for and at most 7 more, which were too
 * few to be a range; or, after a realloc to less, what had been asked for before. */
size_t hb_simple_usable_size(const struct hb_simple *heap, const void *block);

/* All the figures of a heap's state (allocator.h); examines every range. */
void hb_simple_inspect(const struct hb_simple *heap, struct hb_heap_state *state);

/* Calls visit for each range in address order until it returns false. visit must not change the heap. */
void hb_simple_ranges(const struct hb_simple *heap,
                      bool (*visit)(void *context, const struct hb_range *range), void *context);

/* The payload's offset from the start of the heap: its range's offset + 8. */
uint64_t hb_simple_offset(const struct hb_simple *heap, const void *block);

/* The misuses that a checked build catches. */
enum hb_simple_misuse {
    HB_SIMPLE_DOUBLE_FREE, /* offset: of the payload */
    HB_SIMPLE_FOREIGN,     /* a pointer outside the heap; offset: its distance from the heap's start */
    HB_SIMPLE_NO_START,    /* a pointer inside the heap at which no payload begins; offset: the pointer's */
    HB_SIMPLE_SMASHED,     /* a record with a length that cannot be; offset: of the record */
};

struct hb_simple_report {
    enum hb_simple_misuse kind;
    int64_t offset;   /* from the start of the heap; negative for a pointer below it */
    const char *text; /* a sentence that names the offset; valid during the call */
};

/*
 * What a checked build does on misuse; NULL is the default, which writes the sentence on standard error. A
 * handler may leave by longjmp; when it returns, the process aborts. Returns the handler there was before.
 * Not safe against threads that are misusing a heap at that moment.
 */
typedef void hb_simple_handler(const struct hb_simple_report *report);
hb_simple_handler *hb_simple_on_misuse(hb_simple_handler *handler);

#ifdef __cplusplus
}
#endif

#endif

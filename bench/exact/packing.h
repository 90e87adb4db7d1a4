/*
 * packing.h - an offline packing of a trace: how small a heap could be if every lifetime were known
 * beforehand.
 *
 * Every object lies at one offset for its whole life, and no two that live at once share a byte. What lives
 * at the worst moment bounds every packing from below; a packing that comes near it shows how far from the
 * optimum a policy is.
 *
 * Method     From a pivot outwards. The objects live at one moment, first of all the peak, are stacked
 *            without a gap. What is born later never meets what died before, so the two halves are packed
 *            one by one: forwards in time, and backwards, where a birth gives a block back and a death asks
 *            for one. Both are the exact model's best fit, merging. The stack is tried in the order of birth
 *            and in that of death; where the heap still grows beyond the peak, the moment when it last grew
 *            is the next pivot, as long as that helps. O(log n) an operation, where greedy by size is
 *            O(n^2): minutes to hours on a real trace.
 * Realloc    to another size ends one object and begins another, at any offset: the bytes are moved at that
 *            moment, over themselves if need be. To the same size it does nothing.
 *
 * Of few objects there is time to try other packings (packing_search.c): object by object from the bottom up,
 * each time where the fewest still fit, and back as soon as what is left cannot fit any more. That finds the
 * shortest packing of a handful of objects, and one as long as the worst moment for most instances of several
 * hundred that compilers have.
 */
#ifndef HB_BENCH_EXACT_PACKING_H
#define HB_BENCH_EXACT_PACKING_H

#include "bench/replay/prepare.h"

struct hb_packed {
    uint64_t offset;
    uint64_t length;   /* the size asked for and its header, rounded up */
    uint64_t born_op;  /* the operation that allocates it */
    uint64_t death_op; /* the operation that ends it; the count of operations where nothing does */
};

struct hb_packing {
    struct hb_packed *objects; /* of size 1 or more, in the order of birth */
    uint64_t count;
    uint64_t unaligned; /* of them that were asked for at an alignment of their own, which no packing keeps */
    uint64_t peak_bytes;   /* the most that lives at once, in lengths: no packing is shorter */
    uint64_t extent_bytes; /* of this one: the largest end offset */
};

/*
 * Packs every object of `prepared`. `header_bytes`: of each, 0 to 4096; `align`: a power of two, 1 to 4096.
 * HB_ERR_LIMIT: lengths that add up to 2^62 bytes or more at once. HB_ERR_MEMORY. Free with hb_packing_free.
 */
enum hb_status hb_packing_create(const struct hb_prepared *prepared, uint32_t header_bytes, uint32_t align,
                                 struct hb_packing **out, struct hb_error *error);

/*
 * Puts a shorter packing in place of this one where it finds one; never a longer. Of more than 2^15 objects
 * it looks for none. Its work is bounded, to 2^28 segments and objects gone through: a second or so; and it
 * is the same on every machine. HB_ERR_MEMORY: the packing stays as it is.
 */
enum hb_status hb_packing_search(struct hb_packing *packing, struct hb_error *error);

void hb_packing_free(struct hb_packing *packing); /* NULL does nothing */

#endif

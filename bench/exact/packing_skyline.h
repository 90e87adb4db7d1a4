/*
 * packing_skyline.h - a shorter packing of few objects, searched for.
 *
 * What packs a real trace within a percent in O(log n) an operation leaves a third on instances of a few
 * hundred large objects, as compilers have them. There is time to try thousands of packings of those.
 */
#ifndef HB_BENCH_EXACT_PACKING_SKYLINE_H
#define HB_BENCH_EXACT_PACKING_SKYLINE_H

#include "bench/exact/packing.h"

/*
 * Puts a shorter packing in place of this one where it finds one; never a longer. The same on every machine.
 * Takes seconds at most: of more than several hundred objects it tries none. HB_ERR_MEMORY.
 */
enum hb_status hb_packing_search(struct hb_packing *packing, struct hb_error *error);

#endif

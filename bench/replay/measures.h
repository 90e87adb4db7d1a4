/*
 * measures.h - Johnstone and Wilson's four measures of fragmentation, gathered moment by moment.
 *
 * M. S. Johnstone and P. R. Wilson, The memory fragmentation problem: solved?, ISMM 1998. Each is a ratio
 * U/L - 1 of an extent to the bytes that are live, so that 0.25 is 25 %; results/README.md, "Fragmentation",
 * defines the four.
 */
#ifndef HB_BENCH_REPLAY_MEASURES_H
#define HB_BENCH_REPLAY_MEASURES_H

#include <stdbool.h>
#include <stdint.h>

/* Begins zeroed. */
struct hb_measures {
    double sum; /* of U/L - 1, over the moments with something live */
    uint64_t moments;
    uint64_t peak_extent;
    uint64_t peak_extent_live; /* bytes live when the extent first was that large */
    uint64_t extent_at_peak_live;
};

/* Adds a moment: the bytes of the heap and the live ones. `at_peak_live`: more are live than ever before. */
void hb_measures_add(struct hb_measures *measures, uint64_t extent, uint64_t live, bool at_peak_live);

/* Measures 1 to 4 into `out`, each 0 where nothing was live. `peak_live` bytes were live at the most. */
void hb_measures_report(const struct hb_measures *measures, uint64_t peak_live, double out[4]);

#endif

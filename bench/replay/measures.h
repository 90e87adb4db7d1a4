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
    bool begun;
    uint64_t peak_extent;
    uint64_t peak_extent_live; /* bytes live when the extent first was that large */
    uint64_t peak_live;
    uint64_t extent_at_peak_live; /* when that many first were live */
};

/* U/L - 1; 0 where nothing is live. */
static inline double hb_measures_ratio(uint64_t extent, uint64_t live)
{
    return live == 0 ? 0 : (double)extent / (double)live - 1;
}

/* Adds a moment: the bytes of the heap and the live ones. */
static inline void hb_measures_add(struct hb_measures *m, uint64_t extent, uint64_t live)
{
    if (live > 0) {
        m->sum += hb_measures_ratio(extent, live);
        m->moments++;
    }
    if (extent > m->peak_extent || !m->begun) {
        m->peak_extent = extent;
        m->peak_extent_live = live;
    }
    if (live > m->peak_live || !m->begun) {
        m->peak_live = live;
        m->extent_at_peak_live = extent;
    }
    m->begun = true;
}

/* Measures 1 to 4 into `out`, each 0 where nothing was live. The two peaks are those of the whole run, which
 * need not fall on a moment that was added. */
static inline void hb_measures_report(const struct hb_measures *m, uint64_t peak_extent, uint64_t peak_live,
                                      double out[4])
{
    out[0] = m->moments == 0 ? 0 : m->sum / (double)m->moments;
    out[1] = hb_measures_ratio(m->extent_at_peak_live, m->peak_live);
    out[2] = hb_measures_ratio(peak_extent, m->peak_extent_live);
    out[3] = hb_measures_ratio(peak_extent, peak_live);
}

#endif

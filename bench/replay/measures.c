/* measures.c - see measures.h. */
#include "bench/replay/measures.h"

static double ratio(uint64_t extent, uint64_t live)
{
    return live == 0 ? 0 : (double)extent / (double)live - 1;
}

void hb_measures_add(struct hb_measures *m, uint64_t extent, uint64_t live, bool at_peak_live)
{
    if (live > 0) {
        m->sum += ratio(extent, live);
        m->moments++;
    }
    if (extent > m->peak_extent) {
        m->peak_extent = extent;
        m->peak_extent_live = live;
    }
    if (at_peak_live)
        m->extent_at_peak_live = extent;
}

void hb_measures_report(const struct hb_measures *m, uint64_t peak_live, double out[4])
{
    out[0] = m->moments == 0 ? 0 : m->sum / (double)m->moments;
    out[1] = ratio(m->extent_at_peak_live, peak_live);
    out[2] = ratio(m->peak_extent, m->peak_extent_live);
    out[3] = ratio(m->peak_extent, peak_live);
}

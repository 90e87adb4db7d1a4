/*
 * worth.c - the arithmetic of "is it worth it?", and its sentence.
 */
#include "bench/results/worth.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>

#include "base/number.h"

static double above(double ns, double null_ns)
{
    return ns > null_ns ? ns - null_ns : 0;
}

static bool is_time(double ns)
{
    return isfinite(ns) && ns > 0;
}

struct hb_worth hb_worth_compute(const struct hb_worth_times *times)
{
    double baseline_ns = above(times->baseline_ns, times->null_ns);
    double allocator_ns = above(times->allocator_ns, times->null_ns);
    struct hb_worth worth = {.program_s = (double)times->program_cpu_ns / 1e9,
                             .saved_s = (double)times->ops * (baseline_ns - allocator_ns) / 1e9};

    if (times->program_cpu_ns == 0 || times->ops == 0 || !is_time(times->baseline_ns) ||
        !is_time(times->allocator_ns) || !is_time(times->null_ns))
        return (struct hb_worth){.known = false};
    worth.known = true;
    worth.share = worth.saved_s / worth.program_s;
    return worth;
}

const char *hb_worth_describe(const struct hb_worth *worth, const char *allocator, char *out, size_t bytes)
{
    bool saves = worth->saved_s >= 0;
    struct hb_shown seconds = hb_show_seconds(fabs(worth->saved_s));

    assert(worth->known && bytes > 0);
    snprintf(out, bytes,
             "%s would %s %s %s the program's %s of processor time (%.1f %%): of the calls alone, not of the "
             "program's own caches",
             allocator, saves ? "save" : "add", seconds.text, saves ? "of" : "to",
             hb_show_seconds(worth->program_s).text, 100 * fabs(worth->share));
    return out;
}

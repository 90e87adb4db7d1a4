/* ladder_rows.c - see ladder_rows.h. */
#include "bench/question/ladder_rows.h"

#include <string.h>

#include "base/stats.h"

/* No ratio is given of resident memory to less than this: METRICS.md, Fragmentation. */
enum { LEAST_LIVE_BYTES = 1 << 20 };

/* What it adds to which other one stands in its table; libraries say nothing. */
static const struct hb_allocator *facts_of(const struct hb_rung *rung)
{
    static const struct hb_allocator no_facts = {.idea = NULL, .before = NULL};

    return rung->candidate->builtin != NULL ? rung->candidate->builtin : &no_facts;
}

static const struct hb_rung *find_rung(const struct hb_ladder_run *run, const char *name)
{
    for (size_t i = 0; name != NULL && i < run->count; i++)
        if (strcmp(run->rungs[i].candidate->name, name) == 0)
            return &run->rungs[i];
    return NULL;
}

static const struct hb_rounds_cell *time_of(const struct hb_ladder_run *run, const struct hb_rung *rung)
{
    return &run->rounds->cells[rung - run->rungs];
}

/* -- fields -- */

static void write_positive(struct hb_results *out, double value)
{
    if (value > 0)
        hb_results_real(out, value);
    else
        hb_results_blank(out, 1);
}

static void write_ratio(struct hb_results *out, double value, double over)
{
    write_positive(out, over > 0 ? value / over : 0);
}

static double walk_mean(const struct hb_rung *rung)
{
    const struct hb_counts *counts = &rung->counts;

    return counts->walked && counts->walks > 0 ? (double)counts->walk_total / (double)counts->walks : 0;
}

static void write_walks(struct hb_results *out, const struct hb_rung *rung)
{
    const struct hb_counts *counts = &rung->counts;

    if (!counts->walked) {
        hb_results_blank(out, 7);
        return;
    }
    hb_results_count(out, counts->walks);
    hb_results_count(out, counts->walk_total);
    write_positive(out, walk_mean(rung));
    hb_results_count(out, counts->walk_p50);
    hb_results_count(out, counts->walk_p99);
    hb_results_count(out, counts->walk_max);
    hb_results_count(out, counts->walk_allocated);
}

static void write_extent(struct hb_results *out, const struct hb_rung *rung)
{
    uint64_t live = rung->counts.peak_live_bytes;

    hb_results_count(out, live);
    hb_results_text(out, rung->counts.inspected ? "extent" : "resident");
    hb_results_count(out, rung->extent_bytes);
    if (rung->counts.inspected || live >= LEAST_LIVE_BYTES)
        write_ratio(out, (double)rung->extent_bytes, (double)live);
    else
        hb_results_blank(out, 1);
}

static void write_minimum(struct hb_results *out, const struct hb_rung *rung)
{
    const struct hb_minimum_heap *minimum = &rung->minimum;

    if (minimum->how == HB_MINIMUM_NOT_KNOWN) {
        hb_results_blank(out, 4);
        return;
    }
    hb_results_text(out, hb_minimum_how_name(minimum->how));
    hb_results_count(out, minimum->bytes);
    if (minimum->how == HB_MINIMUM_TRIED)
        hb_results_count(out, minimum->failing_bytes);
    else
        hb_results_blank(out, 1);
    write_ratio(out, (double)minimum->bytes, (double)rung->counts.peak_live_bytes);
}

static void write_time(struct hb_results *out, const struct hb_ladder_run *run,
                       const struct hb_rounds_cell *cell)
{
    struct hb_stats_spread spread = hb_rounds_spread(run->rounds, cell);

    if (spread.median <= 0) {
        hb_results_blank(out, 5);
        return;
    }
    hb_results_count(out, cell->ops);
    hb_results_real(out, spread.median);
    hb_results_real(out, spread.min);
    hb_results_real(out, spread.max);
    write_positive(out, hb_rounds_ratio(run->rounds, cell));
}

/* How many times as much as the one before. */
static void write_changes(struct hb_results *out, const struct hb_ladder_run *run, const struct hb_rung *rung,
                          const struct hb_rung *before)
{
    if (before == NULL || !before->figures) {
        hb_results_blank(out, 4);
        return;
    }
    write_ratio(out, walk_mean(rung), walk_mean(before));
    write_positive(out, hb_rounds_ratio_to(run->rounds, time_of(run, rung), time_of(run, before)));
    write_ratio(out, (double)rung->extent_bytes, (double)before->extent_bytes);
    write_ratio(out, (double)rung->minimum.bytes, (double)before->minimum.bytes);
}

/* -- rows -- */

static void write_row(struct hb_results *out, const struct hb_ladder_run *run, const struct hb_rung *rung)
{
    const struct hb_allocator *facts = facts_of(rung);

    hb_results_text(out, run->trace);
    hb_results_text(out, rung->candidate->name);
    hb_results_text(out, rung->status);
    hb_results_text(out, facts->idea);
    hb_results_text(out, facts->before);
    if (!rung->figures) {
        hb_results_blank(out, 25);
        hb_results_end_row(out);
        return;
    }
    hb_results_count(out, rung->counts.ops);
    write_walks(out, rung);
    write_extent(out, rung);
    write_minimum(out, rung);
    write_time(out, run, time_of(run, rung));
    write_changes(out, run, rung, find_rung(run, facts->before));
    hb_results_end_row(out);
}

struct hb_results *hb_ladder_results(void)
{
    return hb_results_begin(
        "ladder/1",
        "trace,allocator,status,idea,before,ops,walks,walk_total,walk_mean,walk_p50,walk_p99,walk_max,"
        "walk_allocated,peak_live_bytes,measured,extent_bytes,extent_over_live,minimum_how,minimum_bytes,"
        "failing_bytes,minimum_over_live,time_ops,ns_per_op,least_ns,most_ns,ratio_to_glibc,walk_change,"
        "time_change,extent_change,minimum_change");
}

unsigned hb_ladder_write(struct hb_results *out, const struct hb_ladder_run *run)
{
    unsigned failed = 0;

    for (size_t i = 0; i < run->count; i++) {
        write_row(out, run, &run->rungs[i]);
        failed += !run->rungs[i].figures;
    }
    return failed;
}

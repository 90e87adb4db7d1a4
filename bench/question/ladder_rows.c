/* ladder_rows.c - see ladder_rows.h. */
#include "bench/question/ladder_rows.h"

#include <string.h>

#include "base/stats.h"
#include "bench/results/row_groups.h"

/* No ratio is given of resident memory to less than this: METRICS.md, Fragmentation. */
enum { LEAST_LIVE_BYTES = 1 << 20 };

/* What each allocator adds to the one before it; nothing is before the first, and nothing to compare buddies
 * with. */
struct idea {
    const char *name, *before, *text;
};

static const struct idea ideas[] = {
    {"simple", NULL, "first fit over all ranges"},
    {"simple-align", "simple", "aligned to 16"},
    {"simple-merge", "simple-align", "free neighbours merge"},
    {"free-list", "simple-merge", "walks free ranges alone"},
    {"bins", "free-list", "free ranges by length: no walk"},
    {"first-merge", "simple", "free neighbours merge"},
    {"next", "simple", "goes on where it last stopped"},
    {"next-merge", "next", "free neighbours merge"},
    {"best", "simple", "the shortest that fits"},
    {"best-merge", "best", "free neighbours merge"},
    {"buddy", NULL, "powers of two"},
};

static const struct idea no_idea = {.name = NULL};

static const struct idea *idea_of(const char *name)
{
    for (size_t i = 0; i < sizeof ideas / sizeof ideas[0]; i++)
        if (strcmp(ideas[i].name, name) == 0)
            return &ideas[i];
    return &no_idea;
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

static void set_ratio(struct hb_results *out, const char *column, double value, double over)
{
    hb_results_set_known_real(out, column, over > 0 ? value / over : 0);
}

static double walk_mean(const struct hb_rung *rung)
{
    const struct hb_counts *counts = &rung->counts;

    return counts->walked && counts->walks > 0 ? (double)counts->walk_total / (double)counts->walks : 0;
}

static void set_extent(struct hb_results *out, const struct hb_rung *rung)
{
    uint64_t live = rung->counts.peak_live_bytes;

    hb_results_set_count(out, "peak_live_bytes", live);
    hb_results_set_text(out, "measured", rung->counts.inspected ? "extent" : "resident");
    hb_results_set_count(out, "extent_bytes", rung->extent_bytes);
    if (rung->counts.inspected || live >= LEAST_LIVE_BYTES)
        set_ratio(out, "extent_over_live", (double)rung->extent_bytes, (double)live);
}

static void set_minimum(struct hb_results *out, const struct hb_rung *rung)
{
    const struct hb_minimum_heap *minimum = &rung->minimum;

    if (minimum->how == HB_MINIMUM_NOT_KNOWN)
        return;
    hb_results_set_text(out, "minimum_how", hb_minimum_how_name(minimum->how));
    hb_results_set_count(out, "minimum_bytes", minimum->bytes);
    if (minimum->how == HB_MINIMUM_TRIED)
        hb_results_set_count(out, "failing_bytes", minimum->failing_bytes);
    set_ratio(out, "minimum_over_live", (double)minimum->bytes, (double)rung->counts.peak_live_bytes);
}

static void set_time(struct hb_results *out, const struct hb_ladder_run *run,
                     const struct hb_rounds_cell *cell)
{
    struct hb_stats_spread spread = hb_rounds_spread(run->rounds, cell);

    if (spread.median <= 0)
        return;
    hb_results_set_count(out, "time_ops", cell->ops);
    hb_results_set_real(out, "ns_per_op", spread.median);
    hb_results_set_real(out, "least_ns", spread.min);
    hb_results_set_real(out, "most_ns", spread.max);
    hb_results_set_known_real(out, "ratio_to_glibc", hb_rounds_ratio(run->rounds, cell));
}

/* How many times as much as the one before. */
static void set_changes(struct hb_results *out, const struct hb_ladder_run *run, const struct hb_rung *rung,
                        const struct hb_rung *before)
{
    if (before == NULL || !before->figures)
        return;
    set_ratio(out, "walk_change", walk_mean(rung), walk_mean(before));
    hb_results_set_known_real(out, "time_change",
                              hb_rounds_ratio_to(run->rounds, time_of(run, rung), time_of(run, before)));
    set_ratio(out, "extent_change", (double)rung->extent_bytes, (double)before->extent_bytes);
    set_ratio(out, "minimum_change", (double)rung->minimum.bytes, (double)before->minimum.bytes);
}

/* -- rows -- */

static void write_row(struct hb_results *out, const struct hb_ladder_run *run, const struct hb_rung *rung)
{
    const struct idea *idea = idea_of(rung->candidate->name);

    hb_results_set_subject(out, run->trace, rung->candidate->name, rung->status);
    hb_results_set_text(out, "idea", idea->text);
    hb_results_set_text(out, "before", idea->before);
    if (rung->figures) {
        hb_results_set_count(out, "ops", rung->counts.ops);
        if (rung->counts.walked)
            hb_results_set_walks(out, &rung->counts);
        set_extent(out, rung);
        set_minimum(out, rung);
        set_time(out, run, time_of(run, rung));
        set_changes(out, run, rung, find_rung(run, idea->before));
    }
    hb_results_end_row(out);
}

struct hb_results *hb_ladder_results(void)
{
    static const struct hb_schema schema = {
        "ladder/1", "ladder.csv",
        "trace:text,allocator:text,status:text,idea:text,before:text,ops:count,walks:count,walk_total:count,"
        "walk_mean:real,walk_p50:count,walk_p99:count,walk_max:count,walk_allocated:count,peak_live_bytes:"
        "count,"
        "measured:text,extent_bytes:count,extent_over_live:real,minimum_how:text,minimum_bytes:count,"
        "failing_bytes:count,minimum_over_live:real,time_ops:count,ns_per_op:real,least_ns:real,most_ns:real,"
        "ratio_to_glibc:real,walk_change:real,time_change:real,extent_change:real,minimum_change:real"};

    return hb_results_begin(&schema);
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

/* ladder_rows.c - see ladder_rows.h. */
#include "bench/question/ladder_rows.h"

#include <string.h>

#include "base/stats.h"

/* No ratio is given of resident memory to less than this: results/README.md, "Fragmentation". */
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
    const struct idea *idea = idea_of(rung->candidate->name);

    hb_results_text(out, run->trace);
    hb_results_text(out, rung->candidate->name);
    hb_results_text(out, rung->status);
    hb_results_text(out, idea->text);
    hb_results_text(out, idea->before);
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
    write_changes(out, run, rung, find_rung(run, idea->before));
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

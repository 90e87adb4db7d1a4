/*
 * ladder.c - the question what each idea of an allocator buys: walk length, time, footprint and minimum heap,
 * rung by rung.
 *
 * The ladder is simple with one idea added at a time (allocator/ladder/ladder.h); the grid and the libraries
 * stand beside it. Walks and extents are of whole traces, computed by the exact model where a rung has one;
 * of an allocator that cannot be inspected the resident memory is taken. Times are of the whole trace, in
 * shuffled rounds; an allocator that walks is timed on the operations that the step limit leaves it, and
 * compared with the reference on the same. What an idea changes is of operations that both rungs were timed
 * on: where one did fewer, the other is timed on those as well.
 */
#include <string.h>

#include "base/stats.h"
#include "bench/question/plans/minimum_heap.h"
#include "bench/question/question.h"
#include "bench/results/row_groups.h"
#include "bench/sample/verdict.h"

static const struct hb_schema schema = {
    "ladder/1", "ladder.csv",
    "trace:text,allocator:text,status:text,idea:text,before:text,ops:count,walks:count,walk_total:count,"
    "walk_mean:real,walk_p50:count,walk_p99:count,walk_max:count,walk_allocated:count,peak_live_bytes:count,"
    "measured:text,extent_bytes:count,extent_over_live:real,minimum_how:text,minimum_bytes:count,"
    "failing_bytes:count,minimum_over_live:real,time_ops:count,ns_per_op:real,least_ns:real,most_ns:real,"
    "ratio_to_glibc:real,walk_change:real,time_change:real,extent_change:real,minimum_change:real,change_ops:"
    "count"};

/* No ratio is given of resident memory to less than this: results/README.md, "Fragmentation". */
enum { LEAST_LIVE_BYTES = 1 << 20 };

/* One allocator on one trace: whole, and not timed. */
struct rung {
    const struct hb_candidate *candidate;
    bool figures;
    const char *status;
    struct hb_counts counts; /* of an allocator that cannot be inspected: the operations and the live bytes */
    uint64_t extent_bytes;   /* the high-water mark; where there is none, resident memory */
    struct hb_minimum_heap minimum;
};

/* -- one rung on a whole trace -- */

static enum hb_status count_rung(struct hb_plan *plan, struct rung *rung, struct hb_error *error)
{
    const struct hb_sample_result *result;
    enum hb_status status = hb_cuts_count(plan->session, plan->trace, rung->candidate, 0, &result, error);

    if (status != HB_OK)
        return status;
    rung->counts = result->counts;
    rung->figures = hb_verdict_has_figures(result);
    rung->status = hb_verdict_status(result, result->counts.ops < plan->trace_ops);
    rung->extent_bytes = result->counts.state.high_water_bytes;
    return rung->figures ? hb_minimum_heap_find(plan->session, plan->trace, rung->candidate, &rung->counts,
                                                &rung->minimum, error)
                         : HB_OK;
}

/* What cannot be inspected is replayed once, for its memory. */
static enum hb_status weigh_rung(struct hb_plan *plan, struct rung *rung, struct hb_error *error)
{
    struct hb_sample_request request = {.mode = HB_SAMPLE_TIME};
    struct hb_sample_result result;
    enum hb_status status =
        hb_session_sample(plan->session, plan->trace, rung->candidate, &request, &result, error);

    if (status == HB_OK) {
        rung->counts = result.counts;
        rung->figures = !hb_verdict_is_problem(&result);
        rung->status = hb_verdict_status(&result, false);
        rung->extent_bytes = result.peak_resident_bytes;
    }
    hb_sample_result_clear(&result);
    return status;
}

static enum hb_status look_at_rung(struct hb_plan *plan, size_t index, const struct hb_candidate *candidate,
                                   struct hb_error *error)
{
    struct rung *rung = (struct rung *)plan->looked + index;
    enum hb_status status;

    rung->candidate = candidate;
    status = candidate->walks ? count_rung(plan, rung, error) : weigh_rung(plan, rung, error);
    plan->failed_cells += status == HB_OK && !rung->figures;
    return status;
}

/* -- time -- */

/* What it adds to which other one stands in its table; libraries say nothing. */
static const struct hb_allocator *facts_of(const struct rung *rung)
{
    static const struct hb_allocator no_facts = {.idea = NULL, .before = NULL};

    return rung->candidate->builtin != NULL ? rung->candidate->builtin : &no_facts;
}

/* The rung of that name; NULL where there is none, or where it has no figures. */
static const struct rung *find_rung(const struct hb_plan *plan, const char *name, size_t *index)
{
    const struct rung *rungs = plan->looked;

    for (size_t i = 0; name != NULL && i < plan->session->found.candidate_count; i++) {
        *index = i;
        if (rungs[i].figures && strcmp(rungs[i].candidate->name, name) == 0)
            return &rungs[i];
    }
    return NULL;
}

/* The operations that both a rung and the one before it did. */
static uint64_t common_ops(const struct hb_plan *plan, size_t index, size_t index_before)
{
    uint64_t ops = plan->rounds.cells[index].ops, ops_before = plan->rounds.cells[index_before].ops;

    return ops < ops_before ? ops : ops_before;
}

static void add_missing(struct hb_plan *plan, const struct hb_candidate *candidate, uint64_t ops)
{
    if (hb_rounds_find(&plan->rounds, candidate->name, ops) == NULL)
        hb_rounds_add(&plan->rounds, candidate, ops)->hidden = true;
}

static enum hb_status pair_rungs(struct hb_plan *plan, struct hb_error *error)
{
    const struct rung *rungs = plan->looked;
    size_t count = plan->rounds.cell_count, index;

    (void)error;
    for (size_t i = 0; i < count; i++) {
        const struct rung *before = find_rung(plan, facts_of(&rungs[i])->before, &index);

        if (before == NULL || !rungs[i].figures)
            continue;
        add_missing(plan, rungs[i].candidate, common_ops(plan, i, index));
        add_missing(plan, before->candidate, common_ops(plan, i, index));
    }
    return HB_OK;
}

/* -- rows -- */

static void set_ratio(struct hb_results *out, const char *column, double value, double over)
{
    hb_results_set_known_real(out, column, over > 0 ? value / over : 0);
}

static double walk_mean(const struct rung *rung)
{
    const struct hb_counts *counts = &rung->counts;

    return counts->walked && counts->walks > 0 ? (double)counts->walk_total / (double)counts->walks : 0;
}

static void set_extent(struct hb_results *out, const struct rung *rung)
{
    uint64_t live = rung->counts.peak_live_bytes;

    hb_results_set_count(out, "peak_live_bytes", live);
    hb_results_set_text(out, "measured", rung->counts.inspected ? "extent" : "resident");
    hb_results_set_count(out, "extent_bytes", rung->extent_bytes);
    if (rung->counts.inspected || live >= LEAST_LIVE_BYTES)
        set_ratio(out, "extent_over_live", (double)rung->extent_bytes, (double)live);
}

static void set_minimum(struct hb_results *out, const struct rung *rung)
{
    const struct hb_minimum_heap *minimum = &rung->minimum;

    hb_minimum_heap_put(minimum, out);
    set_ratio(out, "minimum_over_live", (double)minimum->bytes, (double)rung->counts.peak_live_bytes);
}

static void set_time(struct hb_results *out, const struct hb_rounds *rounds,
                     const struct hb_rounds_cell *cell)
{
    struct hb_stats_spread spread = hb_rounds_spread(rounds, cell, HB_ROUNDS_ELAPSED);

    if (spread.median <= 0)
        return;
    hb_results_set_count(out, "time_ops", cell->ops);
    hb_results_set_real(out, "ns_per_op", spread.median);
    hb_results_set_real(out, "least_ns", spread.min);
    hb_results_set_real(out, "most_ns", spread.max);
    hb_results_set_known_real(out, "ratio_to_glibc", hb_rounds_ratio(rounds, cell));
}

/* How many times as much as the one before. */
static void set_changes(struct hb_plan *plan, const struct rung *rung, size_t index)
{
    struct hb_results *out = plan->files[0];
    size_t index_before;
    const struct rung *before = find_rung(plan, facts_of(rung)->before, &index_before);
    uint64_t ops;

    if (before == NULL)
        return;
    ops = common_ops(plan, index, index_before);
    set_ratio(out, "walk_change", walk_mean(rung), walk_mean(before));
    hb_results_set_known_real(
        out, "time_change",
        hb_rounds_ratio_to(&plan->rounds, hb_rounds_find(&plan->rounds, rung->candidate->name, ops),
                           hb_rounds_find(&plan->rounds, before->candidate->name, ops)));
    set_ratio(out, "extent_change", (double)rung->extent_bytes, (double)before->extent_bytes);
    set_ratio(out, "minimum_change", (double)rung->minimum.bytes, (double)before->minimum.bytes);
    hb_results_set_count(out, "change_ops", ops);
}

static void put_rung(struct hb_plan *plan, size_t index, const struct hb_rounds_cell *cell)
{
    const struct rung *rung = (const struct rung *)plan->looked + index;
    const struct hb_allocator *facts = facts_of(rung);
    struct hb_results *out = plan->files[0];

    hb_results_set_subject(out, plan->name, rung->candidate->name, rung->status);
    hb_results_set_text(out, "idea", facts->idea);
    hb_results_set_text(out, "before", facts->before);
    if (rung->figures) {
        hb_results_set_count(out, "ops", rung->counts.ops);
        if (rung->counts.walked)
            hb_results_set_walks(out, &rung->counts);
        set_extent(out, rung);
        set_minimum(out, rung);
        set_time(out, &plan->rounds, cell);
        set_changes(plan, rung, index);
    }
    hb_results_end_row(out);
}

/* -- one benchmark -- */

static void count_exact(struct hb_measurement *measurement, const struct hb_counts *counts)
{
    if (counts->walks > 0)
        hb_measurement_count(measurement, "walk_mean", (double)counts->walk_total / (double)counts->walks);
    hb_measurement_count(measurement, "walk_p99", (double)counts->walk_p99);
    hb_measurement_count(measurement, "high_water_bytes", (double)counts->state.high_water_bytes);
    hb_measurement_count(measurement, "peak_live_bytes", (double)counts->peak_live_bytes);
}

static enum hb_status measure_ladder(struct hb_session *session, const struct hb_candidate *candidate,
                                     size_t trace, unsigned variant, struct hb_measurement *measurement,
                                     struct hb_error *error)
{
    const struct hb_sample_result *count;
    uint64_t ops = 0;
    enum hb_status status = hb_cuts_ops(session, trace, candidate, &ops, error);

    (void)variant;
    if (status == HB_OK)
        status = hb_measure_time(session, candidate, trace, ops, measurement, error);
    if (status != HB_OK || measurement->problem[0] != '\0' || !candidate->walks)
        return status;
    status = hb_cuts_count(session, trace, candidate, 0, &count, error);
    if (status == HB_OK && hb_verdict_has_figures(count))
        count_exact(measurement, &count->counts);
    return status;
}

const struct hb_question hb_question_ladder = {
    .name = "ladder",
    .schemas = {&schema},
    .step_limit = 20000000,
    .rounds = 5,
    .bounds_memory = true,
    .measure = measure_ladder,
    .plans_extras = true,
    .looked_bytes = sizeof(struct rung),
    .look = look_at_rung,
    .timed_ops = hb_plan_cut_ops,
    .pair = pair_rungs,
    .put = put_rung,
};

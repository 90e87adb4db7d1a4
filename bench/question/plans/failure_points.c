/*
 * failure_points.c - the question which operation is the first to get NULL, in heaps of many sizes, and why.
 *
 * An allocator that walks is given heaps from half the peak of live bytes to a tenth above the high-water
 * mark of the run in ample room, and that mark itself, which always suffices. An allocator that takes no heap
 * is given budgets on the private writable memory that it reserves, in whole MiB, until the smallest is found
 * that suffices; what it touches of that in ample room stands beside it, and what the trace holds at most.
 */
#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "bench/question/plans/failure_sizes.h"
#include "bench/question/plans/minimum_heap.h"
#include "bench/question/question.h"
#include "bench/results/row_groups.h"
#include "bench/sample/verdict.h"

enum { MIB = 1 << 20 };

enum { FILE_POINTS, FILE_LEAST };

/* A heap that fails early makes each failing walk examine all of it: this many times the
 * ample run's steps. */
enum { STEP_FACTOR = 2 };

/* A failing malloc of a library's takes several system calls, and within a tight budget nearly all fail. */
enum { BUDGET_FAILURES = 2000 };

static const struct hb_schema points_schema = {
    "failure_points/1", "failure_points.csv",
    "trace:text,allocator:text,status:text,heap_bytes:count,ops:count,allocs:count,served:count,failures:"
    "count,"
    "first_failure:count,requested_bytes:count,reason:text,live_bytes:count,free_bytes:count,"
    "largest_free_bytes:count,peak_live_bytes:count,asked_ops:count"};

static const struct hb_schema least_schema = {
    "least_memory/1", "least_memory.csv",
    "trace:text,allocator:text,status:text,bound:text,ops:count,peak_live_bytes:count,peak_resident_bytes:"
    "count,minimum_how:text,minimum_bytes:count,failing_bytes:count,tried:count,ended:count,ended_bytes:"
    "count,ended_by:text"};

/* One heap size of one allocator. */
struct tight_heap {
    const struct hb_candidate *candidate;
    uint64_t bytes;
    uint64_t ops;             /* asked for */
    uint64_t peak_live_bytes; /* of them, had none failed */
};

static bool takes_heap(const struct hb_candidate *candidate)
{
    return candidate->walks;
}

static void write_row(struct hb_plan *plan, const struct tight_heap *heap,
                      const struct hb_sample_result *result)
{
    struct hb_results *out = plan->files[FILE_POINTS];
    const struct hb_counts *counts = &result->counts;

    hb_results_set_subject(out, plan->name, heap->candidate->name, hb_verdict_status(result, false));
    hb_results_set_count(out, "heap_bytes", heap->bytes);
    if (hb_verdict_has_figures(result)) {
        hb_results_set_count(out, "ops", counts->ops);
        hb_results_set_count(out, "allocs", counts->allocs);
        hb_results_set_count(out, "served", counts->served);
        hb_results_set_count(out, "failures", counts->failures);
        hb_results_set_failure(out, counts->first_failure, &counts->failure, takes_heap(heap->candidate));
        hb_results_set_count(out, "peak_live_bytes", heap->peak_live_bytes);
        hb_results_set_count(out, "asked_ops", heap->ops);
    }
    hb_results_end_row(out);
    if (result->outcome == HB_SAMPLE_STOPPED && !takes_heap(heap->candidate))
        hb_provenance_leave_out(&plan->session->provenance,
                                "within a budget, operations after %d failures (ask with --full)",
                                BUDGET_FAILURES);
}

/* Runs one heap size. An allocator that cannot even begin within a budget has failed at operation 0. */
static enum hb_status run_heap(struct hb_session *session, size_t trace, const struct tight_heap *heap,
                               struct hb_sample_result *result, struct hb_error *error)
{
    struct hb_sample_request request = {.mode = HB_SAMPLE_COUNT, .op_limit = heap->ops};

    if (takes_heap(heap->candidate)) {
        request.heap_bytes = heap->bytes;
        request.step_limit = heap->candidate->model != NULL ? 0 : STEP_FACTOR * session->options.step_limit;
    } else {
        request.budget_bytes = heap->bytes;
        request.failure_limit = session->options.step_limit != 0 ? BUDGET_FAILURES : 0;
    }
    return hb_session_sample(session, trace, heap->candidate, &request, result, error);
}

/* Runs it, and puts its row. Clear `result` afterwards. */
static enum hb_status try_heap(struct hb_plan *plan, const struct tight_heap *heap,
                               struct hb_sample_result *result, struct hb_error *error)
{
    struct hb_session *session = plan->session;
    enum hb_status status;

    hb_progress_step(&session->progress, "%s: %s in %" PRIu64 " bytes", plan->name, heap->candidate->name,
                     heap->bytes);
    status = run_heap(session, plan->trace, heap, result, error);
    if (status == HB_OK)
        write_row(plan, heap, result);
    return status;
}

/* An allocator without figures in ample room has one row that says so. */
static void write_unusable(struct hb_plan *plan, const struct hb_candidate *candidate,
                           const struct hb_sample_result *result)
{
    for (int file = FILE_POINTS; file <= FILE_LEAST; file++) {
        hb_results_set_subject(plan->files[file], plan->name, candidate->name,
                               hb_verdict_status(result, false));
        hb_results_end_row(plan->files[file]);
    }
    plan->failed_cells++;
}

/* -- the least memory that serves a whole trace -- */

/* What came of the budgets that an allocator was given on a trace. */
struct budgets {
    uint64_t tried;
    uint64_t ended;       /* in so many of them it ended the process: NULL would have been an answer */
    uint64_t ended_bytes; /* the largest of those, and how */
    char ended_by[24];
};

/* `peak_resident_bytes` is 0 where it is not known, `budgets` NULL where none were given. */
static void write_least(struct hb_plan *plan, const struct hb_candidate *candidate,
                        const struct hb_sample_result *ample, uint64_t peak_resident_bytes,
                        const struct hb_minimum_heap *minimum, const struct budgets *budgets)
{
    struct hb_results *out = plan->files[FILE_LEAST];

    hb_results_set_subject(out, plan->name, candidate->name, hb_verdict_status(ample, false));
    hb_results_set_text(out, "bound", budgets != NULL ? "reserved" : "heap");
    hb_results_set_count(out, "ops", ample->counts.ops);
    hb_results_set_count(out, "peak_live_bytes", ample->counts.peak_live_bytes);
    hb_results_set_known_count(out, "peak_resident_bytes", peak_resident_bytes);
    hb_minimum_heap_put(minimum, out);
    if (budgets != NULL) {
        hb_results_set_count(out, "tried", budgets->tried);
        hb_results_set_count(out, "ended", budgets->ended);
        hb_results_set_known_count(out, "ended_bytes", budgets->ended_bytes);
        hb_results_set_text(out, "ended_by", budgets->ended_by);
    }
    hb_results_end_row(out);
}

static void note_budget(struct budgets *budgets, uint64_t bytes, const struct hb_sample_result *result)
{
    budgets->tried++;
    if (result->outcome != HB_SAMPLE_CRASHED)
        return;
    budgets->ended++;
    if (bytes < budgets->ended_bytes)
        return;
    budgets->ended_bytes = bytes;
    if (result->signal != 0)
        snprintf(budgets->ended_by, sizeof budgets->ended_by, "signal %d", result->signal);
    else
        snprintf(budgets->ended_by, sizeof budgets->ended_by, "exit status %d", result->exit_status);
}

static enum hb_status search_budgets(struct hb_plan *plan, struct tight_heap *heap, struct budgets *budgets,
                                     struct hb_minimum_heap *minimum, struct hb_error *error)
{
    struct hb_budget_search search;
    enum hb_status status = HB_OK;

    hb_budget_search_begin(&search, heap->peak_live_bytes);
    while (status == HB_OK && search.next != 0) {
        struct hb_sample_result result;

        heap->bytes = search.next;
        status = try_heap(plan, heap, &result, error);
        note_budget(budgets, heap->bytes, &result);
        hb_budget_search_tell(&search, result.outcome == HB_SAMPLE_OK && result.counts.failures == 0);
        hb_sample_result_clear(&result);
    }
    if (search.sufficing == 0)
        hb_provenance_leave_out(&plan->session->provenance, "budgets above %d GiB for %s on %s",
                                (int)(HB_BUDGET_MAX_BYTES >> 30), heap->candidate->name, plan->name);
    *minimum =
        (struct hb_minimum_heap){.how = search.sufficing != 0 ? HB_MINIMUM_TRIED : HB_MINIMUM_NOT_KNOWN,
                                 .bytes = search.sufficing,
                                 .failing_bytes = search.failing};
    return status;
}

/* -- each allocator on each trace -- */

static enum hb_status look_at_heaps(struct hb_plan *plan, const struct hb_candidate *candidate,
                                    const struct hb_counts *ample, struct hb_error *error)
{
    struct tight_heap heap = {
        .candidate = candidate, .ops = ample->ops, .peak_live_bytes = ample->peak_live_bytes};
    uint64_t sizes[HB_FAILING_SIZES_MAX];
    size_t count = hb_failing_heaps(heap.peak_live_bytes, ample->state.high_water_bytes, sizes);
    enum hb_status status = HB_OK;

    for (size_t i = 0; i < count && status == HB_OK; i++) {
        struct hb_sample_result result;

        heap.bytes = sizes[i];
        status = try_heap(plan, &heap, &result, error);
        hb_sample_result_clear(&result);
    }
    return status;
}

/* An allocator that was not asked for has its smallest heap said, where that costs next to nothing. */
static enum hb_status look_at_bounded(struct hb_plan *plan, const struct hb_candidate *candidate,
                                      struct hb_error *error)
{
    const struct hb_sample_result *ample;
    struct hb_minimum_heap minimum;
    enum hb_status status;

    if (candidate->extra) {
        hb_provenance_leave_out(&plan->session->provenance,
                                "failure points of other allocators that walk (ask for them by name)");
        if (!hb_minimum_heap_is_simples_kind(candidate))
            return HB_OK;
    }
    status = hb_cuts_count(plan->session, plan->trace, candidate, 0, &ample, error);
    if (status != HB_OK)
        return status;
    if (!hb_verdict_has_figures(ample)) {
        write_unusable(plan, candidate, ample);
        return HB_OK;
    }
    status = hb_minimum_heap_find(plan->session, plan->trace, candidate, &ample->counts, &minimum, error);
    if (status != HB_OK)
        return status;
    write_least(plan, candidate, ample, 0, &minimum, NULL);
    return candidate->extra ? HB_OK : look_at_heaps(plan, candidate, &ample->counts, error);
}

static enum hb_status look_at_budgeted(struct hb_plan *plan, const struct hb_candidate *candidate,
                                       struct hb_error *error)
{
    struct hb_sample_request request = {.mode = HB_SAMPLE_TIME};
    struct hb_sample_result ample;
    struct tight_heap heap = {.candidate = candidate, .ops = plan->trace_ops};
    struct budgets budgets = {.tried = 0};
    struct hb_minimum_heap minimum;
    enum hb_status status = hb_session_sample(plan->session, plan->trace, candidate, &request, &ample, error);

    if (status == HB_OK && hb_verdict_is_problem(&ample)) {
        write_unusable(plan, candidate, &ample);
    } else if (status == HB_OK) {
        heap.peak_live_bytes = ample.counts.peak_live_bytes;
        status = search_budgets(plan, &heap, &budgets, &minimum, error);
        if (status == HB_OK)
            write_least(plan, candidate, &ample, ample.peak_resident_bytes, &minimum, &budgets);
    }
    hb_sample_result_clear(&ample);
    return status;
}

static enum hb_status look(struct hb_plan *plan, size_t index, const struct hb_candidate *candidate,
                           struct hb_error *error)
{
    (void)index;
    return (takes_heap(candidate) ? look_at_bounded : look_at_budgeted)(plan, candidate, error);
}

/* -- one benchmark -- */

static void take_counts(struct hb_measurement *measurement, const struct tight_heap *heap,
                        const struct hb_counts *counts)
{
    measurement->ops = counts->ops;
    hb_measurement_count(measurement, "heap_bytes", (double)heap->bytes);
    hb_measurement_count(measurement, "failures", (double)counts->failures);
    hb_measurement_count(measurement, "served", (double)counts->served);
    hb_measurement_count(measurement, "allocs", (double)counts->allocs);
    if (counts->first_failure != HB_NO_FAILURE)
        hb_measurement_count(measurement, "first_failure", (double)counts->first_failure);
}

/* "NULL first at operation 57 of 402 (4096 bytes, unmerged)" */
static void label_failure(struct hb_measurement *measurement, const struct tight_heap *heap,
                          const struct hb_counts *counts)
{
    const char *reason = hb_failure_reason_name(counts->failure.reason);

    if (counts->first_failure == HB_NO_FAILURE)
        return;
    snprintf(measurement->label, sizeof measurement->label,
             "NULL first at operation %" PRIu64 " of %" PRIu64 " (%" PRIu64 " bytes%s%s)",
             counts->first_failure, heap->ops, counts->failure.size, reason != NULL ? ", " : "",
             reason != NULL ? reason : "");
}

/* Of the processes that were waited for. */
static double child_cpu_seconds(void)
{
    struct rusage usage;

    getrusage(RUSAGE_CHILDREN, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* `percent` of what is live at most; no less than a record, or what a budget is given in. */
static uint64_t percent_of_live(const struct hb_candidate *candidate, uint64_t live, unsigned percent)
{
    uint64_t bytes = live / 100 * percent + live % 100 * percent / 100;
    uint64_t least = takes_heap(candidate) ? 8 : MIB;

    return bytes < least ? least : bytes;
}

/* The heap is `percent` of the peak of live bytes, or a budget of so much, no less than a library needs. */
static enum hb_status measure_failure_points(struct hb_session *session, const struct hb_candidate *candidate,
                                             size_t trace, unsigned percent,
                                             struct hb_measurement *measurement, struct hb_error *error)
{
    struct tight_heap heap = {.candidate = candidate};
    struct hb_sample_result result;
    const struct hb_prepared *prepared;
    uint64_t begun_ns;
    double begun_cpu;
    enum hb_status status = candidate->model != NULL
                                ? hb_session_trace_ops(session, trace, &heap.ops, error)
                                : hb_cuts_ops(session, trace, candidate, &heap.ops, error);

    if (status == HB_OK)
        status = hb_discovery_trace(&session->found, trace, &prepared, error);
    if (status != HB_OK)
        return status;
    heap.bytes = percent_of_live(candidate, prepared->peak_live_bytes, percent);
    begun_ns = hb_clock_ns();
    begun_cpu = child_cpu_seconds();
    status = run_heap(session, trace, &heap, &result, error);
    measurement->seconds = (double)(hb_clock_ns() - begun_ns) / 1e9;
    measurement->cpu_seconds = child_cpu_seconds() - begun_cpu;
    if (status == HB_OK && !hb_verdict_has_figures(&result))
        hb_verdict_describe(&result, measurement->problem, sizeof measurement->problem);
    else if (status == HB_OK)
        take_counts(measurement, &heap, &result.counts);
    if (status == HB_OK && measurement->problem[0] == '\0')
        label_failure(measurement, &heap, &result.counts);
    hb_sample_result_clear(&result);
    return status;
}

static const unsigned percents[] = {75, 100, 125, 150, 200, 300, 0};

const struct hb_question hb_question_failure_points = {
    .name = "failure_points",
    .schemas = {&points_schema, &least_schema},
    .variant_name = "heap_percent_of_peak_live",
    .variants = percents,
    .step_limit = 20000000,
    .rounds = 1,
    .bounds_memory = true,
    .measure = measure_failure_points,
    .plans_extras = true,
    .look = look,
};

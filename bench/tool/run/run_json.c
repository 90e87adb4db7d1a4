/*
 * run_json.c - a comparison as JSON. results/README.md, "JSON", defines the keys.
 */
#include "bench/tool/run/run_show.h"

#include <string.h>

#include "bench/tool/output.h"

static enum hb_status out_of_memory(struct hb_error *error)
{
    return hb_error_set(error, HB_ERR_MEMORY, "out of memory for a table");
}

enum hb_status hb_run_json_open(struct hb_run_json *json, struct hb_error *error)
{
    json->rows = json_array();
    json->traces = json_array();
    return json->rows != NULL && json->traces != NULL ? HB_OK : out_of_memory(error);
}

void hb_run_json_close(struct hb_run_json *json)
{
    json_decref(json->rows);
    json_decref(json->traces);
}

/* -- single calls -- */

static json_t *tails_json(const struct hb_rounds *calls, const struct hb_rounds_cell *cell)
{
    json_t *array = json_array();

    for (unsigned kind = 0; kind < HB_CALL_KINDS; kind++)
        for (unsigned i = 0; i < HB_PERCENTILES && cell->latency->kinds[kind].count > 0; i++) {
            struct hb_rounds_tail tail = hb_rounds_tail(calls, cell, (enum hb_call_kind)kind, i);
            struct hb_json json = {.members = json_object()};

            hb_json_text(&json, "kind", hb_call_kind_name((enum hb_call_kind)kind));
            hb_json_text(&json, "percentile", hb_percentiles[i].name);
            hb_json_number(&json, "calls", cell->latency->kinds[kind].count);
            hb_json_number(&json, "ns", tail.ns);
            hb_json_number(&json, "least_ns", tail.least_ns);
            hb_json_number(&json, "most_ns", tail.most_ns);
            json_array_append_new(array, hb_json_end(&json));
        }
    return array;
}

static json_t *slowest_json(const struct hb_rounds *calls, const struct hb_rounds_cell *cell)
{
    const struct hb_op *ops = calls->session->found.loaded->ops;
    struct hb_rounds_slow slowest[HB_SLOWEST];
    uint32_t count = hb_rounds_slowest(calls, cell, slowest);
    json_t *array = json_array();

    for (uint32_t i = 0; i < count; i++) {
        const struct hb_op *op = &ops[slowest[i].call.op];
        struct hb_json json = {.members = json_object()};

        hb_json_number(&json, "op", slowest[i].call.op);
        hb_json_text(&json, "kind", hb_call_kind_name(hb_call_kind_of(op)));
        hb_json_known(&json, "size", op->size, op->kind != HB_OP_FREE);
        hb_json_number(&json, "thread", op->thread);
        hb_json_number(&json, "ns", slowest[i].call.ns);
        hb_json_number(&json, "least_ns", slowest[i].least_ns);
        hb_json_number(&json, "live_bytes", slowest[i].call.live_bytes);
        hb_json_known(&json, "ranges", slowest[i].call.ranges, slowest[i].call.ranges > 0);
        hb_json_number(&json, "rounds", slowest[i].rounds);
        json_array_append_new(array, hb_json_end(&json));
    }
    return array;
}

/* Of the cell on the same operations; null where it has no figures. */
static json_t *latency_json(const struct hb_rounds *calls, const struct hb_rounds_cell *compared)
{
    const struct hb_rounds_cell *cell = hb_rounds_find(calls, compared->candidate->name, compared->ops);
    struct hb_json json = {.members = NULL};

    if (cell == NULL || cell->latency == NULL || hb_rounds_is_failed(cell))
        return json_null();
    json.members = json_object();
    hb_json_number(&json, "rounds", calls->round_count);
    hb_json_number(&json, "clock_step_ns", cell->latency->clock_step_ns);
    hb_json_put(&json, "tails", tails_json(calls, cell));
    hb_json_put(&json, "slowest", slowest_json(calls, cell));
    return hb_json_end(&json);
}

/* -- a row -- */

static void put_known(struct hb_json *json, const char *key, double value)
{
    hb_json_put(json, key, value > 0 ? json_real(value) : json_null());
}

static void put_interval(struct hb_json *json, const char *const keys[3], const struct hb_interval *interval)
{
    put_known(json, keys[0], interval->estimate);
    put_known(json, keys[1], interval->low);
    put_known(json, keys[2], interval->high);
}

/* Null for "" as well. */
static void put_name(struct hb_json *json, const char *key, const char *name)
{
    hb_json_text(json, key, name != NULL && name[0] != '\0' ? name : NULL);
}

/* Seconds, as hyperfine's; null for a round in which it took no part. */
static json_t *times_of(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell,
                        enum hb_rounds_clock clock)
{
    json_t *times = json_array();

    for (uint32_t i = 0; i < rounds->round_count; i++) {
        const struct hb_round *round = &cell->rounds[i];
        uint64_t ns = clock == HB_ROUNDS_CPU ? round->cpu_ns : round->elapsed_ns;

        json_array_append_new(times, round->done ? json_real((double)ns / 1e9) : json_null());
    }
    return times;
}

static void put_comparison(struct hb_json *json, const struct hb_run_trace *trace,
                           const struct hb_run_row *row)
{
    static const char *const ratio[] = {"ratio", "ratio_low", "ratio_high"};
    static const char *const net[] = {"ratio_net", "ratio_net_low", "ratio_net_high"};
    bool is_usual = trace->baseline != NULL && strcmp(trace->baseline, HB_REFERENCE) == 0;

    hb_json_text(json, "baseline", trace->baseline);
    put_interval(json, ratio, &row->compared.ratio);
    put_interval(json, net, &row->compared.net);
    put_name(json, "verdict", hb_compared_name(row->compared.verdict));
    hb_json_known(json, "more_rounds", row->compared.more_rounds, row->compared.more_rounds > 0);
    hb_json_known(json, "rank", row->rank, row->rank > 0);
    put_known(json, "ratio_to_glibc", is_usual ? row->compared.ratio.estimate : 0);
}

/* Of one that is cut, on the same operations: no row of its own has them. */
static void put_reference_times(struct hb_json *json, const struct hb_rounds *rounds,
                                const struct hb_rounds_cell *cell)
{
    const struct hb_rounds_cell *reference = hb_rounds_reference(rounds, cell);

    if (!cell->cut || reference == NULL)
        return;
    hb_json_put(json, "baseline_times", times_of(rounds, reference, HB_ROUNDS_ELAPSED));
    hb_json_put(json, "baseline_cpu_times", times_of(rounds, reference, HB_ROUNDS_CPU));
}

/* What giving memory back takes, and what comes of it. */
static void put_kernel(struct hb_json *json, const struct hb_run_trace *trace, const struct hb_run_row *row)
{
    const struct hb_memory_calls *calls = &row->cell->calls;

    hb_json_real(json, "system_ns_per_op", row->system_ns);
    hb_json_known(json, "madvise_calls", calls->madvise_calls, calls->known);
    hb_json_known(json, "madvise_bytes", calls->madvise_bytes, calls->known);
    hb_json_known(json, "unmap_calls", calls->unmap_calls, calls->known);
    hb_json_known(json, "unmap_bytes", calls->unmap_bytes, calls->known);
    if (trace->rounds->session->options.idle_ms > 0)
        hb_json_put(json, "idle", hb_json_idle(&row->cell->idle));
}

/* Of a trace that several threads made. */
static void put_threads(struct hb_json *json, const struct hb_run_trace *trace, const struct hb_run_row *row)
{
    bool several = row->threads.threads > 0;

    if (trace->threads < 2)
        return;
    hb_json_put(json, "one_lock", json_boolean(row->threads.one_lock));
    put_known(json, "ops_per_s", several ? 1e9 / row->ns.median : 0);
    hb_json_put(json, "waiting_share", several ? json_real(row->waiting) : json_null());
    hb_json_known(json, "handovers", row->threads.handovers, several);
    hb_json_known(json, "replay_peak_live_bytes", row->replay_peak_live_bytes, several);
}

static void put_figures(struct hb_json *json, const struct hb_run_trace *trace, const struct hb_run_row *row)
{
    hb_json_real(json, "ns_per_op", row->ns.median);
    hb_json_real(json, "ns_per_op_min", row->ns.min);
    hb_json_real(json, "ns_per_op_max", row->ns.max);
    hb_json_real(json, "cpu_ns_per_op", row->cpu_ns.median);
    put_comparison(json, trace, row);
    hb_json_put(json, "saved_seconds", row->worth.known ? json_real(row->worth.saved_s) : json_null());
    hb_json_put(json, "saved_share", row->worth.known ? json_real(row->worth.share) : json_null());
    hb_json_number(json, "peak_live_bytes", row->peak_live_bytes);
    hb_json_number(json, "peak_resident_bytes", row->peak_resident_bytes);
    hb_json_number(json, "end_resident_bytes", row->end_resident_bytes);
    hb_json_number(json, "page_faults", row->page_faults);
    put_kernel(json, trace, row);
    put_known(json, "memory_over_live", row->over_live);
    hb_json_put(json, "reads_trace_clock", json_boolean(row->cell->result.reads_trace_clock));
    hb_json_number(json, "failures", row->failures);
    hb_json_known(json, "first_failure", row->first_failure, row->first_failure != HB_NO_FAILURE);
    put_threads(json, trace, row);
    hb_json_put(json, "times", times_of(trace->rounds, row->cell, HB_ROUNDS_ELAPSED));
    hb_json_put(json, "cpu_times", times_of(trace->rounds, row->cell, HB_ROUNDS_CPU));
    if (trace->calls != NULL)
        hb_json_put(json, "latency", latency_json(trace->calls, row->cell));
    put_reference_times(json, trace->rounds, row->cell);
}

static json_t *row_json(const struct hb_run_trace *trace, const struct hb_run_row *row)
{
    struct hb_json json = {.members = json_object()};

    hb_json_text(&json, "trace", trace->name);
    hb_json_text(&json, "allocator", row->allocator);
    hb_json_text(&json, "status", row->status);
    hb_json_number(&json, "ops", row->cell->ops);
    hb_json_number(&json, "trace_ops", trace->ops);
    hb_json_number(&json, "rounds", row->has_figures ? row->rounds : trace->rounds->round_count);
    if (row->problem[0] != '\0')
        hb_json_text(&json, "problem", row->problem);
    if (row->warning[0] != '\0')
        hb_json_text(&json, "warning", row->warning);
    if (row->has_figures)
        put_figures(&json, trace, row);
    return hb_json_end(&json);
}

/* -- a trace -- */

static json_t *sentences(bool (*say)(const struct hb_run_trace *, unsigned, char *),
                         const struct hb_run_trace *trace)
{
    char text[HB_RUN_WORDS_BYTES];
    json_t *array = json_array();

    for (unsigned i = 0; say(trace, i, text); i++)
        json_array_append_new(array, hb_json_string(text));
    return array;
}

static json_t *marked_rounds(const struct hb_run_trace *trace)
{
    json_t *array = json_array();

    for (uint32_t i = 0; i < trace->rounds->round_count; i++)
        if (trace->noise.marked[i])
            json_array_append_new(array, json_integer(i + 1));
    return array;
}

static json_t *trace_json(const struct hb_run_trace *trace)
{
    const struct hb_rounds *rounds = trace->rounds;
    struct hb_json json = {.members = json_object()};

    hb_json_text(&json, "trace", trace->name);
    hb_json_number(&json, "ops", trace->ops);
    hb_json_put(&json, "streamed", json_boolean(trace->streamed));
    hb_json_number(&json, "peak_live_bytes", trace->peak_live_bytes);
    hb_json_number(&json, "touched_blocks", trace->touched);
    hb_json_number(&json, "recorded_threads", trace->threads);
    hb_json_number(&json, "replay_threads", trace->replay_threads);
    hb_json_text(&json, "threads", hb_threading_names[rounds->session->options.threads.threading]);
    hb_json_known(&json, "program_wall_ns", trace->program_wall_ns, trace->program_wall_ns > 0);
    hb_json_known(&json, "program_cpu_ns", trace->program_cpu_ns, trace->program_cpu_ns > 0);
    hb_json_number(&json, "rounds", rounds->round_count);
    hb_json_put(&json, "pace",
                rounds->session->options.pace > 0 && trace->recorded_s > 0
                    ? json_real(rounds->session->options.pace)
                    : json_null());
    hb_json_text(
        &json, "library_clock",
        hb_library_clock_names[trace->has_times ? rounds->session->options.clock : HB_CLOCK_MACHINE]);
    hb_json_text(&json, "clock", trace->noise.clock == HB_ROUNDS_CPU ? "processor" : "elapsed");
    put_known(&json, "null_ns_per_op", trace->null_ns);
    put_known(&json, "null_spread", trace->noise.null_spread);
    put_known(&json, "load", trace->noise.load);
    hb_json_number(&json, "cores", trace->noise.cores);
    hb_json_put(&json, "marked_rounds", marked_rounds(trace));
    if (rounds->null != NULL) {
        hb_json_put(&json, "null_times", times_of(rounds, rounds->null, HB_ROUNDS_ELAPSED));
        hb_json_put(&json, "null_cpu_times", times_of(rounds, rounds->null, HB_ROUNDS_CPU));
    }
    if (trace->calls != NULL && trace->calls->null != NULL)
        hb_json_put(&json, "null_latency", latency_json(trace->calls, trace->calls->null));
    hb_json_put(&json, "verdict", sentences(hb_run_words, trace));
    hb_json_put(&json, "warnings", sentences(hb_run_noise_words, trace));
    return hb_json_end(&json);
}

enum hb_status hb_run_json_add(struct hb_run_json *json, const struct hb_run_trace *trace,
                               struct hb_error *error)
{
    for (size_t i = 0; i < trace->count; i++)
        if (json_array_append_new(json->rows, row_json(trace, &trace->rows[i])) != 0)
            return out_of_memory(error);
    return json_array_append_new(json->traces, trace_json(trace)) == 0 ? HB_OK : out_of_memory(error);
}

enum hb_status hb_run_json_add_unusable(struct hb_run_json *json, const char *trace, const char *problem,
                                        struct hb_error *error)
{
    struct hb_json row = {.members = json_object()};

    hb_json_text(&row, "trace", trace);
    hb_json_text(&row, "allocator", NULL);
    hb_json_text(&row, "status", "unusable");
    hb_json_text(&row, "problem", problem);
    return json_array_append_new(json->rows, hb_json_end(&row)) == 0 ? HB_OK : out_of_memory(error);
}

/* -- all of it -- */

static json_t *mean_json(const struct hb_run_mean *mean)
{
    static const char *const ratio[] = {"ratio", "ratio_low", "ratio_high"};
    struct hb_json json = {.members = json_object()};

    hb_json_text(&json, "allocator", mean->allocator);
    hb_json_number(&json, "traces", mean->trace_count);
    put_interval(&json, ratio, &mean->ratio);
    put_name(&json, "verdict", hb_compared_name(mean->verdict));
    hb_json_known(&json, "rank", mean->rank, mean->rank > 0);
    return hb_json_end(&json);
}

static json_t *means_json(const struct hb_run_means *means)
{
    json_t *array = json_array();

    for (size_t i = 0; i < means->count && means->trace_count > 0; i++)
        json_array_append_new(array, mean_json(&means->means[i]));
    return array;
}

static json_t *left_out_json(const struct hb_provenance *provenance)
{
    json_t *array = json_array();

    for (unsigned i = 0; i < provenance->left_out_count && i < HB_PROVENANCE_LEFT_OUT_MAX; i++)
        json_array_append_new(array, hb_json_string(provenance->left_out[i]));
    return array;
}

/* The lines of a file's head; what may stand there more than once is an array of its own. */
static void put_line(void *context, const char *key, const char *text)
{
    if (strcmp(key, "left out") != 0 && strcmp(key, "library") != 0 && strcmp(key, "variant") != 0)
        hb_json_text(context, key, text);
}

static json_t *provenance_json(const struct hb_provenance *provenance)
{
    struct hb_json json = {.members = json_object()};

    hb_json_text(&json, "version", provenance->build->version);
    hb_json_text(&json, "commit", provenance->build->commit);
    hb_provenance_lines(provenance, put_line, &json);
    return hb_json_end(&json);
}

int hb_run_json_print(const struct hb_run_json *json, const struct hb_session *session,
                      const struct hb_run_means *means)
{
    const struct hb_provenance *provenance = &session->provenance;
    struct hb_json whole = {.members = json_object()};

    hb_json_put(&whole, "provenance", provenance_json(provenance));
    hb_json_number(&whole, "seed", provenance->seed);
    hb_json_number(&whole, "rounds", provenance->rounds);
    put_known(&whole, "until", session->options.until);
    hb_json_known(&whole, "budget_ms", session->options.budget_ms, session->options.budget_ms > 0);
    hb_json_text(&whole, "baseline", session->reference != NULL ? session->reference->name : NULL);
    hb_json_text(&whole, "touch", hb_touch_name(provenance->touch));
    put_known(&whole, "floor_ns_per_op", provenance->null_ns);
    hb_json_number(&whole, "clock_pair_ns", provenance->clock_pair_ns);
    hb_json_put(&whole, "interrupted", json_boolean(hb_session_is_interrupted()));
    hb_json_put(&whole, "libraries", hb_json_libraries(&session->found));
    hb_json_put(&whole, "rows", json_incref(json->rows));
    hb_json_put(&whole, "traces", json_incref(json->traces));
    hb_json_put(&whole, "mean", means_json(means));
    hb_json_put(&whole, "left_out", left_out_json(provenance));
    return hb_json_print(&whole);
}

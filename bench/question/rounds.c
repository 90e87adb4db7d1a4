/*
 * rounds.c - rounds of samples, interleaved in shuffled order, and the statistics over them.
 */
#include "bench/question/rounds.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/stats.h"
#include "bench/sample/verdict.h"

static enum hb_status out_of_memory(struct hb_error *error)
{
    return hb_error_set(error, HB_ERR_MEMORY, "out of memory for the samples of a comparison");
}

enum hb_status hb_rounds_open(struct hb_rounds *rounds, struct hb_session *session, size_t trace,
                              uint32_t windows, struct hb_error *error)
{
    /* Each, on other operations where a plan pairs it (question.h), a reference for each, null. */
    size_t most = 3 * session->found.candidate_count + 1;
    enum hb_status status;

    memset(rounds, 0, sizeof *rounds);
    status = hb_session_trace_ops(session, trace, &rounds->trace_ops, error);
    if (status != HB_OK)
        return status;
    rounds->session = session;
    rounds->trace = trace;
    rounds->points = windows;
    if (rounds->points > rounds->trace_ops)
        rounds->points = rounds->trace_ops > 0 ? (uint32_t)rounds->trace_ops : 1;
    rounds->cells = calloc(most, sizeof *rounds->cells);
    rounds->order = calloc(most, sizeof *rounds->order);
    hb_random_seed(&rounds->random, session->options.seed + trace);
    return rounds->cells != NULL && rounds->order != NULL ? HB_OK : out_of_memory(error);
}

void hb_rounds_close(struct hb_rounds *rounds)
{
    for (size_t i = 0; i < rounds->cell_count; i++) {
        hb_sample_result_clear(&rounds->cells[i].result);
        free(rounds->cells[i].rounds);
        free(rounds->cells[i].window_ns);
        free(rounds->cells[i].tails);
        free(rounds->cells[i].latency);
    }
    free(rounds->cells);
    free(rounds->order);
    free(rounds->scratch);
    memset(rounds, 0, sizeof *rounds);
}

struct hb_rounds_cell *hb_rounds_add(struct hb_rounds *rounds, const struct hb_candidate *candidate,
                                     uint64_t ops)
{
    struct hb_rounds_cell *cell = &rounds->cells[rounds->cell_count];

    assert(rounds->round_count == 0);
    cell->candidate = candidate;
    cell->ops = ops;
    cell->cut = ops < rounds->trace_ops && candidate->walks;
    rounds->order[rounds->cell_count] = rounds->cell_count;
    rounds->cell_count++;
    return cell;
}

const struct hb_rounds_cell *hb_rounds_find(const struct hb_rounds *rounds, const char *name, uint64_t ops)
{
    for (size_t i = 0; i < rounds->cell_count; i++)
        if (rounds->cells[i].ops == ops && strcmp(rounds->cells[i].candidate->name, name) == 0)
            return &rounds->cells[i];
    return NULL;
}

static const struct hb_rounds_cell *find_reference(const struct hb_rounds *rounds, uint64_t ops)
{
    const struct hb_candidate *reference = rounds->session->reference;

    return reference != NULL ? hb_rounds_find(rounds, reference->name, ops) : NULL;
}

void hb_rounds_complete(struct hb_rounds *rounds, bool null)
{
    const struct hb_candidate *reference = rounds->session->reference;
    size_t count = rounds->cell_count;

    for (size_t i = 0; i < count && reference != NULL; i++) {
        const struct hb_rounds_cell *cell = &rounds->cells[i];

        /* One that walks has its own cell alone: the rest of the trace may take it hours. */
        if (find_reference(rounds, cell->ops) != NULL || reference->walks || rounds->times_calls)
            continue;
        struct hb_rounds_cell *added = hb_rounds_add(rounds, reference, cell->ops);
        added->hidden = true;
        added->rounds_max = cell->rounds_max;
    }
    if (null && hb_rounds_find(rounds, HB_FLOOR, rounds->trace_ops) == NULL)
        hb_rounds_add(rounds, &hb_floor_null, rounds->trace_ops)->hidden = true;
    if (null)
        rounds->null = hb_rounds_find(rounds, HB_FLOOR, rounds->trace_ops);
}

const struct hb_rounds_cell *hb_rounds_reference(const struct hb_rounds *rounds,
                                                 const struct hb_rounds_cell *cell)
{
    return find_reference(rounds, cell->ops);
}

bool hb_rounds_is_failed(const struct hb_rounds_cell *cell)
{
    return !hb_verdict_has_figures(&cell->result);
}

bool hb_round_has_figures(const struct hb_round *round)
{
    return round->done && (round->outcome == HB_SAMPLE_OK || round->outcome == HB_SAMPLE_FAILED);
}

bool hb_rounds_is_problem(const struct hb_rounds_cell *cell)
{
    return hb_verdict_is_problem(&cell->result);
}

const char *hb_rounds_status(const struct hb_rounds_cell *cell)
{
    return hb_verdict_status(&cell->result, cell->cut);
}

/* Keeps a round's percentiles, and its calls with those of all. */
static void keep_calls(struct hb_rounds_cell *cell, uint32_t round, struct hb_sample_result *result)
{
    const struct hb_latency *found = result->latency;
    struct hb_round_tails *tails = &cell->tails[round];

    for (unsigned kind = 0; kind < HB_CALL_KINDS; kind++)
        for (unsigned i = 0; i < HB_PERCENTILES; i++)
            tails->ns[kind][i] = hb_histogram_percentile(&found->kinds[kind], hb_percentiles[i].share);
    tails->slowest_count = found->slowest_count;
    memcpy(tails->slowest, found->slowest, sizeof tails->slowest);
    if (cell->latency == NULL) {
        cell->latency = result->latency;
        result->latency = NULL;
        return;
    }
    for (unsigned kind = 0; kind < HB_CALL_KINDS; kind++)
        hb_histogram_merge(&cell->latency->kinds[kind], &found->kinds[kind]);
}

/* Keeps what one sample found. */
static void keep(struct hb_rounds *rounds, struct hb_rounds_cell *cell, uint32_t round,
                 struct hb_sample_result *result)
{
    bool first = round == 0 || hb_verdict_is_problem(result);

    cell->rounds[round] = (struct hb_round){.done = true,
                                            .outcome = result->outcome,
                                            .elapsed_ns = result->elapsed_ns,
                                            .cpu_ns = result->cpu_ns,
                                            .failures = result->counts.failures,
                                            .first_failure = result->counts.first_failure,
                                            .peak_resident_bytes = result->peak_resident_bytes,
                                            .end_resident_bytes = result->end_resident_bytes,
                                            .page_faults = result->page_faults,
                                            .system_ns = result->system_ns,
                                            .threads = result->threads};
    for (uint32_t i = 0; i < result->point_count && i < rounds->points; i++)
        cell->window_ns[(size_t)round * rounds->points + i] = result->points[i].elapsed_ns;
    if (result->latency != NULL)
        keep_calls(cell, round, result);
    if (first) {
        hb_sample_result_clear(&cell->result);
        cell->result = *result; /* with its points */
        memset(result, 0, sizeof *result);
    }
}

static enum hb_status run_cell(struct hb_rounds *rounds, struct hb_rounds_cell *cell, uint32_t round,
                               struct hb_error *error)
{
    struct hb_session *session = rounds->session;
    struct hb_sample_request request = {.mode = rounds->times_calls  ? HB_SAMPLE_LATENCY
                                                : rounds->points > 0 ? HB_SAMPLE_SERIES
                                                                     : HB_SAMPLE_TIME,
                                        .op_limit = cell->ops,
                                        .inspects_slowest = rounds->inspects_slowest,
                                        .points = rounds->points,
                                        .window_ops = rounds->trace_ops};
    struct hb_sample_result result;
    enum hb_status status;

    hb_progress_step(&session->progress, "%s: %s, round %u", session->found.traces[rounds->trace].name,
                     cell->candidate->name, round + 1);
    if (round > 0 && (hb_rounds_is_failed(cell) || (cell->rounds_max != 0 && round >= cell->rounds_max)))
        return HB_OK;
    status = hb_session_sample(session, rounds->trace, cell->candidate, &request, &result, error);
    if (status == HB_OK)
        keep(rounds, cell, round, &result);
    hb_sample_result_clear(&result);
    return status;
}

/* Grows an array in a cell to `room` rounds of `each` elements; what is new is 0. False when out of memory.
 */
static bool grow(void **array, size_t bytes, uint32_t each, uint32_t had, uint32_t room)
{
    char *grown = reallocarray(*array, (size_t)room * each, bytes);

    if (grown == NULL)
        return false;
    memset(grown + (size_t)had * each * bytes, 0, (size_t)(room - had) * each * bytes);
    *array = grown;
    return true;
}

static enum hb_status make_room(struct hb_rounds *rounds, struct hb_error *error)
{
    uint32_t had = rounds->room, room = had == 0 ? 16 : 2 * had;
    double *scratch;

    if (rounds->round_count < had)
        return HB_OK;
    for (size_t i = 0; i < rounds->cell_count; i++) {
        struct hb_rounds_cell *cell = &rounds->cells[i];

        if (!grow((void **)&cell->rounds, sizeof *cell->rounds, 1, had, room) ||
            (rounds->times_calls && !grow((void **)&cell->tails, sizeof *cell->tails, 1, had, room)) ||
            (rounds->points > 0 &&
             !grow((void **)&cell->window_ns, sizeof *cell->window_ns, rounds->points, had, room)))
            return out_of_memory(error);
    }
    scratch = reallocarray(rounds->scratch, 4 * (size_t)room, sizeof *scratch);
    if (scratch == NULL)
        return out_of_memory(error);
    rounds->scratch = scratch;
    rounds->room = room;
    return HB_OK;
}

enum hb_status hb_rounds_run(struct hb_rounds *rounds, struct hb_error *error)
{
    enum hb_status status = make_room(rounds, error);

    hb_random_shuffle(&rounds->random, rounds->order, rounds->cell_count);
    for (size_t i = 0; i < rounds->cell_count && status == HB_OK; i++)
        status = run_cell(rounds, &rounds->cells[rounds->order[i]], rounds->round_count, error);
    rounds->round_count += status == HB_OK;
    return status;
}

void hb_rounds_figures(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell,
                       enum hb_rounds_clock clock, double *out)
{
    for (uint32_t i = 0; i < rounds->round_count; i++) {
        const struct hb_round *round = &cell->rounds[i];
        uint64_t ns = clock == HB_ROUNDS_CPU ? round->cpu_ns : round->elapsed_ns;

        out[i] =
            hb_rounds_is_failed(cell) || !round->done || cell->ops == 0 ? 0 : (double)ns / (double)cell->ops;
    }
}

/* The same without the rounds that have none; returns how many there are. */
static size_t known_figures(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell,
                            enum hb_rounds_clock clock, double *out)
{
    size_t count = 0;

    hb_rounds_figures(rounds, cell, clock, out);
    for (uint32_t i = 0; i < rounds->round_count; i++)
        if (out[i] > 0)
            out[count++] = out[i];
    return count;
}

struct hb_stats_spread hb_rounds_spread(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell,
                                        enum hb_rounds_clock clock)
{
    size_t count = known_figures(rounds, cell, clock, rounds->scratch);

    return count > 0 ? hb_stats_spread(rounds->scratch, count) : (struct hb_stats_spread){.median = 0};
}

double hb_rounds_ns_per_op(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell)
{
    return hb_rounds_spread(rounds, cell, HB_ROUNDS_ELAPSED).median;
}

double hb_rounds_ratio_to(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell,
                          const struct hb_rounds_cell *reference)
{
    size_t count = rounds->round_count;

    hb_rounds_figures(rounds, cell, HB_ROUNDS_ELAPSED, rounds->scratch);
    hb_rounds_figures(rounds, reference, HB_ROUNDS_ELAPSED, rounds->scratch + count);
    return hb_stats_paired_ratio(rounds->scratch, rounds->scratch + count, count,
                                 rounds->scratch + 2 * count);
}

double hb_rounds_ratio(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell)
{
    const struct hb_rounds_cell *reference = hb_rounds_reference(rounds, cell);

    return reference != NULL ? hb_rounds_ratio_to(rounds, cell, reference) : 0;
}

double hb_rounds_window_ns(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell, uint32_t window)
{
    if (hb_rounds_is_failed(cell) || cell->window_ns == NULL || window >= rounds->points)
        return 0;
    for (uint32_t i = 0; i < rounds->round_count; i++)
        rounds->scratch[i] = (double)cell->window_ns[(size_t)i * rounds->points + window];
    return hb_stats_median(rounds->scratch, rounds->round_count);
}

struct hb_rounds_tail hb_rounds_tail(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell,
                                     enum hb_call_kind kind, unsigned percentile)
{
    struct hb_rounds_tail tail = {.ns = 0};

    if (cell->latency == NULL || cell->latency->kinds[kind].count == 0 || hb_rounds_is_failed(cell))
        return tail;
    tail.ns = hb_histogram_percentile(&cell->latency->kinds[kind], hb_percentiles[percentile].share);
    tail.least_ns = UINT64_MAX;
    for (uint32_t i = 0; i < rounds->round_count; i++) {
        uint64_t ns = cell->tails[i].ns[kind][percentile];

        if (!cell->rounds[i].done)
            continue;
        tail.least_ns = ns < tail.least_ns ? ns : tail.least_ns;
        tail.most_ns = ns > tail.most_ns ? ns : tail.most_ns;
    }
    return tail;
}

/* What the rounds say of an operation that was among the slowest in one of them. */
static struct hb_rounds_slow gather_slow(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell,
                                         uint64_t op)
{
    struct hb_rounds_slow slow = {.rounds = 0, .least_ns = UINT64_MAX};

    for (uint32_t round = 0; round < rounds->round_count; round++)
        for (uint32_t i = 0; i < cell->tails[round].slowest_count; i++) {
            const struct hb_slow_call *call = &cell->tails[round].slowest[i];

            if (call->op != op)
                continue;
            slow.rounds++;
            slow.least_ns = call->ns < slow.least_ns ? call->ns : slow.least_ns;
            if (call->ns >= slow.call.ns)
                slow.call = *call;
        }
    return slow;
}

static bool is_slower(const struct hb_rounds_slow *a, const struct hb_rounds_slow *b)
{
    return a->rounds != b->rounds ? a->rounds > b->rounds : a->call.ns > b->call.ns;
}

static void rank_slow(const struct hb_rounds_slow *slow, struct hb_rounds_slow out[HB_SLOWEST],
                      uint32_t *count)
{
    uint32_t at = *count;

    for (uint32_t i = 0; i < *count; i++)
        if (out[i].call.op == slow->call.op)
            return;
    if (at == HB_SLOWEST && !is_slower(slow, &out[at - 1]))
        return;
    if (at < HB_SLOWEST)
        ++*count;
    else
        at--;
    for (; at > 0 && is_slower(slow, &out[at - 1]); at--)
        out[at] = out[at - 1];
    out[at] = *slow;
}

uint32_t hb_rounds_slowest(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell,
                           struct hb_rounds_slow out[HB_SLOWEST])
{
    uint32_t count = 0;

    if (cell->latency == NULL || hb_rounds_is_failed(cell))
        return 0;
    for (uint32_t round = 0; round < rounds->round_count; round++)
        for (uint32_t i = 0; i < cell->tails[round].slowest_count; i++) {
            struct hb_rounds_slow slow = gather_slow(rounds, cell, cell->tails[round].slowest[i].op);

            rank_slow(&slow, out, &count);
        }
    return count;
}

enum hb_status hb_rounds_time_calls(const struct hb_rounds *compared, uint32_t rounds,
                                    struct hb_rounds *calls, struct hb_error *error)
{
    struct hb_session *session = compared->session;
    enum hb_status status = hb_rounds_open(calls, session, compared->trace, 0, error);

    calls->times_calls = calls->inspects_slowest = true;
    for (size_t i = 0; i < compared->cell_count && status == HB_OK; i++)
        if (!compared->cells[i].hidden && !hb_rounds_is_failed(&compared->cells[i]))
            hb_rounds_add(calls, compared->cells[i].candidate, compared->cells[i].ops);
    if (status == HB_OK)
        hb_rounds_complete(calls, true);
    if (session->progress.total > 0)
        session->progress.total += calls->cell_count * rounds;
    while (status == HB_OK && calls->round_count < rounds)
        status = hb_rounds_run(calls, error);
    return status == HB_ERR_INTERRUPTED ? HB_OK : status;
}

uint32_t hb_rounds_threads(const struct hb_rounds_cell *cell)
{
    return cell->result.threads.threads > 0 ? cell->result.threads.threads : 1;
}

double hb_rounds_waiting(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell)
{
    size_t count = 0;

    for (uint32_t i = 0; i < rounds->round_count; i++) {
        const struct hb_threads_figures *threads = &cell->rounds[i].threads;

        if (cell->rounds[i].done && threads->wall_ns > 0)
            rounds->scratch[count++] = (double)threads->waiting_ns / (double)threads->wall_ns;
    }
    return count > 0 ? hb_stats_median(rounds->scratch, count) : 0;
}

uint64_t hb_rounds_median(const struct hb_rounds *rounds, const struct hb_rounds_cell *cell, size_t member)
{
    size_t count = 0;

    for (uint32_t i = 0; i < rounds->round_count; i++)
        if (cell->rounds[i].done)
            rounds->scratch[count++] = (double)*(const uint64_t *)((const char *)&cell->rounds[i] + member);
    return count > 0 ? (uint64_t)hb_stats_median(rounds->scratch, count) : 0;
}

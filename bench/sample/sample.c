/*
 * sample.c - the parent's side of a sample: what is asked of the child, and what is believed of its result.
 */
#include "bench/sample/sample.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/pages.h"
#include "bench/replay/feed.h"
#include "bench/replay/schedule.h"
#include "bench/sample/memory.h"
#include "bench/sample/sample_exchange.h"
#include "bench/sample/verdict.h"

/* A block of so many bytes no process has the addresses for: it is NULL, and takes nothing. */
#define NO_BLOCK_BYTES (UINT64_C(1) << 48)

const char *const hb_library_clock_names[] = {"trace", "machine", NULL};

static enum hb_status check_request(const struct hb_sample_request *request, struct hb_error *error)
{
    assert(request->mode != HB_SAMPLE_LATENCY || request->points == 0);
    if (request->points > HB_SAMPLE_MAX_POINTS || (request->mode == HB_SAMPLE_SERIES && request->points == 0))
        return hb_error_set(error, HB_ERR_USAGE, "%u points asked for; a series has 1 to %d", request->points,
                            HB_SAMPLE_MAX_POINTS);
    if (strlen(request->allocator) >= sizeof((struct hb_sample_exchange *)NULL)->allocator)
        return hb_error_set(error, HB_ERR_USAGE, "the allocator's path is longer than %zu bytes",
                            sizeof((struct hb_sample_exchange *)NULL)->allocator - 1);
    return HB_OK;
}

/* How many operations are asked for. */
static uint64_t ops_of(const struct hb_sample_request *request)
{
    uint64_t ops = request->prepared->op_count;

    return request->op_limit != 0 && request->op_limit < ops ? request->op_limit : ops;
}

/* The most that is live in the operations that are asked for, of blocks that there can be; of a streamed
 * workload, in all of them. */
static uint64_t peak_of(const struct hb_sample_request *request)
{
    const struct hb_prepared *prepared = request->prepared;
    uint64_t ops = ops_of(request);
    size_t bytes = (prepared->slots + 1) * sizeof(uint64_t);
    uint64_t *size_of = hb_pages_reserve(bytes), live = 0, peak = 0;

    if (prepared->path != NULL || size_of == NULL) {
        hb_pages_free(size_of, bytes);
        return prepared->peak_live_bytes;
    }
    for (uint64_t i = 0; i < ops; i++) {
        const struct hb_op *op = &prepared->ops[i];
        uint64_t size = op->size < NO_BLOCK_BYTES ? op->size : 0;

        live += size - size_of[op->object];
        size_of[op->object] = size;
        if (live > peak)
            peak = live;
    }
    hb_pages_free(size_of, bytes);
    return peak;
}

static bool is_untouched(const struct hb_sample_request *request)
{
    const struct hb_allocator *builtin = hb_allocator_find(request->allocator);

    return request->touch == HB_TOUCH_NONE || (builtin != NULL && (builtin->caps & HB_CAP_UNTOUCHABLE) != 0);
}

static uint64_t with_margin(uint64_t bytes)
{
    return bytes > UINT64_MAX - bytes / 8 ? UINT64_MAX : bytes + bytes / 8;
}

/*
 * A replay that fills more memory than there is would take the machine down before it ended: false, with both
 * numbers, where the blocks that are live at once, and an eighth more for the allocator's own, are more. A
 * heap or a budget is a limit too.
 */
bool hb_sample_has_memory(const struct hb_sample_request *request, struct hb_error *error)
{
    uint64_t limit = request->heap_bytes != 0 ? request->heap_bytes : request->budget_bytes;
    uint64_t available = is_untouched(request) ? UINT64_MAX : hb_memory_available(""), peak;

    if (with_margin(request->prepared->peak_live_bytes) <= available || (limit != 0 && limit <= available))
        return true;
    peak = peak_of(request);
    if (with_margin(peak) <= available)
        return true;
    hb_error_set(error, HB_ERR_LIMIT,
                 "%s needs %s of memory (%s live, an eighth more for the allocator), and %s are available; "
                 "--touch none leaves its blocks unfilled",
                 request->prepared->name, hb_show_bytes(with_margin(peak)).text, hb_show_bytes(peak).text,
                 hb_show_bytes(available).text);
    return false;
}

static double paced_seconds(const struct hb_sample_request *request)
{
    return hb_paced_seconds(request->prepared, ops_of(request), request->pace);
}

/* False, with a pace that would do, where the recording is too long for the one that was asked for. */
static bool has_time(const struct hb_sample_request *request, struct hb_error *error)
{
    double seconds = paced_seconds(request);

    if (seconds <= HB_PACED_MOST_S)
        return true;
    hb_error_set(
        error, HB_ERR_LIMIT,
        "%s would take %.3g days at its pace, and more than one is refused; --paced=%.2g takes an hour",
        request->prepared->name, seconds / HB_PACED_MOST_S, request->pace * 3600 / seconds);
    return false;
}

/* False, with a sentence, where all operations must be at hand and those of the workload are streamed. */
static bool can_stream(const struct hb_sample_request *request, struct hb_error *error)
{
    const struct hb_prepared *prepared = request->prepared;
    const char *what = NULL;

    if (prepared->path == NULL)
        return true;
    if (request->mode == HB_SAMPLE_LATENCY)
        what = "the time of each call is";
    else if (request->threads.threading != HB_THREADING_NONE && prepared->threads > 1)
        what = "a replay by its threads is";
    else if (request->is_followed)
        what = "what is live at each silence is";
    if (what == NULL)
        return true;
    if (prepared->op_count < HB_STREAMED_OPS)
        hb_error_set(error, HB_ERR_LIMIT,
                     "%s is streamed, and %s of traces that are held in memory: without --stream",
                     prepared->name, what);
    else
        hb_error_set(error, HB_ERR_LIMIT,
                     "%s has %s, and %s of traces that are held in memory: of fewer than %s operations",
                     prepared->name, hb_show_counted(prepared->op_count, "operation").text, what,
                     hb_show_count(HB_STREAMED_OPS).text);
    return false;
}

static void write_request(const struct hb_sample_request *request, struct hb_sample_exchange *exchange)
{
    exchange->request = *request;
    exchange->result.check.op = HB_CHECK_NO_OP;
    memcpy(exchange->allocator, request->allocator, strlen(request->allocator) + 1);
}

/* A wrong library may have written anywhere, and there too. */
static void distrust(const struct hb_sample_request *request, struct hb_sample_result *result)
{
    if (result->outcome > HB_SAMPLE_FAILED)
        result->outcome = HB_SAMPLE_CRASHED;
    if (result->point_count > request->points)
        result->point_count = request->points;
    if (result->check.call.kind >= HB_OP_KINDS)
        result->check.op = HB_CHECK_NO_OP;
    if (result->idle.count > HB_IDLE_LOOKS)
        result->idle.count = HB_IDLE_LOOKS;
    result->error.text[sizeof result->error.text - 1] = '\0';
    result->library.path[sizeof result->library.path - 1] = '\0';
    result->library.version[sizeof result->library.version - 1] = '\0';
}

/* The library may have written over the counts, which say nothing false about memory, and over this. */
static enum hb_status take_latency(const struct hb_sample_request *request,
                                   struct hb_sample_exchange *exchange, struct hb_sample_result *result,
                                   struct hb_error *error)
{
    const struct hb_latency *found = hb_sample_exchange_latency(exchange);

    result->latency = NULL;
    if (request->mode != HB_SAMPLE_LATENCY || result->outcome != HB_SAMPLE_OK)
        return HB_OK;
    result->latency = malloc(sizeof *result->latency);
    if (result->latency == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "no memory for the times of calls");
    memcpy(result->latency, found, sizeof *found);
    if (result->latency->slowest_count > HB_SLOWEST)
        result->latency->slowest_count = HB_SLOWEST;
    for (uint32_t i = 0; i < result->latency->slowest_count; i++)
        if (result->latency->slowest[i].op >= request->prepared->op_count)
            result->latency->slowest_count = i;
    return HB_OK;
}

static enum hb_status take_points(const struct hb_sample_exchange *exchange, struct hb_sample_result *result,
                                  struct hb_error *error)
{
    size_t bytes = result->point_count * sizeof *result->points;

    result->points = NULL;
    if (bytes == 0)
        return HB_OK;
    result->points = malloc(bytes);
    if (result->points == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "no memory for %u points of a series", result->point_count);
    memcpy(result->points, exchange->points, bytes);
    return HB_OK;
}

/* The recording's own time is no fault of the allocator's. */
static uint64_t timeout_ms(const struct hb_sample_request *request)
{
    return request->timeout_ms == 0
               ? 0
               : request->timeout_ms + request->idle_ms + (uint64_t)(paced_seconds(request) * 1e3);
}

/* What there is to say of a child that left no result. */
static void note_end(const struct hb_sample_request *request, const struct hb_child_outcome *outcome,
                     struct hb_sample_result *result)
{
    if (outcome->end == HB_CHILD_CRASHED) {
        result->outcome = HB_SAMPLE_CRASHED;
        result->exit_status = outcome->exit_status;
        result->signal = outcome->signal;
        result->error = outcome->error;
    } else {
        result->outcome = HB_SAMPLE_TIMED_OUT;
        result->timeout_ms = timeout_ms(request);
        hb_error_set(&result->error, HB_ERR_CHILD, "%s: not done after %.1f s", request->allocator,
                     (double)timeout_ms(request) / 1000);
    }
}

/* It was found in a handler of a signal, which may not write sentences. */
static void explain_stuck(struct hb_sample_result *result)
{
    char op[HB_VERDICT_OPERATION_BYTES];

    hb_verdict_operation(result, op);
    hb_error_set(&result->error, HB_ERR_BROKEN,
                 "it does not come back: a second of processor time in one call (%s)", op);
}

static enum hb_status collect(const struct hb_sample_request *request, struct hb_sample_exchange *exchange,
                              const struct hb_child_outcome *outcome, struct hb_sample_result *result,
                              struct hb_error *error)
{
    enum hb_status status;

    if (outcome->end == HB_CHILD_DONE) {
        *result = exchange->result;
        distrust(request, result);
        if (result->check.stuck)
            explain_stuck(result);
        result->latency = NULL;
        status = take_points(exchange, result, error);
        return status == HB_OK ? take_latency(request, exchange, result, error) : status;
    }
    *result = (struct hb_sample_result){.counts.first_failure = HB_NO_FAILURE,
                                        .check.op = exchange->result.check.op,
                                        .check.call = exchange->result.check.call,
                                        .idle = exchange->result.idle};
    distrust(request, result);
    note_end(request, outcome, result);
    return HB_OK;
}

/* A page's multiple, which is what the feed wants. */
static size_t whole_pages(size_t bytes)
{
    return (bytes + hb_page_bytes() - 1) / hb_page_bytes() * hb_page_bytes();
}

static enum hb_status begin_feed(struct hb_sample_run *sample, size_t feed_at, struct hb_error *error)
{
    struct hb_sample_exchange *exchange = (struct hb_sample_exchange *)sample->child.exchange;

    if (sample->request.prepared->path == NULL)
        return HB_OK;
    exchange->feed_at = feed_at;
    return hb_feeder_open(sample->request.prepared, hb_sample_exchange_feed(exchange), &sample->feeder,
                          error);
}

static void close_child(struct hb_sample_run *sample)
{
    hb_feeder_close(sample->feeder);
    hb_child_close(&sample->child);
}

static enum hb_status begin_child(struct hb_sample_run *sample, struct hb_error *error)
{
    const struct hb_sample_request *request = &sample->request;
    size_t feed_at =
        whole_pages(sizeof(struct hb_sample_exchange) + request->points * sizeof(struct hb_point) +
                    (request->mode == HB_SAMPLE_LATENCY ? sizeof(struct hb_latency) : 0));
    size_t bytes = feed_at + (request->prepared->path != NULL ? hb_feed_bytes(request->prepared) : 0);
    bool keeps_printed = request->quiet || request->mode == HB_SAMPLE_CHECK;
    const struct hb_child_order order = {.subject = request->allocator,
                                         .attached = request->prepared->fd,
                                         .settings = request->settings,
                                         .timeout_ms = timeout_ms(request),
                                         .printed = keeps_printed ? sample->printed : NULL,
                                         .printed_bytes = sizeof sample->printed};
    enum hb_status status = hb_child_open(&hb_sample_job, bytes, &sample->child, error);

    if (status != HB_OK)
        return status;
    write_request(request, (struct hb_sample_exchange *)sample->child.exchange);
    status = begin_feed(sample, feed_at, error);
    if (status == HB_OK)
        status = hb_child_begin(&sample->child, &order, &sample->run, error);
    if (status != HB_OK)
        close_child(sample);
    return status;
}

enum hb_status hb_sample_begin(const struct hb_sample_request *request, struct hb_sample_run *sample,
                               struct hb_error *error)
{
    enum hb_status status = check_request(request, error);

    assert(request->mode <= HB_SAMPLE_CHECK && request->touch <= HB_TOUCH_ALL);
    assert((!request->rests && !request->is_followed) || request->threads.threading == HB_THREADING_NONE);
    *sample = (struct hb_sample_run){.request = *request};
    if (status != HB_OK)
        return status;
    sample->is_refused = !hb_sample_has_memory(request, &sample->reason) ||
                         !has_time(request, &sample->reason) || !can_stream(request, &sample->reason);
    return sample->is_refused ? HB_OK : begin_child(sample, error);
}

bool hb_sample_has_ended(const struct hb_sample_run *sample)
{
    return sample->is_refused || hb_child_has_ended(&sample->run);
}

const struct hb_course *hb_sample_course(const struct hb_sample_run *sample)
{
    return sample->is_refused ? NULL : &((const struct hb_sample_exchange *)sample->child.exchange)->course;
}

/* A sample that was not begun. */
static struct hb_sample_result refused(const struct hb_error *reason)
{
    return (struct hb_sample_result){.outcome = HB_SAMPLE_UNAVAILABLE,
                                     .error = *reason,
                                     .check.op = HB_CHECK_NO_OP,
                                     .counts.first_failure = HB_NO_FAILURE};
}

enum hb_status hb_sample_end(struct hb_sample_run *sample, struct hb_sample_result *result,
                             struct hb_error *error)
{
    const struct hb_sample_request *request = &sample->request;
    struct hb_child_outcome outcome;
    enum hb_status status;

    if (sample->is_refused) {
        *result = refused(&sample->reason);
        return HB_OK;
    }
    hb_child_wait(&sample->run, &outcome);
    status = collect(request, (struct hb_sample_exchange *)sample->child.exchange, &outcome, result, error);
    close_child(sample);
    if (status == HB_OK && sample->run.order.printed != NULL)
        memcpy(result->printed, sample->printed, sizeof result->printed);
    return status;
}

enum hb_status hb_sample_run(const struct hb_sample_request *request, struct hb_sample_result *result,
                             struct hb_error *error)
{
    struct hb_sample_run sample;
    enum hb_status status = hb_sample_begin(request, &sample, error);

    return status == HB_OK ? hb_sample_end(&sample, result, error) : status;
}

enum hb_status hb_sample_run_here(const struct hb_sample_request *request, struct hb_sample_result *result,
                                  struct hb_error *error)
{
    enum hb_status status = check_request(request, error);
    struct hb_sample_exchange *exchange;
    struct hb_error reason;

    assert(request->points == 0 && request->mode != HB_SAMPLE_LATENCY && request->timeout_ms == 0 &&
           request->settings == NULL);
    if (status != HB_OK)
        return status;
    if (!hb_sample_has_memory(request, &reason) || !has_time(request, &reason) ||
        !can_stream(request, &reason)) {
        *result = refused(&reason);
        return HB_OK;
    }
    exchange = hb_pages_alloc(sizeof *exchange);
    if (exchange == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "no memory to replay %s", request->prepared->name);
    write_request(request, exchange);
    hb_sample_work(exchange, request->prepared);
    *result = exchange->result;
    hb_pages_free(exchange, sizeof *exchange);
    return HB_OK;
}

void hb_sample_result_clear(struct hb_sample_result *result)
{
    free(result->points);
    free(result->latency);
    result->points = NULL;
    result->latency = NULL;
    result->point_count = 0;
}

const char *hb_sample_outcome_name(enum hb_sample_outcome outcome)
{
    static const char *const names[] = {
        [HB_SAMPLE_OK] = "ok",
        [HB_SAMPLE_STOPPED] = "stopped",
        [HB_SAMPLE_CRASHED] = "crashed",
        [HB_SAMPLE_TIMED_OUT] = "timeout",
        [HB_SAMPLE_UNAVAILABLE] = "unavailable",
        [HB_SAMPLE_BROKEN] = "broken",
        [HB_SAMPLE_FAILED] = "failed",
    };

    assert((size_t)outcome < sizeof names / sizeof names[0]);
    return names[outcome];
}

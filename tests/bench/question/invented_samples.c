/*
 * invented_samples.c - samples whose times and memory are known, for tests of what is made of them.
 *
 * Linked into a copy of a program with --wrap=hb_sample_run, --wrap=hb_build_info and --wrap=getloadavg. The
 * copy writes results in every build, as those with assertions or sanitizers else do not: its figures are no
 * measurements. A sample is run as ever, in a process of its own, so that its counts are true. What differs
 * from run to run (times, resident memory, page faults) is then replaced by figures that are told apart:
 * those of an allocator, of a mode, of so many operations, the first time, the second ... They do not depend
 * on the order in which samples are run.
 *
 * The processor time is up to 1 % less than the elapsed time, so that the clock of verdicts is the elapsed
 * one. The environment says what else there is to be:
 *
 *     INVENTED_LOG     a file, to which each sample appends a line
 *     INVENTED_NS      "glibc=20,a.so=12": nanoseconds per operation; 20 without it
 *     INVENTED_SPREAD  how far samples of a kind lie apart: 0 is not at all, 1 (the default) is 10 us
 *     INVENTED_BUSY    "N": every Nth sample waits for a processor half as long again as it takes
 *     INVENTED_SLOW    "N": from the Nth sample of a kind on, half as long again, by both clocks
 *     INVENTED_LOAD    the machine's load average; 0 without it
 *     INVENTED_CRASH   the allocator of which every sample of a round crashes
 *     INVENTED_CRASH_TIMED  the one of which the samples crash that time each call
 *     INVENTED_KILL    "N": at the Nth timed sample a SIGINT comes; with INVENTED_KILL_TWICE, a second one;
 *                      with INVENTED_KILL_EARLY, it comes when the sample is about to begin
 *
 * The line of a sample; `ops` were done:
 *
 *     mode allocator ops op_limit heap budget step_limit touch timeout points outcome elapsed peak faults cpu
 * end system
 *
 * Of one that counts calls, whose mode is called kernel, a line follows: "returned madvise_calls
 * madvise_bytes unmap_calls unmap_bytes". Of a series a line for each window follows: "window elapsed
 * resident". Where each call is timed, one follows for each kind of them, "calls kind least count" (they take
 * least, least + 1 ... nanoseconds), and one for each of the slowest, which have times of their own: "slow op
 * ns live".
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/results/build_info.h"
#include "bench/sample/sample.h"

enum { PAGE = 4096 };

enum hb_status __real_hb_sample_run(const struct hb_sample_request *, struct hb_sample_result *,
                                    struct hb_error *);
enum hb_status __wrap_hb_sample_run(const struct hb_sample_request *, struct hb_sample_result *,
                                    struct hb_error *);

const struct hb_build_info *__real_hb_build_info(void);
const struct hb_build_info *__wrap_hb_build_info(void);

const struct hb_build_info *__wrap_hb_build_info(void)
{
    static struct hb_build_info info;

    info = *__real_hb_build_info();
    info.asserts = info.sanitized = info.unoptimised = false;
    return &info;
}

int __wrap_getloadavg(double *loads, int count);

int __wrap_getloadavg(double *loads, int count)
{
    const char *load = getenv("INVENTED_LOAD");

    loads[0] = load != NULL ? strtod(load, NULL) : 0;
    return count < 1 ? count : 1;
}

static const char *name_of(const struct hb_sample_request *request)
{
    const char *slash = strrchr(request->allocator, '/');

    return slash != NULL ? slash + 1 : request->allocator;
}

/* A number of the environment. */
static double setting(const char *name, double without)
{
    const char *text = getenv(name);

    return text != NULL && *text != '\0' ? strtod(text, NULL) : without;
}

/* Of its kind the sample is the `count`-th; `number` tells it from all others. */
struct place {
    uint64_t number, count;
};

/* How often a sample like this was run, and a number for its kind, so that no two samples have the same. */
static struct place place_of(const struct hb_sample_request *request)
{
    static struct {
        uint64_t kind, count;
    } seen[1024];
    uint64_t kind = 14695981039346656037U; /* FNV-1a */
    size_t at = 0;

    for (const char *c = name_of(request); *c != '\0'; c++)
        kind = (kind ^ (unsigned char)*c) * 1099511628211U;
    kind = (kind ^ (request->mode + 16U * request->counts_calls)) * 1099511628211U;
    kind = (kind ^ request->op_limit) * 1099511628211U;
    while (seen[at].count > 0 && seen[at].kind != kind && at < sizeof seen / sizeof seen[0] - 1)
        at++;
    seen[at].kind = kind;
    seen[at].count++;
    return (struct place){.number = kind % 9973 + seen[at].count, .count = seen[at].count};
}

/* Neither rising nor falling with the samples, so that a median is not the first, the last or the middle. */
static uint64_t scatter(uint64_t sample, uint64_t salt)
{
    return (sample * 37 + salt * 11) % 101 * 100 + sample % 100;
}

/* Nanoseconds per operation of the allocator, as INVENTED_NS says. */
static double pace_of(const struct hb_sample_request *request)
{
    const char *list = getenv("INVENTED_NS"), *name = name_of(request);
    size_t length = strlen(name);

    for (const char *at = list; at != NULL; at = strchr(at, ',') != NULL ? strchr(at, ',') + 1 : NULL)
        if (strncmp(at, name, length) == 0 && at[length] == '=')
            return strtod(at + length + 1, NULL);
    return 20;
}

/* Does this happen to the sample, once in as many as the setting says? */
static bool is_one_in(const char *name, uint64_t count)
{
    uint64_t every = (uint64_t)setting(name, 0);

    return every != 0 && count % every == 0;
}

static void invent_times(const struct hb_sample_request *request, struct hb_sample_result *result,
                         struct place place)
{
    double spread = setting("INVENTED_SPREAD", 1), ns = (double)result->counts.ops * pace_of(request);

    result->elapsed_ns = (uint64_t)(ns + spread * (double)scatter(place.number, 0));
    if (place.count >= (uint64_t)setting("INVENTED_SLOW", 1e9))
        result->elapsed_ns += result->elapsed_ns / 2;
    result->cpu_ns = result->elapsed_ns - result->elapsed_ns / 1000 * (place.number % 11);
    if (is_one_in("INVENTED_BUSY", place.count))
        result->elapsed_ns += result->elapsed_ns / 2 + scatter(place.number, 7);
}

/* Two hundred apart from kind to kind, so that none is another's. */
static uint64_t least_ns(uint64_t sample, unsigned kind)
{
    return 20 + scatter(sample, kind) + 200 * kind;
}

static void invent_calls(struct hb_latency *latency, uint64_t sample)
{
    for (unsigned kind = HB_CALL_MALLOC; kind < HB_CALL_KINDS; kind++) {
        struct hb_histogram *histogram = &latency->kinds[kind];
        uint64_t count = histogram->count;

        memset(histogram, 0, sizeof *histogram);
        for (uint64_t i = 0; i < count; i++)
            hb_histogram_add(histogram, least_ns(sample, kind) + i);
    }
    memset(&latency->kinds[HB_CALL_ALLOCATION], 0, sizeof latency->kinds[HB_CALL_ALLOCATION]);
    for (unsigned kind = HB_CALL_MALLOC; kind <= HB_CALL_REALLOC; kind++)
        hb_histogram_merge(&latency->kinds[HB_CALL_ALLOCATION], &latency->kinds[kind]);
    latency->clock_step_ns = 3;
    /* The first three are of every sample, and quicker than the others, which are of one. */
    for (uint32_t i = 0; i < latency->slowest_count; i++)
        latency->slowest[i] =
            (struct hb_slow_call){.op = 3 * i + (i < 3 ? 0 : sample % 3),
                                  .ns = 100000 - 100 * ((i + 7) % HB_SLOWEST) + sample % 100,
                                  .live_bytes = 10 * i,
                                  .ranges = latency->slowest[i].ranges > 0 ? 20 * i + 1 : 0};
}

/* Of several threads, which wait for a tenth of their time or more. */
static void invent_threads(struct hb_sample_result *result, uint64_t sample)
{
    struct hb_threads_figures *threads = &result->threads;

    if (threads->threads == 0)
        return;
    threads->elapsed_ns = result->elapsed_ns;
    threads->wall_ns = threads->threads * result->elapsed_ns - scatter(sample, 3) % 1000;
    threads->waiting_ns = threads->wall_ns / 10 + scatter(sample, 4);
    threads->peak_live_bytes = 5000 + scatter(sample, 5);
}

static void invent(const struct hb_sample_request *request, struct hb_sample_result *result,
                   struct place place)
{
    uint64_t sample = place.number;

    invent_times(request, result, place);
    invent_threads(result, sample);
    result->peak_resident_bytes = (300 + scatter(sample, 1)) * PAGE;
    result->end_resident_bytes = (100 + scatter(sample, 9)) * PAGE;
    result->page_faults = 200 + scatter(sample, 2);
    result->system_ns = 1000000 * (scatter(sample, 5) % 4);
    if (request->counts_calls)
        result->calls = (struct hb_memory_calls){.known = true,
                                                 .madvise_calls = 1 + scatter(sample, 12),
                                                 .madvise_bytes = (2 + scatter(sample, 13)) * PAGE,
                                                 .unmap_calls = 3 + scatter(sample, 14),
                                                 .unmap_bytes = (4 + scatter(sample, 15)) * PAGE};
    if (result->latency != NULL)
        invent_calls(result->latency, sample);
    if (request->mode != HB_SAMPLE_SERIES)
        return;
    result->elapsed_ns = 0;
    for (uint32_t i = 0; i < result->point_count; i++) {
        result->points[i].elapsed_ns = 100 + scatter(sample, i + 3);
        result->points[i].resident_bytes = (10 + scatter(sample + 1, i + 4) % 290) * PAGE;
        result->elapsed_ns += result->points[i].elapsed_ns;
    }
    result->cpu_ns = result->elapsed_ns;
}

/* Of the allocator that the environment names every sample of a round crashes. */
static bool is_to_crash(const struct hb_sample_request *request)
{
    const char *name = getenv("INVENTED_CRASH"), *timed = getenv("INVENTED_CRASH_TIMED");

    if (request->op_limit == 0 || request->mode == HB_SAMPLE_COUNT)
        return false;
    return (name != NULL && strcmp(name, request->allocator) == 0) ||
           (timed != NULL && strcmp(timed, request->allocator) == 0 && request->mode == HB_SAMPLE_LATENCY);
}

static void interrupt(const struct hb_sample_request *request, bool timed)
{
    static uint64_t samples;

    if (!timed || request->counts_calls || ++samples != (uint64_t)setting("INVENTED_KILL", 0))
        return;
    raise(SIGINT);
    if (setting("INVENTED_KILL_TWICE", 0) > 0)
        raise(SIGINT);
}

static void write_calls(FILE *log, const struct hb_latency *latency)
{
    for (unsigned kind = HB_CALL_MALLOC; kind < HB_CALL_KINDS; kind++) {
        const struct hb_histogram *histogram = &latency->kinds[kind];

        if (histogram->count > 0)
            fprintf(log, "calls %s %" PRIu64 " %" PRIu64 "\n", hb_call_kind_name((enum hb_call_kind)kind),
                    histogram->max + 1 - histogram->count, histogram->count);
    }
    for (uint32_t i = 0; i < latency->slowest_count; i++)
        fprintf(log, "slow %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", latency->slowest[i].op,
                latency->slowest[i].ns, latency->slowest[i].live_bytes);
}

static void write_log(const struct hb_sample_request *request, const struct hb_sample_result *result)
{
    static const char *const modes[] = {"time", "count", "series", "latency", "check"};
    const char *path = getenv("INVENTED_LOG");
    FILE *log = path != NULL ? fopen(path, "ae") : NULL;

    if (log == NULL)
        return;
    fprintf(log,
            "%s %s %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %d %" PRIu64 " %u %s %" PRIu64
            " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
            request->counts_calls ? "kernel" : modes[request->mode], name_of(request), result->counts.ops,
            request->op_limit, request->heap_bytes, request->budget_bytes, request->step_limit,
            (int)request->touch, request->timeout_ms, request->points,
            hb_sample_outcome_name(result->outcome), result->elapsed_ns, result->peak_resident_bytes,
            result->page_faults, result->cpu_ns, result->end_resident_bytes, result->system_ns);
    if (request->counts_calls)
        fprintf(log, "returned %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
                result->calls.madvise_calls, result->calls.madvise_bytes, result->calls.unmap_calls,
                result->calls.unmap_bytes);
    for (uint32_t i = 0; request->mode == HB_SAMPLE_SERIES && i < result->point_count; i++)
        fprintf(log, "window %" PRIu64 " %" PRIu64 "\n", result->points[i].elapsed_ns,
                result->points[i].resident_bytes);
    if (result->latency != NULL)
        write_calls(log, result->latency);
    if (result->threads.threads > 0)
        fprintf(log, "threads %u %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
                (unsigned)result->threads.threads, result->threads.wall_ns, result->threads.waiting_ns,
                result->threads.peak_live_bytes, result->threads.handovers);
    fclose(log);
}

enum hb_status __wrap_hb_sample_run(const struct hb_sample_request *request, struct hb_sample_result *result,
                                    struct hb_error *error)
{
    bool timed = request->mode != HB_SAMPLE_COUNT && request->mode != HB_SAMPLE_CHECK;
    bool early = setting("INVENTED_KILL_EARLY", 0) > 0;
    enum hb_status status;

    if (early)
        interrupt(request, timed);
    status = __real_hb_sample_run(request, result, error);
    if (status != HB_OK)
        return status;
    if (is_to_crash(request)) {
        hb_sample_result_clear(result);
        *result = (struct hb_sample_result){.outcome = HB_SAMPLE_CRASHED,
                                            .signal = 11,
                                            .counts.first_failure = HB_NO_FAILURE,
                                            .check.op = HB_CHECK_NO_OP};
    }
    if (!early)
        interrupt(request, timed);
    if (timed && (result->outcome == HB_SAMPLE_OK || result->outcome == HB_SAMPLE_STOPPED))
        invent(request, result, place_of(request));
    write_log(request, result);
    return status;
}

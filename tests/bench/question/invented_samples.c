/*
 * invented_samples.c - samples whose times and memory are known, for tests of what is made of them.
 *
 * Linked into a copy of a program with --wrap=hb_sample_run and --wrap=hb_build_info. The copy writes results
 * in every build, as those with assertions or sanitizers else do not: its figures are no measurements. A
 * sample is run as ever, in a process of its own, so that its counts are true. What differs from run to run
 * (times, resident memory, page faults) is then replaced by figures that are told apart: those of an
 * allocator, of a mode, of so many operations, the first time, the second ... They do not depend on the order
 * in which samples are run. Where the environment has INVENTED_LOG, each sample appends a line to that file:
 *
 *     mode allocator ops op_limit heap budget step_limit touch timeout points outcome elapsed peak faults
 *
 * `ops` were done. Of a series a line for each window follows: "window elapsed resident".
 */
#include <inttypes.h>
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

/* How often a sample like this was run, and a number for its kind, so that no two samples have the same. */
static uint64_t number_of(const struct hb_sample_request *request)
{
    static struct {
        uint64_t kind, count;
    } seen[1024];
    const char *slash = strrchr(request->allocator, '/');
    uint64_t kind = 14695981039346656037U; /* FNV-1a */
    size_t at = 0;

    for (const char *c = slash != NULL ? slash + 1 : request->allocator; *c != '\0'; c++)
        kind = (kind ^ (unsigned char)*c) * 1099511628211U;
    kind = (kind ^ request->mode) * 1099511628211U;
    kind = (kind ^ request->op_limit) * 1099511628211U;
    while (seen[at].count > 0 && seen[at].kind != kind && at < sizeof seen / sizeof seen[0] - 1)
        at++;
    seen[at].kind = kind;
    return kind % 9973 + ++seen[at].count;
}

/* Neither rising nor falling with the samples, so that a median is not the first, the last or the middle. */
static uint64_t scatter(uint64_t sample, uint64_t salt)
{
    return (sample * 37 + salt * 11) % 101 * 100 + sample % 100;
}

static void invent(const struct hb_sample_request *request, struct hb_sample_result *result, uint64_t sample)
{
    result->elapsed_ns = result->counts.ops * 20 + scatter(sample, 0);
    result->cpu_ns = result->elapsed_ns * 7 / 8;
    result->peak_resident_bytes = (300 + scatter(sample, 1)) * PAGE;
    result->page_faults = 200 + scatter(sample, 2);
    if (request->mode != HB_SAMPLE_SERIES)
        return;
    result->elapsed_ns = 0;
    for (uint32_t i = 0; i < result->point_count; i++) {
        result->points[i].elapsed_ns = 100 + scatter(sample, i + 3);
        result->points[i].resident_bytes = (10 + scatter(sample + 1, i + 4) % 290) * PAGE;
        result->elapsed_ns += result->points[i].elapsed_ns;
    }
    result->cpu_ns = result->elapsed_ns * 7 / 8;
}

/* Of the allocator that the environment names in INVENTED_CRASH every sample of a round crashes. */
static bool is_to_crash(const struct hb_sample_request *request)
{
    const char *name = getenv("INVENTED_CRASH");

    return name != NULL && strcmp(name, request->allocator) == 0 && request->op_limit != 0 &&
           request->mode != HB_SAMPLE_COUNT;
}

static void write_log(const struct hb_sample_request *request, const struct hb_sample_result *result)
{
    static const char *const modes[] = {"time", "count", "series", "check"};
    const char *path = getenv("INVENTED_LOG"), *slash = strrchr(request->allocator, '/');
    FILE *log = path != NULL ? fopen(path, "ae") : NULL;

    if (log == NULL)
        return;
    fprintf(log,
            "%s %s %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %d %" PRIu64 " %u %s %" PRIu64
            " %" PRIu64 " %" PRIu64 "\n",
            modes[request->mode], slash != NULL ? slash + 1 : request->allocator, result->counts.ops,
            request->op_limit, request->heap_bytes, request->budget_bytes, request->step_limit,
            (int)request->touch, request->timeout_ms, request->points,
            hb_sample_outcome_name(result->outcome), result->elapsed_ns, result->peak_resident_bytes,
            result->page_faults);
    for (uint32_t i = 0; request->mode == HB_SAMPLE_SERIES && i < result->point_count; i++)
        fprintf(log, "window %" PRIu64 " %" PRIu64 "\n", result->points[i].elapsed_ns,
                result->points[i].resident_bytes);
    fclose(log);
}

enum hb_status __wrap_hb_sample_run(const struct hb_sample_request *request, struct hb_sample_result *result,
                                    struct hb_error *error)
{
    enum hb_status status = __real_hb_sample_run(request, result, error);
    bool timed = request->mode == HB_SAMPLE_TIME || request->mode == HB_SAMPLE_SERIES;

    if (status != HB_OK)
        return status;
    if (is_to_crash(request)) {
        hb_sample_result_clear(result);
        *result = (struct hb_sample_result){.outcome = HB_SAMPLE_CRASHED,
                                            .signal = 11,
                                            .counts.first_failure = HB_NO_FAILURE,
                                            .check.op = HB_CHECK_NO_OP};
    }
    if (timed && (result->outcome == HB_SAMPLE_OK || result->outcome == HB_SAMPLE_STOPPED))
        invent(request, result, number_of(request));
    write_log(request, result);
    return status;
}

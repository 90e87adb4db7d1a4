/*
 * question - what all questions share.
 */
#include "bench/question/question.h"

#include <assert.h>
#include <stdlib.h>

bool hb_question_takes(const struct hb_question *question, const struct hb_candidate *candidate)
{
    if (candidate->untouchable && !question->takes_untouchable)
        return false;
    return !question->bounds_memory || candidate->walks || candidate->process;
}

void hb_measurement_count(struct hb_measurement *measurement, const char *name, double value)
{
    assert(measurement->counter_count < HB_COUNTERS_MAX);
    measurement->counters[measurement->counter_count++] = (struct hb_counter){name, value};
}

static void take_time(const struct hb_sample_result *result, struct hb_measurement *measurement)
{
    const struct hb_counts *counts = &result->counts;
    double ops = counts->ops > 0 ? (double)counts->ops : 1;

    measurement->seconds = (double)result->elapsed_ns / 1e9;
    measurement->ops = counts->ops;
    hb_measurement_count(measurement, "ns_per_op", (double)result->elapsed_ns / ops);
    hb_measurement_count(measurement, "failures", (double)counts->failures);
    if (counts->first_failure != HB_NO_FAILURE)
        hb_measurement_count(measurement, "first_failure", (double)counts->first_failure);
    hb_measurement_count(measurement, "peak_resident_bytes", (double)result->peak_resident_bytes);
    hb_measurement_count(measurement, "page_faults", (double)result->page_faults);
}

enum hb_status hb_measure_time(struct hb_session *session, const struct hb_candidate *candidate, size_t trace,
                               uint64_t ops, uint64_t heap_bytes, struct hb_measurement *measurement,
                               struct hb_error *error)
{
    struct hb_sample_request request = {.mode = HB_SAMPLE_TIME, .op_limit = ops, .heap_bytes = heap_bytes};
    struct hb_sample_result *result = calloc(1, sizeof *result);
    enum hb_status status;

    if (result == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory for a sample");
    status = hb_session_sample(session, trace, candidate, &request, result, error);
    if (status == HB_OK && !hb_session_is_problem(result))
        take_time(result, measurement);
    else if (status == HB_OK)
        hb_session_describe(result, measurement->problem, sizeof measurement->problem);
    hb_sample_result_clear(result);
    free(result);
    return status;
}

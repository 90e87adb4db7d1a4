/*
 * verdict.h - what a sample's result means: its status in results, and a sentence.
 */
#ifndef HB_BENCH_SAMPLE_VERDICT_H
#define HB_BENCH_SAMPLE_VERDICT_H

#include "bench/sample/sample.h"

/* The `status` of results: "stopped" where `cut`, "failed" where some allocation got NULL, else the
 * outcome's. */
const char *hb_verdict_status(const struct hb_sample_result *result, bool cut);

/* True where the result has figures: it ran to its end or to a limit. */
bool hb_verdict_has_figures(const struct hb_sample_result *result);

/* True where the allocator is to have no rank, with figures (HB_SAMPLE_FAILED) or without. */
bool hb_verdict_is_problem(const struct hb_sample_result *result);

/* Which operation a check was at, and what it is: "operation 57, a malloc of 40 bytes"; empty where that is
 * not known. */
enum { HB_VERDICT_OPERATION_BYTES = 100 };
void hb_verdict_operation(const struct hb_sample_result *result, char out[HB_VERDICT_OPERATION_BYTES]);

/* What the problem is, in a few words: "crashed (signal 11, operation 57, a malloc of 40 bytes)". */
void hb_verdict_describe(const struct hb_sample_result *result, char *out, size_t bytes);

/* What a check found that is not wrong, in a sentence; empty where there is nothing. */
void hb_verdict_warn(const struct hb_sample_result *check, char *out, size_t bytes);

#endif

/*
 * question_throughput.h - every allocator on every trace, in rounds: what `heapbench run` and the benchmark
 * share.
 */
#ifndef HB_BENCH_QUESTION_QUESTION_THROUGHPUT_H
#define HB_BENCH_QUESTION_QUESTION_THROUGHPUT_H

#include "bench/question/rounds.h"
#include "bench/results/results.h"

/*
 * Runs all rounds of the trace at `trace`. An allocator that walks does the operations that the step limit
 * leaves it, and the reference is then timed on these as well. Close `rounds` with hb_rounds_close, whatever
 * is returned.
 */
enum hb_status hb_throughput_run(struct hb_session *session, size_t trace, struct hb_rounds *rounds,
                                 struct hb_error *error);

/* throughput.csv, empty; NULL when out of memory. */
struct hb_results *hb_throughput_results(void);

/* Adds the rows of a trace. */
void hb_throughput_write(struct hb_results *out, const struct hb_rounds *rounds);

#endif

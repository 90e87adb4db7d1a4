/*
 * run_words.h - what a comparison says in sentences: the verdict, and what stands against it.
 */
#ifndef HB_BENCH_TOOL_RUN_RUN_WORDS_H
#define HB_BENCH_TOOL_RUN_RUN_WORDS_H

#include "base/number.h"
#include "bench/tool/run/run_rows.h"

enum { HB_RUN_WORDS_BYTES = 512 };

/* The index-th sentence of the verdict, the first being the answer. False when there are no more. */
bool hb_run_words(const struct hb_run_trace *trace, unsigned index, char out[HB_RUN_WORDS_BYTES]);

/* The index-th warning: what a replay leaves out, that the machine disturbed the rounds, and what to do.
 * False when there are no more. */
bool hb_run_noise_words(const struct hb_run_trace *trace, unsigned index, char out[HB_RUN_WORDS_BYTES]);

#endif

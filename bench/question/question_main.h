/*
 * question_main.h - the main of a benchmark: a question handed to Google Benchmark.
 */
#ifndef HB_BENCH_QUESTION_QUESTION_MAIN_H
#define HB_BENCH_QUESTION_QUESTION_MAIN_H

#include "bench/question/question_program.h"

namespace hb
{
/* To be the only statement of main, whose exit status it returns. */
int question_main(int argc, char **argv, const hb_question *question);
} // namespace hb

#endif

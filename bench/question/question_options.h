/*
 * question_options.h - the options of a benchmark main that are ours, beside Google's.
 */
#ifndef HB_BENCH_QUESTION_QUESTION_OPTIONS_H
#define HB_BENCH_QUESTION_QUESTION_OPTIONS_H

#include "bench/question/question.h"

struct hb_question_options {
    struct hb_session_options session;
    const char *results; /* the folder; NULL: run as benchmarks */
};

/*
 * Takes our options out of the command line, wherever they stand, and leaves Google's to its parser; `argc`
 * is then what is left. Of a wrong command line it says what is wrong, and exits 2. HB_ERR_MEMORY. Free with
 * hb_question_options_free.
 */
enum hb_status hb_question_options_take(int *argc, char **argv, const struct hb_question *question,
                                        struct hb_question_options *options, struct hb_error *error);
void hb_question_options_free(struct hb_question_options *options);

/* Prints what our options are, on standard output. */
void hb_question_options_help(const struct hb_question *question);

#endif

/*
 * question_options.h - the options of a benchmark main that are ours, beside Google's.
 */
#ifndef HB_BENCH_QUESTION_QUESTION_OPTIONS_H
#define HB_BENCH_QUESTION_QUESTION_OPTIONS_H

#include "bench/question/question.h"

struct hb_question_options {
    struct hb_session_options session;
    const char *results; /* the folder; NULL: run as benchmarks */
    bool help;
};

/*
 * Takes our options out of the command line, wherever they stand, and leaves the others to Google's parser;
 * `argc` is then what is left. `--results DIR` and `--results=DIR` are the same. HB_ERR_USAGE, HB_ERR_MEMORY.
 * Free with hb_question_options_free.
 */
enum hb_status hb_question_options_take(int *argc, char **argv, const struct hb_question *question,
                                        struct hb_question_options *options, struct hb_error *error);
void hb_question_options_free(struct hb_question_options *options);

/* `value`, of option `name`, as a number; HB_ERR_USAGE, naming the valid range, where it is none. */
enum hb_status hb_question_take_number(const char *name, const char *value, uint64_t least, uint64_t most,
                                       uint64_t *out, struct hb_error *error);

/* Prints what our options are, on standard output. */
void hb_question_options_help(const struct hb_question *question);

#endif

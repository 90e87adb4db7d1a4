/*
 * model_speed_plan.h - which pairs at which numbers of ranges, and the results as a file.
 */
#ifndef HB_BENCH_QUESTION_SPEED_MODEL_SPEED_PLAN_H
#define HB_BENCH_QUESTION_SPEED_MODEL_SPEED_PLAN_H

#include "bench/question/speed/model_speed.h"

#define HB_SPEED_FILE "model_speed.csv"

/* Each number of ranges, ascending. */
const uint64_t *hb_speed_sizes(size_t *count);

struct hb_speed_options {
    const char *results; /* the folder; NULL: none */
    uint64_t rounds;
    uint64_t seed;
    uint64_t up_to; /* no heap of more ranges */
};

struct hb_speed_program;

/* The program that the command line asks for, of which Google's parser takes its part afterwards. NULL: out
 * of memory. Close with hb_speed_program_close. */
struct hb_speed_program *hb_speed_program_open(int argc, char **argv);
void hb_speed_program_close(struct hb_speed_program *program); /* NULL does nothing */

/* Takes our options from what Google's parser has left; of a wrong command line it says what is wrong, and
 * exits
 * 2. The options are the program's. */
const struct hb_speed_options *hb_speed_program_take(struct hb_speed_program *program, int argc, char **argv);
void hb_speed_program_help(void); /* on standard output */

/* Calls `visit` for each line of the provenance. */
void hb_speed_program_context(const struct hb_speed_program *program,
                              void (*visit)(void *context, const char *key, const char *text), void *context);

/* Runs every pair at every number of ranges, in shuffled order, and writes model_speed.csv. */
enum hb_status hb_speed_program_answer(struct hb_speed_program *program, struct hb_error *error);

#endif

/*
 * model_speed_plan.h - which pairs at which numbers of ranges, and the results as a file.
 */
#ifndef HB_BENCH_MODEL_SPEED_PLAN_H
#define HB_BENCH_MODEL_SPEED_PLAN_H

#include "bench/model_speed.h"
#include "bench/provenance.h"

#define HB_SPEED_FILE "model_speed.csv"

/* Each number of ranges, ascending. */
const uint64_t *hb_speed_sizes(size_t *count);

struct hb_speed_options {
    const char *results; /* the folder; NULL: none */
    uint64_t rounds;
    uint64_t seed;
    uint64_t up_to; /* no heap of more ranges */
};

/*
 * Takes our options out of what Google's parser has left: `argc` is then 1. HB_ERR_USAGE, naming the
 * argument. `*options` is written whole.
 */
enum hb_status hb_speed_options_take(int *argc, char **argv, struct hb_speed_options *options,
                                     struct hb_error *error);
void hb_speed_options_help(void); /* on standard output */

/* Runs every pair at every number of ranges, in shuffled order, and writes model_speed.csv. `provenance` is
 * begun. */
enum hb_status hb_speed_answer(const struct hb_speed_options *options, struct hb_provenance *provenance,
                               struct hb_error *error);

#endif

/* adversary_known.h - every adversary there is; adversary.c lists them. */
#ifndef HB_BENCH_ADVERSARY_ADVERSARY_KNOWN_H
#define HB_BENCH_ADVERSARY_ADVERSARY_KNOWN_H

#include "bench/adversary/adversary_attack.h"

extern const struct hb_adversary hb_adversary_robson;
extern const struct hb_adversary hb_adversary_first_fit;
extern const struct hb_adversary hb_adversary_best_fit;
extern const struct hb_adversary hb_adversary_ramp;
extern const struct hb_adversary hb_adversary_shredding;
extern const struct hb_adversary hb_adversary_two_size;
extern const struct hb_adversary hb_adversary_steady;
extern const struct hb_adversary hb_adversary_sawtooth;

/* Of the generators: reads a checked plan's settings. HB_ERR_USAGE. */
struct hb_generator;
struct hb_generate_settings;
enum hb_status hb_adversary_settings(const struct hb_adversary_plan *plan,
                                     const struct hb_generator **generator,
                                     struct hb_generate_settings *settings, struct hb_error *error);

#endif

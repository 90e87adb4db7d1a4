/* adversary_text.h - an adversary's result for a person, and for a program. */
#ifndef HB_BENCH_TOOL_ADVERSARY_TEXT_H
#define HB_BENCH_TOOL_ADVERSARY_TEXT_H

#include <jansson.h>
#include <stdio.h>

#include "bench/adversary/adversary.h"

/* The allocator as tables name it: the file name of a library given by path, else its name. */
const char *hb_adversary_allocator(const struct hb_adversary_plan *plan);

/* Phase by phase, the expected beside the measured, as multiples of M. */
void hb_adversary_print(const struct hb_adversary_plan *plan, const struct hb_adversary_result *result,
                        FILE *out);

/* One object; arrays hold one number a phase, null where nothing is known. NULL when out of memory. */
json_t *hb_adversary_json(const struct hb_adversary_plan *plan, const struct hb_adversary_result *result);

#endif

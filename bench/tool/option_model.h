/*
 * option_model.h - the options of a model heap that several sub-commands have: --merge, --header, --align.
 *
 * A child parser: put it into `children` of the command's struct argp, and point state->child_inputs[0] at a
 * struct hb_model_options in ARGP_KEY_INIT. A header is 1 to 4096 bytes; hb_model_create checks the
 * alignment.
 */
#ifndef HB_BENCH_TOOL_OPTION_MODEL_H
#define HB_BENCH_TOOL_OPTION_MODEL_H

#include <argp.h>

#include "allocator/model/model.h"

extern const struct argp_child hb_model_option_children[];

/* What the simple allocator is: first fit, never merging, records of 8 bytes, unaligned. */
extern const struct hb_model_options hb_model_option_defaults;

/* Is this that model, in an infinite heap? */
bool hb_model_option_is_default(const struct hb_model_options *model);

#endif

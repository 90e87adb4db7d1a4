/*
 * empirical.h - the sizes that a real program asked for, for sizes=empirical.
 */
#ifndef HB_WORKLOADS_GENERATE_EMPIRICAL_H
#define HB_WORKLOADS_GENERATE_EMPIRICAL_H

#include "workloads/generate/generate.h"

/*
 * Reads the sizes of all births (reallocations are not births, and births of size 0 are left out) of the
 * trace called settings->empirical_name into settings->empirical; does nothing where none was asked for. As
 * hb_workload_load, and HB_ERR_FORMAT where there are no sizes. Free with hb_generate_free_sizes.
 */
enum hb_status hb_generate_load_sizes(struct hb_generate_settings *settings, struct hb_error *error);

void hb_generate_free_sizes(struct hb_generate_settings *settings); /* without sizes: does nothing */

#endif

/*
 * info_text.h - what `heapbench info` prints for a person.
 */
#ifndef HB_BENCH_TOOL_INFO_TEXT_H
#define HB_BENCH_TOOL_INFO_TEXT_H

#include <stdio.h>

#include "workloads/whole/summary.h"

void hb_info_text_print(const struct hb_workload *workload, const struct hb_summary *summary, FILE *out);

#endif

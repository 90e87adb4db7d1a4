/*
 * report_tables.h - the tables of the page, made from result files and nothing else.
 *
 * Each writes one <table>, or a sentence where the file has no row for it. Every text from a file is escaped.
 */
#ifndef HB_BENCH_REPORT_REPORT_TABLES_H
#define HB_BENCH_REPORT_REPORT_TABLES_H

#include <stdio.h>

#include "bench/report/csv_reader.h"

/* throughput.csv: a block a trace, allocators ranked by the median time of an operation. */
void hb_report_throughput(FILE *out, const struct hb_csv *throughput);

/* walk_summary.csv: what simple's walks cost, a row a trace. */
void hb_report_walks(FILE *out, const struct hb_csv *walk_summary);

/* fragmentation_summary.csv: the four measures, a row a trace and allocator that has them. */
void hb_report_fragmentation(FILE *out, const struct hb_csv *fragmentation_summary);

/* policies.csv: the classic policies, merging and not, beside published averages; a block a setting, a column
 * a trace. */
void hb_report_policies(FILE *out, const struct hb_csv *policies);

/* least_memory.csv: the least memory with which each trace ran to its end, a row a trace, a column an
 * allocator. */
void hb_report_least_memory(FILE *out, const struct hb_csv *least_memory);

/* curve_summary.csv: the smallest heap that completes, and what was searched for anomalies, a row a trace and
 * allocator. */
void hb_report_curves(FILE *out, const struct hb_csv *curve_summary);

/* ladder.csv: a block a trace, each allocator with its idea and what that changed. */
void hb_report_ladder(FILE *out, const struct hb_csv *ladder);

/* adversary.csv: a block an adversary, what each allocator needed at its end, over M. */
void hb_report_adversaries(FILE *out, const struct hb_csv *adversary);

/* model_speed.csv: a block a model, what an operation takes it and the allocator that walks, a row a number
 * of ranges. */
void hb_report_model_speed(FILE *out, const struct hb_csv *model_speed);

#endif

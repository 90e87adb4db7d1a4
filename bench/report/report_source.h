/*
 * report_source.h - the CSV files of one results folder, each read or the reason why not.
 */
#ifndef HB_BENCH_REPORT_REPORT_SOURCE_H
#define HB_BENCH_REPORT_REPORT_SOURCE_H

#include "bench/report/csv_reader.h"

enum hb_result_file {
    HB_RESULT_THROUGHPUT,
    HB_RESULT_VARIANTS,
    HB_RESULT_LATENCY,
    HB_RESULT_WALK_COST,
    HB_RESULT_WALK_LENGTHS,
    HB_RESULT_WALK_SUMMARY,
    HB_RESULT_FRAGMENTATION,
    HB_RESULT_FRAGMENTATION_SUMMARY,
    HB_RESULT_HEAP_MAP,
    HB_RESULT_FAILURE_POINTS,
    HB_RESULT_LEAST_MEMORY,
    HB_RESULT_POLICIES,
    HB_RESULT_CURVE,
    HB_RESULT_CURVE_SUMMARY,
    HB_RESULT_LADDER,
    HB_RESULT_ADVERSARY,
    HB_RESULT_MODEL_SPEED,
    HB_RESULT_FILES,
};

struct hb_report_source {
    char *folder; /* absolute, without links, so that no program takes it for an option or a pipe */
    struct hb_csv *csv[HB_RESULT_FILES];      /* NULL where it could not be read */
    struct hb_error missing[HB_RESULT_FILES]; /* why: HB_ERR_UNAVAILABLE where it is not there; unset where
                                                 it was read */
};

/* "walk_cost.csv". */
const char *hb_result_file_name(enum hb_result_file file);

/* The file with this name, or HB_RESULT_FILES. */
enum hb_result_file hb_result_file_find(const char *name);

/*
 * Reads what `folder` has. HB_ERR_IO where there is no such folder; HB_ERR_UNAVAILABLE where it holds none of
 * the files; HB_ERR_MEMORY. A file that is damaged is one that is missing, with its reason. Clear with
 * hb_report_source_clear.
 */
enum hb_status hb_report_source_read(const char *folder, struct hb_report_source *source,
                                     struct hb_error *error);
void hb_report_source_clear(struct hb_report_source *source);

/* True where `folder` holds at least one result file, whatever is in it. */
bool hb_report_source_exists(const char *folder);

#endif

/*
 * run_mean.h - the comparison over all traces: the geometric mean of an allocator's ratios, with its
 * interval, and its memory beside it; and the files of a comparison.
 */
#ifndef HB_BENCH_TOOL_RUN_RUN_MEAN_H
#define HB_BENCH_TOOL_RUN_RUN_MEAN_H

#include "bench/results/results.h"
#include "bench/tool/run/run_rows.h"

/* One allocator over the traces on which it was ranked. */
struct hb_run_mean {
    const char *allocator;
    const struct hb_candidate *candidate;
    struct hb_stats_sample *samples; /* its ratios, round by round: one a trace; values from malloc */
    size_t trace_count;
    uint32_t rounds_least; /* of the traces */
    bool is_baseline;
    struct hb_interval ratio; /* until they are found: that of the trace added last */
    double memory_logs; /* the sum of the logarithms of its peaks over the baseline's, of memory_traces */
    size_t memory_traces;
    enum hb_compared_verdict verdict;
    unsigned rank; /* 0: it was not ranked on every trace on which some were */
};

struct hb_run_means {
    struct hb_run_mean *means; /* rivals; by ratio after hb_run_means_find, those without a rank last */
    size_t count;
    size_t trace_count; /* on which allocators were ranked */
    const char *baseline;
};

/* Adds what was ranked on a trace. HB_ERR_MEMORY. Begins zeroed; clear it with hb_run_means_clear. */
enum hb_status hb_run_means_add(struct hb_run_means *means, const struct hb_run_trace *trace,
                                struct hb_error *error);

/* Computes means, verdicts and ranks; once, when all is added. HB_ERR_MEMORY. */
enum hb_status hb_run_means_find(struct hb_run_means *means, uint64_t seed, struct hb_error *error);

/* variants.csv into `folder`: time against memory of each that was ranked on every trace. As
 * hb_results_write. */
enum hb_status hb_run_means_write(const struct hb_run_means *means, const struct hb_session *session,
                                  const char *folder, struct hb_error *error);

void hb_run_means_clear(struct hb_run_means *means);

/* Its memory over the baseline's, the geometric mean; 0: not known on every trace on which it is known of
 * any.
 */
double hb_run_mean_memory(const struct hb_run_means *means, const struct hb_run_mean *mean);

/* What a comparison writes itself (results/README.md): comparison.csv and remarks.csv, beside what its plan
 * does; of a replay by threads, threads.csv and threads_remarks.csv instead of all that; and of either, with
 * --latency, latency.csv. */
enum { HB_RUN_COMPARISON, HB_RUN_REMARKS, HB_RUN_THREADS, HB_RUN_CALLS, HB_RUN_FILES };

/* In the making; NULL: not asked for. */
struct hb_run_files {
    struct hb_results *files[HB_RUN_FILES];
};

/* HB_ERR_MEMORY. Close it in any case. */
enum hb_status hb_run_files_open(struct hb_run_files *files, bool by_threads, bool latency,
                                 struct hb_error *error);

/* Adds a trace to the files that there are. */
void hb_run_files_add(struct hb_run_files *files, const struct hb_run_trace *trace);

/* Adds the means that were found, once, and writes all files. As hb_results_write. */
enum hb_status hb_run_files_write(const struct hb_run_files *files, const struct hb_run_means *means,
                                  const struct hb_session *session, const char *folder,
                                  struct hb_error *error);

/* Says on standard error what result files a folder holds, and that a page can be made of them. */
void hb_run_files_tell(const char *folder);
void hb_run_files_close(struct hb_run_files *files);

#endif

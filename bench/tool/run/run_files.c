/*
 * run_files.c - what a comparison found, as files that a page can show as they are: a row for each allocator
 * and trace, the means over traces, and the sentences.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/printable.h"
#include "bench/question/question.h"
#include "bench/results/row_groups.h"
#include "bench/tool/run/run_mean.h"
#include "bench/tool/run/run_show.h"

static const struct hb_schema comparison_schema = {
    "comparison/1", "comparison.csv",
    "trace:text,allocator:text,status:text,baseline:text,clock:text,traces:count,rounds:count,ops:count,"
    "trace_ops:count,rank:count,verdict:text,ratio:real,ratio_low:real,ratio_high:real,more_rounds:count,"
    "ns_per_op:real,least_ns:real,most_ns:real,peak_live_bytes:count,peak_resident_bytes:count,"
    "end_resident_bytes:count,memory_over_live:real,memory_ratio:real,page_faults:count,failures:count,"
    "saved_seconds:real,saved_share:real,problem:text"};

/* Of threads in a file of its own: a folder may hold both comparisons. */
static const struct hb_schema remarks_schema = {"remarks/1", "remarks.csv", "trace:text,kind:text,text:text"},
                              threads_remarks_schema = {"remarks/1", "threads_remarks.csv",
                                                        "trace:text,kind:text,text:text"};

static enum hb_status out_of_memory(struct hb_error *error)
{
    return hb_error_set(error, HB_ERR_MEMORY, "out of memory for the files of a comparison");
}

enum hb_status hb_run_files_open(struct hb_run_files *files, bool by_threads, bool latency,
                                 struct hb_error *error)
{
    const struct hb_schema *schemas[HB_RUN_FILES] = {NULL};

    schemas[HB_RUN_COMPARISON] = by_threads ? NULL : &comparison_schema;
    schemas[HB_RUN_REMARKS] = by_threads ? &threads_remarks_schema : &remarks_schema;
    schemas[HB_RUN_THREADS] = by_threads ? hb_question_threads.schemas[0] : NULL;
    schemas[HB_RUN_CALLS] = latency ? hb_question_latency.schemas[0] : NULL;
    for (unsigned i = 0; i < HB_RUN_FILES; i++)
        if (schemas[i] != NULL && (files->files[i] = hb_results_begin(schemas[i])) == NULL)
            return out_of_memory(error);
    return HB_OK;
}

void hb_run_files_close(struct hb_run_files *files)
{
    for (unsigned i = 0; i < HB_RUN_FILES; i++)
        hb_results_free(files->files[i]);
    *files = (struct hb_run_files){{NULL}};
}

static void set_interval(struct hb_results *out, const struct hb_interval *ratio)
{
    hb_results_set_known_real(out, "ratio", ratio->estimate);
    hb_results_set_known_real(out, "ratio_low", ratio->low);
    hb_results_set_known_real(out, "ratio_high", ratio->high);
}

static void set_verdict(struct hb_results *out, enum hb_compared_verdict verdict, unsigned rank)
{
    if (verdict != HB_COMPARED_NOT_KNOWN)
        hb_results_set_text(out, "verdict", hb_compared_name(verdict));
    hb_results_set_known_count(out, "rank", rank);
}

static void set_memory(struct hb_results *out, const struct hb_run_row *row)
{
    hb_results_set_count(out, "peak_live_bytes", row->peak_live_bytes);
    if (row->has_memory) {
        hb_results_set_count(out, "peak_resident_bytes", row->peak_resident_bytes);
        hb_results_set_count(out, "end_resident_bytes", row->end_resident_bytes);
        hb_results_set_count(out, "page_faults", row->page_faults);
    }
    hb_results_set_known_real(out, "memory_over_live", row->over_live);
}

static void set_figures(struct hb_results *out, const struct hb_run_trace *trace,
                        const struct hb_run_row *row)
{
    const struct hb_stats_spread *times = trace->noise.clock == HB_ROUNDS_CPU ? &row->cpu_ns : &row->ns;

    set_verdict(out, row->compared.verdict, row->rank);
    set_interval(out, &row->compared.ratio);
    hb_results_set_known_count(out, "more_rounds", row->compared.more_rounds);
    hb_results_set_real(out, "ns_per_op", times->median);
    hb_results_set_real(out, "least_ns", times->min);
    hb_results_set_real(out, "most_ns", times->max);
    set_memory(out, row);
    hb_results_set_count(out, "failures", row->failures);
    if (row->worth.known) {
        hb_results_set_real(out, "saved_seconds", row->worth.saved_s);
        hb_results_set_real(out, "saved_share", row->worth.share);
    }
}

static void put_row(struct hb_results *out, const struct hb_run_trace *trace, const struct hb_run_row *row)
{
    hb_results_set_subject(out, trace->name, row->allocator, row->status);
    hb_results_set_text(out, "baseline", trace->baseline);
    hb_results_set_text(out, "clock", trace->noise.clock == HB_ROUNDS_CPU ? "processor" : "elapsed");
    hb_results_set_count(out, "rounds", row->has_figures ? row->rounds : trace->rounds->round_count);
    hb_results_set_count(out, "ops", row->cell->ops);
    hb_results_set_count(out, "trace_ops", trace->ops);
    if (row->has_figures)
        set_figures(out, trace, row);
    if (row->problem[0] != '\0')
        hb_results_set_text(out, "problem", row->problem);
    hb_results_end_row(out);
}

static void put_remarks(struct hb_results *out, const struct hb_run_trace *trace, const char *kind,
                        bool (*say)(const struct hb_run_trace *, unsigned, char *))
{
    char text[HB_RUN_WORDS_BYTES];

    for (unsigned i = 0; say(trace, i, text); i++) {
        hb_results_set_text(out, "trace", trace->name);
        hb_results_set_text(out, "kind", kind);
        hb_results_set_text(out, "text", text);
        hb_results_end_row(out);
    }
}

void hb_run_files_add(struct hb_run_files *files, const struct hb_run_trace *trace)
{
    struct hb_results *const *out = files->files;

    for (size_t i = 0; i < trace->count && out[HB_RUN_COMPARISON] != NULL; i++)
        put_row(out[HB_RUN_COMPARISON], trace, &trace->rows[i]);
    if (out[HB_RUN_REMARKS] != NULL) {
        put_remarks(out[HB_RUN_REMARKS], trace, "verdict", hb_run_words);
        put_remarks(out[HB_RUN_REMARKS], trace, "warning", hb_run_noise_words);
    }
    if (out[HB_RUN_THREADS] != NULL && trace->threads > 1)
        hb_question_put(&hb_question_threads, trace->rounds, out[HB_RUN_THREADS]);
    else if (out[HB_RUN_THREADS] != NULL)
        hb_provenance_leave_out(&trace->rounds->session->provenance,
                                "times of traces that one thread made (ask without --threads)");
    if (out[HB_RUN_CALLS] != NULL && trace->calls != NULL && trace->calls->round_count > 0)
        hb_question_put(&hb_question_latency, trace->calls, out[HB_RUN_CALLS]);
}

static void put_mean(struct hb_results *out, const struct hb_run_means *means, const struct hb_run_mean *mean)
{
    hb_results_set_text(out, "allocator", mean->allocator);
    hb_results_set_text(out, "baseline", means->baseline);
    hb_results_set_count(out, "traces", mean->trace_count);
    if (mean->trace_count > 0) {
        set_verdict(out, mean->verdict, mean->rank);
        set_interval(out, &mean->ratio);
        hb_results_set_known_real(out, "memory_ratio", hb_run_mean_memory(means, mean));
    }
    hb_results_end_row(out);
}

enum hb_status hb_run_files_write(const struct hb_run_files *files, const struct hb_run_means *means,
                                  const struct hb_session *session, const char *folder,
                                  struct hb_error *error)
{
    struct hb_results *comparison = files->files[HB_RUN_COMPARISON];

    for (size_t i = 0; i < means->count && comparison != NULL; i++)
        put_mean(comparison, means, &means->means[i]);
    return hb_results_write(files->files, HB_RUN_FILES, folder, &session->provenance, error);
}

static int is_result(const struct dirent *entry)
{
    const char *ending = strrchr(entry->d_name, '.');

    return entry->d_name[0] != '.' && ending != NULL && strcmp(ending, ".csv") == 0;
}

void hb_run_files_tell(const char *folder)
{
    struct dirent **found = NULL;
    int count = scandir(folder, &found, is_result, alphasort);
    size_t bytes;
    char *names = NULL;
    FILE *out = open_memstream(&names, &bytes);

    for (int i = 0; i < count; i++) {
        if (out != NULL)
            fprintf(out, "%s%s", i == 0 ? "" : ", ", found[i]->d_name);
        free(found[i]);
    }
    free(found);
    if (out != NULL && fclose(out) == 0 && count > 0)
        hb_print_line(stderr, "heapbench: %s: %s; 'heapbench report %s' makes the page", folder, names,
                      folder);
    free(names);
}

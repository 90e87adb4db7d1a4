/*
 * run_histograms.c - the histograms of single calls as files of HdrHistogram's: percentiles as text (.hgrm).
 *
 * It is the format that HdrHistogram's outputPercentileDistribution writes and its plotter reads
 * (plotFiles.html), with one line for each bin that has something in it, so that nothing is lost. Values are
 * nanoseconds.
 */
#include "bench/tool/run/run_rows.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

/* Mean and deviation of what stands for the values, as HdrHistogram's are. */
static void write_foot(const struct hb_histogram *histogram, FILE *out)
{
    double sum = 0, squares = 0, mean;

    for (unsigned i = 0; i < HB_HISTOGRAM_BINS; i++)
        sum += (double)histogram->bins[i] * (double)hb_histogram_bin_high(i);
    mean = sum / (double)histogram->count;
    for (unsigned i = 0; i < HB_HISTOGRAM_BINS; i++) {
        double away = (double)hb_histogram_bin_high(i) - mean;

        squares += (double)histogram->bins[i] * away * away;
    }
    fprintf(out, "#[Mean    = %12.3f, StdDeviation   = %12.3f]\n", mean,
            sqrt(squares / (double)histogram->count));
    fprintf(out, "#[Max     = %12.3f, Total count    = %12" PRIu64 "]\n", (double)histogram->max,
            histogram->count);
    fprintf(out, "#[Buckets = %12d, SubBuckets     = %12d]\n", HB_HISTOGRAM_BINS / HB_HISTOGRAM_OCTAVE - 1,
            2 * HB_HISTOGRAM_OCTAVE);
}

static void write_histogram(const struct hb_histogram *histogram, FILE *out)
{
    uint64_t seen = 0;

    fputs("       Value     Percentile TotalCount 1/(1-Percentile)\n\n", out);
    for (unsigned i = 0; i < HB_HISTOGRAM_BINS && seen < histogram->count; i++) {
        uint64_t value =
            hb_histogram_bin_high(i) < histogram->max ? hb_histogram_bin_high(i) : histogram->max;
        double share;

        if (histogram->bins[i] == 0)
            continue;
        seen += histogram->bins[i];
        share = (double)seen / (double)histogram->count;
        fprintf(out, "%12.3f %1.12f %10" PRIu64, (double)value, share, seen);
        if (seen < histogram->count)
            fprintf(out, " %14.2f", (double)histogram->count / (double)(histogram->count - seen));
        fputc('\n', out);
    }
    write_foot(histogram, out);
}

/* "folder/trace.allocator.kind.hgrm", from malloc; NULL without memory. Names may be paths. */
static char *path_of(const char *folder, const char *trace, const char *allocator, enum hb_call_kind kind)
{
    char *path = NULL;

    if (asprintf(&path, "%s/%s.%s.%s.hgrm", folder, trace, allocator, hb_call_kind_name(kind)) < 0)
        return NULL;
    for (char *at = path + strlen(folder) + 1; *at != '\0'; at++)
        if (*at == '/')
            *at = '_';
    return path;
}

static enum hb_status write_kind(const struct hb_run_trace *trace, const struct hb_rounds_cell *cell,
                                 enum hb_call_kind kind, const char *folder, struct hb_error *error)
{
    char *path = path_of(folder, trace->name, cell->candidate->name, kind);
    struct hb_file *file = NULL;
    enum hb_status status = path != NULL ? hb_file_begin(path, &file, error)
                                         : hb_error_set(error, HB_ERR_MEMORY, "out of memory for a path");

    free(path);
    if (status != HB_OK)
        return status;
    write_histogram(&cell->latency->kinds[kind], hb_file_stream(file));
    return hb_file_commit(file, error);
}

enum hb_status hb_run_write_histograms(const struct hb_run_trace *trace, const char *folder,
                                       struct hb_error *error)
{
    static const enum hb_call_kind kinds[] = {HB_CALL_ALLOCATION, HB_CALL_FREE};
    enum hb_status status = HB_OK;

    for (size_t i = 0; i < trace->calls->cell_count; i++) {
        const struct hb_rounds_cell *cell = &trace->calls->cells[i];

        for (size_t k = 0; k < sizeof kinds / sizeof *kinds && status == HB_OK; k++)
            if (cell->latency != NULL && !hb_rounds_is_failed(cell) &&
                cell->latency->kinds[kinds[k]].count > 0)
                status = write_kind(trace, cell, kinds[k], folder, error);
    }
    return status;
}

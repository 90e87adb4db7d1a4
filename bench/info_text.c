#include "bench/info_text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "bench/command_common.h"

enum { TEXT_BYTES = 48, BAR_WIDTH = 40, LABEL_WIDTH = 12 };

static const char *grouped(uint64_t number, char out[TEXT_BYTES])
{
    return hb_counted(out, TEXT_BYTES, number, "");
}

/* "640 B", "3.1 MiB" */
static const char *scaled(double bytes, char out[TEXT_BYTES])
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    unsigned unit = 0;

    while (bytes >= 1024 && unit + 1 < sizeof units / sizeof units[0]) {
        bytes /= 1024;
        unit++;
    }
    snprintf(out, TEXT_BYTES, bytes < 10 && unit > 0 ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
    return out;
}

static void label(const char *text, FILE *out)
{
    fprintf(out, "%-*s", LABEL_WIDTH, text);
}

/* A text that somebody else wrote: what would move the cursor is shown as '?'. */
static void print_fact(const char *name, const char *text, FILE *out)
{
    if (text == NULL)
        return;
    label(name, out);
    for (; *text != '\0'; text++)
        putc((unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text, out);
    putc('\n', out);
}

static void print_operations(const struct hb_workload *workload, const struct hb_summary *summary, FILE *out)
{
    static const struct {
        enum hb_op_kind kind;
        const char *name;
    } kinds[] = {{HB_OP_MALLOC, "malloc"},
                 {HB_OP_CALLOC, "calloc"},
                 {HB_OP_ALIGNED, "aligned"},
                 {HB_OP_REALLOC, "realloc"},
                 {HB_OP_FREE, "free"}};
    const char *before = "   ";
    char text[TEXT_BYTES];

    label("operations", out);
    fprintf(out, "%s", grouped(workload->op_count, text));
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (summary->kinds[kinds[i].kind] == 0)
            continue;
        fprintf(out, "%s%s %s", before, grouped(summary->kinds[kinds[i].kind], text), kinds[i].name);
        before = ", ";
    }
    if (workload->threads > 1)
        fprintf(out, "; by %" PRIu32 " threads", workload->threads);
    putc('\n', out);
}

static void print_objects(const struct hb_workload *workload, FILE *out)
{
    char text[TEXT_BYTES], bytes[TEXT_BYTES];

    label("objects", out);
    fprintf(out, "%s", grouped(workload->object_count, text));
    if (workload->live_objects_at_end == 0)
        fputs(", all freed\n", out);
    else
        fprintf(out, ", %s of them (%s) never freed\n", grouped(workload->live_objects_at_end, text),
                scaled((double)workload->live_bytes_at_end, bytes));
    label("peak live", out);
    fprintf(out, "%s bytes", grouped(workload->peak_live_bytes, text));
    if (workload->peak_live_bytes >= 1024)
        fprintf(out, " (%s)", scaled((double)workload->peak_live_bytes, bytes));
    fprintf(out, "; at most %s objects at a time\n", grouped(workload->peak_live_objects, text));
}

static void print_spread(const char *name, const char *unit, const struct hb_spread *spread, FILE *out)
{
    char p50[TEXT_BYTES], p90[TEXT_BYTES], p99[TEXT_BYTES], max[TEXT_BYTES];

    label(name, out);
    if (spread->count == 0) {
        fputs("none\n", out);
        return;
    }
    fprintf(out, "half up to %s, 90 %% up to %s, 99 %% up to %s, all up to %s %s; mean %.1f\n",
            grouped(spread->p50, p50), grouped(spread->p90, p90), grouped(spread->p99, p99),
            grouped(spread->max, max), unit, spread->mean);
}

/* "64 B", "2 KiB": 2^log2 bytes. */
static const char *power(unsigned log2, char out[TEXT_BYTES])
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    snprintf(out, TEXT_BYTES, "%u %s", 1u << log2 % 10, units[log2 / 10]);
    return out;
}

/* "64 B to 128 B", the upper end excluded; the two smallest bins hold one size each, the last has no end. */
static void print_bin_range(unsigned bin, FILE *out)
{
    char low[TEXT_BYTES], high[TEXT_BYTES];

    if (bin == 0)
        fprintf(out, "%*s%7s %-11s", LABEL_WIDTH, "", "0 B", "");
    else if (bin == 1 || bin == HB_SIZE_BINS - 1)
        fprintf(out, "%*s%7s %-11s", LABEL_WIDTH, "", power(bin - 1, low), bin == 1 ? "" : "and more");
    else
        fprintf(out, "%*s%7s to %-8s", LABEL_WIDTH, "", power(bin - 1, low), power(bin, high));
}

static void print_bin(unsigned bin, uint64_t count, uint64_t most, uint64_t all, FILE *out)
{
    double percent = 100 * (double)count / (double)all;
    int width = (int)((double)count / (double)most * BAR_WIDTH + 0.5);

    print_bin_range(bin, out);
    if (count > 0 && percent < 0.005)
        fprintf(out, " <0.01 %% ");
    else
        fprintf(out, "%6.2f %% ", percent);
    for (int i = 0; i < width; i++)
        putc('#', out);
    putc('\n', out);
}

/* The sizes by powers of two, from the least to the largest that occurs. */
static void print_histogram(const struct hb_summary *summary, FILE *out)
{
    unsigned first = 0, last = HB_SIZE_BINS - 1;
    uint64_t most = 0;

    if (summary->sizes.count == 0)
        return;
    while (summary->size_bins[first] == 0)
        first++;
    while (summary->size_bins[last] == 0)
        last--;
    for (unsigned bin = first; bin <= last; bin++)
        if (summary->size_bins[bin] > most)
            most = summary->size_bins[bin];
    for (unsigned bin = first; bin <= last; bin++)
        print_bin(bin, summary->size_bins[bin], most, summary->sizes.count, out);
}

static void print_file(const struct hb_workload *workload, FILE *out)
{
    char text[TEXT_BYTES];
    double ops = workload->op_count > 0 ? (double)workload->op_count : 1;

    label("file", out);
    fprintf(out, "%s, %s bytes", workload->path, grouped(workload->file_bytes, text));
    if (workload->op_count > 0)
        fprintf(out, ": %.3f an operation", (double)workload->file_bytes / ops);
    if (workload->raw_bytes > 0)
        fprintf(out, ", %.2f before compression", (double)workload->raw_bytes / ops);
    putc('\n', out);
    if (workload->suggested_heap_bytes > 0) {
        label("heap", out);
        fprintf(out, "%s bytes suggested\n", grouped(workload->suggested_heap_bytes, text));
    }
}

/* Ids of a .rep that were never used are NULL: nothing is lost, and the reader should know. */
static void print_nulls(const struct hb_repairs *repairs, FILE *out)
{
    char reallocs[TEXT_BYTES], frees[TEXT_BYTES];

    if (repairs->null_reallocs + repairs->null_frees == 0)
        return;
    label("null", out);
    fprintf(out, "%s and %s of ids never used: realloc(NULL) is a malloc, free(NULL) nothing\n",
            hb_counted(reallocs, sizeof reallocs, repairs->null_reallocs, "realloc"),
            hb_counted(frees, sizeof frees, repairs->null_frees, "free"));
}

static void print_verdict(const struct hb_workload *workload, FILE *out)
{
    char text[TEXT_BYTES], details[400];

    print_nulls(&workload->repairs, out);
    label("checked", out);
    fprintf(out, "%s: every free and realloc names an object that is live\n",
            workload->dropped == 0 ? "sound" : "incomplete");
    if (workload->dropped > 0) {
        label("dropped", out);
        fprintf(out, "%s that were lost, left out, moved or made up\n",
                hb_counted(text, sizeof text, workload->dropped, "event"));
    }
    if (hb_repairs_dropped(&workload->repairs) > 0) {
        label("", out);
        fprintf(out, "%s\n", hb_repairs_describe(&workload->repairs, details, sizeof details));
    }
}

void hb_info_text_print(const struct hb_workload *workload, const struct hb_summary *summary, FILE *out)
{
    label("trace", out);
    fprintf(out, "%s\n", workload->name);
    print_fact("command", workload->info.command, out);
    print_fact("origin", workload->info.origin, out);
    print_operations(workload, summary, out);
    print_objects(workload, out);
    print_spread("lifetimes", "operations", &summary->lifetimes, out);
    print_spread("sizes", "bytes", &summary->sizes, out);
    print_histogram(summary, out);
    print_file(workload, out);
    print_verdict(workload, out);
}

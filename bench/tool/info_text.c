#include "bench/tool/info_text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/printable.h"
#include "bench/tool/command_common.h"

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
    hb_print_line(out, "%s", text);
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

/* Behind a blank, where there is any; and the end of the line. */
static void print_bar(uint64_t count, uint64_t most, FILE *out)
{
    int width = (int)((double)count / (double)most * BAR_WIDTH + 0.5);

    if (width > 0)
        putc(' ', out);
    for (int i = 0; i < width; i++)
        putc('#', out);
    putc('\n', out);
}

static void print_bin(unsigned bin, uint64_t count, uint64_t most, uint64_t all, FILE *out)
{
    double percent = 100 * (double)count / (double)all;

    print_bin_range(bin, out);
    if (count > 0 && percent < 0.005)
        fprintf(out, " <0.01 %%");
    else
        fprintf(out, "%6.2f %%", percent);
    print_bar(count, most, out);
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

/* "0 s", "7.50 us", "250 ms", "1.50 s" */
static const char *timed(double seconds, char out[TEXT_BYTES])
{
    static const char *const units[] = {"us", "ms", "s"};
    double amount = seconds * 1e6;
    unsigned unit = 0;

    if (seconds <= 0)
        return "0 s";
    for (; amount >= 1000 && unit < 2; unit++)
        amount /= 1000;
    snprintf(out, TEXT_BYTES, "%.*f %s", amount < 10 ? 2 : amount < 100 ? 1 : 0, amount, units[unit]);
    return out;
}

static void print_duration(const struct hb_workload *workload, FILE *out)
{
    char text[TEXT_BYTES];

    label("time", out);
    if (workload->time_us > 0)
        fprintf(out, "%s passed between operations", timed((double)workload->time_us / 1e6, text));
    else
        fputs("none passed between operations", out);
    if (workload->wall_ns > 0)
        fprintf(out, "; the whole program ran %s", timed((double)workload->wall_ns / 1e9, text));
    if (workload->cpu_ns > 0)
        fprintf(out, "; processor time %s", timed((double)workload->cpu_ns / 1e9, text));
    putc('\n', out);
}

static void print_rate(const struct hb_workload *workload, const struct hb_times *times, FILE *out)
{
    char from[TEXT_BYTES], to[TEXT_BYTES], text[TEXT_BYTES];
    double seconds = (double)workload->time_us / 1e6;
    uint64_t most = 1;

    label("rate", out);
    fprintf(out, "%s operations a second\n",
            grouped((uint64_t)((double)workload->op_count / seconds + 0.5), text));
    for (unsigned part = 0; part < HB_TIME_PARTS; part++)
        if (times->ops_in_part[part] > most)
            most = times->ops_in_part[part];
    for (unsigned part = 0; part < HB_TIME_PARTS; part++) {
        uint64_t ops = times->ops_in_part[part];

        fprintf(out, "%*s%9s to %-9s %13s", LABEL_WIDTH, "",
                timed((double)hb_times_part_us(workload->time_us, part) / 1e6, from),
                timed((double)hb_times_part_us(workload->time_us, part + 1) / 1e6, to),
                grouped((uint64_t)((double)ops * HB_TIME_PARTS / seconds + 0.5), text));
        print_bar(ops, most, out);
    }
}

static void print_silences(const struct hb_workload *workload, const struct hb_times *times, FILE *out)
{
    char length[TEXT_BYTES], start[TEXT_BYTES], text[TEXT_BYTES];

    for (unsigned i = 0; i < times->silence_count; i++) {
        const struct hb_silence *silence = &times->silences[i];

        label(i == 0 ? "silences" : "", out);
        fprintf(out, "%s from %s on, ", timed((double)silence->wait.us / 1e6, length),
                timed((double)silence->start_us / 1e6, start));
        if (silence->wait.before_op < workload->op_count)
            fprintf(out, "before operation %s\n", grouped(silence->wait.before_op, text));
        else
            fputs("after the last operation\n", out);
    }
}

static void print_bursts(const struct hb_workload *workload, const struct hb_times *times, FILE *out)
{
    label("bursts", out);
    if (times->burst_us == workload->time_us)
        fputs("all of the time: no wait is longer than 10 ms\n", out);
    else
        fprintf(out, "%.1f %% of the time is in waits of at most 10 ms\n",
                100 * (double)times->burst_us / (double)workload->time_us);
}

static void print_times(const struct hb_workload *workload, FILE *out)
{
    struct hb_times times = hb_workload_times(workload);

    if (workload->version == 1) {
        label("time", out);
        fputs("none: format version 1 has no times\n", out);
    } else if (workload->time_us > 0 || workload->wall_ns > 0 || workload->cpu_ns > 0) {
        print_duration(workload, out);
    }
    if (workload->time_us == 0)
        return;
    print_rate(workload, &times, out);
    print_bursts(workload, &times, out);
    print_silences(workload, &times, out);
}

static void print_file(const struct hb_workload *workload, FILE *out)
{
    char text[TEXT_BYTES];
    double ops = workload->op_count > 0 ? (double)workload->op_count : 1;
    char *path = hb_printable_copy(workload->path, "");

    label("file", out);
    fprintf(out, "%s, %s bytes", path != NULL ? path : workload->name, grouped(workload->file_bytes, text));
    free(path);
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

/* Sound is what nothing was lost of, left out of or made up for. */
static void print_verdict(const struct hb_workload *workload, FILE *out)
{
    char text[TEXT_BYTES], details[400];

    print_nulls(&workload->repairs, out);
    label("checked", out);
    fprintf(out, "%s: every free and realloc names an object that is live\n",
            workload->dropped == 0 ? "sound" : "incomplete, but it can be replayed");
    if (workload->dropped > 0) {
        label("dropped", out);
        fprintf(out, "%s lost, left out, moved or made up\n",
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
    print_times(workload, out);
    print_file(workload, out);
    print_verdict(workload, out);
}

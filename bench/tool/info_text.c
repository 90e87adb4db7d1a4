/*
 * info_text.c - heapbench info for people: what a trace holds, with bars for sizes and times.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/printable.h"
#include "bench/tool/command.h"
#include "bench/tool/output.h"

enum { BAR_WIDTH = 40, LABEL_WIDTH = 12, THREADS_A_LINE = 8 };

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

    label("operations", out);
    fprintf(out, "%s", hb_show_count(workload->op_count).text);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (summary->kinds[kinds[i].kind] == 0)
            continue;
        fprintf(out, "%s%s %s", before, hb_show_count(summary->kinds[kinds[i].kind]).text, kinds[i].name);
        before = ", ";
    }
    if (workload->threads > 1)
        fprintf(out, "; by %" PRIu32 " threads", workload->threads);
    putc('\n', out);
}

static void print_objects(const struct hb_workload *workload, FILE *out)
{
    label("objects", out);
    fprintf(out, "%s", hb_show_count(workload->object_count).text);
    if (workload->live_objects_at_end == 0)
        fputs(", all freed\n", out);
    else
        fprintf(out, ", %s of them (%s) never freed\n", hb_show_count(workload->live_objects_at_end).text,
                hb_show_bytes(workload->live_bytes_at_end).text);
    label("peak live", out);
    fprintf(out, "%s bytes", hb_show_count(workload->peak_live_bytes).text);
    if (workload->peak_live_bytes >= 1024)
        fprintf(out, " (%s)", hb_show_bytes(workload->peak_live_bytes).text);
    fprintf(out, "; at most %s objects at a time\n", hb_show_count(workload->peak_live_objects).text);
}

static void print_touched(const struct hb_workload *workload, const struct hb_summary *summary, FILE *out)
{
    if (!workload->info.touched)
        return;
    label("touched", out);
    if (workload->touched_count == 0)
        fputs("of no large block it is known how much is touched\n", out);
    else
        fprintf(out, "%s of %s in %s\n", hb_show_bytes(summary->touched_bytes).text,
                hb_show_bytes(summary->measured_bytes).text,
                hb_show_counted(workload->touched_count, "large block").text);
}

static void print_spread(const char *name, const char *unit, const struct hb_spread *spread, FILE *out)
{
    label(name, out);
    if (spread->count == 0) {
        fputs("none\n", out);
        return;
    }
    fprintf(out, "half up to %s, 90 %% up to %s, 99 %% up to %s, all up to %s %s; mean %.1f\n",
            hb_show_count(spread->p50).text, hb_show_count(spread->p90).text, hb_show_count(spread->p99).text,
            hb_show_count(spread->max).text, unit, spread->mean);
}

/* Of a workload of several threads. */
static void print_threads(const struct hb_workload *workload, const struct hb_summary *summary, FILE *out)
{
    if (workload->threads < 2)
        return;
    if (workload->threads > THREADS_A_LINE) {
        print_spread("by thread", "operations", &summary->thread_ops, out);
    } else {
        label("by thread", out);
        for (uint32_t t = 0; t < workload->threads; t++)
            fprintf(out, "%s%s", t > 0 ? ", " : "", hb_show_count(summary->ops_by_thread[t]).text);
        fputs(" operations\n", out);
    }
    label("hand-overs", out);
    if (summary->handovers == 0)
        fputs("none: each object is freed and reallocated by the thread that made it\n", out);
    else
        fprintf(out, "%s; objects that came into another thread's hands: %s\n",
                hb_show_count(summary->handovers).text, hb_show_count(summary->handed_objects).text);
}

/* "64 B to 128 B", the upper end excluded; the two smallest bins hold one size each, the last has no end. */
static void print_bin_range(unsigned bin, FILE *out)
{
    struct hb_shown low = hb_show_bytes(bin > 0 ? UINT64_C(1) << (bin - 1) : 0);

    if (bin <= 1 || bin == HB_SIZE_BINS - 1)
        fprintf(out, "%*s%8s %-11s", LABEL_WIDTH, "", low.text, bin <= 1 ? "" : "and more");
    else
        fprintf(out, "%*s%8s to %-8s", LABEL_WIDTH, "", low.text, hb_show_bytes(UINT64_C(1) << bin).text);
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

static const char *show_known(uint64_t ns)
{
    static struct hb_shown shown;

    shown = hb_show_seconds((double)ns / 1e9);
    return ns > 0 ? shown.text : "not known";
}

/* Of what no program did there is nothing to know. */
static void print_program(const struct hb_workload *workload, FILE *out)
{
    if (workload->info.command == NULL && workload->wall_ns == 0 && workload->cpu_ns == 0)
        return;
    label("program", out);
    fprintf(out, "wall time %s", show_known(workload->wall_ns));
    fprintf(out, ", processor time %s", show_known(workload->cpu_ns));
    fputs(workload->cpu_ns > 0 ? ", all threads together and the recorder's part included\n" : "\n", out);
}

static void print_rate(const struct hb_workload *workload, const struct hb_times *times, FILE *out)
{
    double seconds = (double)workload->time_us / 1e6;
    uint64_t most = 1;

    label("rate", out);
    fprintf(out, "%s operations a second\n",
            hb_show_count((uint64_t)((double)workload->op_count / seconds + 0.5)).text);
    for (unsigned part = 0; part < HB_TIME_PARTS; part++)
        if (times->ops_in_part[part] > most)
            most = times->ops_in_part[part];
    for (unsigned part = 0; part < HB_TIME_PARTS; part++) {
        uint64_t ops = times->ops_in_part[part];

        fprintf(out, "%*s%9s to %-9s %13s", LABEL_WIDTH, "",
                hb_show_seconds((double)hb_times_part_us(workload->time_us, part) / 1e6).text,
                hb_show_seconds((double)hb_times_part_us(workload->time_us, part + 1) / 1e6).text,
                hb_show_count((uint64_t)((double)ops * HB_TIME_PARTS / seconds + 0.5)).text);
        print_bar(ops, most, out);
    }
}

static void print_silences(const struct hb_workload *workload, const struct hb_times *times, FILE *out)
{
    for (unsigned i = 0; i < times->silence_count; i++) {
        const struct hb_silence *silence = &times->silences[i];

        label(i == 0 ? "silences" : "", out);
        fprintf(out, "%s from %s on, ", hb_show_seconds((double)silence->wait.us / 1e6).text,
                hb_show_seconds((double)silence->start_us / 1e6).text);
        if (silence->wait.before_op < workload->op_count)
            fprintf(out, "before operation %s\n", hb_show_count(silence->wait.before_op).text);
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

    print_program(workload, out);
    if (workload->version == 1) {
        label("time", out);
        fputs("none: format version 1 has no times\n", out);
    }
    if (workload->time_us == 0)
        return;
    label("time", out);
    fprintf(out, "%s passed between operations\n", hb_show_seconds((double)workload->time_us / 1e6).text);
    print_rate(workload, &times, out);
    print_bursts(workload, &times, out);
    print_silences(workload, &times, out);
}

static void print_file(const struct hb_workload *workload, FILE *out)
{
    double ops = workload->op_count > 0 ? (double)workload->op_count : 1;
    char *path = hb_printable_copy(workload->path, "");

    label("file", out);
    fprintf(out, "%s, %s bytes", path != NULL ? path : workload->name,
            hb_show_count(workload->file_bytes).text);
    free(path);
    if (workload->op_count > 0)
        fprintf(out, ": %.3f an operation", (double)workload->file_bytes / ops);
    if (workload->raw_bytes > 0)
        fprintf(out, ", %.2f before compression", (double)workload->raw_bytes / ops);
    putc('\n', out);
    if (workload->suggested_heap_bytes > 0) {
        label("heap", out);
        fprintf(out, "%s bytes suggested\n", hb_show_count(workload->suggested_heap_bytes).text);
    }
}

/* Ids of a .rep that were never used are NULL: nothing is lost, and the reader should know. */
static void print_nulls(const struct hb_repairs *repairs, FILE *out)
{
    if (repairs->null_reallocs + repairs->null_frees == 0)
        return;
    label("null", out);
    fprintf(out, "%s and %s of ids never used: realloc(NULL) is a malloc, free(NULL) nothing\n",
            hb_show_counted(repairs->null_reallocs, "realloc").text,
            hb_show_counted(repairs->null_frees, "free").text);
}

/* Sound is what nothing was lost of, left out of or made up for. */
static void print_verdict(const struct hb_workload *workload, FILE *out)
{
    char details[400];

    print_nulls(&workload->repairs, out);
    label("checked", out);
    fprintf(out, "%s: every free and realloc names an object that is live\n",
            workload->dropped == 0 ? "sound" : "incomplete, but it can be replayed");
    if (workload->dropped > 0) {
        label("dropped", out);
        fprintf(out, "%s lost, left out, moved or made up\n",
                hb_show_counted(workload->dropped, "event").text);
    }
    if (hb_repairs_dropped(&workload->repairs) > 0) {
        label("", out);
        fprintf(out, "%s\n", hb_repairs_describe(&workload->repairs, details, sizeof details));
    }
}

int hb_command_print_info(const struct hb_workload *workload, const struct hb_summary *summary)
{
    FILE *out = stdout;

    label("trace", out);
    fprintf(out, "%s\n", workload->name);
    print_fact("command", workload->info.command, out);
    print_fact("origin", workload->info.origin, out);
    print_operations(workload, summary, out);
    print_threads(workload, summary, out);
    print_objects(workload, out);
    print_touched(workload, summary, out);
    print_spread("lifetimes", "operations", &summary->lifetimes, out);
    print_spread("sizes", "bytes", &summary->sizes, out);
    print_histogram(summary, out);
    print_times(workload, out);
    print_file(workload, out);
    print_verdict(workload, out);
    return hb_stdout_end_table();
}

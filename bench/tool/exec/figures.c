/*
 * figures.c - what the heaps of a program and its children did, and what a replay of its trace does.
 *
 * A program's heap and a replay of its trace place alike, but for two things. Blocks of a program are
 * aligned, so that its heap asks for other sizes (allocator/live/live_sizes.h): the trace is replayed with
 * these, too. A realloc of a block that is aligned to more moves at another length then; and a trace of
 * several threads may have another order than the heap saw.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "allocator/live/live_sizes.h"
#include "allocator/live/live_stats.h"
#include "base/number.h"
#include "base/printable.h"
#include "bench/tool/command.h"
#include "bench/tool/exec/exec.h"
#include "bench/tool/record_words.h"
#include "workloads/record/launch.h"

/* -- a line for each process -- */

static void print_line(const struct hb_live_report *report)
{
    const struct hb_live_stats *s = &report->stats;

    hb_print_line(
        stderr, "heapbench: %s, process %ld, on %s: %s, %s, %s; %s examined %s, at most %s; extent %s",
        report->program, report->pid, report->allocator, hb_show_counted(s->allocs, "allocation").text,
        hb_show_counted(s->frees, "free").text, hb_show_counted(s->failures, "failure").text,
        hb_show_counted(s->walks, "walk").text, hb_show_counted(s->walk_total, "range").text,
        hb_show_count(s->walk_max).text, hb_show_counted(s->extent_bytes, "byte").text);
}

/* Of the lines that are whole, the next. */
static bool read_report(FILE *file, struct hb_live_report *report)
{
    char line[1024];

    while (fgets(line, sizeof line, file) != NULL)
        if (hb_live_stats_parse(line, report))
            return true;
    return false;
}

static void tell_no_figures(void)
{
    hb_print_line(stderr,
                  "heapbench: no process left figures: each asked its heap for nothing, was ended by a "
                  "signal, or was not given the heap");
}

/* The program has ended: where nobody reads what is said of it, its files are removed and its status told. */
static void outlive_readers(void)
{
    const struct sigaction ignore = {.sa_handler = SIG_IGN};

    sigaction(SIGPIPE, &ignore, NULL);
}

/* Of a program that was not run there is nothing to say but why. */
static void print_stats(FILE *file, int exit_status)
{
    struct hb_live_report report;
    unsigned count = 0;

    rewind(file);
    for (; read_report(file, &report); count++)
        print_line(&report);
    if (count == 0 && exit_status != HB_EXEC_NOT_RUN && exit_status != HB_EXEC_NOT_FOUND)
        tell_no_figures();
}

static const char *temporary_folder(void)
{
    const char *folder = getenv("TMPDIR");

    return folder != NULL && folder[0] != '\0' ? folder : "/tmp";
}

static int tell_no_file(void)
{
    hb_print_line(stderr, "heapbench: %s: no file for the figures: %s", temporary_folder(), strerror(errno));
    return HB_EXIT_FAILED;
}

int hb_exec_with_stats(const struct hb_exec *exec)
{
    char *path = NULL;
    int fd =
        asprintf(&path, "%s/heapbench-exec-XXXXXX", temporary_folder()) < 0 ? -1 : mkostemp(path, O_CLOEXEC);
    FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;
    int exit_status;

    if (file != NULL && setenv(HB_LIVE_STATS, path, 1) == 0) {
        exit_status = hb_exec_child(exec->program);
        outlive_readers();
        print_stats(file, exit_status);
        fclose(file);
        unlink(path);
    } else {
        exit_status = tell_no_file();
    }
    free(path);
    return exit_status;
}

/* -- beside a replay -- */

/* A replay or the model's, of the trace's sizes or rounded as the program's heap rounds them. */
enum { ROWS = 4, FAST_LEVEL = 1, WAIT_S = 10 };

struct row {
    const char *label;
    bool models, rounds;
    bool is_known; /* the rest: what came of it */
    struct hb_counts counts;
};

/* A recording, and the figures beside it. */
struct exec_comparison {
    const struct hb_exec *exec;
    struct hb_host *host;
    char stats[PATH_MAX], trace[PATH_MAX];
    const struct hb_collected *kept; /* the process that did most, of those that left figures */
    struct hb_live_report report;
};

/* The figures of the process `pid`. */
static bool find_report(const char *path, long pid, struct hb_live_report *report)
{
    FILE *file = fopen(path, "re");
    bool found = false;

    while (file != NULL && !found && read_report(file, report))
        found = report->pid == pid;
    if (file != NULL)
        fclose(file);
    return found;
}

static bool find_kept(struct exec_comparison *c, const struct hb_collection *collection)
{
    for (size_t i = 0; i < collection->count && c->kept == NULL; i++)
        if (find_report(c->stats, (long)collection->items[i].capture->header->pid, &c->report))
            c->kept = &collection->items[i];
    return c->kept != NULL;
}

/* What is before each payload of the heap, where its sizes are rounded for it; else 0. */
static enum hb_status find_record_bytes(const struct hb_allocator *rung, size_t *bytes,
                                        struct hb_error *error)
{
    void *heap = rung->create(rung, 0, error);

    if (heap == NULL)
        return error->status;
    *bytes = hb_live_align_first(rung, heap);
    rung->destroy(heap);
    return HB_OK;
}

/* The operation as the program's heap does it. */
static void ask_as_live(struct hb_op *op, size_t record_bytes)
{
    uint64_t alignment = UINT64_C(1) << op->align_log2;

    if (op->kind == HB_OP_FREE)
        return;
    if (op->size == 0)
        op->size = 1;
    if (op->kind == HB_OP_ALIGNED && record_bytes > 0) {
        op->size += alignment > HB_LIVE_ALIGN ? alignment : 0;
        op->kind = HB_OP_MALLOC;
        op->align_log2 = 0;
    }
    op->size = hb_live_asked(record_bytes, op->size);
}

static enum hb_status count_on(const struct hb_allocator *table, const struct hb_exec *exec,
                               const struct hb_prepared *prepared, struct row *row, struct hb_error *error)
{
    const struct hb_allocator *rung = hb_allocator_find(exec->allocator);
    const struct hb_count_options options = {.without_measures = true};
    enum hb_status status;
    void *heap;

    if (table->counting != NULL)
        table = table->counting;
    heap = table->create(table, exec->heap_bytes, error);
    if (heap == NULL)
        return error->status;
    /* Models take no notice of an alignment, even those of aligned rungs. */
    if (row->rounds && (rung->caps & HB_CAP_UNALIGNED) != 0)
        hb_live_align_first(table, heap);
    row->counts.heap_bytes = exec->heap_bytes;
    status = hb_replay_count(prepared, table, heap, &options, &row->counts, NULL, error);
    row->is_known = status == HB_OK;
    table->destroy(heap);
    return status;
}

/* Fills those rows whose sizes are these. */
static enum hb_status count_rows(const struct hb_exec *exec, const struct hb_workload *workload, bool rounds,
                                 struct row *rows, struct hb_error *error)
{
    const struct hb_allocator *rung = hb_allocator_find(exec->allocator);
    const struct hb_allocator *model = rung->model != NULL ? hb_allocator_find(rung->model) : NULL;
    struct hb_prepared *prepared = NULL;
    enum hb_status status = hb_prepare(workload, &prepared, error);

    for (int i = 0; i < ROWS && status == HB_OK; i++)
        if (rows[i].rounds == rounds && (!rows[i].models || model != NULL))
            status = count_on(rows[i].models ? model : rung, exec, prepared, &rows[i], error);
    hb_prepared_free(prepared);
    return status;
}

static enum hb_status count_all(const struct hb_exec *exec, struct hb_workload *workload, struct row *rows,
                                struct hb_error *error)
{
    enum hb_status status = count_rows(exec, workload, false, rows, error);
    size_t record_bytes = 0;

    if (status == HB_OK)
        status = find_record_bytes(hb_allocator_find(exec->allocator), &record_bytes, error);
    for (uint64_t i = 0; i < workload->op_count && status == HB_OK; i++)
        ask_as_live(&workload->ops[i], record_bytes);
    return status == HB_OK ? count_rows(exec, workload, true, rows, error) : status;
}

static void print_figures(const char *label, uint64_t walks, uint64_t total, uint64_t longest,
                          uint64_t extent, const char *difference)
{
    hb_print_line(stderr, "  %-28s %13s %19s %12s %17s%s%s", label, hb_show_count(walks).text,
                  hb_show_count(total).text, hb_show_count(longest).text, hb_show_count(extent).text,
                  difference[0] != '\0' ? "  " : "", difference);
}

static double percent(uint64_t is, uint64_t of)
{
    return of > 0 ? 100 * ((double)is - (double)of) / (double)of : 0;
}

static void print_row(const struct row *row, const struct hb_live_stats *s)
{
    const struct hb_counts *c = &row->counts;
    uint64_t extent = c->state.high_water_bytes;
    char difference[80];

    if (!row->is_known)
        return;
    snprintf(difference, sizeof difference, "%+.3f %%, extent %+.3f %%",
             percent(c->walk_total, s->walk_total), percent(extent, s->extent_bytes));
    print_figures(row->label, c->walks, c->walk_total, c->walk_max, extent,
                  c->walks == s->walks && c->walk_total == s->walk_total && c->walk_max == s->walk_max &&
                          extent == s->extent_bytes
                      ? "the same"
                      : difference);
}

static void print_comparison(const struct hb_live_report *report, const struct hb_workload *workload,
                             const struct row *rows)
{
    const struct hb_live_stats *s = &report->stats;

    fputc('\n', stderr); /* what the program printed may have no end of a line */
    hb_print_line(stderr, "heapbench: %s, process %ld, on %s: %s, %s in its trace; %s", report->program,
                  report->pid, report->allocator, hb_show_counted(s->allocs + s->frees, "call").text,
                  hb_show_counted(workload->op_count, "operation").text,
                  hb_show_counted(s->failures, "failure").text);
    hb_print_line(stderr, "  %-28s %13s %19s %12s %17s", "", "walks", "ranges examined", "longest", "extent");
    print_figures("the program", s->walks, s->walk_total, s->walk_max, s->extent_bytes, "");
    for (int i = 0; i < ROWS; i++)
        print_row(&rows[i], s);
}

/* Replays the trace, and prints. */
static enum hb_status compare(const struct exec_comparison *c, struct hb_error *error)
{
    struct row rows[ROWS] = {{.label = "replay, sizes rounded", .rounds = true},
                             {.label = "model, sizes rounded", .rounds = true, .models = true},
                             {.label = "replay, sizes of the trace"},
                             {.label = "model, sizes of the trace", .models = true}};
    struct hb_workload *workload = NULL;
    enum hb_status status = hb_command_load(c->trace, &workload, error);

    if (status == HB_OK)
        status = count_all(c->exec, workload, rows, error);
    if (status == HB_OK)
        print_comparison(&c->report, workload, rows);
    hb_workload_free(workload);
    return status;
}

/* What the program left, beside each other. */
static enum hb_status compare_recording(struct exec_comparison *c, const struct hb_family *family,
                                        struct hb_error *error)
{
    struct hb_capture_summary summary;
    struct hb_collection collection;
    enum hb_status status = hb_collect(hb_host_folder(c->host), family, &collection, error);

    if (status != HB_OK)
        return status;
    outlive_readers();
    hb_words_losses(&collection);
    if (find_kept(c, &collection)) {
        status = hb_capture_to_trace(c->kept->capture, c->trace, FAST_LEVEL, NULL, NULL, &summary, error);
        if (status == HB_OK)
            status = compare(c, error);
    } else {
        tell_no_figures();
    }
    hb_collection_clear(&collection);
    return status;
}

static enum hb_status open_comparison(struct exec_comparison *c, struct hb_error *error)
{
    char beside[PATH_MAX - 64];
    int fd;

    snprintf(beside, sizeof beside, "%s/heapbench-exec", temporary_folder());
    if (hb_host_create(beside, &c->host, error) != HB_OK)
        return error->status;
    snprintf(c->trace, sizeof c->trace, "%s/program.trace", hb_host_folder(c->host));
    snprintf(c->stats, sizeof c->stats, "%s/stats", hb_host_folder(c->host));
    fd = open(c->stats, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 || setenv(HB_LIVE_STATS, c->stats, 1) != 0)
        return hb_error_set_errno(error, HB_ERR_IO, "%s", c->stats);
    close(fd);
    return HB_OK;
}

static void close_comparison(struct exec_comparison *c)
{
    unlink(c->trace);
    unlink(c->stats);
    hb_host_close(c->host, false);
}

static int run_recorded(struct exec_comparison *c, const char *recorder, struct hb_error *error)
{
    const struct hb_launch launch = {.argv = c->exec->program,
                                     .recorder = recorder,
                                     .host = c->host,
                                     .wait_s = WAIT_S,
                                     .waiting = hb_words_waiting};
    struct hb_family family;
    int exit_status = HB_EXIT_FAILED;

    if (hb_launch_run(&launch, &exit_status, &family, error) != HB_OK) {
        hb_command_fail(error);
    } else if (compare_recording(c, &family, error) != HB_OK) {
        hb_command_fail(error);
        exit_status = HB_EXIT_FAILED;
    }
    hb_family_clear(&family);
    return exit_status;
}

int hb_exec_compare(const struct hb_exec *exec)
{
    struct exec_comparison comparison = {.exec = exec};
    char *recorder = NULL;
    struct hb_error error;
    int exit_status;

    if (hb_launch_find_recorder(&recorder, &error) == HB_OK && open_comparison(&comparison, &error) == HB_OK)
        exit_status = run_recorded(&comparison, recorder, &error);
    else
        exit_status = hb_command_fail(&error);
    if (comparison.host != NULL)
        close_comparison(&comparison);
    free(recorder);
    return exit_status;
}

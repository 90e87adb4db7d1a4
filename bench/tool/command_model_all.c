/*
 * command_model_all.c - heapbench model --all: every policy on every trace, beside published figures.
 *
 * The table has means over the traces; each trace's own figures, and measures #1 to #3, are in the file. A
 * trace of a few operations, such as the tutorial's example, says nothing of a policy: it has a mean of its
 * own, shown where there is no other trace.
 */
#include <stdio.h>
#include <string.h>

#include "bench/exact/policies.h"
#include "bench/question/found/discover.h"
#include "bench/replay/measures.h"
#include "bench/tool/command.h"
#include "bench/tool/output.h"

enum { RUNS_MAX = 64, FEW_OPS = 1000 };

/* What a figure is of, over the most bytes live: a run's heap; of a packing also its two bounds. */
enum figure { HEAP, LIVE, ROBSON, FIGURES };

/* Of measure #4, over traces. */
struct means {
    double sum[FIGURES][RUNS_MAX]; /* by run of the plan */
    unsigned count[FIGURES][RUNS_MAX];
    unsigned traces;
    const char *name; /* of the last one */
};

struct policy_table {
    struct hb_discovery found;
    struct hb_provenance provenance;
    struct hb_results *results; /* NULL: none wanted */
    struct means few, many;
    unsigned failed;
    size_t unusable; /* traces */
};

static void add(struct means *means, enum figure figure, size_t index, double ratio)
{
    means->sum[figure][index] += ratio;
    means->count[figure][index]++;
}

static void add_bounds(struct means *means, size_t index, const struct hb_policy_figures *figures)
{
    add(means, LIVE, index, hb_measures_ratio(figures->bound_bytes, figures->peak_live_bytes));
    if (figures->robson_bytes > 0)
        add(means, ROBSON, index, hb_measures_ratio(figures->robson_bytes, figures->peak_live_bytes));
}

static void measure(struct policy_table *table, struct means *means, const struct hb_prepared *prepared,
                    size_t index, const struct hb_policy_run *run)
{
    struct hb_policy_figures figures;
    struct hb_error error;
    bool done = hb_policies_measure(prepared, index, &figures, &error) == HB_OK;

    if (done) {
        add(means, HEAP, index, figures.measures[3]);
        if (figures.bound_bytes > 0)
            add_bounds(means, index, &figures);
    } else {
        fprintf(stderr, "heapbench: %s on %s: %s\n", run->policy, means->name, error.text);
        table->failed++;
    }
    if (table->results != NULL)
        hb_policies_results_add(table->results, means->name, run, done ? &figures : NULL);
}

static enum hb_status measure_trace(struct policy_table *table, size_t trace, struct hb_error *error)
{
    const struct hb_prepared *prepared = NULL;
    enum hb_status status = hb_discovery_trace(&table->found, trace, &prepared, error);
    struct hb_policy_run run;
    struct hb_progress progress = {.total = hb_policies_count()};
    struct means *means;

    if (status != HB_OK) {
        fprintf(stderr, "heapbench: left out: %s\n", error->text);
        hb_provenance_leave_out(&table->provenance, "trace %s: %s", table->found.traces[trace].name,
                                error->text);
        table->failed++;
        return ++table->unusable == table->found.trace_count ? status : HB_OK;
    }
    means = prepared->op_count < FEW_OPS ? &table->few : &table->many;
    means->traces++;
    means->name = table->found.traces[trace].name;
    for (size_t i = 0; i < RUNS_MAX && hb_policies_run_at(i, &run); i++) {
        hb_progress_step(&progress, "%s: %s", means->name, run.policy);
        measure(table, means, prepared, i, &run);
    }
    hb_progress_clear(&progress);
    return HB_OK;
}

/* -- the table -- */

/* The columns that have figures: what a range costs beside its bytes. */
static const struct {
    const char *title;
    uint32_t header_bytes, align;
} settings[] = {{"no header", 0, 1}, {"header 8", 8, 1}, {"8, align 16", 8, 16}};

static void print_percent(double ratio)
{
    printf(" %10.1f %%", 100 * ratio);
}

static void print_published(const struct hb_policy_run *run)
{
    struct hb_policy_run other;
    double measure4;

    for (size_t i = 0; hb_policies_published(i, &other, &measure4); i++)
        if (hb_policies_alike(&other, run)) {
            print_percent(measure4);
            return;
        }
    printf(" %12s", "");
}

/* Buddy has no headers, but aligns all the same. */
static bool is_in_column(const struct hb_policy_run *run, size_t column)
{
    return run->header_bytes == settings[column].header_bytes &&
           (run->align == settings[column].align || run->header_bytes == 0);
}

static void print_mean(const struct means *means, enum figure figure, const struct hb_policy_run *row,
                       size_t column)
{
    struct hb_policy_run run;

    for (size_t i = 0; i < RUNS_MAX && hb_policies_run_at(i, &run); i++)
        if (hb_policies_alike(&run, row) && is_in_column(&run, column) && means->count[figure][i] > 0) {
            print_percent(means->sum[figure][i] / means->count[figure][i]);
            return;
        }
    printf(" %12s", "");
}

static void print_figures(const struct means *means, enum figure figure, const struct hb_policy_run *run)
{
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        print_mean(means, figure, run, i);
    putchar('\n');
}

static void print_row(const struct means *means, const struct hb_policy_run *run)
{
    printf("%-12s %-8s", run->policy, run->merge != NULL ? run->merge : "");
    print_published(run);
    print_figures(means, HEAP, run);
}

/* Beside the packing, and of no policy: no heap is smaller, and what may be asked of every one. */
static void print_bounds(const struct means *means)
{
    static const struct hb_policy_run packing = {.policy = "packing"};

    printf("%-34s", "  most live: a lower bound");
    print_figures(means, LIVE, &packing);
    printf("%-34s", "  Robson's lower bound");
    print_figures(means, ROBSON, &packing);
}

static void print_table(const struct means *means)
{
    struct hb_policy_run run, before = {.policy = ""};
    double measure4;

    if (means->traces == 1)
        printf("%s", means->name);
    else
        printf("mean of %u traces", means->traces);
    printf(": the largest heap over the most bytes live, less one (Johnstone and Wilson's measure #4)\n\n"
           "%-12s %-8s %12s",
           "policy", "merging", "published");
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        printf(" %12s", settings[i].title);
    putchar('\n');
    for (size_t i = 0; hb_policies_run_at(i, &run); before = run, i++)
        if (!hb_policies_alike(&run, &before))
            print_row(means, &run);
    print_bounds(means);
    for (size_t i = 0; hb_policies_published(i, &run, &measure4); i++)
        if (!hb_policies_has(&run))
            print_row(means, &run);
    printf("\nPublished: 1998, mean of eight programs, headers and alignment removed. buddy: in units of 16 "
           "bytes.\n"
           "packing: offline, lifetimes known beforehand; nothing is smaller than what lives at once.\n"
           "Robson's lower bound (1974): some program with as much live, in blocks of the same smallest to "
           "largest size,\n"
           "makes any allocator that cannot move blocks need at least so much. No ceiling, and not of these "
           "programs.\n");
}

/* -- the command -- */

static enum hb_status open_table(struct policy_table *table, int argc, char **argv, char *const *traces,
                                 const char *results, struct hb_error *error)
{
    const struct hb_candidate_choice choice = {.allocators = "bins,buddy"};
    enum hb_status status;

    hb_provenance_begin(&table->provenance, argc, argv);
    table->provenance.untimed = true;
    table->provenance.computed = true;
    status = hb_discover(&choice, traces, &table->found, error);
    if (status != HB_OK || results == NULL)
        return status;
    status = hb_results_check_folder(results, &table->provenance, error);
    table->results = hb_policies_results_begin();
    if (status == HB_OK && table->results == NULL)
        status = hb_error_set(error, HB_ERR_MEMORY, "out of memory for results");
    return status;
}

int hb_command_model_all(int argc, char **argv, char *const *traces, const char *results)
{
    struct policy_table table = {.failed = 0};
    struct hb_error error;
    enum hb_status status = open_table(&table, argc, argv, traces, results, &error);
    int exit_status;

    for (size_t i = 0; status == HB_OK && i < table.found.trace_count; i++)
        status = measure_trace(&table, i, &error);
    if (status == HB_OK)
        print_table(table.many.traces > 0 ? &table.many : &table.few);
    if (status == HB_OK && results != NULL)
        status = hb_results_write(&table.results, 1, results, &table.provenance, &error);
    hb_results_free(table.results);
    hb_discovery_free(&table.found);
    if (status != HB_OK)
        return hb_command_fail(&error);
    exit_status = hb_stdout_end_table();
    return exit_status == HB_EXIT_DONE && table.failed > 0 ? HB_EXIT_PARTIAL : exit_status;
}

/*
 * model_speed_plan.c - the program: each pair at each number of ranges, as benchmarks and as a file of
 * results.
 */
#include "bench/question/speed/model_speed.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/option.h"
#include "base/progress.h"
#include "bench/question/question.h"
#include "bench/question/question_program.h"
#include "bench/results/provenance.h"
#include "bench/results/results.h"

#define SPEED_FILE "model_speed.csv"

enum { DEFAULT_ROUNDS = 9, DEFAULT_SEED = 42 };

static const uint64_t sizes[] = {100,    300,    1000,    3000,    10000,   30000,
                                 100000, 300000, 1000000, 3000000, 10000000};

enum { SIZES = sizeof sizes / sizeof *sizes };

struct speed_options {
    const char *results; /* the folder; NULL: none */
    uint64_t rounds;
    uint64_t seed;
    uint64_t up_to; /* no heap of more ranges */
};

/* A pair at a number of ranges, and what was found; of a benchmark one side counts. */
struct speed_cell {
    const struct hb_speed_pair *pair;
    uint64_t ranges;
    enum hb_speed_side side;
    struct hb_speed_result result[HB_SPEED_SIDES]; /* no rounds: it was not run */
};

struct speed_program {
    struct hb_program program;
    struct speed_options options;
    struct hb_provenance provenance;
    struct speed_cell *benchmarks;
};

static struct speed_program *own(struct hb_program *program)
{
    return (struct speed_program *)program;
}

/* -- options -- */

static const struct hb_option option_table[] = {
    {HB_OPTION_FOLDER, 0, "results", "DIR", HB_AT(struct speed_options, results),
     .help = "run all of them and write model_speed.csv to DIR"},
    {HB_OPTION_NUMBER, 0, "up-to", "N", HB_AT(struct speed_options, up_to), .least = 100, .most = 10000000,
     .help = "no heap of more than N ranges. Default: 10000000"},
    {HB_OPTION_NUMBER, 0, "rounds", "R", HB_AT(struct speed_options, rounds), .least = 1,
     .most = HB_SPEED_ROUNDS_MAX, .help = "timed on each heap. Default: 9"},
    {HB_OPTION_NUMBER, 0, "seed", "N", HB_AT(struct speed_options, seed),
     .help = "of the heaps, and of the order of --results. Default: 42"},
    {0},
};

static const struct hb_usage usage = {
    .options = option_table,
    .doc =
        "What the exact model takes for an operation in a heap of so many ranges, and what walking takes.\v"
        "Benchmarks are named model_speed/<allocator>/<ranges>.\n\n"
        "Example: model_speed --benchmark_filter='(simple|model-first)/10000/'\n\n"
        "Google Benchmark's own options:",
};

static const struct speed_options default_options = {
    .rounds = DEFAULT_ROUNDS, .seed = DEFAULT_SEED, .up_to = 10000000};

static void help(const struct hb_program *program)
{
    char name[] = "model_speed";
    struct speed_options unused = default_options;

    (void)program;
    hb_options_help(&usage, name, &unused);
}

/* -- results -- */

/* Runs the sides from `first` to `last`. */
static enum hb_status run_cell(struct speed_cell *cell, enum hb_speed_side first, enum hb_speed_side last,
                               const struct speed_options *options, struct hb_error *error)
{
    struct hb_speed_load *load;
    enum hb_status status =
        hb_speed_load_open(cell->pair, cell->ranges, (uint32_t)options->rounds, options->seed, &load, error);

    if (status != HB_OK)
        return status;
    for (enum hb_speed_side side = first; side <= last && status == HB_OK; side++)
        if (cell->ranges <= cell->pair->most_ranges[side])
            status = hb_speed_run(load, side, &cell->result[side], error);
    hb_speed_load_close(load);
    return status;
}

/* Every pair at every size that is asked for, from malloc; `*count` of them. */
static struct speed_cell *make_cells(const struct speed_options *options, size_t *count)
{
    size_t pair_count;
    const struct hb_speed_pair *pairs = hb_speed_pairs(&pair_count);
    struct speed_cell *cells = calloc(pair_count * SIZES, sizeof *cells);

    *count = 0;
    for (size_t i = 0; cells != NULL && i < pair_count * SIZES; i++) {
        uint64_t ranges = sizes[i % SIZES];

        if (ranges <= options->up_to)
            cells[(*count)++] = (struct speed_cell){.pair = &pairs[i / SIZES], .ranges = ranges};
    }
    return cells;
}

static enum hb_status run_cells(struct speed_cell *cells, size_t count, const struct speed_options *options,
                                struct hb_error *error)
{
    struct hb_progress progress = {.total = count};
    size_t *order;
    struct hb_random random;
    enum hb_status status = HB_OK;

    assert(count > 0); /* the least size is never too many */
    order = malloc(count * sizeof *order);
    if (order == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory for %zu heaps", count);
    hb_random_seed(&random, options->seed);
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    hb_random_shuffle(&random, order, count);
    for (size_t i = 0; i < count && status == HB_OK; i++) {
        struct speed_cell *cell = &cells[order[i]];

        hb_progress_step(&progress, "%s: %" PRIu64 " ranges", cell->pair->name[HB_SPEED_MODEL], cell->ranges);
        status = run_cell(cell, HB_SPEED_WALKING, HB_SPEED_MODEL, options, error);
    }
    hb_progress_clear(&progress);
    free(order);
    return status;
}

static void add_rows(struct hb_results *results, const struct speed_cell *cell, enum hb_speed_side side)
{
    const struct hb_speed_result *result = &cell->result[side];

    for (uint32_t i = 0; i < result->round_count; i++) {
        const struct hb_speed_round *round = &result->rounds[i];

        hb_results_set_text(results, "allocator", cell->pair->name[side]);
        hb_results_set_text(results, "model", cell->pair->name[HB_SPEED_MODEL]);
        hb_results_set_count(results, "ranges", cell->ranges);
        hb_results_set_count(results, "round", i);
        hb_results_set_count(results, "ranges_least", round->ranges_least);
        hb_results_set_count(results, "ranges_most", round->ranges_most);
        hb_results_set_count(results, "live", result->live);
        hb_results_set_count(results, "ops", result->ops);
        hb_results_set_count(results, "elapsed_ns", round->elapsed_ns);
        hb_results_set_count(results, "walk_total", round->walk_total);
        hb_results_set_count(results, "resident_bytes", result->resident_bytes);
        hb_results_end_row(results);
    }
}

static void note_left_out(const struct speed_options *options, struct hb_provenance *provenance)
{
    size_t count;
    const struct hb_speed_pair *pairs = hb_speed_pairs(&count);

    for (size_t i = 0; i < count; i++)
        for (enum hb_speed_side side = HB_SPEED_WALKING; side < HB_SPEED_SIDES; side++)
            if (pairs[i].most_ranges[side] < sizes[SIZES - 1])
                hb_provenance_leave_out(provenance, "%s over %" PRIu64 " ranges", pairs[i].name[side],
                                        pairs[i].most_ranges[side]);
    if (options->up_to < sizes[SIZES - 1])
        hb_provenance_leave_out(provenance, "every heap over %" PRIu64 " ranges (--up-to)", options->up_to);
}

static enum hb_status write_cells(const struct speed_cell *cells, size_t count, const char *folder,
                                  const struct hb_provenance *provenance, struct hb_error *error)
{
    static const struct hb_schema schema = {
        "model_speed/1", SPEED_FILE,
        "allocator:text,model:text,ranges:count,round:count,ranges_least:count,ranges_most:count,live:count,"
        "ops:count,elapsed_ns:count,walk_total:count,resident_bytes:count"};
    struct hb_results *results = hb_results_begin(&schema);
    enum hb_status status;

    if (results == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory for results");
    for (size_t i = 0; i < count; i++)
        for (enum hb_speed_side side = HB_SPEED_WALKING; side < HB_SPEED_SIDES; side++)
            add_rows(results, &cells[i], side);
    status = hb_results_write(&results, 1, folder, provenance, error);
    hb_results_free(results);
    return status;
}

static enum hb_status write_results(struct speed_program *self, struct hb_error *error)
{
    const struct speed_options *options = &self->options;
    struct speed_cell *cells;
    size_t count;
    enum hb_status status = hb_results_check_folder(options->results, &self->provenance, error);

    if (status != HB_OK)
        return status;
    cells = make_cells(options, &count);
    if (cells == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory for what is to be measured");
    note_left_out(options, &self->provenance);
    status = run_cells(cells, count, options, error);
    if (status == HB_OK)
        status = write_cells(cells, count, options->results, &self->provenance, error);
    free(cells);
    return status;
}

/* -- the program -- */

static int fail(const struct hb_error *error)
{
    fprintf(stderr, "model_speed: %s\n", error->text);
    return error->status == HB_ERR_USAGE ? HB_EXIT_USAGE : HB_EXIT_FAILED;
}

static int answer(struct hb_program *program)
{
    struct hb_error error;

    if (write_results(own(program), &error) != HB_OK)
        return fail(&error);
    printf("model_speed: wrote " SPEED_FILE " to %s\n", own(program)->options.results);
    return HB_EXIT_DONE;
}

static void close_speed(struct hb_program *program)
{
    free(own(program)->benchmarks);
    free(program);
}

/* False when out of memory. */
static bool add_side(struct speed_program *self, const struct hb_speed_pair *pair, enum hb_speed_side side)
{
    for (size_t i = 0; i < SIZES; i++) {
        if (sizes[i] > self->options.up_to || sizes[i] > pair->most_ranges[side])
            continue;
        self->benchmarks[self->program.benchmark_count] =
            (struct speed_cell){.pair = pair, .ranges = sizes[i], .side = side};
        if (!hb_program_add(&self->program, "model_speed/%s/%" PRIu64, pair->name[side], sizes[i]))
            return false;
    }
    return true;
}

static bool discover(struct hb_program *program, int *exit_status)
{
    struct speed_program *self = own(program);
    size_t pair_count;
    const struct hb_speed_pair *pairs = hb_speed_pairs(&pair_count);
    bool room;

    self->benchmarks = calloc(pair_count * SIZES * HB_SPEED_SIDES, sizeof *self->benchmarks);
    room = self->benchmarks != NULL;
    for (size_t i = 0; i < pair_count && room; i++)
        room = add_side(self, &pairs[i], HB_SPEED_WALKING) && add_side(self, &pairs[i], HB_SPEED_MODEL);
    if (room)
        return true;
    fputs("model_speed: out of memory for the names of benchmarks\n", stderr);
    *exit_status = HB_EXIT_FAILED;
    return false;
}

/* An iteration is an operation, and its time the median of the rounds. */
static void measure(struct hb_program *program, size_t index, struct hb_measurement *measurement)
{
    struct speed_cell *cell = &own(program)->benchmarks[index];
    const struct hb_speed_result *result = &cell->result[cell->side];
    const struct hb_speed_round *first = &result->rounds[0];
    struct hb_error error;

    if (run_cell(cell, cell->side, cell->side, &own(program)->options, &error) != HB_OK) {
        snprintf(measurement->problem, sizeof measurement->problem, "%s", error.text);
        return;
    }
    measurement->seconds = 1e-9 * hb_speed_ns_per_op(result);
    measurement->cpu_seconds = 1e-9 * hb_speed_cpu_ns_per_op(result);
    measurement->ops = 1;
    hb_measurement_count(measurement, "walk_mean", hb_speed_walk_mean(result));
    hb_measurement_count(measurement, "live", (double)result->live);
    hb_measurement_count(measurement, "ranges_least", (double)first->ranges_least);
    hb_measurement_count(measurement, "ranges_most", (double)first->ranges_most);
    hb_measurement_count(measurement, "bytes_per_range",
                         (double)result->resident_bytes / (double)first->ranges_most);
}

static const struct hb_program_kind kind = {
    .in_nanoseconds = true,
    .problem_exit_status = HB_EXIT_FAILED,
    .close = close_speed,
    .help = help,
    .discover = discover,
    .measure = measure,
    .answer = answer,
};

struct hb_program *hb_speed_open(int *argc, char **argv, int *exit_status)
{
    struct speed_program *self;
    int our_count = 0;
    char **ours;

    hb_child_main(*argc, argv, &hb_speed_job);
    self = calloc(1, sizeof *self);
    if (self == NULL) {
        fputs("model_speed: out of memory\n", stderr);
        *exit_status = HB_EXIT_FAILED;
        return NULL;
    }
    self->program =
        (struct hb_program){.kind = &kind, .name = "model_speed", .provenance = &self->provenance};
    hb_provenance_begin(&self->provenance, *argc, argv);
    ours = hb_program_take_ours(argc, argv, &our_count);
    if (ours == NULL) {
        fputs("model_speed: out of memory for the command line\n", stderr);
        *exit_status = HB_EXIT_FAILED;
        hb_program_close(&self->program);
        return NULL;
    }
    self->options = default_options;
    hb_options_parse(&usage, our_count, ours, &self->options);
    free(ours);
    self->program.has_answer = self->options.results != NULL;
    self->provenance.seed = self->options.seed;
    self->provenance.rounds = (uint32_t)self->options.rounds;
    self->provenance.touch = HB_TOUCH_NONE;
    self->provenance.clock_pair_ns = hb_clock_pair_cost_ns();
    return &self->program;
}

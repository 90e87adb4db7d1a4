/*
 * model_speed_plan.c - each pair at each number of ranges: the options, the order and the file of results.
 */
#include "bench/question/speed/model_speed_plan.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/option.h"
#include "base/progress.h"
#include "bench/results/provenance.h"
#include "bench/results/results.h"

enum { DEFAULT_ROUNDS = 9, DEFAULT_SEED = 42 };

static const uint64_t sizes[] = {100,    300,    1000,    3000,    10000,   30000,
                                 100000, 300000, 1000000, 3000000, 10000000};

enum { SIZES = sizeof sizes / sizeof *sizes };

const uint64_t *hb_speed_sizes(size_t *count)
{
    *count = SIZES;
    return sizes;
}

/* -- options -- */

static const struct hb_option option_table[] = {
    {HB_OPTION_FOLDER, 0, "results", "DIR", HB_AT(struct hb_speed_options, results),
     .help = "run all of them and write model_speed.csv to DIR"},
    {HB_OPTION_NUMBER, 0, "up-to", "N", HB_AT(struct hb_speed_options, up_to), .least = 100, .most = 10000000,
     .help = "no heap of more than N ranges. Default: 10000000"},
    {HB_OPTION_NUMBER, 0, "rounds", "R", HB_AT(struct hb_speed_options, rounds), .least = 1,
     .most = HB_SPEED_ROUNDS_MAX, .help = "timed on each heap. Default: 9"},
    {HB_OPTION_NUMBER, 0, "seed", "N", HB_AT(struct hb_speed_options, seed),
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

struct hb_speed_program {
    struct hb_speed_options options;
    struct hb_provenance provenance;
};

struct hb_speed_program *hb_speed_program_open(int argc, char **argv)
{
    struct hb_speed_program *program = calloc(1, sizeof *program);

    if (program == NULL)
        return NULL;
    program->options =
        (struct hb_speed_options){.rounds = DEFAULT_ROUNDS, .seed = DEFAULT_SEED, .up_to = sizes[SIZES - 1]};
    hb_provenance_begin(&program->provenance, argc, argv);
    return program;
}

void hb_speed_program_close(struct hb_speed_program *program)
{
    free(program);
}

const struct hb_speed_options *hb_speed_program_take(struct hb_speed_program *program, int argc, char **argv)
{
    struct hb_provenance *provenance = &program->provenance;

    hb_options_parse(&usage, argc, argv, &program->options);
    provenance->seed = program->options.seed;
    provenance->rounds = (uint32_t)program->options.rounds;
    provenance->touch = HB_TOUCH_NONE;
    provenance->clock_pair_ns = hb_clock_pair_cost_ns();
    return &program->options;
}

void hb_speed_program_context(const struct hb_speed_program *program,
                              void (*visit)(void *context, const char *key, const char *text), void *context)
{
    hb_provenance_lines(&program->provenance, visit, context);
}

void hb_speed_program_help(void)
{
    char name[] = "model_speed";
    struct hb_speed_options unused = {.rounds = DEFAULT_ROUNDS};

    hb_options_help(&usage, name, &unused);
}

/* -- results -- */

/* A pair at one size. */
struct cell {
    const struct hb_speed_pair *pair;
    uint64_t ranges;
    struct hb_speed_result result[HB_SPEED_SIDES]; /* no rounds: it was not run */
};

static enum hb_status run_cell(struct cell *cell, const struct hb_speed_options *options,
                               struct hb_error *error)
{
    struct hb_speed_load *load;
    enum hb_status status =
        hb_speed_load_open(cell->pair, cell->ranges, (uint32_t)options->rounds, options->seed, &load, error);

    if (status != HB_OK)
        return status;
    for (enum hb_speed_side side = HB_SPEED_WALKING; side < HB_SPEED_SIDES && status == HB_OK; side++)
        if (cell->ranges <= cell->pair->most_ranges[side])
            status = hb_speed_run(load, side, &cell->result[side], error);
    hb_speed_load_close(load);
    return status;
}

/* Every pair at every size that is asked for, from malloc; `*count` of them. */
static struct cell *make_cells(const struct hb_speed_options *options, size_t *count)
{
    size_t pair_count;
    const struct hb_speed_pair *pairs = hb_speed_pairs(&pair_count);
    struct cell *cells = calloc(pair_count * SIZES, sizeof *cells);

    *count = 0;
    for (size_t i = 0; cells != NULL && i < pair_count * SIZES; i++) {
        uint64_t ranges = sizes[i % SIZES];

        if (ranges <= options->up_to)
            cells[(*count)++] = (struct cell){.pair = &pairs[i / SIZES], .ranges = ranges};
    }
    return cells;
}

static enum hb_status run_cells(struct cell *cells, size_t count, const struct hb_speed_options *options,
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
        struct cell *cell = &cells[order[i]];

        hb_progress_step(&progress, "%s: %" PRIu64 " ranges", cell->pair->name[HB_SPEED_MODEL], cell->ranges);
        status = run_cell(cell, options, error);
    }
    hb_progress_clear(&progress);
    free(order);
    return status;
}

static void add_rows(struct hb_results *results, const struct cell *cell, enum hb_speed_side side)
{
    const struct hb_speed_result *result = &cell->result[side];

    for (uint32_t i = 0; i < result->round_count; i++) {
        const struct hb_speed_round *round = &result->rounds[i];

        hb_results_text(results, cell->pair->name[side]);
        hb_results_text(results, cell->pair->name[HB_SPEED_MODEL]);
        hb_results_count(results, cell->ranges);
        hb_results_count(results, i);
        hb_results_count(results, round->ranges_least);
        hb_results_count(results, round->ranges_most);
        hb_results_count(results, result->live);
        hb_results_count(results, result->ops);
        hb_results_count(results, round->elapsed_ns);
        hb_results_count(results, round->walk_total);
        hb_results_count(results, result->resident_bytes);
        hb_results_end_row(results);
    }
}

static void note_left_out(const struct hb_speed_options *options, struct hb_provenance *provenance)
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

static enum hb_status write_cells(const struct cell *cells, size_t count, const char *folder,
                                  const struct hb_provenance *provenance, struct hb_error *error)
{
    struct hb_results *results =
        hb_results_begin("model_speed/1", "allocator,model,ranges,round,ranges_least,ranges_most,live,ops,"
                                          "elapsed_ns,walk_total,resident_bytes");
    enum hb_status status;

    if (results == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory for results");
    for (size_t i = 0; i < count; i++)
        for (enum hb_speed_side side = HB_SPEED_WALKING; side < HB_SPEED_SIDES; side++)
            add_rows(results, &cells[i], side);
    status = hb_results_write(results, folder, HB_SPEED_FILE, provenance, error);
    hb_results_free(results);
    return status;
}

enum hb_status hb_speed_program_answer(struct hb_speed_program *program, struct hb_error *error)
{
    const struct hb_speed_options *options = &program->options;
    struct cell *cells;
    size_t count;
    enum hb_status status = hb_results_check_folder(options->results, &program->provenance, error);

    if (status != HB_OK)
        return status;
    cells = make_cells(options, &count);
    if (cells == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory for what is to be measured");
    note_left_out(options, &program->provenance);
    status = run_cells(cells, count, options, error);
    if (status == HB_OK)
        status = write_cells(cells, count, options->results, &program->provenance, error);
    free(cells);
    return status;
}

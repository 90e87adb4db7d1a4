/*
 * question_program - see question_program.h.
 */
#include "bench/question/question_program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/option.h"
#include "base/printable.h"
#include "bench/question/question.h"
#include "bench/question/question_options.h"
#include "bench/results/results.h"

/* One benchmark. */
struct cell {
    char *name;
    const struct hb_candidate *candidate;
    size_t trace;
    unsigned variant;
};

struct hb_program {
    const struct hb_question *question;
    struct hb_question_options options;
    int argc; /* the command line as it was given, for the provenance */
    char **argv;
    struct hb_session session;
    struct cell *cells;
    size_t cell_count;
    unsigned problems;
};

static int fail(const struct hb_program *program, const struct hb_error *error)
{
    fprintf(stderr, "%s: %s\n", program->question->name, error->text);
    return error->status == HB_ERR_USAGE ? HB_EXIT_USAGE : HB_EXIT_FAILED;
}

struct hb_program *hb_program_open(int *argc, char **argv, const struct hb_question *question,
                                   int *exit_status)
{
    struct hb_program *program;
    struct hb_error error;

    hb_sample_child_main(*argc, argv);
    program = calloc(1, sizeof *program);
    if (program != NULL)
        program->argv = malloc((size_t)(*argc + 1) * sizeof *argv);
    if (program == NULL || program->argv == NULL) {
        fprintf(stderr, "%s: out of memory\n", question->name);
        *exit_status = HB_EXIT_FAILED;
        free(program);
        return NULL;
    }
    program->question = question;
    program->argc = *argc;
    memcpy(program->argv, argv, (size_t)(*argc + 1) * sizeof *argv);
    if (hb_question_options_take(argc, argv, question, &program->options, &error) != HB_OK) {
        *exit_status = fail(program, &error);
        hb_program_close(program);
        return NULL;
    }
    return program;
}

void hb_program_close(struct hb_program *program)
{
    if (program == NULL)
        return;
    for (size_t i = 0; i < program->cell_count; i++)
        free(program->cells[i].name);
    free(program->cells);
    hb_session_close(&program->session);
    hb_question_options_free(&program->options);
    free(program->argv);
    free(program);
}

void hb_program_help(const struct hb_program *program)
{
    hb_question_options_help(program->question);
}

static char *cell_name(const struct hb_program *program, const struct cell *cell)
{
    const struct hb_question *question = program->question;
    const char *trace = program->session.found.traces[cell->trace].name;
    char *name = NULL;
    int bytes;

    if (question->variant_name == NULL)
        bytes = asprintf(&name, "%s/%s/%s", question->name, cell->candidate->name, trace);
    else
        bytes = asprintf(&name, "%s/%s/%s/%s:%u", question->name, cell->candidate->name, trace,
                         question->variant_name, cell->variant);
    return bytes < 0 ? NULL : name;
}

static size_t count_variants(const struct hb_question *question)
{
    size_t count = 0;

    if (question->variants == NULL)
        return 1;
    while (question->variants[count] != 0)
        count++;
    return count;
}

/* False when out of memory. */
static bool make_cells(struct hb_program *program)
{
    const struct hb_discovery *found = &program->session.found;
    size_t variants = count_variants(program->question);

    program->cells =
        calloc(found->candidate_count * found->trace_count * variants + 1, sizeof *program->cells);
    if (program->cells == NULL)
        return false;
    for (size_t i = 0; i < found->candidate_count * found->trace_count * variants; i++) {
        struct cell *cell = &program->cells[program->cell_count];

        cell->candidate = &found->candidates[i / variants / found->trace_count];
        cell->trace = i / variants % found->trace_count;
        cell->variant = program->question->variants != NULL ? program->question->variants[i % variants] : 0;
        if (!hb_question_takes(program->question, cell->candidate))
            continue;
        cell->name = cell_name(program, cell);
        if (cell->name == NULL)
            return false;
        program->cell_count++;
    }
    return true;
}

bool hb_program_discover(struct hb_program *program, int *exit_status)
{
    struct hb_error error;
    enum hb_status status =
        hb_session_open(&program->session, &program->options.session, program->argc, program->argv, &error);

    if (status == HB_OK && !make_cells(program))
        status = hb_error_set(&error, HB_ERR_MEMORY, "out of memory for the names of benchmarks");
    if (status != HB_OK)
        *exit_status = fail(program, &error);
    else
        hb_provenance_warn(&program->session.provenance, program->question->name);
    return status == HB_OK;
}

bool hb_program_has_answer(const struct hb_program *program)
{
    return program->options.results != NULL;
}

int hb_program_answer(struct hb_program *program)
{
    const struct hb_question *question = program->question;
    struct hb_session *session = &program->session;
    unsigned failed_cells = 0;
    struct hb_error error;
    enum hb_status status = hb_results_check_folder(program->options.results, &session->provenance, &error);

    if (status == HB_OK)
        status = question->answer(session, program->options.results, &failed_cells, &error);
    hb_progress_clear(&session->progress);
    if (status != HB_OK)
        return fail(program, &error);
    for (unsigned i = 0; i < session->provenance.left_out_count && i < HB_PROVENANCE_LEFT_OUT_MAX; i++)
        fprintf(stderr, "%s: left out: %s\n", question->name, session->provenance.left_out[i]);
    hb_print_line(stdout, "%s: wrote %s to %s", question->name, question->files, program->options.results);
    if (failed_cells > 0)
        fprintf(stderr, "%s: %u cells have no figures; the column 'status', or what was left out, says why\n",
                question->name, failed_cells);
    return failed_cells > 0 ? HB_EXIT_PARTIAL : HB_EXIT_DONE;
}

size_t hb_program_count(const struct hb_program *program)
{
    return program->cell_count;
}

const char *hb_program_name(const struct hb_program *program, size_t index)
{
    return program->cells[index].name;
}

bool hb_program_measure(struct hb_program *program, size_t index, struct hb_measurement *measurement)
{
    const struct cell *cell = &program->cells[index];
    struct hb_error error;

    memset(measurement, 0, sizeof *measurement);
    if (program->question->measure(&program->session, cell->candidate, cell->trace, cell->variant,
                                   measurement, &error) != HB_OK)
        snprintf(measurement->problem, sizeof measurement->problem, "%s", error.text);
    program->problems += measurement->problem[0] != '\0';
    return measurement->problem[0] == '\0';
}

void hb_program_context(struct hb_program *program, bool measure_floor,
                        void (*visit)(void *context, const char *key, const char *text), void *context)
{
    struct hb_session *session = &program->session;
    const struct hb_build_info *build = session->provenance.build;
    struct hb_error error;
    char text[128];

    for (size_t i = 0; i < session->found.trace_count && measure_floor; i++)
        if (hb_session_measure_floor(session, i, &error) == HB_OK) {
            hb_session_note_floor(session);
            break; /* the first that is a trace */
        }
    snprintf(text, sizeof text, "%s (git %s, %s)", build->version, build->commit, build->tree);
    visit(context, "version", text);
    hb_provenance_lines(&session->provenance, visit, context);
}

int hb_program_exit_status(const struct hb_program *program)
{
    return program->problems > 0 ? HB_EXIT_PARTIAL : HB_EXIT_DONE;
}

/*
 * question_program.c - a question as a program of benchmarks: its options, its benchmarks, its results.
 */
#include "bench/question/question_program.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/option.h"
#include "base/printable.h"
#include "bench/question/question.h"
#include "bench/question/question_options.h"
#include "bench/results/results.h"

/* -- any program -- */

/* Google's parser answers --help, and asks us for our part of it. */
static bool is_googles(const char *argument)
{
    return strncmp(argument, "--benchmark_", 12) == 0 || strncmp(argument, "--v=", 4) == 0 ||
           strcmp(argument, "--help") == 0;
}

char **hb_program_take_ours(int *argc, char **argv, int *our_count)
{
    char **ours = calloc((size_t)*argc + 1, sizeof *ours);
    int kept = 1;

    if (ours == NULL)
        return NULL;
    ours[0] = argv[0];
    *our_count = 1;
    for (int i = 1; i < *argc; i++)
        if (is_googles(argv[i]))
            argv[kept++] = argv[i];
        else
            ours[(*our_count)++] = argv[i];
    argv[kept] = NULL;
    *argc = kept;
    return ours;
}

bool hb_program_add(struct hb_program *program, const char *format, ...)
{
    char **grown = realloc(program->benchmarks, (program->benchmark_count + 1) * sizeof *program->benchmarks);
    char *name = NULL;
    va_list args;

    if (grown == NULL)
        return false;
    program->benchmarks = grown;
    va_start(args, format);
    if (vasprintf(&name, format, args) >= 0)
        grown[program->benchmark_count++] = name;
    va_end(args);
    return name != NULL;
}

void hb_program_close(struct hb_program *program)
{
    if (program == NULL)
        return;
    for (size_t i = 0; i < program->benchmark_count; i++)
        free(program->benchmarks[i]);
    free(program->benchmarks);
    program->kind->close(program);
}

bool hb_program_measure(struct hb_program *program, size_t index, struct hb_measurement *measurement)
{
    memset(measurement, 0, sizeof *measurement);
    program->kind->measure(program, index, measurement);
    program->problems += measurement->problem[0] != '\0';
    return measurement->problem[0] == '\0';
}

void hb_program_context(struct hb_program *program, bool measure_floor, hb_context_visit *visit,
                        void *context)
{
    const struct hb_build_info *build = program->provenance->build;
    char text[128];

    if (measure_floor && program->kind->measure_floor != NULL)
        program->kind->measure_floor(program);
    snprintf(text, sizeof text, "%s (git %s, %s)", build->version, build->commit, build->tree);
    visit(context, "version", text);
    visit(context, "cpu", "the processor time of the same operations, in the process that did them");
    hb_provenance_lines(program->provenance, visit, context);
    if (program->kind->tell != NULL)
        program->kind->tell(program, visit, context);
}

/* -- a question's -- */

/* What a benchmark is of, at the index of its name. */
struct question_benchmark {
    const struct hb_candidate *candidate;
    size_t trace;
    unsigned variant;
};

struct question_program {
    struct hb_program program;
    const struct hb_question *question;
    struct hb_question_options options;
    int argc; /* the command line as it was given, for the provenance */
    char **argv;
    struct hb_session session;
    struct question_benchmark *benchmarks;
};

static struct question_program *own(struct hb_program *program)
{
    return (struct question_program *)program;
}

static int fail(const char *name, const struct hb_error *error)
{
    fprintf(stderr, "%s: %s\n", name, error->text);
    return error->status == HB_ERR_USAGE ? HB_EXIT_USAGE : HB_EXIT_FAILED;
}

static void close_question(struct hb_program *program)
{
    struct question_program *self = own(program);

    free(self->benchmarks);
    hb_session_close(&self->session);
    hb_question_options_free(&self->options);
    free(self->argv);
    free(self);
}

static void help(const struct hb_program *program)
{
    hb_question_options_help(((const struct question_program *)program)->question);
}

static bool add_benchmark(struct question_program *self, const struct question_benchmark *benchmark)
{
    const struct hb_question *question = self->question;
    const char *allocator = benchmark->candidate->name;
    const char *trace = self->session.found.traces[benchmark->trace].name;

    self->benchmarks[self->program.benchmark_count] = *benchmark;
    if (question->variant_name == NULL)
        return hb_program_add(&self->program, "%s/%s/%s", question->name, allocator, trace);
    return hb_program_add(&self->program, "%s/%s/%s/%s:%u", question->name, allocator, trace,
                          question->variant_name, benchmark->variant);
}

/* False when out of memory. */
static bool add_benchmarks(struct question_program *self)
{
    static const unsigned none[] = {0, 0};
    const struct hb_discovery *found = &self->session.found;
    const unsigned *variants = self->question->variants != NULL ? self->question->variants : none;
    size_t pairs = found->candidate_count * found->trace_count, variant_count = 1;

    while (variants[variant_count] != 0)
        variant_count++;
    self->benchmarks = calloc(pairs * variant_count + 1, sizeof *self->benchmarks);
    for (size_t i = 0; self->benchmarks != NULL && i < pairs * variant_count; i++) {
        const struct question_benchmark benchmark = {
            .candidate = &found->candidates[i / variant_count / found->trace_count],
            .trace = i / variant_count % found->trace_count,
            .variant = variants[i % variant_count]};

        if (hb_question_takes(self->question, benchmark.candidate) && !add_benchmark(self, &benchmark))
            return false;
    }
    return self->benchmarks != NULL;
}

/* What libraries say of their settings, for instance. */
static void warn(const struct question_program *self)
{
    const struct hb_discovery *found = &self->session.found;

    hb_provenance_warn(self->program.provenance, self->program.name);
    for (size_t i = 0; i < found->candidate_count; i++)
        if (found->candidates[i].usable && found->candidates[i].printed[0] != '\0')
            fprintf(stderr, "%s: %s prints, when it is loaded: %s\n", self->program.name,
                    found->candidates[i].name, found->candidates[i].printed);
}

static bool discover(struct hb_program *program, int *exit_status)
{
    struct question_program *self = own(program);
    struct hb_error error;
    enum hb_status status =
        hb_session_open(&self->session, &self->options.session, self->argc, self->argv, &error);

    program->provenance = &self->session.provenance;
    if (status == HB_OK && !add_benchmarks(self))
        status = hb_error_set(&error, HB_ERR_MEMORY, "out of memory for the names of benchmarks");
    if (status != HB_OK)
        *exit_status = fail(program->name, &error);
    else
        warn(self);
    return status == HB_OK;
}

static void tell(const struct hb_program *program, hb_context_visit *visit, void *context)
{
    const struct hb_session *session = &((const struct question_program *)program)->session;
    const struct hb_session_options *options = &session->options;
    char limit[40], key[160],
        text[sizeof session->found.candidates->version + sizeof session->found.candidates->path + 2];

    snprintf(limit, sizeof limit, "%" PRIu64 " ms", options->timeout_ms);
    snprintf(text, sizeof text, "touch %s, step limit %" PRIu64 "%s, seed %" PRIu64 ", time limit %s",
             hb_touch_names[options->touch], options->step_limit, options->step_limit == 0 ? " (none)" : "",
             options->seed, options->timeout_ms != 0 ? limit : "ten times glibc's");
    visit(context, "settings", text);
    for (size_t i = 0; i < session->found.candidate_count; i++) {
        const struct hb_candidate *candidate = &session->found.candidates[i];

        if (!candidate->process || !candidate->usable)
            continue;
        snprintf(key, sizeof key, "library_%s", candidate->name);
        snprintf(text, sizeof text, "%s%s%s", candidate->version, candidate->version[0] != '\0' ? " " : "",
                 candidate->path);
        visit(context, key, text);
    }
}

/* On the first that is a trace. */
static void measure_floor(struct hb_program *program)
{
    struct hb_session *session = &own(program)->session;
    struct hb_error error;
    size_t trace = 0;

    while (trace < session->found.trace_count && hb_floor_measure(session, trace, &error) != HB_OK)
        trace++;
    if (trace < session->found.trace_count)
        hb_floor_note(session);
}

/* A trace of several threads is not replayed by one without a word. */
static void label_threads(struct hb_session *session, struct hb_measurement *measurement)
{
    unsigned recorded = session->found.loaded != NULL ? session->found.loaded->threads : 0;
    size_t used = strlen(measurement->label);

    if (recorded > 1)
        snprintf(measurement->label + used, sizeof measurement->label - used,
                 "%srecorded from %u threads, replayed by %u", used > 0 ? "; " : "", recorded,
                 session->options.threads.threading == HB_THREADING_NONE ? 1 : recorded);
}

static void measure(struct hb_program *program, size_t index, struct hb_measurement *measurement)
{
    struct question_program *self = own(program);
    const struct question_benchmark *benchmark = &self->benchmarks[index];
    struct hb_error error;

    if (self->question->measure(&self->session, benchmark->candidate, benchmark->trace, benchmark->variant,
                                measurement, &error) != HB_OK)
        snprintf(measurement->problem, sizeof measurement->problem, "%s", error.text);
    label_threads(&self->session, measurement);
}

static int answer(struct hb_program *program)
{
    struct question_program *self = own(program);
    const struct hb_provenance *provenance = program->provenance;
    const char *folder = self->options.results;
    unsigned failed_cells = 0;
    char files[160];
    struct hb_error error;
    enum hb_status status = hb_results_check_folder(folder, provenance, &error);

    if (status == HB_OK)
        status = hb_question_answer(self->question, &self->session, folder, NULL, &failed_cells, &error);
    hb_progress_clear(&self->session.progress);
    if (status != HB_OK)
        return fail(program->name, &error);
    for (unsigned i = 0; i < provenance->left_out_count && i < HB_PROVENANCE_LEFT_OUT_MAX; i++)
        fprintf(stderr, "%s: left out: %s\n", program->name, provenance->left_out[i]);
    hb_question_files(self->question, files, sizeof files);
    hb_print_line(stdout, "%s: wrote %s to %s", program->name, files, folder);
    if (failed_cells > 0)
        fprintf(stderr, "%s: %u cells have no figures; the column 'status', or what was left out, says why\n",
                program->name, failed_cells);
    return failed_cells > 0 ? HB_EXIT_PARTIAL : HB_EXIT_DONE;
}

static const struct hb_program_kind kind = {
    .problem_exit_status = HB_EXIT_PARTIAL,
    .close = close_question,
    .help = help,
    .discover = discover,
    .measure_floor = measure_floor,
    .tell = tell,
    .measure = measure,
    .answer = answer,
};

struct hb_program *hb_question_open(int *argc, char **argv, const struct hb_question *question,
                                    int *exit_status)
{
    struct question_program *self;
    struct hb_error error;

    hb_child_main(*argc, argv, &hb_sample_job);
    self = calloc(1, sizeof *self);
    if (self != NULL)
        self->argv = malloc((size_t)(*argc + 1) * sizeof *argv);
    if (self == NULL || self->argv == NULL) {
        fprintf(stderr, "%s: out of memory\n", question->name);
        *exit_status = HB_EXIT_FAILED;
        free(self);
        return NULL;
    }
    self->program = (struct hb_program){.kind = &kind, .name = question->name};
    self->question = question;
    self->argc = *argc;
    memcpy(self->argv, argv, (size_t)(*argc + 1) * sizeof *argv);
    if (hb_question_options_take(argc, argv, question, &self->options, &error) != HB_OK) {
        *exit_status = fail(question->name, &error);
        hb_program_close(&self->program);
        return NULL;
    }
    self->program.has_answer = self->options.results != NULL;
    return &self->program;
}

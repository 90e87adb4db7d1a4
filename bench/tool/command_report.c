/*
 * command_report.c - heapbench report: draws every figure from result files and writes the page that shows
 * them.
 *
 * The result files are all that the page needs; what they lack is left out, and said. Of a trace they are
 * made first, by `heapbench run` itself.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/printable.h"
#include "bench/question/question.h"
#include "bench/report/report_page.h"
#include "bench/tool/command.h"
#include "bench/tool/output.h"

struct options {
    const char *subject; /* a folder of results, or a trace; NULL: --results says */
    const char *results; /* NULL: results/latest, else results/reference */
    const char *output;  /* NULL: the results folder; of a trace, one that is named after it */
    bool png;
};

static const struct hb_option option_table[] = {
    {HB_ARGUMENT_ONE, .value = "folder or trace", HB_AT(struct options, subject)},
    {HB_OPTION_FOLDER, 'r', "results", "DIR", HB_AT(struct options, results),
     .help = "read the CSV files of DIR (default: results/latest, else results/reference)"},
    {HB_OPTION_FOLDER, 'o', "output", "DIR", HB_AT(struct options, output),
     .help =
         "write DIR/report.html and DIR/plots/ (default: the results folder); of TRACE, its CSV files too "
         "(default: NAME-report in the current folder)"},
    {HB_OPTION_FLAG, 'p', "png", NULL, HB_AT(struct options, png),
     .help = "draw PNG files beside the SVG ones"},
    {0},
};

static void check(const struct argp_state *state, void *values)
{
    const struct options *options = values;

    if (options->subject != NULL && options->results != NULL)
        hb_option_fail(state, "both '%s' and --results name what the page is to be of", options->subject);
}

static const struct hb_usage usage = {
    .options = option_table,
    .arguments = "[DIR | TRACE]",
    .doc =
        "Draw every figure from result files and write one page that shows them.\v"
        "DIR is the same as --results DIR: the CSV files are all that is needed, and what they lack is left "
        "out and said. TRACE is measured first, as 'heapbench run TRACE --results NAME-report' does it; for "
        "other allocators or more rounds, run that with its options, then 'heapbench report NAME-report'.\n\n"
        "Example: heapbench report web.trace",
    .check = check,
};

/* -- the measuring of one's own program -- */

/* Beside the comparison. */
static const struct hb_question *const page_questions[] = {&hb_question_latency, &hb_question_fragmentation,
                                                           &hb_question_failure_points};

enum { PAGE_QUESTIONS = sizeof page_questions / sizeof *page_questions };

enum hb_status hb_command_measure_page(struct hb_session *session, const char *folder, unsigned *failed_cells,
                                       struct hb_error *error)
{
    const struct hb_provenance kept = session->provenance;
    enum hb_status status = HB_OK;

    for (size_t i = 0; i < PAGE_QUESTIONS && status == HB_OK && !hb_session_is_interrupted(); i++) {
        unsigned failed = 0;

        status = hb_session_turn(session, page_questions[i]->step_limit, error);
        if (status == HB_OK)
            status = hb_question_answer(page_questions[i], session, folder, NULL, &failed, error);
        *failed_cells += failed;
    }
    hb_progress_clear(&session->progress);
    session->provenance = kept;
    return status;
}

static bool is_written_by(const struct hb_question *question, const char *file)
{
    for (size_t i = 0; question->schemas[i] != NULL; i++)
        if (strcmp(question->schemas[i]->file, file) == 0)
            return true;
    return false;
}

/* The files of other measurements would be on the page as if they were of this trace. */
static enum hb_status refuse_other_results(const char *folder, struct hb_error *error)
{
    enum hb_status status = HB_OK;

    for (size_t i = 0; i < HB_RESULT_FILES && status == HB_OK; i++) {
        const char *file = hb_result_file_name((enum hb_result_file)i);
        bool ours = is_written_by(&hb_question_throughput, file);
        char *path = NULL;

        for (size_t j = 0; j < PAGE_QUESTIONS; j++)
            ours = ours || is_written_by(page_questions[j], file);
        if (ours)
            continue;
        if (asprintf(&path, "%s/%s", folder, file) < 0)
            return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", folder);
        if (access(path, F_OK) == 0)
            status =
                hb_error_set(error, HB_ERR_IO,
                             "%s: is of another measurement, and would be on the page; -o DIR measures into "
                             "another folder",
                             path);
        free(path);
    }
    return status;
}

/* argp moves words of a command line, and changes none. What a wish to end did before, it does afterwards: a
 * page has no part that could be kept. */
static int run_comparison(const char *trace, const char *folder)
{
    struct sigaction before;
    int exit_status;
    const char *plain[] = {"heapbench run", trace, "--results", folder, NULL};
    const char *dashed[] = {"heapbench run", "--results", folder, "--", trace, NULL}; /* like an option's */

    sigaction(SIGINT, NULL, &before);
    exit_status = trace[0] == '-' ? hb_command_run(5, (char **)(uintptr_t)dashed)
                                  : hb_command_run(4, (char **)(uintptr_t)plain);
    sigaction(SIGINT, &before, NULL);
    return exit_status;
}

/* The comparison and the rest, into `folder`, which was `chosen` or named after the trace. Returns run's exit
 * status; where nothing was measured, no folder stays that was not there. */
static int measure(const char *trace, const char *folder, bool chosen)
{
    struct hb_error error, reason;
    bool there = access(folder, F_OK) == 0;
    enum hb_status status = hb_figure_can_draw(&error);
    int exit_status;

    if (status == HB_OK)
        status = refuse_other_results(folder, &error);
    if (status == HB_OK && hb_folder_create(folder, &reason) != HB_OK)
        status = hb_error_set(&error, reason.status, "%s%s", reason.text,
                              chosen ? "" : "; -o DIR measures into another one");
    exit_status = status == HB_OK ? run_comparison(trace, folder) : hb_command_fail(&error);
    if (exit_status != HB_EXIT_DONE && exit_status != HB_EXIT_PARTIAL && !there)
        rmdir(folder);
    return exit_status;
}

/* -- the page -- */

/* The folder to read where none was named; NULL where neither holds results. */
static const char *default_results(void)
{
    static const char *const folders[] = {"results/latest", "results/reference"};

    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (hb_report_source_exists(folders[i]))
            return folders[i];
    return NULL;
}

/* A report in the making. */
struct report_job {
    const struct options *options;
    const char *output;
    struct hb_report_source source;
    struct hb_picture *pictures;
    size_t count;
    bool measured; /* by this command: what it lacks was not asked */
    bool partial;  /* something that is there could not be shown, or some cell has no figures */
};

static char *picture_path(const struct report_job *job, const char *name, const char *ending)
{
    char *path = NULL;

    return asprintf(&path, "%s/plots/%s.%s", job->output, name, ending) < 0 ? NULL : path;
}

static enum hb_status draw(const struct report_job *job, const struct hb_figure *figure,
                           enum hb_figure_format format, char **path, struct hb_error *error)
{
    char *csv = NULL;
    enum hb_status status;

    *path = picture_path(job, figure->name, format == HB_FIGURE_PNG ? "png" : "svg");
    if (*path == NULL || asprintf(&csv, "%s/%s", job->source.folder, figure->input) < 0)
        status = hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", figure->name);
    else
        status = hb_figure_draw(figure, csv, format, *path, error);
    free(csv);
    if (status != HB_OK) {
        free(*path);
        *path = NULL;
    }
    return status;
}

static enum hb_status draw_formats(const struct report_job *job, struct hb_picture *picture)
{
    enum hb_status status = draw(job, &picture->figure, HB_FIGURE_SVG, &picture->svg_path, &picture->error);
    char *png_path = NULL;

    if (status == HB_OK && job->options->png)
        status = draw(job, &picture->figure, HB_FIGURE_PNG, &png_path, &picture->error);
    free(png_path);
    return status;
}

/* A file that is read by names of columns would be half understood where these mean something else. */
static enum hb_status check_schema(const struct report_job *job, const struct hb_figure *figure,
                                   const struct hb_csv *csv, struct hb_error *error)
{
    const char *schema = hb_csv_provenance_of(csv, "schema");

    if (schema == NULL || figure->schema[0] == '\0' || strcmp(schema, figure->schema) == 0)
        return HB_OK;
    return hb_error_set(error, HB_ERR_FORMAT,
                        "%s/%s: is of the schema %s, and this heapbench draws %s: measure again",
                        job->source.folder, figure->input, schema, figure->schema);
}

static enum hb_status read_picture(struct report_job *job, const char *name, struct hb_error *error)
{
    struct hb_picture *picture = &job->pictures[job->count];
    enum hb_status status = hb_figure_read(hb_plots_folder(), name, &picture->figure, error);
    enum hb_result_file file;

    if (status != HB_OK)
        return status;
    job->count++;
    file = hb_result_file_find(picture->figure.input);
    if (file == HB_RESULT_FILES)
        return hb_error_set(error, HB_ERR_FORMAT, "%s: its input '%s' is not a result file",
                            picture->figure.script, picture->figure.input);
    picture->fed = job->source.csv[file] != NULL;
    return picture->fed ? check_schema(job, &picture->figure, job->source.csv[file], error) : HB_OK;
}

/* Draws one figure. A failure that stops the whole report is returned; one that leaves out this figure is
 * noted. */
static enum hb_status draw_picture(struct report_job *job, struct hb_picture *picture, struct hb_error *error)
{
    enum hb_status status = picture->fed ? draw_formats(job, picture) : HB_OK;

    if (status == HB_ERR_CHILD)
        job->partial = true;
    if (status == HB_OK || status == HB_ERR_CHILD || status == HB_ERR_FORMAT)
        return HB_OK;
    *error = picture->error;
    return status;
}

static enum hb_status read_pictures(struct report_job *job, struct hb_error *error)
{
    enum hb_status status = HB_OK;

    job->pictures = calloc(hb_figure_count(), sizeof *job->pictures);
    if (job->pictures == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory");
    for (size_t i = 0; i < hb_figure_count() && status == HB_OK; i++)
        status = read_picture(job, hb_figure_name(i), error);
    return status;
}

static enum hb_status draw_pictures(struct report_job *job, struct hb_error *error)
{
    enum hb_status status = HB_OK;

    hb_progress_begin("drawing");
    hb_progress_total(job->count);
    for (size_t i = 0; i < job->count && status == HB_OK; i++) {
        hb_progress_set(NULL, i);
        status = draw_picture(job, &job->pictures[i], error);
    }
    hb_progress_end();
    return status;
}

/* Nothing was asked that would give it rows: nobody missed it. */
static bool has_no_rows(const struct hb_picture *picture)
{
    return picture->fed ? picture->error.status == HB_ERR_FORMAT : true;
}

/* A line for each file that is damaged and each figure that failed, and one for all figures without rows. */
static void tell_left_out(struct report_job *job)
{
    unsigned empty = 0;

    for (size_t i = 0; i < HB_RESULT_FILES; i++) {
        if (job->source.csv[i] != NULL || job->source.missing[i].status == HB_ERR_UNAVAILABLE)
            continue;
        fprintf(stderr, "heapbench: left out: %s\n", job->source.missing[i].text);
        job->partial = true;
    }
    for (size_t i = 0; i < job->count; i++) {
        if (job->pictures[i].svg_path != NULL)
            continue;
        if (has_no_rows(&job->pictures[i]))
            empty++;
        else
            fprintf(stderr, "heapbench: left out: %s\n", job->pictures[i].error.text);
    }
    if (empty > 0 && !job->measured)
        fprintf(stderr,
                "heapbench: left out: %u figures of %zu, for which there are no rows; the page says which\n",
                empty, job->count);
}

/* The folders to write to, and whether they can be written: drawing first would be in vain. */
static enum hb_status make_folders(const struct report_job *job, struct hb_error *error)
{
    struct hb_file *page = NULL;
    char *plots = NULL, *path = NULL;
    struct hb_error reason;
    enum hb_status status = HB_ERR_MEMORY;

    if (asprintf(&plots, "%s/plots", job->output) < 0 || asprintf(&path, "%s/report.html", job->output) < 0)
        hb_error_set(&reason, HB_ERR_MEMORY, "%s: out of memory", job->output);
    else
        status = hb_folder_create(plots, &reason);
    if (status == HB_OK)
        status = hb_file_begin(path, &page, &reason);
    if (status == HB_OK)
        hb_file_abandon(page);
    free(plots);
    free(path);
    if (status == HB_OK)
        return HB_OK;
    return hb_error_set(error, status, "%s%s", reason.text,
                        status == HB_ERR_IO && job->options->output == NULL ? "; -o DIR writes elsewhere"
                                                                            : "");
}

static enum hb_status make_page(const struct report_job *job, struct hb_error *error)
{
    char *path = NULL;
    enum hb_status status;

    if (asprintf(&path, "%s/report.html", job->output) < 0)
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", job->output);
    status = hb_report_page_write(path, &job->source, job->pictures, job->count, error);
    if (status == HB_OK)
        hb_print_line(stdout, "%s", path);
    free(path);
    return status;
}

static enum hb_status make_report(struct report_job *job, const char *results, struct hb_error *error)
{
    enum hb_status status = hb_report_source_read(results, &job->source, error);

    if (status == HB_OK)
        status = read_pictures(job, error);
    if (status == HB_OK)
        status = make_folders(job, error);
    if (status == HB_OK)
        status = draw_pictures(job, error);
    if (status == HB_OK)
        tell_left_out(job);
    if (status == HB_OK)
        status = make_page(job, error);
    return status;
}

static void job_clear(struct report_job *job)
{
    for (size_t i = 0; i < job->count; i++) {
        hb_figure_clear(&job->pictures[i].figure);
        free(job->pictures[i].svg_path);
    }
    free(job->pictures);
    hb_report_source_clear(&job->source);
}

/* -- what the page is to be of -- */

static bool is_folder(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* Is it a trace? `*folder`, from malloc, is then where its results go. */
static enum hb_status find_trace(const struct options *options, char **folder, struct hb_error *error)
{
    char *path = NULL, *name = NULL;
    enum hb_status status = hb_workload_locate(options->subject, &path, error);

    *folder = NULL;
    if (status == HB_ERR_IO || (status == HB_OK && access(path, F_OK) != 0))
        status =
            hb_error_set(error, HB_ERR_IO,
                         "%s: neither a folder of results ('heapbench report DIR', of what 'heapbench run "
                         "--results DIR' measured) nor a trace ('heapbench report web.trace', which measures "
                         "it first)",
                         options->subject);
    if (status == HB_OK && options->output != NULL)
        *folder = strdup(options->output);
    else if (status == HB_OK && (name = hb_workload_name_of(path)) != NULL &&
             asprintf(folder, "%s-report", name) < 0)
        *folder = NULL;
    if (status == HB_OK && *folder == NULL)
        status = hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", options->subject);
    free(name);
    free(path);
    return status;
}

/* Draws the page of what `results` holds. */
static int draw_page(struct report_job *job, const char *results)
{
    struct hb_error error;
    enum hb_status status;
    int exit_status;

    job->output = job->options->output != NULL ? job->options->output : results;
    status = make_report(job, results, &error);
    job_clear(job);
    if (status != HB_OK)
        return hb_command_fail(&error);
    exit_status = hb_stdout_end();
    return exit_status == HB_EXIT_DONE && job->partial ? HB_EXIT_PARTIAL : exit_status;
}

static int report_trace(struct report_job *job)
{
    char *folder;
    struct hb_error error;
    int exit_status;

    if (find_trace(job->options, &folder, &error) != HB_OK || folder == NULL)
        return hb_command_fail(&error);
    exit_status = measure(job->options->subject, folder, job->options->output != NULL);
    if (exit_status == HB_EXIT_DONE || exit_status == HB_EXIT_PARTIAL) {
        job->measured = true;
        job->partial = exit_status == HB_EXIT_PARTIAL;
        exit_status = draw_page(job, folder);
    }
    if (exit_status == HB_EXIT_DONE || exit_status == HB_EXIT_PARTIAL)
        hb_print_line(
            stderr,
            "heapbench: the page is of the CSV files beside it; 'heapbench report %s' draws them again",
            folder);
    free(folder);
    return exit_status;
}

int hb_command_report(int argc, char **argv)
{
    struct options options = {0};
    struct report_job job = {.options = &options};
    const char *results;
    struct hb_error error;

    hb_options_parse(&usage, argc, argv, &options);
    if (options.subject != NULL && !is_folder(options.subject))
        return report_trace(&job);
    results = options.subject != NULL ? options.subject : options.results;
    if (results == NULL)
        results = default_results();
    if (results != NULL)
        return draw_page(&job, results);
    hb_error_set(
        &error, HB_ERR_UNAVAILABLE,
        "neither results/latest nor results/reference holds results here; name a folder, or a trace to "
        "be measured: 'heapbench report web.trace'");
    return hb_command_fail(&error);
}

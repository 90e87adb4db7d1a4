/*
 * command_report.c - heapbench report: draws every figure from result files and writes the page that shows
 * them.
 *
 * It measures nothing: the result files are all it needs. What they lack is left out, and said.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/printable.h"
#include "bench/report/report_page.h"
#include "bench/tool/command.h"
#include "bench/tool/output.h"

struct options {
    const char *results; /* NULL: results/latest, else results/reference */
    const char *output;  /* NULL: the results folder */
    bool png;
};

static const struct hb_option option_table[] = {
    {HB_OPTION_FOLDER, 'r', "results", "DIR", HB_AT(struct options, results),
     .help = "read the CSV files of DIR (default: results/latest, else results/reference)"},
    {HB_OPTION_FOLDER, 'o', "output", "DIR", HB_AT(struct options, output),
     .help = "write DIR/report.html and DIR/plots/ (default: the results folder)"},
    {HB_OPTION_FLAG, 'p', "png", NULL, HB_AT(struct options, png),
     .help = "draw PNG files beside the SVG ones"},
    {0},
};

static const struct hb_usage usage = {
    .options = option_table,
    .doc = "Draw every figure from result files and write one page that shows them.\v"
           "Nothing is measured: the CSV files are all that is needed, and what they lack is left out and "
           "said.\n\n"
           "Example: heapbench report --results results/reference -o /tmp/page",
};

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
    bool partial; /* something that is there could not be shown */
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

/* Draws one figure. A failure that stops the whole report is returned; one that leaves out this figure is
 * noted. */
static enum hb_status make_picture(struct report_job *job, const char *name, struct hb_error *error)
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
    if (!picture->fed)
        return HB_OK;
    status = draw_formats(job, picture);
    if (status == HB_OK)
        return HB_OK;
    if (status == HB_ERR_CHILD)
        job->partial = true;
    if (status == HB_ERR_CHILD || status == HB_ERR_FORMAT)
        return HB_OK;
    *error = picture->error;
    return status;
}

static enum hb_status make_pictures(struct report_job *job, struct hb_error *error)
{
    size_t count = hb_figure_count();
    enum hb_status status = HB_OK;

    job->pictures = calloc(count, sizeof *job->pictures);
    if (job->pictures == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory");
    hb_progress_begin("drawing");
    hb_progress_total(count);
    for (size_t i = 0; i < count && status == HB_OK; i++) {
        hb_progress_set(NULL, i);
        status = make_picture(job, hb_figure_name(i), error);
    }
    hb_progress_end();
    return status;
}

/* A line for each file that is damaged and each figure that failed, and one for all files that are not there:
 * after a run of one trace most are not, and nobody missed them. */
static void tell_left_out(struct report_job *job)
{
    unsigned absent = 0;

    for (size_t i = 0; i < HB_RESULT_FILES; i++) {
        if (job->source.csv[i] != NULL)
            continue;
        if (job->source.missing[i].status == HB_ERR_UNAVAILABLE) {
            absent++;
            continue;
        }
        fprintf(stderr, "heapbench: left out: %s\n", job->source.missing[i].text);
        job->partial = true;
    }
    if (absent > 0)
        fprintf(stderr,
                "heapbench: left out: the figures of %u result files of %d that are not there; the page "
                "names them\n",
                absent, HB_RESULT_FILES);
    for (size_t i = 0; i < job->count; i++)
        if (job->pictures[i].fed && job->pictures[i].svg_path == NULL)
            fprintf(stderr, "heapbench: left out: %s\n", job->pictures[i].error.text);
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
        status = make_folders(job, error);
    if (status == HB_OK)
        status = make_pictures(job, error);
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

int hb_command_report(int argc, char **argv)
{
    struct options options = {0};
    struct hb_error error;
    struct report_job job = {.options = &options};
    const char *results;
    enum hb_status status;
    int exit_status;

    hb_options_parse(&usage, argc, argv, &options);
    results = options.results != NULL ? options.results : default_results();
    if (results == NULL) {
        hb_error_set(&error, HB_ERR_UNAVAILABLE,
                     "neither results/latest nor results/reference holds results here; name a folder with "
                     "--results, or make "
                     "some with 'heapbench run --results results/latest'");
        return hb_command_fail(&error);
    }
    job.output = options.output != NULL ? options.output : results;
    status = make_report(&job, results, &error);
    job_clear(&job);
    if (status != HB_OK)
        return hb_command_fail(&error);
    exit_status = hb_stdout_end();
    return exit_status == HB_EXIT_DONE && job.partial ? HB_EXIT_PARTIAL : exit_status;
}

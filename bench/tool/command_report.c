/*
 * command_report.c - heapbench report: has the page of result files made by plots/report.py, which reads,
 * draws and explains them.
 *
 * Of a trace the result files are made first, by `heapbench run` itself. The script says on standard error
 * what went wrong, in one line that begins as ours do, and its exit status is ours.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/place.h"
#include "base/printable.h"
#include "bench/question/question.h"
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
        "Write the page that says which allocator to use, of result files, with every figure.\v"
        "DIR is the same as --results DIR: the CSV files are all that is needed, and what they lack is left "
        "out and said. TRACE is measured first, as 'heapbench run --return --results NAME-report TRACE' does "
        "it; for "
        "other allocators or more rounds, run that with its options, then 'heapbench report NAME-report'.\n\n"
        "Example: heapbench report web.trace",
    .check = check,
};

/* -- the measuring of one's own program -- */

/* Beside the comparison. */
static const struct hb_question *const page_questions[] = {&hb_question_latency, &hb_question_threads,
                                                           &hb_question_return, &hb_question_fragmentation,
                                                           &hb_question_failure_points};

enum { PAGE_QUESTIONS = sizeof page_questions / sizeof *page_questions };

/* A session takes its turn for a question of the page. */
static enum hb_status turn_to(struct hb_session *session, const struct hb_question *question,
                              struct hb_error *error)
{
    enum hb_status status = hb_session_turn(session, question->step_limit, error);

    if (status == HB_OK && question->by_threads) {
        hb_session_plan_rounds(&session->options, question->rounds, 0, 0);
        session->options.threads.threading = HB_THREADING_FREE;
        session->provenance.rounds = question->rounds;
    }
    return status;
}

enum hb_status hb_command_measure_page(struct hb_session *session, const char *folder, bool calls,
                                       bool returns, unsigned *failed_cells, struct hb_error *error)
{
    const struct hb_provenance kept = session->provenance;
    enum hb_status status = HB_OK;

    for (size_t i = 0; i < PAGE_QUESTIONS && status == HB_OK && !hb_session_is_interrupted(); i++) {
        unsigned failed = 0;

        if ((page_questions[i] == &hb_question_latency && !calls) ||
            (page_questions[i] == &hb_question_return && !returns))
            continue;
        status = turn_to(session, page_questions[i], error);
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

/* Is it a file of the comparison, or of what is asked beside it? */
static bool is_of_page(const char *file)
{
    static const char *const of_run[] = {"allocators.csv", "comparison.csv", "remarks.csv", "variants.csv"};
    bool ours = is_written_by(&hb_question_throughput, file);

    for (size_t i = 0; i < sizeof of_run / sizeof *of_run; i++)
        ours = ours || strcmp(of_run[i], file) == 0;
    for (size_t i = 0; i < PAGE_QUESTIONS; i++)
        ours = ours || is_written_by(page_questions[i], file);
    return ours;
}

static bool is_other_result(const struct dirent *entry)
{
    const char *ending = strrchr(entry->d_name, '.');

    return ending != NULL && strcmp(ending, ".csv") == 0 && !is_of_page(entry->d_name);
}

/* The files of other measurements would be on the page as if they were of this trace. */
static enum hb_status refuse_other_results(const char *folder, struct hb_error *error)
{
    DIR *stream = opendir(folder);
    enum hb_status status = HB_OK;

    for (const struct dirent *entry; stream != NULL && status == HB_OK && (entry = readdir(stream)) != NULL;)
        if (is_other_result(entry))
            status =
                hb_error_set(error, HB_ERR_IO,
                             "%s/%s: is of another measurement, and would be on the page; -o DIR measures "
                             "into another folder",
                             folder, entry->d_name);
    if (stream != NULL)
        closedir(stream);
    return status;
}

/* -- the script -- */

extern char **environ;

/* Runs `python3 report.py ARGUMENTS...`, which end with NULL, and returns its exit status. -B: an installed
 * tree stays as it is. */
static int run_script(const char *const *arguments)
{
    enum { ARGUMENTS_MAX = 8 };
    const char *argv[ARGUMENTS_MAX + 5] = {"python3", "-B"};
    char *script = NULL, parent[sizeof "--parent=" + 20];
    struct hb_error error;
    size_t count = 2;
    pid_t child;
    int status = 0, failed;

    if (asprintf(&script, "%s/report.py", hb_place_of(HB_PLACE_PLOTS)) < 0) {
        hb_error_set(&error, HB_ERR_MEMORY, "report: out of memory");
        return hb_command_fail(&error);
    }
    argv[count++] = script;
    snprintf(parent, sizeof parent, "--parent=%jd", (intmax_t)getpid());
    argv[count++] = parent;
    for (size_t i = 0; i < ARGUMENTS_MAX && arguments[i] != NULL; i++)
        argv[count++] = arguments[i];
    fflush(NULL); /* before what the script says */
    hb_command_hold_interrupt(true);
    failed = posix_spawnp(&child, "python3", NULL, NULL, (char *const *)(uintptr_t)argv, environ);
    hb_command_hold_interrupt(false);
    free(script);
    if (failed != 0) {
        errno = failed;
        hb_error_set_errno(&error, HB_ERR_UNAVAILABLE,
                           "python3, which makes the page, could not be started; Debian and Ubuntu: apt-get "
                           "install python3 python3-jinja2, or run ./setup");
        return hb_command_fail(&error);
    }
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Whether there is all that draws a page: to be asked before what takes long. */
static int try_script(void)
{
    return run_script((const char *const[]){"--try", NULL});
}

/* argp moves words of a command line, and changes none. What a wish to end did before, it does afterwards: a
 * page has no part that could be kept. */
static int run_comparison(const char *trace, const char *folder)
{
    struct sigaction before;
    int exit_status;
    const char *plain[] = {"heapbench run", "--return", "--results", folder, trace, NULL};
    const char *dashed[] = {"heapbench run", "--return", "--results", folder, "--",
                            trace,           NULL}; /* like an option's */

    sigaction(SIGINT, NULL, &before);
    exit_status = trace[0] == '-' ? hb_command_run_for_page(6, (char **)(uintptr_t)dashed)
                                  : hb_command_run_for_page(5, (char **)(uintptr_t)plain);
    sigaction(SIGINT, &before, NULL);
    return exit_status;
}

/* The comparison and the rest, into `folder`, which was `chosen` or named after the trace. Returns run's exit
 * status; where nothing was measured, no folder stays that was not there. */
static int measure(const char *trace, const char *folder, bool chosen)
{
    struct hb_error error, reason;
    bool there = access(folder, F_OK) == 0;
    enum hb_status status = refuse_other_results(folder, &error);
    int exit_status = status == HB_OK ? try_script() : hb_command_fail(&error);

    if (exit_status != HB_EXIT_DONE)
        return exit_status;
    if (hb_folder_create(folder, &reason) != HB_OK)
        status = hb_error_set(&error, reason.status, "%s%s", reason.text,
                              chosen ? "" : "; -o DIR measures into another one");
    exit_status = status == HB_OK ? run_comparison(trace, folder) : hb_command_fail(&error);
    if (exit_status != HB_EXIT_DONE && exit_status != HB_EXIT_PARTIAL && !there)
        rmdir(folder);
    return exit_status;
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

/* The page of the folder `results`; NULL: the script finds one. */
static int draw_page(const struct options *options, const char *results)
{
    const char *arguments[8] = {NULL};
    size_t count = 0;

    if (options->png)
        arguments[count++] = "--png";
    if (options->output != NULL) {
        arguments[count++] = "--output";
        arguments[count++] = options->output;
    }
    if (results != NULL) {
        arguments[count++] = "--";
        arguments[count++] = results;
    }
    return run_script(arguments);
}

static int report_trace(const struct options *options)
{
    char *folder;
    struct hb_error error;
    int measured, drawn;

    if (find_trace(options, &folder, &error) != HB_OK || folder == NULL)
        return hb_command_fail(&error);
    measured = measure(options->subject, folder, options->output != NULL);
    drawn = measured;
    if (measured == HB_EXIT_DONE || measured == HB_EXIT_PARTIAL)
        drawn = draw_page(options, folder);
    if (drawn == HB_EXIT_DONE)
        drawn = measured;
    if (drawn == HB_EXIT_DONE || drawn == HB_EXIT_PARTIAL)
        hb_print_line(
            stderr,
            "heapbench: the page is of the CSV files beside it; 'heapbench report %s' draws them again",
            folder);
    free(folder);
    return drawn;
}

int hb_command_report(int argc, char **argv)
{
    struct options options = {0};

    hb_options_parse(&usage, argc, argv, &options);
    if (options.subject != NULL && !is_folder(options.subject))
        return report_trace(&options);
    return draw_page(&options, options.subject != NULL ? options.subject : options.results);
}

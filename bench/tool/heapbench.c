/*
 * heapbench.c - the tool: finds the sub-command, and holds what several of them do.
 */
#include "bench/tool/command.h"

#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/printable.h"
#include "bench/adversary/abuse.h"
#include "bench/adversary/adversary.h"
#include "bench/results/build_info.h"
#include "bench/tool/output.h"
#include "workloads/record/output.h"

static char **command_line; /* as the process was started; kept until it ends */

static const struct hb_command commands[] = {
    /* in the order in which a newcomer needs them: the own program, other heaps, the science, traces, many
       machines */
    {"record", "run a program and keep what it allocates as a trace", hb_command_record},
    {"info", "what a trace holds: operations, sizes, lifetimes; and whether it is sound", hb_command_info},
    {"run", "the comparison: allocators on traces, in rounds", hb_command_run},
    {"report", "the figures and the page, of a trace or of result files", hb_command_report},
    {"list", "allocators and traces there are", hb_command_list},
    {"check", "is an allocator right? the first wrong operation", hb_command_check},
    {"replay", "one trace on one allocator, once, in a fresh process", hb_command_replay},
    {"exec", "run a real program on one of our own heaps", hb_command_exec},
    {"misuse", "what each allocator does about a wrong free or store", hb_command_misuse},
    {"walk", "the ranges of the heap after an operation, and the walk", hb_command_walk},
    {"lab", "the exact heap of a trace in a browser, in one file", hb_command_lab},
    {"model", "what a classic policy does with a trace, computed exactly", hb_command_model},
    {"curve", "the first failure, and why, of every heap size", hb_command_curve},
    {"adversary", "the worst that is known, done to an allocator, beside what theory says",
     hb_command_adversary},
    {"generate", "write a workload that no program made", hb_command_generate},
    {"import", "make a trace of a file in another format", hb_command_import},
    {"export", "write a trace as text or as a .rep", hb_command_export},
    {"plan", "a measurement cut into units, for many machines", hb_command_plan},
    {"merge", "the result files of the units that are done", hb_command_merge},
    {NULL, NULL, NULL},
};

static void print_help(FILE *out)
{
    fputs("Usage: heapbench COMMAND [OPTION...]\n"
          "Measure memory allocators with the allocation traces of real programs.\n\n",
          out);
    for (const struct hb_command *c = commands; c->name != NULL; c++)
        fprintf(out, "  %-10s %s\n", c->name, c->summary);
    fputs("\n'heapbench COMMAND --help' explains one, with an example.\n", out);
}

/* NULL where there is none, which is said. */
static const struct hb_command *find_command(const char *name)
{
    struct hb_unknown unknown = {.name = name};

    for (const struct hb_command *c = commands; c->name != NULL; c++) {
        if (strcmp(c->name, name) == 0)
            return c;
        hb_unknown_offer(&unknown, c->name);
    }
    hb_print_line(stderr, "heapbench: no command '%s'%s; 'heapbench --help' lists them", name, unknown.hint);
    return NULL;
}

int hb_command_fail(const struct hb_error *error)
{
    fprintf(stderr, "heapbench: %s\n", error->text);
    return error->status == HB_ERR_USAGE ? HB_EXIT_USAGE : HB_EXIT_FAILED;
}

void hb_command_tell_repairs(const char *path, const struct hb_repairs *repairs)
{
    char text[400];

    if (hb_repairs_dropped(repairs) > 0)
        hb_print_line(stderr, "heapbench: %s: repaired: %s", path,
                      hb_repairs_describe(repairs, text, sizeof text));
    if (repairs->other_processes > 0)
        hb_print_line(stderr, "heapbench: %s: only the first process is followed: %s of others left out",
                      path, hb_show_counted(repairs->other_processes, "line").text);
}

/* "45.0 s", "17 min", "3.3 h": what somebody waits for. */
static struct hb_shown show_waiting(double seconds)
{
    struct hb_shown shown = hb_show_seconds(seconds);

    if (seconds >= 7200)
        snprintf(shown.text, sizeof shown.text, "%.1f h", seconds / 3600);
    else if (seconds >= 120)
        snprintf(shown.text, sizeof shown.text, "%.0f min", seconds / 60);
    return shown;
}

void hb_command_tell_pace(const struct hb_prepared *prepared, double pace)
{
    double seconds = hb_paced_seconds(prepared, prepared->op_count, pace);

    if (pace <= 0)
        return;
    if (prepared->wait_count == 0)
        hb_print_line(stderr, "heapbench: %s has no times to follow: it is replayed as fast as can be",
                      prepared->name);
    else if (seconds <= HB_PACED_MOST_S)
        hb_print_line(stderr, "heapbench: %s: each replay takes %s: the recording's %s times %g",
                      prepared->name, show_waiting(seconds).text, show_waiting(seconds / pace).text, pace);
}

/* Asks whether to overwrite; nobody who is not there is asked. */
static bool is_allowed(const char *out, const char *what)
{
    char answer[16] = "", name[HB_PRINTABLE_BYTES(PATH_MAX)];

    if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
        return false;
    fprintf(stderr, "heapbench: %s is there already and no %s; overwrite it? [y/N] ",
            hb_printable(name, sizeof name, out, ""), what);
    return fgets(answer, sizeof answer, stdin) != NULL && (answer[0] == 'y' || answer[0] == 'Y');
}

bool hb_command_may_overwrite(const char *out, bool force, struct hb_error *error)
{
    return hb_output_check(out, error) != HB_ERR_LIMIT || force || is_allowed(out, "trace");
}

/* Of a file that cannot be read nothing is known, and it is somebody's. */
static void read_head(const char *path, char *head, size_t size)
{
    FILE *file = fopen(path, "rb");
    size_t bytes = file != NULL ? fread(head, 1, size - 1, file) : 0;

    head[bytes] = '\0';
    if (file != NULL)
        fclose(file);
}

bool hb_command_may_replace(const char *out, bool (*is_ours)(const char *head), const char *what, bool force,
                            struct hb_error *error)
{
    struct stat info;
    char head[4096];

    if (force || stat(out, &info) != 0 || !S_ISREG(info.st_mode) || info.st_size == 0)
        return true;
    read_head(out, head, sizeof head);
    if (is_ours(head) || is_allowed(out, what))
        return true;
    hb_error_set(error, HB_ERR_LIMIT, "%s: is there already and no %s; --force overwrites it", out, what);
    return false;
}

void hb_command_hold_interrupt(bool held)
{
    sigset_t interrupt;

    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    sigprocmask(held ? SIG_BLOCK : SIG_UNBLOCK, &interrupt, NULL);
}

enum hb_status hb_command_check_apart(const char *out, const char *trace, struct hb_error *error)
{
    struct stat written, read;

    if (stat(out, &written) != 0 || stat(trace, &read) != 0 || !S_ISREG(read.st_mode) ||
        written.st_dev != read.st_dev || written.st_ino != read.st_ino)
        return HB_OK;
    return hb_error_set(error, HB_ERR_USAGE,
                        "%s: is the trace that is read, which would be lost; -o names another file", out);
}

enum hb_status hb_command_load(const char *trace, struct hb_workload **out, struct hb_error *error)
{
    enum hb_status status = hb_workload_load(trace, out, error);

    if (status == HB_OK)
        hb_command_tell_repairs((*out)->path, &(*out)->repairs);
    return status;
}

enum hb_status hb_command_prepare(const char *trace, bool streams, struct hb_prepared **out,
                                  struct hb_error *error)
{
    struct hb_repairs repairs = {0};
    char *path = NULL;
    enum hb_status status = hb_workload_locate(trace, &path, error);

    if (status == HB_OK)
        status = streams ? hb_prepare_streamed(path, HB_WINDOW_OPS, out, &repairs, error)
                         : hb_prepare_file(path, out, &repairs, error);
    if (status == HB_OK)
        hb_command_tell_repairs(path, &repairs);
    free(path);
    return status;
}

enum hb_status hb_command_check_heap(uint64_t bytes, struct hb_error *error)
{
    return bytes > 0 ? HB_OK
                     : hb_error_set(error, HB_ERR_USAGE,
                                    "a heap of 0 bytes is out of range: one record or more; leave --heap out "
                                    "for an ample one");
}

void hb_command_check_threads(const struct argp_state *state, const struct hb_threads_plan *plan)
{
    if (plan->window != 0 && plan->threading == HB_THREADING_NONE)
        hb_option_fail(state, "--window is of --threads");
    if (plan->window != 0 && plan->threading == HB_THREADING_STRICT)
        hb_option_fail(state, "--threads=strict keeps the recorded order, and has no --window");
}

const char *hb_command_allocator_name(const char *spec)
{
    static char name[HB_PRINTABLE_BYTES(NAME_MAX)];

    return hb_printable(name, sizeof name, basename(spec), "\\");
}

const struct hb_model_options hb_command_simple_model = {
    .policy = HB_POLICY_FIRST, .header_bytes = 8, .align = 1};

bool hb_command_is_simple(const struct hb_model_options *model)
{
    const struct hb_model_options *simple = &hb_command_simple_model;

    return model->policy == simple->policy && model->merge == simple->merge &&
           model->header_bytes == simple->header_bytes && model->align == simple->align &&
           model->heap_bytes == simple->heap_bytes;
}

void hb_command_reexec_for_libraries(void)
{
    const char *current = getenv("GLIBC_TUNABLES");
    char *wanted = hb_allocator_tunables(current);
    bool there = wanted == NULL || (current != NULL && strcmp(current, wanted) == 0);

    if (!there && command_line != NULL && setenv("GLIBC_TUNABLES", wanted, 1) == 0)
        execv("/proc/self/exe", command_line);
    free(wanted); /* it will be tried without; the loader says what it lacks */
}

/* A copy of the command line: main and argp change theirs. */
static void keep_command_line(int argc, char **argv)
{
    size_t bytes = ((size_t)argc + 1) * sizeof *argv;

    command_line = malloc(bytes);
    if (command_line != NULL)
        memcpy(command_line, argv, bytes);
}

/* Runs a command under its full name, which is what argp shows in usage and errors. */
static int run(const struct hb_command *command, int argc, char **argv)
{
    static char name[64], version[64];

    snprintf(name, sizeof name, "heapbench %s", command->name);
    snprintf(version, sizeof version, "heapbench %s", hb_build_info()->version);
    argv[0] = name;
    argp_program_version = version;
    return command->run(argc, argv);
}

static bool is_help_word(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0;
}

int main(int argc, char **argv)
{
    const struct hb_command *command;
    char help[] = "--help";
    bool is_help;

    hb_file_hold_standard();
    hb_child_main(argc, argv, &hb_sample_job);
    hb_child_main(argc, argv, &hb_adversary_job);
    hb_child_main(argc, argv, &hb_abuse_job);
    keep_command_line(argc, argv);
    if (argc < 2) {
        print_help(stderr);
        return HB_EXIT_USAGE;
    }
    is_help = is_help_word(argv[1]) && argc > 2;
    if (is_help_word(argv[1]) && !is_help) {
        print_help(stdout);
        return hb_stdout_end();
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("heapbench %s\n", hb_build_info()->version);
        return hb_stdout_end();
    }
    command = find_command(argv[is_help ? 2 : 1]);
    if (command == NULL)
        return HB_EXIT_USAGE;
    return is_help ? run(command, 2, (char *[]){argv[2], help, NULL}) : run(command, argc - 1, argv + 1);
}

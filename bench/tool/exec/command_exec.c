/*
 * command_exec.c - heapbench exec: a real program, and all that it starts, on one of our own heaps.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "allocator/allocator.h"
#include "allocator/live/live_stats.h"
#include "base/number.h"
#include "base/place.h"
#include "base/printable.h"
#include "bench/tool/command.h"
#include "workloads/record/explain.h"
#include "workloads/record/launch.h"

struct options {
    const char *allocator;
    uint64_t heap_bytes;
    bool has_heap, stats;
    char **program;
};

static const struct hb_option option_table[] = {
    {HB_ARGUMENT_REST, HB_AT(struct options, program), .rule = HB_OPTION_REQUIRED},
    {HB_OPTION_TEXT, 'a', "allocator", "A", HB_AT(struct options, allocator), .rule = HB_OPTION_REQUIRED,
     .help = "Whose heap: simple or a rung of its ladder, as 'heapbench list' names them"},
    {HB_OPTION_SIZE, 0, "heap", "N", HB_AT(struct options, heap_bytes),
     .given = HB_GIVEN(struct options, has_heap),
     .help = "The most bytes that the heap of each process has (K, M, G allowed). Default: as many as are "
             "touched"},
    {HB_OPTION_FLAG, 0, "stats", NULL, HB_AT(struct options, stats),
     .help = "Afterwards, print for each process what it did in its heap: calls, failures, walks, extent"},
    {0},
};

static const struct hb_usage usage = {
    .options = option_table,
    .arguments = "-- PROGRAM [ARGUMENT...]",
    .doc =
        "Run PROGRAM, and all that it starts, on one of our own heaps in place of the C library's.\v"
        "Blocks are aligned to 16 bytes, as programs rely on: where the allocator knows no alignment, sizes "
        "are rounded up to that end. One lock is around the heap. When it is full, the program gets NULL and "
        "says what it says of that. The exit status is the program's own, or 128 + the signal that ended "
        "it.\n\n"
        "With --stats each walk is counted, which takes time. A process that ends by a signal or by _exit "
        "leaves no line.\n\n"
        "Examples:\n"
        "  heapbench exec -a simple -- python3 -c 'print(sum(range(10)))'\n"
        "  heapbench exec -a bins --heap 64M --stats -- sqlite3 :memory: 'select 1'\n"
        "  heapbench record -o perl.trace -- heapbench exec -a simple -- perl -e 'print 1'",
    .needs = "-a A and a program to run",
    .in_order = true,
};

static bool is_library(const char *name)
{
    const char *const *known = hb_allocator_library_names();

    while (*known != NULL && strcmp(*known, name) != 0)
        known++;
    return *known != NULL || strchr(name, '/') != NULL;
}

/* A is one of our own heaps. */
static enum hb_status check_allocator(const char *name, struct hb_error *error)
{
    const struct hb_allocator *allocator = hb_allocator_find(name);

    if (allocator == NULL && !is_library(name))
        return hb_allocator_open(name, &allocator, NULL, error); /* which says what there is */
    if (allocator == NULL)
        return hb_error_set(
            error, HB_ERR_USAGE,
            "exec is for our own heaps; a library needs none of it: LD_PRELOAD=LIBRARY PROGRAM");
    if (allocator->group == HB_GROUP_NONE || (allocator->caps & HB_CAP_UNTOUCHABLE) != 0)
        return hb_error_set(error, HB_ERR_USAGE,
                            "no program can live on %s: exec takes simple and the rungs of its ladder", name);
    return HB_OK;
}

/* The library that has A's heap, from malloc. */
static enum hb_status find_heap(const char *name, char **path, struct hb_error *error)
{
    const char *folder = hb_place_of(HB_PLACE_HEAPS);
    char wanted[PATH_MAX];

    if (check_allocator(name, error) != HB_OK)
        return error->status;
    if (snprintf(wanted, sizeof wanted, "%s/libheapbench-%s.so", folder, name) >= (int)sizeof wanted)
        return hb_error_set(error, HB_ERR_UNAVAILABLE, "%s: the path is too long", folder);
    return hb_launch_find_library(wanted, "the heap as a library", hb_place_variable(HB_PLACE_HEAPS), path,
                                  error);
}

/* Before what is to be loaded already, but behind a recorder, which passes on to what comes next. */
static bool set_preload(const char *library)
{
    static const char recorder[] = "libheapbench_record";
    const char *others = getenv("LD_PRELOAD"), *name;
    size_t first = others != NULL ? strcspn(others, ": ") : 0;
    char *preload = NULL;
    bool done;

    name = first > 0 ? memrchr(others, '/', first) : NULL;
    name = name != NULL ? name + 1 : others;
    if (first == 0 || strncmp(name, recorder, strlen(recorder)) != 0)
        first = 0;
    if (asprintf(&preload, "%.*s%s%s%s%s", (int)first, first > 0 ? others : "", first > 0 ? ":" : "", library,
                 others != NULL && others[first] != '\0' && others[first] != ':' ? ":" : "",
                 others != NULL ? others + first : "") < 0)
        return false;
    done = setenv("LD_PRELOAD", preload, 1) == 0;
    free(preload);
    return done;
}

static enum hb_status set_environment(const struct options *options, const char *library,
                                      struct hb_error *error)
{
    char bytes[32];
    bool done = set_preload(library);

    snprintf(bytes, sizeof bytes, "%llu", (unsigned long long)options->heap_bytes);
    if (options->has_heap)
        done = done && setenv(HB_LIVE_HEAP, bytes, 1) == 0;
    return done ? HB_OK : hb_error_set(error, HB_ERR_MEMORY, "out of memory");
}

static int tell_not_run(const char *program)
{
    int reason = errno;

    hb_print_line(stderr, "heapbench: %s: %s", program, strerror(reason));
    return reason == ENOENT ? 127 : 126;
}

/* -- figures -- */

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

static void print_stats(FILE *file)
{
    struct hb_live_report report;
    char line[1024];
    unsigned count = 0;

    rewind(file);
    while (fgets(line, sizeof line, file) != NULL)
        if (hb_live_stats_parse(line, &report)) {
            print_line(&report);
            count++;
        }
    if (count == 0)
        hb_print_line(stderr, "heapbench: no process left figures: each ended by a signal or by _exit, or "
                              "was not given the heap");
}

/* -- the program as a child -- */

/* INT and QUIT the terminal sends to the program as well, whose they are; the others are passed on to it.
 * Where CHLD is ignored, the kernel does the waiting, and the status is lost. */
enum { SIGNALS = 5, OF_THE_TERMINAL = 2 };
static const int signals[SIGNALS] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGCHLD};
static volatile pid_t passed_to; /* 0: nobody yet, or no longer */

struct dispositions {
    struct sigaction actions[SIGNALS];
    sigset_t mask;
};

static void pass_on(int number)
{
    if (passed_to > 0)
        kill(passed_to, number);
}

/* None of the signals comes before the mask is as it was. One that is ignored stays so. */
static void take_signals(struct dispositions *before)
{
    const struct sigaction ignore = {.sa_handler = SIG_IGN}, pass = {.sa_handler = pass_on},
                           plain = {.sa_handler = SIG_DFL};
    sigset_t taken;

    sigemptyset(&taken);
    for (int i = 0; i < SIGNALS; i++)
        sigaddset(&taken, signals[i]);
    sigprocmask(SIG_BLOCK, &taken, &before->mask);
    for (int i = 0; i < SIGNALS; i++)
        if (sigaction(signals[i], NULL, &before->actions[i]) == 0 && before->actions[i].sa_handler != SIG_IGN)
            sigaction(signals[i], i < OF_THE_TERMINAL ? &ignore : &pass, NULL);
    sigaction(SIGCHLD, &plain, NULL);
}

static void run_with(const struct dispositions *before, char **program)
{
    for (int i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &before->actions[i], NULL);
    sigprocmask(SIG_SETMASK, &before->mask, NULL);
    execvp(program[0], program);
    _exit(tell_not_run(program[0]));
}

static int wait_for(pid_t child)
{
    int status;

    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return HB_EXIT_FAILED;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int run_child(char **program)
{
    struct dispositions before;
    int exit_status = HB_EXIT_FAILED;
    pid_t child;

    take_signals(&before);
    child = fork();
    if (child == 0)
        run_with(&before, program);
    if (child < 0) {
        hb_print_line(stderr, "heapbench: %s: no process for it: %s", program[0], strerror(errno));
    } else {
        passed_to = child;
        sigprocmask(SIG_SETMASK, &before.mask, NULL);
        exit_status = wait_for(child);
        passed_to = 0;
    }
    return exit_status;
}

static int run_counted(char **program, const char *folder)
{
    char *path = NULL;
    int fd = asprintf(&path, "%s/heapbench-exec-XXXXXX", folder) < 0 ? -1 : mkostemp(path, O_CLOEXEC);
    FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;
    int exit_status = HB_EXIT_FAILED;

    if (file != NULL && setenv(HB_LIVE_STATS, path, 1) == 0) {
        exit_status = run_child(program);
        print_stats(file);
        fclose(file);
        unlink(path);
    } else {
        hb_print_line(stderr, "heapbench: %s: no file for the figures: %s", folder, strerror(errno));
    }
    free(path);
    return exit_status;
}

static int exec_program(const struct options *options, const char *library)
{
    const char *folder = getenv("TMPDIR");
    char why[PATH_MAX + 256];
    struct hb_error error;

    if (hb_explain_unloadable(options->program[0], why, sizeof why)) {
        hb_print_line(stderr, "heapbench: %s", why);
        return HB_EXIT_FAILED;
    }
    if (set_environment(options, library, &error) != HB_OK)
        return hb_command_fail(&error);
    if (options->stats)
        return run_counted(options->program, folder != NULL && folder[0] != '\0' ? folder : "/tmp");
    execvp(options->program[0], options->program);
    return tell_not_run(options->program[0]);
}

int hb_command_exec(int argc, char **argv)
{
    struct options options = {0};
    char *library = NULL;
    struct hb_error error;
    int exit_status;

    hb_options_parse(&usage, argc, argv, &options);
    if ((options.has_heap && hb_command_check_heap(options.heap_bytes, &error) != HB_OK) ||
        find_heap(options.allocator, &library, &error) != HB_OK)
        return hb_command_fail(&error);
    exit_status = exec_program(&options, library);
    free(library);
    return exit_status;
}

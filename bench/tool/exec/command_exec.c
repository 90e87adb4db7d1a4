/*
 * command_exec.c - heapbench exec: a real program, and all that it starts, on one of our own heaps.
 */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "allocator/allocator.h"
#include "allocator/live/live_stats.h"
#include "base/place.h"
#include "base/printable.h"
#include "bench/tool/command.h"
#include "bench/tool/exec/exec.h"
#include "workloads/record/explain.h"
#include "workloads/record/launch.h"

struct options {
    const char *allocator;
    uint64_t heap_bytes;
    bool has_heap, checked, stats, compare;
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
    {HB_OPTION_FLAG, 0, "checked", NULL, HB_AT(struct options, checked),
     .help = "Check each call: what the program misuses is named, and ends it by SIGABRT"},
    {HB_OPTION_FLAG, 0, "stats", NULL, HB_AT(struct options, stats),
     .help = "Afterwards, print for each process what it did in its heap: calls, failures, walks, extent"},
    {HB_OPTION_FLAG, 0, "compare", NULL, HB_AT(struct options, compare),
     .help = "Record it meanwhile, and print the walks and the extent of its heap beside those of a replay "
             "and of the model"},
    {0},
};

static void check(const struct argp_state *state, void *values)
{
    const struct options *options = values;

    if (options->checked && (options->compare || options->stats))
        hb_option_fail(state, "--checked has other blocks and counts no walk: without --stats and --compare");
    if (options->compare && options->stats)
        hb_option_fail(state, "--compare has the figures of --stats: without it");
}

static const struct hb_usage usage = {
    .options = option_table,
    .arguments = "-- PROGRAM [ARGUMENT...]",
    .doc =
        "Run PROGRAM, and all that it starts, on one of our own heaps in place of the C library's.\v"
        "Blocks are aligned to 16 bytes, as programs rely on: where the allocator knows no alignment, sizes "
        "are rounded up to that end. One lock is around the heap. When it is full, the program gets NULL and "
        "says what it says of that. The exit status is the program's own, or 128 + the signal that ended "
        "it; 127 where there is no such program, 126 where it cannot be run, or not on another heap.\n\n"
        "--checked finds a block that is freed twice, a pointer that is no block's, a write past the end of "
        "a "
        "block (of up to 16 bytes when it is freed or resized, of more also at the next walk). A program "
        "takes longer so: each free looks for its block from the heap's start.\n\n"
        "With --stats each walk is counted, which takes time. A process that ends by a signal or by _exit, "
        "or "
        "becomes another program by exec, leaves no line.\n\n"
        "--compare is of the process that did most. A replay has the sizes of the trace; the same with sizes "
        "rounded, as the heap rounds them, and one range in front, is what the program did, but for the "
        "order of threads; and but for a process that another one forked, which begins in a copy of that "
        "one's heap, and its replay in an empty one.\n\n"
        "Examples:\n"
        "  heapbench exec -a simple -- python3 -c 'print(sum(range(10)))'\n"
        "  heapbench exec -a bins --heap 64M --stats -- sqlite3 :memory: 'select 1'\n"
        "  heapbench exec -a bins --checked -- ./server\n"
        "  heapbench exec -a simple --compare -- perl -e 'print 1'\n"
        "  heapbench record -o p.trace -- heapbench exec -a simple -- perl p.pl",
    .needs = "-a A and a program to run",
    .in_order = true,
    .check = check,
};

static bool is_library(const char *name)
{
    const char *const *known = hb_allocator_library_names();

    while (*known != NULL && strcmp(*known, name) != 0)
        known++;
    return *known != NULL || strchr(name, '/') != NULL;
}

/* A is one of our own heaps, and there can be one of so many bytes (0: ample). */
static enum hb_status check_allocator(const char *name, uint64_t heap_bytes, struct hb_error *error)
{
    const struct hb_allocator *allocator = hb_allocator_find(name);
    void *heap;

    if (allocator == NULL && !is_library(name))
        return hb_allocator_open(name, &allocator, NULL, error); /* which says what there is */
    if (allocator == NULL)
        return hb_error_set(
            error, HB_ERR_USAGE,
            "exec is for our own heaps; a library needs none of it: LD_PRELOAD=LIBRARY PROGRAM");
    if (allocator->group == HB_GROUP_NONE || (allocator->caps & HB_CAP_UNTOUCHABLE) != 0)
        return hb_error_set(error, HB_ERR_USAGE,
                            "no program can live on %s: exec takes simple and the rungs of its ladder", name);
    heap = allocator->create(allocator, heap_bytes, error);
    if (heap != NULL)
        allocator->destroy(heap);
    return heap != NULL ? HB_OK : error->status;
}

/* The library that has A's heap, from malloc. */
static enum hb_status find_heap(const struct options *options, char **path, struct hb_error *error)
{
    const char *folder = hb_place_of(HB_PLACE_HEAPS);
    char wanted[PATH_MAX];

    if (check_allocator(options->allocator, options->heap_bytes, error) != HB_OK)
        return error->status;
    if (snprintf(wanted, sizeof wanted, "%s/libheapbench-%s.so", folder, options->allocator) >=
        (int)sizeof wanted)
        return hb_error_set(error, HB_ERR_UNAVAILABLE, "%s: the path is too long", folder);
    return hb_launch_find_library(wanted, "the heap as a library", hb_place_variable(HB_PLACE_HEAPS), path,
                                  error);
}

/* Before what is to be loaded already, but behind a recorder, which passes on to what comes next. */
static enum hb_status set_preload(const char *library, struct hb_error *error)
{
    static const char recorder[] = "libheapbench_record";
    const char *others = getenv("LD_PRELOAD"), *name;
    size_t first = others != NULL ? strcspn(others, ": ") : 0;
    char *preload = NULL;
    enum hb_status status = HB_OK;

    name = first > 0 ? memrchr(others, '/', first) : NULL;
    name = name != NULL ? name + 1 : others;
    if (first == 0 || strncmp(name, recorder, strlen(recorder)) != 0)
        first = 0;
    if (asprintf(&preload, "%.*s%s%s%s%s", (int)first, first > 0 ? others : "", first > 0 ? ":" : "", library,
                 others != NULL && others[first] != '\0' && others[first] != ':' ? ":" : "",
                 others != NULL ? others + first : "") < 0)
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory");
    if (setenv("LD_PRELOAD", preload, 1) != 0)
        status = hb_error_set(error, HB_ERR_MEMORY, "out of memory");
    free(preload);
    return status;
}

/* The bounds of each process's heap, and whether its calls are checked. */
static enum hb_status set_heap(const struct options *options, struct hb_error *error)
{
    char bytes[32];

    snprintf(bytes, sizeof bytes, "%" PRIu64, options->heap_bytes);
    if ((options->has_heap && setenv(HB_LIVE_HEAP, bytes, 1) != 0) ||
        (options->checked && setenv(HB_LIVE_CHECKED, "1", 1) != 0))
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory");
    return HB_OK;
}

static int exec_program(const struct options *options, const char *library)
{
    const struct hb_exec exec = {options->allocator, options->heap_bytes, options->program};
    char why[PATH_MAX + 256];
    struct hb_error error;

    if (hb_explain_unloadable(options->program[0], why, sizeof why)) {
        hb_print_line(stderr, "heapbench: %s", why);
        return HB_EXEC_NOT_RUN;
    }
    if (set_heap(options, &error) != HB_OK || set_preload(library, &error) != HB_OK)
        return hb_command_fail(&error);
    if (options->compare)
        return hb_exec_compare(&exec);
    if (options->stats)
        return hb_exec_with_stats(&exec);
    execvp(options->program[0], options->program);
    return hb_exec_tell_not_run(options->program[0]);
}

int hb_command_exec(int argc, char **argv)
{
    struct options options = {0};
    char *library = NULL;
    struct hb_error error;
    int exit_status;

    hb_options_parse(&usage, argc, argv, &options);
    if ((options.has_heap && hb_command_check_heap(options.heap_bytes, &error) != HB_OK) ||
        find_heap(&options, &library, &error) != HB_OK)
        return hb_command_fail(&error);
    exit_status = exec_program(&options, library);
    free(library);
    return exit_status;
}

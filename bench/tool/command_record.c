/*
 * command_record.c - heapbench record: runs a program and keeps what it allocates as a trace.
 */
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/number.h"
#include "base/printable.h"
#include "bench/tool/command.h"
#include "bench/tool/record_words.h"
#include "workloads/record/collect.h"
#include "workloads/record/explain.h"
#include "workloads/record/launch.h"
#include "workloads/record/output.h"

struct options {
    const char *out;     /* NULL: PROGRAM.trace */
    const char *convert; /* a folder of captures to convert instead of running anything */
    char **program;
    bool all, force, touch;
    int level;
    uint64_t wait_s;
};

/* The best compression does about a million operations a second: beyond this, the wait is worth more. */
enum { MAX_LEVEL = 19, MANY_EVENTS = 8000000, LEVEL_FOR_MANY = 6 };

enum { WAIT_S = 10 };

static const char documentation[] =
    "Run PROGRAM and keep what it allocates as a trace.\v"
    "The exit status is the program's own, or 128 + the signal that ended it. Threads are recorded, and so "
    "is all "
    "that PROGRAM starts, children, daemons and workers of other users: each process has a trace of its own, "
    "and "
    "the one with most operations is kept. A program that is killed leaves what it did until then. What "
    "could "
    "not be recorded is said, with the reason.\n\n"
    "A daemon outlives the program that started it. It is waited for; Ctrl-C ends the waiting and not the "
    "daemon, "
    "and what it did until then is kept.\n\n"
    "A trace is overwritten by a newer one. Another file is not, unless the answer is yes, or --force is "
    "given.\n\n"
    "Examples:\n"
    "  heapbench record -o sort.trace -- sort -n numbers.txt\n"
    "  heapbench record --all -o build.trace -- make\n"
    "  heapbench record --touch -o server.trace -- node server.js\n"
    "  heapbench record --wait -o web.trace -- nginx -c /etc/nginx/test.conf\n"
    "  heapbench record --convert sort.trace.raw-x3Fa9Q -o sort.trace\n"
    "  heapbench run sort.trace";

static void take_wait(const struct argp_state *state, void *values, char *text)
{
    struct options *options = values;

    if (text == NULL)
        options->wait_s = HB_WAIT_FOREVER;
    else if (!hb_number_parse(text, &options->wait_s))
        hb_option_fail(state, "--wait takes a number of seconds, not '%s'", text);
}

static void check(const struct argp_state *state, void *values)
{
    const struct options *options = values;

    if (options->program == NULL && options->convert == NULL)
        hb_option_fail(state, "record needs a program to run");
    if (options->touch && options->convert != NULL)
        hb_option_fail(state, "--convert runs nothing: what is touched was noted with --touch, or was not");
    if (options->program != NULL && options->convert != NULL)
        hb_option_fail(state, "--convert runs nothing: no program goes with it");
}

static const struct hb_option option_table[] = {
    {HB_ARGUMENT_REST, HB_AT(struct options, program)}, /* options and all */
    {HB_OPTION_TEXT, 'o', "output", "OUT.trace", HB_AT(struct options, out),
     .help = "The trace to write (default: PROGRAM.trace)"},
    HB_COMMAND_FORCE(struct options, force),
    {HB_OPTION_FLAG, 0, "all", NULL, HB_AT(struct options, all),
     .help = "Keep a trace of every process, not only of the busiest: OUT.PID.trace"},
    {HB_OPTION_FLAG, 0, "touch", NULL, HB_AT(struct options, touch),
     .help =
         "Note how much of each large block (16 KiB or more) the program ever touches; a replay touches as "
         "much"},
    {HB_OPTION_CALL, 0, "wait", "SECONDS", .rule = HB_OPTION_BARE, .take = take_wait,
     .help =
         "How long to wait for processes that PROGRAM leaves running (default: 10; without SECONDS, until "
         "they end)"},
    {HB_OPTION_NUMBER, 0, "level", "1-19", HB_AT(struct options, level), .least = 1, .most = MAX_LEVEL,
     .help = "zstd's level; 3 is fast (default: 19, and 6 beyond 8 million events)"},
    {HB_OPTION_FOLDER, 0, "convert", "FOLDER", HB_AT(struct options, convert),
     .help = "Run nothing; convert the captures that a killed record left"},
    {0},
};

static const struct hb_usage usage = {
    .options = option_table,
    .arguments = "-- PROGRAM [ARGUMENT...]",
    .doc = documentation,
    .in_order = true,
    .check = check,
};

/* NAME.trace, for the last part of `program`. From malloc. */
static char *default_output(const char *program)
{
    char *copy = strdup(program), *out = NULL;

    if (copy == NULL || asprintf(&out, "%s.trace", basename(copy)) < 0)
        out = NULL;
    free(copy);
    return out;
}

/* Asked before a program runs for an hour. */
static bool may_write(const char *out, const struct options *options, struct hb_error *error)
{
    enum hb_status status = hb_output_check(out, error);

    return status == HB_OK ||
           (status == HB_ERR_LIMIT && hb_command_may_overwrite(out, options->force, error));
}

static bool keep(const struct hb_collected *item, const char *out, int level)
{
    struct hb_capture_summary summary;
    enum hb_status status;
    struct hb_error error;

    if (level == 0 && item->events > MANY_EVENTS)
        level = LEVEL_FOR_MANY;
    hb_progress_begin("writing the trace");
    hb_progress_total(item->events);
    status = hb_capture_to_trace(item->capture, out, level, hb_progress_set, NULL, &summary, &error);
    hb_progress_end();
    if (status != HB_OK) {
        hb_command_fail(&error);
        return false;
    }
    hb_words_kept(item, &summary, out);
    return true;
}

/* OUT.trace becomes OUT.PID.trace, or OUT.PID.N.trace for the image after the Nth exec. */
static bool keep_beside(const struct hb_collected *item, const char *out, const struct options *options)
{
    size_t stem = strlen(out);
    char path[PATH_MAX], image[16] = "";
    struct hb_error error;

    if (stem > 6 && strcmp(out + stem - 6, ".trace") == 0)
        stem -= 6;
    if (item->image > 0)
        snprintf(image, sizeof image, ".%" PRIu32, item->image);
    if (snprintf(path, sizeof path, "%.*s.%" PRIu32 "%s.trace", (int)stem, out, item->capture->header->pid,
                 image) >= (int)sizeof path) {
        hb_print_line(stderr, "heapbench: %s: the name is too long", out);
        return false;
    }
    if (!may_write(path, options, &error)) {
        hb_command_fail(&error);
        return false;
    }
    return keep(item, path, options->level);
}

static bool keep_all(const struct hb_collection *collection, const struct hb_collected *kept,
                     const struct options *options, const char *out)
{
    bool done = keep(kept, out, options->level);

    for (size_t i = 0; options->all && i < collection->count; i++)
        if (&collection->items[i] != kept && collection->items[i].events > 0)
            done = keep_beside(&collection->items[i], out, options) && done;
    return done;
}

enum record_outcome { KEPT, NOTHING_RECORDED, NOT_KEPT };

/* The trace's name: as asked for, else after the program that was run or, of captures, that did most. From
 * malloc. */
static char *output_of(const struct options *options, const struct hb_collected *kept)
{
    char name[HB_WORDS_PROGRAM];

    if (options->out != NULL)
        return strdup(options->out);
    if (options->program != NULL)
        return default_output(options->program[0]);
    return default_output(hb_words_program(kept, name));
}

static enum record_outcome keep_collection(const struct hb_collection *collection,
                                           const struct hb_collected *kept, const struct options *options)
{
    char *out = output_of(options, kept);
    struct hb_error error;
    bool done = false;

    /* A program was not run before its trace had a place. */
    if (out != NULL && options->program == NULL && !may_write(out, options, &error))
        hb_command_fail(&error);
    else if (out != NULL)
        done = keep_all(collection, kept, options, out);
    if (done && collection->count > 1 && !options->all)
        hb_words_others(collection, kept);
    free(out);
    return done ? KEPT : NOT_KEPT;
}

/* The busiest image of which there is anything; NULL: there is none. */
static const struct hb_collected *find_kept(const struct hb_collection *collection)
{
    for (size_t i = 0; i < collection->count; i++)
        if (collection->items[i].events > 0)
            return &collection->items[i];
    return NULL;
}

static void print_nothing(const char *program)
{
    char why[PATH_MAX + 256];

    hb_explain_program(program, why, sizeof why);
    hb_print_line(stderr, "heapbench: nothing was recorded: %s", why);
}

/* Turns what is in the folder into traces; says what went wrong. `family` is NULL where nothing was run. */
static enum record_outcome convert(const struct options *options, const char *folder,
                                   const struct hb_family *family)
{
    struct hb_collection collection;
    const struct hb_collected *kept;
    enum record_outcome outcome = NOTHING_RECORDED;
    bool is_explained;
    struct hb_error error;

    if (hb_collect(folder, family, &collection, &error) != HB_OK) {
        hb_command_fail(&error);
        return NOT_KEPT;
    }
    kept = find_kept(&collection);
    is_explained = hb_words_unrecorded(&collection, family, kept != NULL ? kept->events + kept->lost : 0);
    if (kept != NULL)
        outcome = keep_collection(&collection, kept, options);
    else if (family != NULL && !is_explained)
        print_nothing(options->program[0]);
    hb_words_losses(&collection);
    if (collection.damaged > 0) {
        hb_command_fail(&collection.first_damage);
        outcome = NOT_KEPT;
    }
    hb_collection_clear(&collection);
    return outcome;
}

static int convert_folder(const struct options *options)
{
    enum record_outcome outcome = convert(options, options->convert, NULL);

    if (outcome == NOTHING_RECORDED)
        hb_print_line(stderr, "heapbench: %s: no captures there", options->convert);
    return outcome == KEPT ? HB_EXIT_DONE : HB_EXIT_FAILED;
}

/* Converts what a run left. */
static enum record_outcome finish(const struct options *options, const struct hb_host *host,
                                  const struct hb_family *family)
{
    const char *folder = hb_host_folder(host);
    enum record_outcome outcome;

    hb_words_running(family);
    /* A trace beyond the limit on file sizes, or words that nobody reads, are not to be our end. */
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    hb_words_when_ended(folder);
    hb_ends_release();
    outcome = convert(options, folder, family);
    hb_ends_hold();
    hb_words_ended_no_more();
    if (outcome == NOT_KEPT)
        hb_print_line(stderr, HB_WORDS_KEPT, folder);
    hb_words_endings(family);
    return outcome;
}

/* The program's own exit status; 1 where it was 0 and there is no trace all the same. Ends are held. */
static int record_with(const struct options *options, const char *recorder, struct hb_host *host,
                       const sigset_t *unheld)
{
    struct hb_launch launch = {.argv = options->program,
                               .recorder = recorder,
                               .host = host,
                               .mask = unheld,
                               .touch = options->touch,
                               .wait_s = options->wait_s,
                               .waiting = hb_words_waiting};
    enum record_outcome outcome = NOTHING_RECORDED;
    struct hb_family family;
    struct hb_error error;
    int exit_status;

    if (hb_launch_run(&launch, &exit_status, &family, &error) != HB_OK) {
        hb_command_fail(&error);
    } else {
        outcome = finish(options, host, &family);
        if (outcome != KEPT && exit_status == HB_EXIT_DONE)
            exit_status = HB_EXIT_FAILED;
    }
    hb_family_clear(&family);
    hb_host_close(host, outcome == NOT_KEPT);
    return exit_status;
}

/* All that can be known before the program runs. */
static enum hb_status make_ready(const struct options *options, char **recorder, struct hb_host **host,
                                 struct hb_error *error)
{
    char *out = output_of(options, NULL);
    enum hb_status status = hb_launch_find_recorder(recorder, error);

    if (status == HB_OK && out == NULL)
        status = hb_error_set(error, HB_ERR_MEMORY, "out of memory");
    if (status == HB_OK && !may_write(out, options, error))
        status = error->status;
    if (status == HB_OK)
        status = hb_explain_check(options->program[0], error);
    if (status == HB_OK)
        status = hb_host_create(out, host, error);
    free(out);
    return status;
}

static int record(const struct options *options)
{
    struct hb_host *host = NULL;
    char *recorder = NULL;
    struct hb_error error;
    int exit_status = HB_EXIT_FAILED;
    sigset_t before;

    /* While there is a folder of which nothing would be said: an end waits until it is tidied up, or told. */
    sigprocmask(SIG_SETMASK, NULL, &before);
    hb_ends_hold();
    if (make_ready(options, &recorder, &host, &error) != HB_OK)
        exit_status = hb_command_fail(&error);
    else if (hb_ends_wait())
        hb_host_close(host, false);
    else
        exit_status = record_with(options, recorder, host, &before);
    free(recorder);
    hb_ends_release();
    return exit_status;
}

int hb_command_record(int argc, char **argv)
{
    struct options options = {.wait_s = WAIT_S};

    hb_options_parse(&usage, argc, argv, &options);
    return options.convert != NULL ? convert_folder(&options) : record(&options);
}

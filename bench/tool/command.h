/*
 * command.h - the sub-commands of heapbench, and what they share.
 *
 * A sub-command is one file, command_NAME.c, with one entry point: a table of its options (base/option.h), a
 * call into a lower room, and what it prints (output.h). The larger ones have a file more for their words.
 */
#ifndef HB_BENCH_TOOL_COMMAND_H
#define HB_BENCH_TOOL_COMMAND_H

#include "allocator/model/model.h"
#include "base/error.h"
#include "base/option.h"
#include "base/progress.h"
#include "bench/replay/replay.h"
#include "bench/replay/schedule.h"
#include "bench/results/provenance.h"
#include "bench/sample/sample.h"
#include "workloads/whole/summary.h"

struct hb_command {
    const char *name;
    const char *summary;               /* one line for `heapbench --help` */
    int (*run)(int argc, char **argv); /* argv[0] is "heapbench NAME"; returns enum hb_exit */
};

int hb_command_list(int argc, char **argv);
int hb_command_info(int argc, char **argv);
int hb_command_record(int argc, char **argv);
int hb_command_exec(int argc, char **argv);
int hb_command_import(int argc, char **argv);
int hb_command_export(int argc, char **argv);
int hb_command_generate(int argc, char **argv);
int hb_command_adversary(int argc, char **argv);
int hb_command_misuse(int argc, char **argv);
int hb_command_walk(int argc, char **argv);
int hb_command_model(int argc, char **argv);
int hb_command_curve(int argc, char **argv);
int hb_command_replay(int argc, char **argv);
int hb_command_check(int argc, char **argv);
int hb_command_run(int argc, char **argv);
int hb_command_report(int argc, char **argv);
int hb_command_plan(int argc, char **argv);
int hb_command_merge(int argc, char **argv);
int hb_command_lab(int argc, char **argv);

/* model --all: every policy on `traces` (NULL: the chosen few), a table, and a file in the folder `results`
 * unless that is NULL. Returns an exit status. */
int hb_command_model_all(int argc, char **argv, char *const *traces, const char *results);

/* run --unit N PLAN: one unit of a plan, which takes other options than `run`. */
bool hb_command_is_unit(int argc, char *const *argv);
int hb_command_run_unit(int argc, char **argv);

/* run without what it says at the end of --results: the page follows. */
int hb_command_run_for_page(int argc, char **argv);

struct hb_session;

/* Asks, of what the session found, what a page shows beside the comparison: memory over time, and failure
 * under a budget, and, where they are asked for, single calls and what comes back; their files go into
 * `folder`. To be called when the comparison is done; the session's provenance stays the comparison's.
 * `*failed_cells` grows. Errors as hb_question_answer. */
enum hb_status hb_command_measure_page(struct hb_session *session, const char *folder, bool calls,
                                       bool returns, unsigned *failed_cells, struct hb_error *error);

/* info without --json: for people. Returns an exit status. */
int hb_command_print_info(const struct hb_workload *workload, const struct hb_summary *summary);

/* Prints "heapbench: <sentence>" on standard error and returns the exit status for it: 2 for HB_ERR_USAGE,
 * else 1. */
int hb_command_fail(const struct hb_error *error);

/* Libraries that are loaded into this process may need it to be started with GLIBC_TUNABLES (allocator.h).
 * Starts this very program again, with them, if it was not started so; returns when there is nothing to do or
 * it cannot be done. */
void hb_command_reexec_for_libraries(void);

/* Says on standard error what was repaired in a file of somebody else's, or left out of it, if anything was.
 */
void hb_command_tell_repairs(const char *path, const struct hb_repairs *repairs);

/*
 * False, with the reason, where a file that is no trace would be lost at `out`: unless with `force`, or when
 * the person at the terminal says yes. Whether `out` can be written at all is for who writes it.
 */
bool hb_command_may_overwrite(const char *out, bool force, struct hb_error *error);

/* The same of what is no trace: of a file that is neither empty nor, as `is_ours` says of its first 4 KiB,
 * `what`, such as "page of 'heapbench lab'". HB_ERR_LIMIT. */
bool hb_command_may_replace(const char *out, bool (*is_ours)(const char *head), const char *what, bool force,
                            struct hb_error *error);

/* Ctrl-C waits while a script starts, which takes it itself as soon as it can end without a word. */
void hb_command_hold_interrupt(bool held);

/* HB_ERR_USAGE where `out`, which becomes something else than a trace, is the file of `trace`. */
enum hb_status hb_command_check_apart(const char *out, const char *trace, struct hb_error *error);

/* hb_workload_load, and what was repaired is told. */
enum hb_status hb_command_load(const char *trace, struct hb_workload **out, struct hb_error *error);

/* A workload by path or name, made ready for replay; streamed where it is long, or `streams`. The errors of
 * hb_prepare_file. */
enum hb_status hb_command_prepare(const char *trace, bool streams, struct hb_prepared **out,
                                  struct hb_error *error);

/* Says on standard error how long a paced replay takes, or that the trace has no times to follow. Nothing
 * where `pace` is 0. */
void hb_command_tell_pace(const struct hb_prepared *prepared, double pace);

/* HB_ERR_USAGE for a heap of 0 bytes, which no allocator can have. */
enum hb_status hb_command_check_heap(uint64_t bytes, struct hb_error *error);

/* Usage: a window is of threads that run by themselves. */
void hb_command_check_threads(const struct argp_state *state, const struct hb_threads_plan *plan);

/* What `heapbench` calls an allocator: the last part of a path, printable. Valid until the next call. */
const char *hb_command_allocator_name(const char *spec);

/* Rows of a table that several commands have; those of _MODEL are of a struct hb_model_options.
 * hb_model_create says whether an alignment is a power of two; headers of 0 bytes, as in a paper, no real
 * heap has. */
/* clang-format off */
#define HB_COMMAND_TRACE(type, member) \
    {HB_ARGUMENT_ONE, .value = "trace", HB_AT(type, member), .rule = HB_OPTION_REQUIRED}
#define HB_COMMAND_ALLOCATOR(type, member) \
    {HB_OPTION_TEXT, 'a', "allocator", "A", HB_AT(type, member), .rule = HB_OPTION_REQUIRED, \
     .help = "a name from 'heapbench list', or the path of a shared library"}
#define HB_COMMAND_JSON(type, member, text) \
    {HB_OPTION_FLAG, 'j', "json", NULL, HB_AT(type, member), .help = text}
#define HB_COMMAND_STREAM(type, member) \
    {HB_OPTION_FLAG, 0, "stream", NULL, HB_AT(type, member), \
     .help = "read the trace in windows, off the clock, as one of 67 108 864 operations or more always is, in memory " \
             "that follows what lives"}
#define HB_COMMAND_TOUCH(type, member, text) \
    {HB_OPTION_WORD, 0, "touch", "HOW", HB_AT(type, member), .words = hb_touch_names, .help = text}
#define HB_COMMAND_THREADS(type, member) \
    {HB_OPTION_WORD, 0, "threads", "HOW", HB_AT(type, member.threading), .words = hb_threading_names, \
     .least = HB_THREADING_FREE, .rule = HB_OPTION_BARE, \
     .help = "as many threads replay a trace as made it: free (where no word is given), each waiting only for " \
             "objects that another one hands to it; strict, in the recorded order, for memory. Default: " \
             "one, for all of them"}, \
    {HB_OPTION_NUMBER, 0, "window", "N", HB_AT(type, member.window), .least = 1, .most = INT64_MAX, \
     .help = "of --threads: none goes further than N operations of the recorded order ahead of the slowest. " \
             "Default: 131072"}
#define HB_COMMAND_TIMEOUT(type, member, text) \
    {HB_OPTION_SECONDS, 0, "timeout", "S", HB_AT(type, member), .most = HB_TIMEOUT_MAX_S, .help = text}
#define HB_COMMAND_IDLE(type, member, text) \
    {HB_OPTION_SECONDS, 0, "idle", "S", HB_AT(type, member), .most = HB_TIMEOUT_MAX_S, .help = text}
#define HB_COMMAND_PACED(type, member) \
    {HB_OPTION_FACTOR, 0, "paced", "X", HB_AT(type, member), .most = HB_PACE_MOST, .rule = HB_OPTION_BARE, \
     .help = "let the recording's time pass, its silences above all, for libraries with threads that sleep. " \
             "With =X a second of it takes X: --paced=0.1. Times are of the calls alone"}, \
    {HB_OPTION_FACTOR, 0, "pace", "X", HB_AT(type, member), .most = HB_PACE_MOST, .help = "the same as --paced=X"}
#define HB_COMMAND_CLOCK(type, member) \
    {HB_OPTION_WORD, 0, "clock", "C", HB_AT(type, member), .words = hb_library_clock_names, \
     .help = "what libraries read that ask for the time: trace (the default), the recording's, so that " \
             "what they give back by the clock is given back as in the program; or machine"}
#define HB_COMMAND_MODEL(type, member) \
    {HB_OPTION_FLAG, 0, "merge", NULL, HB_AT(type, member.merge), \
     .help = "join a freed range with its free neighbours at once"}, \
    {HB_OPTION_NUMBER, 0, "header", "N", HB_AT(type, member.header_bytes), .least = 1, .most = 4096, \
     .help = "bytes of a range's record, 1 to 4096 (default: 8)"}, \
    {HB_OPTION_NUMBER, 0, "align", "N", HB_AT(type, member.align), .least = 1, .most = 4096, \
     .help = "round lengths up to N, a power of two up to 4096 (default: 1)"}
#define HB_COMMAND_FORCE(type, member) \
    {HB_OPTION_FLAG, 0, "force", NULL, HB_AT(type, member), \
     .help = "Overwrite OUT.trace even where it is no trace"}
/* clang-format on */

/* What the simple allocator is: first fit, never merging, records of 8 bytes, unaligned. */
extern const struct hb_model_options hb_command_simple_model;

/* Is this that model, in an infinite heap? */
bool hb_command_is_simple(const struct hb_model_options *model);

#endif

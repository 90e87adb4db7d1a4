/*
 * command_common.h - what the sub-commands share: options that several have, JSON and tables on standard
 * output; and progress on a terminal, which is progress.h.
 *
 * Functions named hb_option_* are called from an argp parser with its state; on a bad value they print one
 * line and exit 2, as argp does itself.
 */
#ifndef HB_BENCH_TOOL_COMMAND_COMMON_H
#define HB_BENCH_TOOL_COMMAND_COMMON_H

#include <argp.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "allocator/model/model.h"
#include "base/progress.h"
#include "bench/replay/replay.h"

/* To be called by main before anything else: keeps the command line for
 * hb_command_reexec. */
void hb_command_init(int argc, char **argv);

/* Prints "heapbench: sentence; 'heapbench NAME --help' explains" and exits 2. */
void hb_option_fail(const struct argp_state *state, const char *format, ...)
    __attribute__((format(printf, 2, 3), noreturn));

/* Keeps the one argument that a command takes, a `what` such as "trace"; fails when there is one already. */
void hb_option_argument(const struct argp_state *state, const char *what, const char **kept,
                        const char *argument);

/* A size with an optional K, M or G; a number of operations; none, page or all. `option` is as the user typed
 * it. */
uint64_t hb_option_size(const struct argp_state *state, const char *option, const char *text);
uint64_t hb_option_number(const struct argp_state *state, const char *option, const char *text);
/* Seconds, 1 or more; in milliseconds. */
uint64_t hb_option_timeout(const struct argp_state *state, const char *text);
/* first, next or best. */
enum hb_policy hb_option_policy(const struct argp_state *state, const char *text);
enum hb_touch hb_option_touch(const struct argp_state *state, const char *text);

/* A string. Text that is not UTF-8, as the name of a file may be, is escaped (base/printable.h), backslashes
 * included. */
json_t *hb_json_text(const char *text);

/*
 * Prints `object` (taken over; NULL: there was no memory for it) and a newline. Returns an exit status. Every
 * integer in it is a uint64_t that was cast to json_int_t, and is printed as it was.
 */
int hb_command_print_json(json_t *object);

/* Says on standard error what was repaired in a file of somebody else's, or left out of it, if anything was.
 */
void hb_command_tell_repairs(const char *path, const struct hb_repairs *repairs);

/*
 * False, with the reason, where a file that is no trace would be lost at `out`: unless with `force`, or when
 * the person at the terminal says yes. Whether `out` can be written at all is for who writes it.
 */
bool hb_command_may_overwrite(const char *out, bool force, struct hb_error *error);

/* A workload by path or name, made ready for replay. The errors of hb_workload_load and hb_prepare. */
enum hb_status hb_command_prepare(const char *trace, struct hb_prepared **out, struct hb_error *error);

/* True, having said so, when standard output could not be written: disk full, or a closed pipe. */
bool hb_command_output_failed(void);

/* The same, at the end of a table: below it stands that this build is not optimised, if it is not. */
bool hb_command_table_failed(void);

/*
 * Libraries may need the process to be started with GLIBC_TUNABLES (allocator.h). Starts this very program
 * again, with them, if it was not started so; returns when there is nothing to do or it cannot be done.
 */
void hb_command_reexec_for_libraries(void);

/* "1 operation", "2 operations": the plural is an s. Into `out`, which is returned. Digits in groups of
 * three. */
const char *hb_counted(char *out, size_t bytes, uint64_t count, const char *noun);

#endif

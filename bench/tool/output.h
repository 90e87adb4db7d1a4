/*
 * output.h - how a command answers on standard output: JSON for programs, rows and tables for people.
 */
#ifndef HB_BENCH_TOOL_OUTPUT_H
#define HB_BENCH_TOOL_OUTPUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/number.h"
#include "bench/question/found/discover.h"

/* An object that is being filled; `failed` when memory ran out. Begins as {.members = json_object()}. */
struct hb_json {
    json_t *members;
    bool failed;
};

/* Each adds a member. Integers are printed as uint64_t. A text that is NULL is null; one that is not UTF-8,
 * as the name of a file may be, is escaped (base/printable.h), backslashes included. */
void hb_json_number(struct hb_json *json, const char *key, uint64_t value);
void hb_json_known(struct hb_json *json, const char *key, uint64_t value, bool known); /* else null */
void hb_json_real(struct hb_json *json, const char *key, double value);
void hb_json_text(struct hb_json *json, const char *key, const char *text);
void hb_json_put(struct hb_json *json, const char *key, json_t *value); /* taken over; NULL: no memory */

/* A text on its own, for an array. */
json_t *hb_json_string(const char *text);

/* The integers of a replay, all between `objects` and `elapsed_ns`; what the allocator cannot say is left
 * out. */
void hb_json_counts(struct hb_json *json, const struct hb_counts *counts);

/* A list: of each library and variant what it is called, which file it is and what it is set to. */
json_t *hb_json_libraries(const struct hb_discovery *found);

/* A list: memory at each moment of an idle time. */
json_t *hb_json_idle(const struct hb_idle *idle);

/* The object, to be put into another one or to be printed; NULL when memory ran out. */
json_t *hb_json_end(struct hb_json *json);

/* Prints the object and a newline, with what an unoptimised build has to say. Returns an exit status. */
int hb_json_print(struct hb_json *json);

/* A label and what it says, as one line. */
void hb_stdout_row(const char *label, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Of a trace that several threads made: by how many it was replayed, and what these took; else nothing. */
void hb_json_threads(struct hb_json *json, uint32_t recorded, const struct hb_threads_figures *figures);
void hb_stdout_threads(uint32_t recorded, const struct hb_threads_figures *figures);

/* Failures, walks, live bytes and the state at the end. */
void hb_stdout_counts(const struct hb_counts *counts);

/* Of each variant its settings, and of each library given by path its version, where it says: a line each. */
void hb_stdout_libraries(const struct hb_discovery *found);

/* Flushes what was printed. 1, having said so, when standard output could not be written (the disk is full, a
 * pipe is closed); else 0. The second ends a table: below it stands that this build is not optimised, if it
 * is not. */
int hb_stdout_end(void);
int hb_stdout_end_table(void);

#endif

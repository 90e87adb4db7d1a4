/*
 * command_counts.h - what was counted, as JSON and as lines to read: what `replay` and `model` share.
 */
#ifndef HB_BENCH_TOOL_COMMAND_COUNTS_H
#define HB_BENCH_TOOL_COMMAND_COUNTS_H

#include <jansson.h>

#include "bench/replay/replay.h"

void hb_json_set(json_t *object, const char *key, uint64_t value);

/* Everything between `objects` and `elapsed_ns` (results/README.md, "JSON"); what the allocator cannot say is
 * left out. */
void hb_json_set_counts(json_t *object, const struct hb_counts *counts);

/* A label and what it says, on standard output. */
void hb_row(const char *label, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Failures, walks, live bytes and the state at the end. */
void hb_print_counts(const struct hb_counts *counts);

#endif

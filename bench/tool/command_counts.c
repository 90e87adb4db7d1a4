/* command_counts.c - see command_counts.h. */
#include "bench/tool/command_counts.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/printable.h"
#include "bench/tool/command_common.h"

void hb_json_set(json_t *object, const char *key, uint64_t value)
{
    json_object_set_new(object, key, json_integer((json_int_t)value));
}

static void set_walks(json_t *object, const struct hb_counts *c)
{
    hb_json_set(object, "walks", c->walks);
    hb_json_set(object, "walk_total", c->walk_total);
    hb_json_set(object, "walk_max", c->walk_max);
    hb_json_set(object, "walk_p50", c->walk_p50);
    hb_json_set(object, "walk_p90", c->walk_p90);
    hb_json_set(object, "walk_p99", c->walk_p99);
    hb_json_set(object, "walk_allocated", c->walk_allocated);
}

static void set_failures(json_t *object, const struct hb_counts *c)
{
    const char *reason = hb_failure_reason_name(c->failure.reason);
    bool failed = c->first_failure != HB_NO_FAILURE;

    hb_json_set(object, "failures", c->failures);
    json_object_set_new(object, "first_failure",
                        failed ? json_integer((json_int_t)c->first_failure) : json_null());
    if (c->inspected || !failed) /* else there is a reason, and it cannot be known */
        json_object_set_new(object, "failure_reason", reason != NULL ? hb_json_text(reason) : json_null());
}

static void set_state(json_t *object, const struct hb_heap_state *state)
{
    hb_json_set(object, "ranges", state->ranges);
    hb_json_set(object, "free_ranges", state->free_ranges);
    hb_json_set(object, "free_bytes", state->free_bytes);
    hb_json_set(object, "largest_free_bytes", state->largest_free_bytes);
}

void hb_json_set_counts(json_t *object, const struct hb_counts *counts)
{
    if (counts->walked)
        set_walks(object, counts);
    set_failures(object, counts);
    if (counts->inspected)
        hb_json_set(object, "high_water_bytes", counts->state.high_water_bytes);
    hb_json_set(object, "peak_live_bytes", counts->peak_live_bytes);
    hb_json_set(object, "live_bytes", counts->live_bytes);
    if (counts->inspected)
        set_state(object, &counts->state);
}

void hb_row(const char *label, const char *format, ...)
{
    char line[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    hb_print_line(stdout, "%-16s%s", label, line);
}

static void print_walks(const struct hb_counts *c)
{
    char walks[48];
    double mean = c->walks == 0 ? 0 : (double)c->walk_total / (double)c->walks;

    hb_row("walks", "%s", hb_counted(walks, sizeof walks, c->walks, ""));
    hb_row("  ranges each",
           "mean %.1f, median %" PRIu64 ", 90 %% %" PRIu64 ", 99 %% %" PRIu64 ", most %" PRIu64, mean,
           c->walk_p50, c->walk_p90, c->walk_p99, c->walk_max);
}

static void print_failures(const struct hb_counts *c)
{
    char count[48], size[48], op[48];

    hb_row("failures", "%s", hb_counted(count, sizeof count, c->failures, ""));
    if (c->first_failure == HB_NO_FAILURE)
        return;
    hb_row("  the first", "operation %s asked for %s", hb_counted(op, sizeof op, c->first_failure, ""),
           hb_counted(size, sizeof size, c->failure.size, "byte"));
    if (c->inspected)
        hb_row("  because",
               "%s: %" PRIu64 " bytes free, the largest range %" PRIu64 ", the longest run %" PRIu64,
               hb_failure_reason_name(c->failure.reason), c->failure.free_bytes,
               c->failure.largest_free_bytes, c->failure.largest_run_bytes);
}

static void print_state(const struct hb_heap_state *state)
{
    char number[48], other[48];

    hb_row("high water", "%s", hb_counted(number, sizeof number, state->high_water_bytes, "byte"));
    hb_row("ranges", "%s, %s free", hb_counted(number, sizeof number, state->ranges, ""),
           hb_counted(other, sizeof other, state->free_ranges, ""));
    hb_row("free", "%s, the largest range %s", hb_counted(number, sizeof number, state->free_bytes, "byte"),
           hb_counted(other, sizeof other, state->largest_free_bytes, ""));
}

void hb_print_counts(const struct hb_counts *counts)
{
    char number[48];

    print_failures(counts);
    if (counts->walked)
        print_walks(counts);
    hb_row("live at most", "%s", hb_counted(number, sizeof number, counts->peak_live_bytes, "byte"));
    hb_row("live at the end", "%s", hb_counted(number, sizeof number, counts->live_bytes, "byte"));
    if (counts->inspected)
        print_state(&counts->state);
}

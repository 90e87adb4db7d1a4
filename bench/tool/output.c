/*
 * output.c - JSON and tables on standard output, and whether they could be written.
 */
#include "bench/tool/output.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocator/library/product.h"
#include "base/option.h"
#include "base/printable.h"
#include "bench/results/build_info.h"

/* -- members -- */

void hb_json_put(struct hb_json *json, const char *key, json_t *value)
{
    json->failed |= json_object_set_new(json->members, key, value) != 0;
}

void hb_json_number(struct hb_json *json, const char *key, uint64_t value)
{
    hb_json_put(json, key, json_integer((json_int_t)value));
}

void hb_json_known(struct hb_json *json, const char *key, uint64_t value, bool known)
{
    hb_json_put(json, key, known ? json_integer((json_int_t)value) : json_null());
}

void hb_json_real(struct hb_json *json, const char *key, double value)
{
    hb_json_put(json, key, json_real(value));
}

json_t *hb_json_string(const char *text)
{
    json_t *value = text != NULL ? json_string(text) : json_null();
    char *escaped;

    if (value != NULL)
        return value;
    escaped = hb_printable_copy(text, "\\");
    value = escaped != NULL ? json_string(escaped) : NULL;
    free(escaped);
    return value;
}

void hb_json_text(struct hb_json *json, const char *key, const char *text)
{
    hb_json_put(json, key, hb_json_string(text));
}

static void put_walks(struct hb_json *json, const struct hb_counts *c)
{
    hb_json_number(json, "walks", c->walks);
    hb_json_number(json, "walk_total", c->walk_total);
    hb_json_number(json, "walk_max", c->walk_max);
    hb_json_number(json, "walk_p50", c->walk_p50);
    hb_json_number(json, "walk_p90", c->walk_p90);
    hb_json_number(json, "walk_p99", c->walk_p99);
    hb_json_number(json, "walk_allocated", c->walk_allocated);
}

static void put_failures(struct hb_json *json, const struct hb_counts *c)
{
    bool failed = c->first_failure != HB_NO_FAILURE;

    hb_json_number(json, "failures", c->failures);
    hb_json_known(json, "first_failure", c->first_failure, failed);
    if (c->inspected || !failed) /* else there is a reason, and it cannot be known */
        hb_json_text(json, "failure_reason", hb_failure_reason_name(c->failure.reason));
}

void hb_json_counts(struct hb_json *json, const struct hb_counts *counts)
{
    const struct hb_heap_state *state = &counts->state;

    if (counts->walked)
        put_walks(json, counts);
    put_failures(json, counts);
    if (counts->inspected)
        hb_json_number(json, "high_water_bytes", state->high_water_bytes);
    hb_json_number(json, "peak_live_bytes", counts->peak_live_bytes);
    hb_json_number(json, "live_bytes", counts->live_bytes);
    if (!counts->inspected)
        return;
    hb_json_number(json, "ranges", state->ranges);
    hb_json_number(json, "free_ranges", state->free_ranges);
    hb_json_number(json, "free_bytes", state->free_bytes);
    hb_json_number(json, "largest_free_bytes", state->largest_free_bytes);
}

static json_t *library_json(const struct hb_candidate *candidate)
{
    struct hb_json json = {.members = json_object()};
    json_t *settings = json_array();

    for (char *const *setting = candidate->variant.settings; setting != NULL && *setting != NULL; setting++)
        json.failed |= json_array_append_new(settings, hb_json_string(*setting)) != 0;
    hb_json_text(&json, "name", candidate->name);
    hb_json_text(&json, "library", candidate->spec);
    hb_json_text(&json, "version", candidate->version[0] != '\0' ? candidate->version : NULL);
    hb_json_text(&json, "path", candidate->path[0] != '\0' ? candidate->path : NULL);
    hb_json_text(&json, "hash", candidate->hash[0] != '\0' ? candidate->hash : NULL);
    hb_json_put(&json, "settings", settings);
    hb_json_text(&json, "made", candidate->made[0] != '\0' ? candidate->made : NULL);
    return hb_json_end(&json);
}

json_t *hb_json_libraries(const struct hb_discovery *found)
{
    json_t *array = json_array();

    for (size_t i = 0; i < found->candidate_count; i++)
        if (found->candidates[i].path[0] != '\0' || found->candidates[i].variant.name != NULL)
            if (json_array_append_new(array, library_json(&found->candidates[i])) != 0) {
                json_decref(array);
                return NULL;
            }
    return array;
}

static void put_known_bytes(struct hb_json *json, const char *key, uint64_t bytes)
{
    hb_json_known(json, key, bytes, bytes != HB_MEMORY_NOT_KNOWN);
}

json_t *hb_json_idle(const struct hb_idle *idle)
{
    json_t *array = json_array();

    for (uint32_t i = 0; i < idle->count; i++) {
        const struct hb_idle_look *look = &idle->looks[i];
        struct hb_json json = {.members = json_object()};

        hb_json_number(&json, "after_ms", look->after_ms);
        hb_json_number(&json, "resident_bytes", look->memory.resident_bytes);
        put_known_bytes(&json, "lazy_free_bytes", look->memory.lazy_free_bytes);
        put_known_bytes(&json, "huge_bytes", look->memory.huge_bytes);
        json_array_append_new(array, hb_json_end(&json));
    }
    return array;
}

json_t *hb_json_end(struct hb_json *json)
{
    json_t *members = json->members;

    if (json->failed) {
        json_decref(members);
        members = NULL;
    }
    *json = (struct hb_json){.members = NULL};
    return members;
}

/* -- printing an object -- */

static void print_value(json_t *value, int depth);

/* What comes before member number `i`. */
static void begin_line(size_t i, int depth)
{
    printf("%s\n%*s", i > 0 ? "," : "", 2 * depth, "");
}

static void print_object(json_t *object, int depth)
{
    const char *key;
    json_t *value;
    size_t i = 0;

    putchar('{');
    json_object_foreach(object, key, value)
    {
        begin_line(i++, depth + 1);
        printf("\"%s\": ", key); /* our own words: nothing to escape */
        print_value(value, depth + 1);
    }
    if (i > 0)
        begin_line(0, depth);
    putchar('}');
}

static void print_array(const json_t *array, int depth)
{
    size_t i;

    putchar('[');
    for (i = 0; i < json_array_size(array); i++) {
        begin_line(i, depth + 1);
        print_value(json_array_get(array, i), depth + 1);
    }
    if (i > 0)
        begin_line(0, depth);
    putchar(']');
}

/* Jansson would print integers from 2^63 on as negative ones. */
static void print_value(json_t *value, int depth)
{
    if (json_is_object(value))
        print_object(value, depth);
    else if (json_is_array(value))
        print_array(value, depth);
    else if (json_is_integer(value))
        printf("%" PRIu64, (uint64_t)json_integer_value(value));
    else
        json_dumpf(value, stdout, JSON_ENCODE_ANY | JSON_REAL_PRECISION(12));
}

/* What figures of an unoptimised build are not good for, and what to do; NULL for any other build. */
static const char *build_warning(void)
{
    const struct hb_build_info *build = hb_build_info();
    static char text[256];

    if (!build->unoptimised)
        return NULL;
    snprintf(
        text, sizeof text,
        "built as %s, without -O, so times say little of any allocator; 'cmake --preset release' makes a "
        "build to measure with",
        build->build_type);
    return text;
}

/* With the build's warning as its first member, where there is one. NULL stays NULL. */
static json_t *with_warning(json_t *object)
{
    const char *warning = build_warning();
    json_t *whole =
        warning != NULL && json_is_object(object) ? json_pack("{s:s}", "not_optimised", warning) : NULL;

    if (whole == NULL)
        return object;
    json_object_update(whole, object);
    json_decref(object);
    return whole;
}

int hb_json_print(struct hb_json *json)
{
    json_t *object = with_warning(hb_json_end(json));

    if (object == NULL) {
        fputs("heapbench: out of memory for the answer\n", stderr);
        return HB_EXIT_FAILED;
    }
    print_value(object, 0);
    putchar('\n');
    json_decref(object);
    return hb_stdout_end();
}

/* -- rows -- */

void hb_stdout_row(const char *label, const char *format, ...)
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
    double mean = c->walks == 0 ? 0 : (double)c->walk_total / (double)c->walks;

    hb_stdout_row("walks", "%s", hb_show_count(c->walks).text);
    hb_stdout_row("  ranges each", "mean %.1f, median %s, 90 %% %s, 99 %% %s, most %s", mean,
                  hb_show_count(c->walk_p50).text, hb_show_count(c->walk_p90).text,
                  hb_show_count(c->walk_p99).text, hb_show_count(c->walk_max).text);
}

static void print_failures(const struct hb_counts *c)
{
    const struct hb_failure *first = &c->failure;

    hb_stdout_row("failures", "%s", hb_show_count(c->failures).text);
    if (c->first_failure == HB_NO_FAILURE)
        return;
    hb_stdout_row("  the first", "operation %s asked for %s", hb_show_count(c->first_failure).text,
                  hb_show_counted(first->size, "byte").text);
    if (c->inspected)
        hb_stdout_row("  because", "%s: %s free, the largest range %s, the longest run %s",
                      hb_failure_reason_name(first->reason), hb_show_counted(first->free_bytes, "byte").text,
                      hb_show_count(first->largest_free_bytes).text,
                      hb_show_count(first->largest_run_bytes).text);
}

static void print_state(const struct hb_heap_state *state)
{
    hb_stdout_row("high water", "%s", hb_show_counted(state->high_water_bytes, "byte").text);
    hb_stdout_row("ranges", "%s, %s free", hb_show_count(state->ranges).text,
                  hb_show_count(state->free_ranges).text);
    hb_stdout_row("free", "%s, the largest range %s", hb_show_counted(state->free_bytes, "byte").text,
                  hb_show_count(state->largest_free_bytes).text);
}

void hb_stdout_counts(const struct hb_counts *counts)
{
    print_failures(counts);
    if (counts->walked)
        print_walks(counts);
    hb_stdout_row("live at most", "%s", hb_show_counted(counts->peak_live_bytes, "byte").text);
    hb_stdout_row("live at the end", "%s", hb_show_counted(counts->live_bytes, "byte").text);
    if (counts->inspected)
        print_state(&counts->state);
}

void hb_json_threads(struct hb_json *json, uint32_t recorded, const struct hb_threads_figures *figures)
{
    bool several = figures->threads > 0;

    if (recorded < 2)
        return;
    hb_json_number(json, "recorded_threads", recorded);
    hb_json_number(json, "replay_threads", several ? figures->threads : 1);
    hb_json_put(json, "one_lock", json_boolean(figures->one_lock));
    hb_json_known(json, "handovers", figures->handovers, several);
    hb_json_known(json, "thread_ns", figures->wall_ns, several);
    hb_json_known(json, "waiting_ns", figures->waiting_ns, several);
    hb_json_known(json, "replay_peak_live_bytes", figures->peak_live_bytes, several);
}

void hb_stdout_threads(uint32_t recorded, const struct hb_threads_figures *figures)
{
    double wall_ns = figures->wall_ns > 0 ? (double)figures->wall_ns : 1;

    if (recorded < 2)
        return;
    hb_stdout_row("threads", "recorded from %" PRIu32 ", replayed by %" PRIu32 "%s", recorded,
                  figures->threads > 0 ? figures->threads : 1, figures->one_lock ? ", under one lock" : "");
    if (figures->threads == 0)
        return;
    hb_stdout_row("waiting", "%.1f %% of the threads' time; objects change hands %s",
                  100 * (double)figures->waiting_ns / wall_ns,
                  hb_show_counted(figures->handovers, "time").text);
    hb_stdout_row("live in replay", "%s at most", hb_show_counted(figures->peak_live_bytes, "byte").text);
}

void hb_stdout_libraries(const struct hb_discovery *found)
{
    for (size_t i = 0; i < found->candidate_count; i++) {
        const struct hb_candidate *candidate = &found->candidates[i];
        bool is_variant = candidate->variant.name != NULL;
        char *line;

        if (!is_variant && ((candidate->version[0] == '\0' && candidate->made[0] == '\0') ||
                            !candidate->library || hb_product_find(candidate->spec) != NULL))
            continue;
        line = is_variant ? hb_candidate_variant_line(candidate) : hb_candidate_library_line(candidate);
        if (line != NULL)
            printf("%s: %s\n", is_variant ? "Variant" : "Library", line);
        free(line);
    }
}

int hb_stdout_end(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return HB_EXIT_DONE;
    fprintf(stderr, "heapbench: cannot write to standard output: %s\n", strerror(errno));
    return HB_EXIT_FAILED;
}

int hb_stdout_end_table(void)
{
    const char *warning = build_warning();

    if (warning != NULL)
        printf("%s%s\n", hb_build_mark(hb_build_info()), warning);
    return hb_stdout_end();
}

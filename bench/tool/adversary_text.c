#include "bench/tool/adversary_text.h"

#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <string.h>

#include "base/printable.h"
#include "bench/tool/command_common.h"

const char *hb_adversary_allocator(const struct hb_adversary_plan *plan)
{
    static char name[HB_PRINTABLE_BYTES(NAME_MAX)];
    const char *slash = strrchr(plan->allocator, '/');

    return hb_printable(name, sizeof name, slash != NULL ? slash + 1 : plan->allocator, "\\");
}

static double over_live(const struct hb_adversary_result *result, uint64_t bytes)
{
    return result->most_live_bytes == 0 ? 0 : (double)bytes / (double)result->most_live_bytes;
}

static void print_setting(const struct hb_adversary_plan *plan, const struct hb_adversary_result *result,
                          FILE *out)
{
    char blocks[48];

    fprintf(out, "%s against %s%s%s\n", plan->name, hb_adversary_allocator(plan),
            result->library.version[0] != '\0' ? " " : "", result->library.version);
    fprintf(out, "M is %.2f MiB, %s of %" PRIu64 " bytes (header %" PRIu64 ")",
            (double)result->most_live_bytes / (1 << 20),
            hb_counted(blocks, sizeof blocks, result->live, "unit"), result->unit, result->header);
    if (result->ratio != 0)
        fprintf(out, ", blocks of 1 to %" PRIu64 " units", result->ratio);
    fprintf(out, "; %s as multiples of M\n\n", result->inspected ? "the heap's extent" : "resident memory");
}

/* Of steady and sawtooth, which have neither units nor sizes. */
static void print_object_setting(const struct hb_adversary_plan *plan,
                                 const struct hb_adversary_result *result, FILE *out)
{
    char objects[48];

    fprintf(out, "%s against %s%s%s\n", plan->name, hb_adversary_allocator(plan),
            result->library.version[0] != '\0' ? " " : "", result->library.version);
    fprintf(out, "M is %.2f MiB, the most that %s took, headers included; %s as multiples of M\n\n",
            (double)result->most_live_bytes / (1 << 20),
            hb_counted(objects, sizeof objects, result->live, "object"),
            result->inspected ? "the heap's extent" : "resident memory");
}

static void print_multiple(const struct hb_adversary_result *result, uint64_t bytes, FILE *out)
{
    if (bytes == 0)
        fprintf(out, " %10s", "");
    else
        fprintf(out, " %10.3f", over_live(result, bytes));
}

static const char *bound_title(enum hb_bound bound)
{
    return bound == HB_BOUND_LEAST ? "at least" : bound == HB_BOUND_MOST ? "at most" : "";
}

static const char *size_title(const struct hb_adversary_plan *plan)
{
    if (strcmp(plan->name, "steady") == 0)
        return "steps";
    if (strcmp(plan->name, "sawtooth") == 0)
        return "teeth";
    return strcmp(plan->name, "two-size") == 0 ? "cycles" : "size";
}

static void print_phases(const struct hb_adversary_plan *plan, const struct hb_adversary_result *result,
                         FILE *out)
{
    fprintf(out, "%6s %10s %12s %10s %10s %10s\n", "phase", size_title(plan), "live blocks", "expected",
            "measured", bound_title(result->bound));
    for (uint32_t i = 0; i < result->phase_count; i++) {
        const struct hb_adversary_phase *phase = &result->phases[i];

        fprintf(out, "%6" PRIu64 " %10" PRIu64 " %12" PRIu64, phase->index, phase->size, phase->live_blocks);
        print_multiple(result, phase->expected_bytes, out);
        print_multiple(result, phase->measured_bytes, out);
        print_multiple(result, phase->bound_bytes, out);
        fputc('\n', out);
    }
}

/* What grows with the logarithm of time is told by its slope: M per decade of steps, over the last decade. */
static void print_slope(const struct hb_adversary_result *result, FILE *out)
{
    const struct hb_adversary_phase *last, *first;
    uint32_t from = result->phase_count;

    if (result->phase_count < 2)
        return;
    last = &result->phases[result->phase_count - 1];
    while (from > 1 && result->phases[from - 1].size * 10 > last->size)
        from--;
    first = &result->phases[from - 1];
    fprintf(out, "\n%.3f M a decade from %" PRIu64 " to %" PRIu64 " steps\n",
            (over_live(result, last->measured_bytes) - over_live(result, first->measured_bytes)) /
                log10((double)last->size / (double)first->size),
            first->size, last->size);
}

static void print_expects(const struct hb_adversary_plan *plan, FILE *out)
{
    const struct hb_adversary_info *info = hb_adversary_info(plan->name, NULL);

    if (info != NULL && info->expects != NULL)
        fprintf(out, "\nexpected: %s\n", info->expects);
}

void hb_adversary_print(const struct hb_adversary_plan *plan, const struct hb_adversary_result *result,
                        FILE *out)
{
    bool steady = strcmp(plan->name, "steady") == 0;

    if (steady || strcmp(plan->name, "sawtooth") == 0)
        print_object_setting(plan, result, out);
    else
        print_setting(plan, result, out);
    print_phases(plan, result, out);
    if (steady)
        print_slope(result, out);
    print_expects(plan, out);
}

static json_t *integer_or_null(uint64_t value)
{
    return value == 0 ? json_null() : json_integer((json_int_t)value);
}

/* One array of a phase's members; `offset` is the member's. */
static json_t *phase_array(const struct hb_adversary_result *result, size_t offset, bool zero_is_null)
{
    json_t *array = json_array();

    for (uint32_t i = 0; i < result->phase_count; i++) {
        uint64_t value;

        memcpy(&value, (const char *)&result->phases[i] + offset, sizeof value);
        json_array_append_new(array, zero_is_null ? integer_or_null(value) : json_integer((json_int_t)value));
    }
    return array;
}

static void set_phases(json_t *object, const struct hb_adversary_result *result)
{
    static const struct {
        const char *key;
        size_t offset;
        bool zero_is_null;
    } members[] = {
        {"phase", offsetof(struct hb_adversary_phase, index), false},
        {"size", offsetof(struct hb_adversary_phase, size), false},
        {"live_blocks", offsetof(struct hb_adversary_phase, live_blocks), false},
        {"live_bytes", offsetof(struct hb_adversary_phase, live_bytes), false},
        {"expected_bytes", offsetof(struct hb_adversary_phase, expected_bytes), true},
        {"measured_bytes", offsetof(struct hb_adversary_phase, measured_bytes), false},
        {"bound_bytes", offsetof(struct hb_adversary_phase, bound_bytes), true},
    };

    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        json_object_set_new(object, members[i].key,
                            phase_array(result, members[i].offset, members[i].zero_is_null));
}

json_t *hb_adversary_json(const struct hb_adversary_plan *plan, const struct hb_adversary_result *result)
{
    json_t *object = json_object();

    json_object_set_new(object, "adversary", json_string(plan->name));
    json_object_set_new(object, "allocator", hb_json_text(hb_adversary_allocator(plan)));
    json_object_set_new(object, "version", hb_json_text(result->library.version));
    json_object_set_new(object, "status", json_string(hb_adversary_outcome_name(result->outcome)));
    json_object_set_new(object, "live", json_integer((json_int_t)result->live));
    json_object_set_new(object, "ratio", integer_or_null(result->ratio));
    json_object_set_new(object, "unit_bytes", json_integer((json_int_t)result->unit));
    json_object_set_new(object, "header_bytes", json_integer((json_int_t)result->header));
    json_object_set_new(object, "most_live_bytes", json_integer((json_int_t)result->most_live_bytes));
    json_object_set_new(object, "measured", json_string(result->inspected ? "extent" : "resident"));
    json_object_set_new(object, "bound",
                        result->bound == HB_BOUND_NONE ? json_null()
                                                       : json_string(hb_bound_name(result->bound)));
    json_object_set_new(object, "allocations", json_integer((json_int_t)result->allocations));
    json_object_set_new(object, "elapsed_ns", json_integer((json_int_t)result->elapsed_ns));
    set_phases(object, result);
    return object;
}

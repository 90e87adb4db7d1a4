/*
 * adversary_suite.c - which adversaries go against which allocators, and the rows of adversary.csv.
 */
#include "bench/adversary/adversary_suite.h"

#include <stdio.h>
#include <string.h>

/* One line: an adversary, the allocators, and M where the default would not do. */
struct suite_line {
    const char *adversary;
    uint64_t live, ratio;
    const char *allocators; /* separated by spaces */
};

static const struct suite_line lines[] = {
    {"robson", 0, 0,
     "model-first model-first-merge model-best-merge glibc jemalloc mimalloc tcmalloc tbbmalloc"},
    {"robson", 1 << 13, 0, "simple"}, /* it walks */
    {"first-fit", 0, 0, "model-first-merge model-best-merge glibc jemalloc mimalloc tcmalloc tbbmalloc"},
    {"best-fit", 0, 0, "model-best-merge model-first-merge glibc jemalloc mimalloc tcmalloc tbbmalloc"},
    {"ramp", 0, 0, "model-first model-best model-first-merge glibc jemalloc mimalloc tcmalloc tbbmalloc"},
    {"shredding", 0, 0, "model-first model-first-merge glibc jemalloc mimalloc tcmalloc tbbmalloc"},
    {"two-size", 0, 0, "model-first model-first-merge"},
};

bool hb_adversary_suite(uint32_t index, const char *name, struct hb_adversary_plan *plan)
{
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        const char *at = lines[i].allocators;

        if (name != NULL && strcmp(name, lines[i].adversary) != 0)
            continue;
        while (*at != '\0') {
            size_t length = strcspn(at, " ");

            if (index-- == 0) {
                *plan = (struct hb_adversary_plan){
                    .live = lines[i].live, .ratio = lines[i].ratio, .header = HB_ADVERSARY_ASK};
                snprintf(plan->name, sizeof plan->name, "%s", lines[i].adversary);
                snprintf(plan->allocator, sizeof plan->allocator, "%.*s", (int)length, at);
                return true;
            }
            at += length + (at[length] == ' ');
        }
    }
    return false;
}

struct hb_results *hb_adversary_results_begin(void)
{
    return hb_results_begin(
        "adversary/1",
        "adversary,allocator,status,measured,live_units,ratio,unit_bytes,most_live_bytes,phase,"
        "size,live_blocks,live_bytes,expected_bytes,measured_bytes,bound_bytes,bound");
}

static void count_or_blank(struct hb_results *results, uint64_t value)
{
    if (value == 0)
        hb_results_blank(results, 1);
    else
        hb_results_count(results, value);
}

static void add_setting(struct hb_results *results, const char *allocator,
                        const struct hb_adversary_plan *plan, const struct hb_adversary_result *result)
{
    hb_results_text(results, plan->name);
    hb_results_text(results, allocator);
    hb_results_text(results, hb_adversary_outcome_name(result->outcome));
    hb_results_text(results, result->inspected ? "extent" : "resident");
    hb_results_count(results, result->live);
    count_or_blank(results, result->ratio);
    hb_results_count(results, result->unit);
    count_or_blank(results, result->most_live_bytes);
}

static void add_phase(struct hb_results *results, const struct hb_adversary_result *result,
                      const struct hb_adversary_phase *phase)
{
    hb_results_count(results, phase->index);
    hb_results_count(results, phase->size);
    hb_results_count(results, phase->live_blocks);
    hb_results_count(results, phase->live_bytes);
    count_or_blank(results, phase->expected_bytes);
    hb_results_count(results, phase->measured_bytes);
    count_or_blank(results, phase->bound_bytes);
    hb_results_text(results, hb_bound_name(result->bound));
    hb_results_end_row(results);
}

void hb_adversary_results_add(struct hb_results *results, const struct hb_adversary_plan *plan,
                              const struct hb_adversary_result *result)
{
    const char *slash = strrchr(plan->allocator, '/');
    const char *allocator = slash != NULL ? slash + 1 : plan->allocator;

    if (result->phase_count == 0) {
        add_setting(results, allocator, plan, result);
        hb_results_blank(results, 8);
        hb_results_end_row(results);
    }
    for (uint32_t i = 0; i < result->phase_count; i++) {
        add_setting(results, allocator, plan, result);
        add_phase(results, result, &result->phases[i]);
    }
}

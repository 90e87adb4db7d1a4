/*
 * adversary_suite.c - which adversaries go against which allocators, and the rows of adversary.csv.
 */
#include "bench/adversary/adversary.h"

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
    static const struct hb_schema schema = {"adversary/1", "adversary.csv",
                                            "adversary:text,allocator:text,status:text,measured:text,live_"
                                            "units:count,ratio:count,unit_bytes:count,"
                                            "most_live_bytes:count,phase:count,size:count,live_blocks:count,"
                                            "live_bytes:count,expected_bytes:count,"
                                            "measured_bytes:count,bound_bytes:count,bound:text"};

    return hb_results_begin(&schema);
}

static void set_setting(struct hb_results *results, const struct hb_adversary_plan *plan,
                        const struct hb_adversary_result *result)
{
    hb_results_set_text(results, "adversary", plan->name);
    hb_results_set_text(results, "allocator", basename(plan->allocator));
    hb_results_set_text(results, "status", hb_adversary_outcome_name(result->outcome));
    hb_results_set_text(results, "measured", result->inspected ? "extent" : "resident");
    hb_results_set_count(results, "live_units", result->live);
    hb_results_set_known_count(results, "ratio", result->ratio);
    hb_results_set_count(results, "unit_bytes", result->unit);
    hb_results_set_known_count(results, "most_live_bytes", result->most_live_bytes);
}

static void set_phase(struct hb_results *results, const struct hb_adversary_result *result,
                      const struct hb_adversary_phase *phase)
{
    hb_results_set_count(results, "phase", phase->index);
    hb_results_set_count(results, "size", phase->size);
    hb_results_set_count(results, "live_blocks", phase->live_blocks);
    hb_results_set_count(results, "live_bytes", phase->live_bytes);
    hb_results_set_known_count(results, "expected_bytes", phase->expected_bytes);
    hb_results_set_count(results, "measured_bytes", phase->measured_bytes);
    hb_results_set_known_count(results, "bound_bytes", phase->bound_bytes);
    hb_results_set_text(results, "bound", hb_bound_name(result->bound));
}

void hb_adversary_results_add(struct hb_results *results, const struct hb_adversary_plan *plan,
                              const struct hb_adversary_result *result)
{
    uint32_t rows = result->phase_count > 0 ? result->phase_count : 1;

    for (uint32_t i = 0; i < rows; i++) {
        set_setting(results, plan, result);
        if (i < result->phase_count)
            set_phase(results, result, &result->phases[i]);
        hb_results_end_row(results);
    }
}

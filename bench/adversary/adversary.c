/*
 * adversary.c - the list of adversaries, and which plans can be carried out.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/pages.h"
#include "bench/adversary/adversary_attack.h"
#include "workloads/generate/generate.h"

static const struct hb_adversary *const adversaries[] = {
    &hb_adversary_robson,    &hb_adversary_first_fit, &hb_adversary_best_fit, &hb_adversary_ramp,
    &hb_adversary_shredding, &hb_adversary_two_size,  &hb_adversary_steady,   &hb_adversary_sawtooth,
};

enum { ADVERSARIES = sizeof adversaries / sizeof adversaries[0], MODEL_RANGE_BYTES = 256 };

const struct hb_adversary_info *hb_adversaries(size_t *count)
{
    static struct hb_adversary_info infos[ADVERSARIES];

    for (size_t i = 0; i < ADVERSARIES; i++)
        infos[i] = adversaries[i]->info;
    *count = ADVERSARIES;
    return infos;
}

const struct hb_adversary *hb_adversary_find(const char *name, struct hb_error *error)
{
    struct hb_unknown unknown = {.name = name};

    for (size_t i = 0; i < ADVERSARIES; i++) {
        if (strcmp(adversaries[i]->info.name, name) == 0)
            return adversaries[i];
        hb_unknown_offer(&unknown, adversaries[i]->info.name);
    }
    hb_error_set(error, HB_ERR_USAGE, "no adversary is called '%.60s'%s; there are %s", name, unknown.hint,
                 unknown.known);
    return NULL;
}

const struct hb_adversary_info *hb_adversary_info(const char *name, struct hb_error *error)
{
    const struct hb_adversary *adversary = hb_adversary_find(name, error);

    return adversary != NULL ? &adversary->info : NULL;
}

/* Whether blocks of the allocator are memory, as far as its name tells. */
static bool is_model(const char *name)
{
    size_t count;
    const struct hb_allocator *const *builtin = hb_allocator_builtin(&count);

    for (size_t i = 0; i < count; i++)
        if (strcmp(builtin[i]->name, name) == 0)
            return (builtin[i]->caps & HB_CAP_UNTOUCHABLE) != 0;
    return false;
}

/* Half of this machine's memory. */
static double memory_to_spend(void)
{
    return (double)sysconf(_SC_PHYS_PAGES) * (double)hb_page_bytes() / 2;
}

/* The largest M, in units, whose tables and worst extent fit. */
static uint64_t most_live(const struct hb_adversary *adversary, const struct hb_adversary_plan *plan)
{
    double extent =
        is_model(plan->allocator) ? MODEL_RANGE_BYTES : (double)plan->unit * adversary->growth(plan->ratio);

    return (uint64_t)(memory_to_spend() / (extent + 2 * sizeof(struct hb_attack_block)));
}

static enum hb_status check_ratio(const struct hb_adversary *adversary, const struct hb_adversary_plan *plan,
                                  struct hb_error *error)
{
    uint64_t ratio = plan->ratio;

    if (ratio < adversary->least_ratio || ratio > adversary->most_ratio ||
        (adversary->power_of_two && (ratio & (ratio - 1)) != 0))
        return hb_error_set(error, HB_ERR_USAGE,
                            "ratio %" PRIu64 ": for %s it must be %s%" PRIu64 " to %" PRIu64, ratio,
                            adversary->info.name, adversary->power_of_two ? "a power of two, " : "",
                            adversary->least_ratio, adversary->most_ratio);
    return HB_OK;
}

static enum hb_status check_adaptive(const struct hb_adversary *adversary, struct hb_adversary_plan *plan,
                                     struct hb_error *error)
{
    enum hb_status status = check_ratio(adversary, plan, error);
    uint64_t most;

    if (status != HB_OK)
        return status;
    if (plan->settings[0] != '\0')
        return hb_error_set(error, HB_ERR_USAGE,
                            "%s takes no '%.60s'; its options are --live, --ratio and --unit", plan->name,
                            plan->settings);
    most = most_live(adversary, plan);
    if (plan->live < plan->ratio || plan->live > most)
        return hb_error_set(error, HB_ERR_USAGE,
                            "live %" PRIu64 ": with a ratio of %" PRIu64 " and units of %" PRIu64
                            " bytes it must be %" PRIu64 " to %" PRIu64 ", for half of this machine's memory",
                            plan->live, plan->ratio, plan->unit, plan->ratio, most);
    return HB_OK;
}

static enum hb_status check_generated(const struct hb_adversary_plan *plan, struct hb_error *error)
{
    struct hb_generate_settings settings;
    const struct hb_generator *generator;
    enum hb_status status = hb_adversary_settings(plan, &generator, &settings, error);
    uint64_t most = (uint64_t)(memory_to_spend() / 2 / (2 * sizeof(void *)));

    if (status == HB_OK && generator->births(&settings) > most)
        status = hb_error_set(error, HB_ERR_USAGE,
                              "%s would allocate %" PRIu64 " objects; here it must be 1 to %" PRIu64
                              ", for a quarter of this machine's memory ('heapbench generate' streams more)",
                              plan->name, generator->births(&settings), most);
    return status;
}

static enum hb_status check_unit(const struct hb_adversary_plan *plan, struct hb_error *error)
{
    if (plan->unit > HB_ADVERSARY_UNIT_MAX)
        return hb_error_set(error, HB_ERR_USAGE, "unit %" PRIu64 ": it must be 1 to %d bytes", plan->unit,
                            HB_ADVERSARY_UNIT_MAX);
    if (plan->header != HB_ADVERSARY_ASK && plan->header >= plan->unit)
        return hb_error_set(error, HB_ERR_USAGE,
                            "header %" PRIu64 ": it must be 0 to %" PRIu64 ", less than the unit of %" PRIu64
                            " bytes",
                            plan->header, plan->unit - 1, plan->unit);
    return HB_OK;
}

enum hb_status hb_adversary_check(struct hb_adversary_plan *plan, struct hb_error *error)
{
    const struct hb_adversary *adversary = hb_adversary_find(plan->name, error);
    enum hb_status status;

    if (adversary == NULL)
        return HB_ERR_USAGE;
    if (plan->unit == 0)
        plan->unit = HB_ADVERSARY_UNIT;
    if (plan->live == 0 && !plan->live_given)
        plan->live = adversary->info.live;
    if (plan->ratio == 0 && !plan->ratio_given)
        plan->ratio = adversary->info.ratio;
    status = check_unit(plan, error);
    if (status != HB_OK)
        return status;
    return adversary->growth != NULL ? check_adaptive(adversary, plan, error) : check_generated(plan, error);
}

const char *hb_adversary_outcome_name(enum hb_adversary_outcome outcome)
{
    static const char *const names[] = {
        [HB_ADVERSARY_OK] = "ok",
        [HB_ADVERSARY_FAILED] = "failed",
        [HB_ADVERSARY_CRASHED] = "crashed",
        [HB_ADVERSARY_TIMED_OUT] = "timeout",
        [HB_ADVERSARY_UNAVAILABLE] = "unavailable",
    };

    assert((size_t)outcome < sizeof names / sizeof names[0]);
    return names[outcome];
}

const char *hb_bound_name(enum hb_bound bound)
{
    static const char *const names[] = {"", "least", "most"};

    return names[bound];
}

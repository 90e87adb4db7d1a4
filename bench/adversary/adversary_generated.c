/*
 * adversary_generated.c - the generators with a known outcome, driven through an allocator as adversaries
 * are.
 *
 * They look at no address, but what they do to a policy is known as well.
 */
#include <stdio.h>
#include <string.h>

#include "bench/adversary/adversary_attack.h"
#include "workloads/generate/generate.h"

/* Puts "key=value" before the user's own settings where the plan has that value. */
static enum hb_status set_from_plan(const struct hb_generator *generator, const char *key, uint64_t value,
                                    bool given, struct hb_generate_settings *settings, struct hb_error *error)
{
    char setting[64];

    if (value == 0 && !given)
        return HB_OK;
    snprintf(setting, sizeof setting, "%s=%llu", key, (unsigned long long)value);
    return hb_generate_set(generator, setting, settings, error);
}

/* live, ratio, unit and header are the plan's. */
static bool is_of_the_plan(const char *setting)
{
    static const char *const keys[] = {"live=", "ratio=", "unit=", "header="};

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (strncmp(setting, keys[i], strlen(keys[i])) == 0)
            return true;
    return false;
}

static enum hb_status set_one(const struct hb_generator *generator, const char *setting,
                              struct hb_generate_settings *settings, struct hb_error *error)
{
    if (is_of_the_plan(setting))
        return hb_error_set(error, HB_ERR_USAGE, "%.60s: that is the option --%.*s here", setting,
                            (int)strcspn(setting, "="), setting);
    return hb_generate_set(generator, setting, settings, error);
}

static enum hb_status set_from_text(const struct hb_generator *generator, const char *text,
                                    struct hb_generate_settings *settings, struct hb_error *error)
{
    char copy[sizeof((struct hb_adversary_plan *)0)->settings], *rest;
    enum hb_status status = HB_OK;

    snprintf(copy, sizeof copy, "%s", text);
    for (char *setting = strtok_r(copy, " ", &rest); setting != NULL && status == HB_OK;
         setting = strtok_r(NULL, " ", &rest))
        status = set_one(generator, setting, settings, error);
    return status;
}

static bool has_unit(const struct hb_generator *generator)
{
    for (const struct hb_generate_key *key = generator->keys; key->name != NULL; key++)
        if (strcmp(key->name, "unit") == 0)
            return true;
    return false;
}

enum hb_status hb_adversary_settings(const struct hb_adversary_plan *plan,
                                     const struct hb_generator **generator,
                                     struct hb_generate_settings *settings, struct hb_error *error)
{
    enum hb_status status;

    *generator = hb_generator_find(plan->name, error);
    if (*generator == NULL)
        return HB_ERR_USAGE;
    hb_generate_defaults(*generator, settings);
    status = set_from_plan(*generator, "live", plan->live, plan->live_given, settings, error);
    if (status == HB_OK)
        status = set_from_plan(*generator, "ratio", plan->ratio, plan->ratio_given, settings, error);
    if (status == HB_OK)
        status = set_from_text(*generator, plan->settings, settings, error);
    if (status == HB_OK && settings->empirical_name != NULL)
        status = hb_error_set(error, HB_ERR_USAGE,
                              "sizes of a trace are for 'heapbench generate' and 'heapbench replay'");
    if (has_unit(*generator)) {
        settings->unit = plan->unit != 0 ? plan->unit : HB_ADVERSARY_UNIT;
        settings->header = plan->header != HB_ADVERSARY_ASK ? plan->header : HB_ADVERSARY_HEADER;
    }
    if (status == HB_OK)
        status = hb_generate_check(*generator, settings, error);
    return status;
}

static enum hb_status drive(void *context, const struct hb_op *ops, size_t count, struct hb_error *error)
{
    struct hb_attack *attack = context;

    (void)error; /* the attack has it already */
    for (size_t i = 0; i < count; i++) {
        const struct hb_op *op = &ops[i];

        if (op->kind == HB_OP_FREE) {
            hb_attack_release(attack, attack->objects[op->object], attack->object_bytes[op->object]);
            continue;
        }
        attack->object_bytes[op->object] = op->size;
        attack->objects[op->object] = hb_attack_request(attack, op->size);
        if (attack->objects[op->object] == NULL)
            return HB_ERR_LIMIT;
    }
    return HB_OK;
}

static enum hb_status end_phase(void *context, uint64_t index, uint64_t size, struct hb_error *error)
{
    (void)error;
    hb_attack_phase(context, index, size);
    return HB_OK;
}

static bool generated_run(struct hb_attack *attack)
{
    struct hb_generate_sink sink = {.context = attack, .append = drive, .phase = end_phase};
    struct hb_generate_settings settings;
    const struct hb_generator *generator;
    enum hb_status status = hb_adversary_settings(attack->plan, &generator, &settings, attack->error);

    if (status != HB_OK)
        return false;
    settings.header = attack->result->header;
    if (attack->plan->ratio == 0)
        attack->last_size = settings.cycles;
    return hb_generate_run(generator, &settings, &sink, attack->error) == HB_OK;
}

/* Without merging, whatever the policy: every size has its own blocks. With merging: M. */
static void ramp_theory(const struct hb_adversary_plan *plan, const struct hb_adversary_phase *phase,
                        struct hb_theory *theory)
{
    uint64_t units = 0;

    for (uint64_t s = 1; s <= phase->size; s++)
        units += plan->live / s * s;
    theory->expected = (double)units;
    theory->bound = (double)plan->live;
}

/* M units at level 1; then every step of a level consumes n units, and there are as many as keep a block of s
 * while n more fit in M.
 */
static void shredding_theory(const struct hb_adversary_plan *plan, const struct hb_adversary_phase *phase,
                             struct hb_theory *theory)
{
    double live = (double)plan->live, n = (double)plan->ratio, harmonic = 0;
    uint64_t units = plan->live;

    for (uint64_t s = 2; s <= phase->size; s++) {
        units += plan->ratio * ((plan->live - plan->ratio) / s + 1);
        harmonic += 1 / (double)s;
    }
    theory->expected = (double)units;
    theory->bound = live + n + n * live * harmonic;
}

/* Address order, from the second cycle on. */
static void two_size_theory(const struct hb_adversary_plan *plan, const struct hb_adversary_phase *phase,
                            struct hb_theory *theory)
{
    theory->expected = (double)plan->live * (phase->index == 0 ? 1.0 : 1.5);
    theory->bound = (double)plan->live;
}

/* The generator's own sizes, log-uniform from 16 to 4096 bytes, with 10^4 objects, were tried; no others. */
static void steady_theory(const struct hb_adversary_plan *plan, const struct hb_adversary_phase *phase,
                          struct hb_theory *theory)
{
    static const struct {
        uint64_t steps;
        double extent;
    } known[] = {{100000, 1.87}, {1000000, 2.69}, {20000000, 3.62}};

    if (plan->live != hb_adversary_steady.info.live || strstr(plan->settings, "sizes=") != NULL ||
        strstr(plan->settings, "est=") != NULL)
        return;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (phase->size == known[i].steps)
            theory->expected = known[i].extent;
}

const struct hb_adversary hb_adversary_ramp = {
    .info = {"ramp", "what never merging costs: n M", "any policy that never merges; with merging it is M",
             1 << 16, 256},
    .bound = HB_BOUND_LEAST,
    .theory = ramp_theory,
    .run = generated_run,
};

const struct hb_adversary hb_adversary_shredding = {
    .info = {"shredding", "the worst case of first fit that never merges: n M (H_n - 1)",
             "first fit that never merges, and its bound; with merging it is M", 1 << 14, 16},
    .bound = HB_BOUND_MOST,
    .theory = shredding_theory,
    .run = generated_run,
};

const struct hb_adversary hb_adversary_two_size = {
    .info = {"two-size", "1.5 M in address order; with a stack of free blocks ever more",
             "address order without merging; with merging it is M", 1 << 16, 0},
    .bound = HB_BOUND_LEAST,
    .theory = two_size_theory,
    .run = generated_run,
};

const struct hb_adversary hb_adversary_steady = {
    .info = {"steady", "a steady state: does the extent settle?",
             "first fit that never merges, on these sizes; with merging it settles at 1.10 to 1.13 M", 10000,
             0},
    .every_phase = true,
    .in_objects = true,
    .bound = HB_BOUND_NONE,
    .theory = steady_theory,
    .run = generated_run,
};

const struct hb_adversary hb_adversary_sawtooth = {
    .info = {"sawtooth", "fill up, free most, again and again", NULL, 10000, 0},
    .in_objects = true,
    .bound = HB_BOUND_NONE,
    .run = generated_run,
};

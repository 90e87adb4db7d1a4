/*
 * adversary_drive.c - a plan carried out in this process, or in one of its own, where memory can be measured
 * and a crash is an outcome.
 */
#include <inttypes.h>
#include <math.h>

#include "base/clock.h"
#include "base/pages.h"
#include "bench/adversary/adversary_attack.h"
#include "bench/replay/replay.h"
#include "workloads/generate/generate.h"

/* The tables, before anything of the allocator is there. */
static enum hb_status make_tables(struct hb_attack *attack, const struct hb_adversary *adversary)
{
    uint64_t blocks = 1, objects = 1;

    if (adversary->growth != NULL) {
        blocks = attack->plan->live;
    } else {
        struct hb_generate_settings settings;
        const struct hb_generator *generator;
        enum hb_status status = hb_adversary_settings(attack->plan, &generator, &settings, attack->error);

        if (status != HB_OK)
            return status;
        objects = generator->births(&settings) + 1;
    }
    attack->capacity = blocks;
    attack->object_capacity = objects;
    attack->blocks = hb_pages_alloc(blocks * sizeof *attack->blocks);
    attack->scratch = hb_pages_alloc(blocks * sizeof *attack->scratch);
    attack->objects = hb_pages_alloc(objects * sizeof *attack->objects);
    attack->object_bytes = hb_pages_alloc(objects * sizeof *attack->object_bytes);
    if (attack->blocks == NULL || attack->scratch == NULL || attack->objects == NULL ||
        attack->object_bytes == NULL)
        return hb_error_set(attack->error, HB_ERR_MEMORY, "no memory for the tables of %s",
                            attack->plan->name);
    return HB_OK;
}

static void free_tables(struct hb_attack *attack)
{
    hb_pages_free(attack->blocks, attack->capacity * sizeof *attack->blocks);
    hb_pages_free(attack->scratch, attack->capacity * sizeof *attack->scratch);
    hb_pages_free(attack->objects, attack->object_capacity * sizeof *attack->objects);
    hb_pages_free(attack->object_bytes, attack->object_capacity * sizeof *attack->object_bytes);
}

/* The record of a block, of which the first range of the fresh heap tells. */
static enum hb_status settle_header(struct hb_attack *attack)
{
    struct hb_adversary_result *result = attack->result;
    struct hb_heap_state state;

    result->header = attack->plan->header;
    if (result->header == HB_ADVERSARY_ASK) {
        result->header = HB_ADVERSARY_HEADER;
        if (result->inspected) {
            attack->allocator->inspect(attack->heap, &state);
            result->header = state.header_bytes;
        }
    }
    if (result->header >= result->unit)
        return hb_error_set(attack->error, HB_ERR_USAGE,
                            "unit %" PRIu64 ": it must be more than the header of %" PRIu64
                            " bytes that %s has",
                            result->unit, result->header, attack->allocator->name);
    return HB_OK;
}

static uint64_t to_bytes(double units, uint64_t unit_bytes)
{
    return units <= 0 ? 0 : (uint64_t)llround(units * (double)unit_bytes);
}

static void add_theory(const struct hb_adversary *adversary, const struct hb_adversary_plan *plan,
                       struct hb_adversary_result *result)
{
    uint64_t unit = adversary->in_objects ? result->most_live_bytes : result->unit;

    if (adversary->theory == NULL)
        return;
    for (uint32_t i = 0; i < result->phase_count; i++) {
        struct hb_theory theory = {0, 0};

        adversary->theory(plan, &result->phases[i], &theory);
        result->phases[i].expected_bytes = to_bytes(theory.expected, unit);
        result->phases[i].bound_bytes = to_bytes(theory.bound, unit);
    }
}

static enum hb_status attack_heap(struct hb_attack *attack, const struct hb_adversary *adversary)
{
    struct hb_adversary_result *result = attack->result;
    enum hb_status status = settle_header(attack);
    uint64_t began;

    if (status != HB_OK)
        return status;
    attack->live_limit = result->live * result->unit;
    began = hb_clock_ns();
    if (!adversary->run(attack) && result->outcome != HB_ADVERSARY_FAILED)
        return attack->error->status;
    result->elapsed_ns = hb_clock_ns() - began;
    status = hb_replay_check_heap(attack->allocator, attack->heap, attack->error);
    if (status != HB_OK)
        return status;
    result->most_live_bytes = adversary->in_objects ? attack->peak_live_bytes : attack->live_limit;
    add_theory(adversary, attack->plan, result);
    if (result->outcome == HB_ADVERSARY_FAILED)
        result->error = *attack->error;
    return HB_OK;
}

static enum hb_status open_heap(struct hb_attack *attack)
{
    const struct hb_allocator *allocator = attack->allocator;

    attack->heap = allocator->create(allocator, attack->plan->heap_bytes, attack->error);
    attack->result->inspected = attack->heap != NULL && allocator->inspect != NULL;
    return attack->heap != NULL ? HB_OK : attack->error->status;
}

static void begin_result(const struct hb_adversary *adversary, const struct hb_adversary_plan *plan,
                         struct hb_adversary_result *result)
{
    result->outcome = HB_ADVERSARY_OK;
    result->live = plan->live;
    result->ratio = plan->ratio;
    result->unit = plan->unit;
    result->bound = adversary->bound;
    result->phase_count = 0;
    result->allocations = 0;
}

/* The line between the harness's own memory and the allocator's is drawn before the library is loaded. */
static enum hb_status open_and_attack(struct hb_attack *attack, const struct hb_adversary *adversary)
{
    enum hb_status status = HB_OK;

    if (attack->allocator == NULL)
        status = hb_allocator_open(attack->plan->allocator, &attack->allocator, &attack->result->library,
                                   attack->error);
    if (status == HB_OK)
        status = open_heap(attack);
    if (status != HB_OK)
        return status;
    status = attack_heap(attack, adversary);
    attack->allocator->destroy(attack->heap);
    return status;
}

enum hb_status hb_adversary_drive(const struct hb_adversary_plan *plan, const struct hb_allocator *allocator,
                                  struct hb_adversary_result *result, struct hb_error *error)
{
    struct hb_error own_error = {.status = HB_OK};
    struct hb_attack attack = {
        .plan = plan,
        .result = result,
        .error = error != NULL ? error : &own_error,
        .allocator = allocator,
        .page_bytes = hb_page_bytes(),
    };
    const struct hb_adversary *adversary = hb_adversary_find(plan->name, attack.error);
    enum hb_status status;

    if (adversary == NULL)
        return HB_ERR_USAGE;
    begin_result(adversary, plan, result);
    attack.every_phase = adversary->every_phase;
    attack.last_size = plan->ratio;
    status = make_tables(&attack, adversary);
    if (status == HB_OK)
        status = hb_memory_begin(&attack.memory, attack.error);
    if (status == HB_OK) {
        status = open_and_attack(&attack, adversary);
        hb_memory_end(&attack.memory);
    }
    free_tables(&attack);
    return status;
}

/* -- in a process of its own -- */

struct attack_exchange {
    struct hb_child_exchange child;
    struct hb_adversary_plan plan;
    struct hb_adversary_result result;
};

static bool work(struct hb_child_exchange *shared, int unused)
{
    struct attack_exchange *exchange = (struct attack_exchange *)shared;
    struct hb_error error;

    (void)unused;
    if (hb_adversary_drive(&exchange->plan, NULL, &exchange->result, &error) != HB_OK) {
        exchange->result.outcome = HB_ADVERSARY_UNAVAILABLE;
        exchange->result.error = error;
    }
    return true;
}

const struct hb_child_job hb_adversary_job = {.name = "adversary",
                                              .what = "an adversary",
                                              .request_bytes = sizeof(struct attack_exchange),
                                              .work = work};

static void collect(const struct attack_exchange *exchange, const struct hb_adversary_plan *plan,
                    const struct hb_child_outcome *outcome, struct hb_adversary_result *result)
{
    *result = exchange->result;
    if (outcome->end == HB_CHILD_CRASHED) {
        result->outcome = HB_ADVERSARY_CRASHED;
        result->error = outcome->error;
    } else if (outcome->end == HB_CHILD_TIMED_OUT) {
        result->outcome = HB_ADVERSARY_TIMED_OUT;
        hb_error_set(&result->error, HB_ERR_CHILD, "%s: not done after %u s", plan->allocator,
                     plan->timeout_s);
    }
}

enum hb_status hb_adversary_run(const struct hb_adversary_plan *plan, struct hb_adversary_result *result,
                                struct hb_error *error)
{
    const struct hb_child_order order = {
        .subject = plan->allocator, .attached = -1, .timeout_ms = plan->timeout_s * UINT64_C(1000)};
    struct hb_child_outcome outcome;
    struct hb_child child;
    enum hb_status status = hb_child_open(&hb_adversary_job, sizeof(struct attack_exchange), &child, error);
    struct attack_exchange *exchange;

    if (status != HB_OK)
        return status;
    exchange = (struct attack_exchange *)child.exchange;
    exchange->plan = *plan;
    status = hb_child_run(&child, &order, &outcome, error);
    if (status == HB_OK)
        collect(exchange, plan, &outcome, result);
    hb_child_close(&child);
    return status;
}

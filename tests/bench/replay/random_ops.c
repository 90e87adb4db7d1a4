/*
 * random_ops.c - workloads made from a seed or a list, and prepared.
 */
#include "tests/bench/replay/random_ops.h"

#include "tests/check.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"

static void *must_alloc(size_t bytes)
{
    void *memory = calloc(1, bytes + 1);

    if (memory == NULL)
        abort();
    return memory;
}

struct hb_workload *workload_of(const char *name, const struct hb_op *ops, uint64_t count)
{
    struct hb_workload *workload = must_alloc(sizeof *workload);

    workload->name = strcpy(must_alloc(strlen(name)), name);
    workload->ops = must_alloc(count * sizeof *ops);
    if (count > 0)
        memcpy(workload->ops, ops, count * sizeof *ops);
    workload->op_count = count;
    for (uint64_t i = 0; i < count; i++)
        workload->object_count += ops[i].kind != HB_OP_FREE && ops[i].kind != HB_OP_REALLOC;
    return workload;
}

void random_ops_free(struct hb_workload *workload)
{
    free(workload->name);
    free(workload->ops);
    free(workload);
}

static uint64_t random_size(struct hb_random *random, const struct random_ops *recipe)
{
    if (hb_random_below(random, 100) < recipe->percent_huge)
        return UINT64_MAX - hb_random_below(random, 16);
    if (hb_random_below(random, 100) < recipe->percent_zero)
        return 0;
    if (hb_random_below(random, 2) == 0)
        return 1 + hb_random_below(random, recipe->max_size < 64 ? recipe->max_size : 64);
    return 1 + hb_random_below(random, recipe->max_size);
}

static struct hb_op random_birth(struct hb_random *random, const struct random_ops *recipe, uint32_t object)
{
    struct hb_op op = {.kind = HB_OP_MALLOC, .object = object, .size = random_size(random, recipe)};
    uint64_t dice = hb_random_below(random, 10);
    bool far = recipe->percent_far > 0 && hb_random_below(random, 100) < recipe->percent_far;

    if (dice == 0)
        op.kind = HB_OP_CALLOC;
    if (dice == 1) {
        op.kind = HB_OP_ALIGNED;
        op.align_log2 = (uint8_t)hb_random_below(random, far ? 31 : 9);
    }
    return op;
}

struct hb_workload *random_ops_create(const struct random_ops *recipe)
{
    struct hb_op *ops = must_alloc(recipe->ops * sizeof *ops);
    uint32_t *live = must_alloc((recipe->max_live + 1) * sizeof *live);
    struct hb_workload *workload;
    uint64_t live_count = 0;
    uint32_t births = 0;
    struct hb_random random;

    hb_random_seed(&random, recipe->seed);
    for (uint64_t i = 0; i < recipe->ops; i++) {
        uint64_t dice = hb_random_below(&random, 100);
        uint64_t victim = live_count > 0 ? hb_random_below(&random, live_count) : 0;

        if (live_count == 0 || (live_count < recipe->max_live && dice < 50)) {
            ops[i] = random_birth(&random, recipe, births);
            live[live_count++] = births++;
        } else if (dice < 65) {
            uint64_t size = random_size(&random, recipe);

            ops[i] =
                (struct hb_op){.kind = HB_OP_REALLOC, .object = live[victim], .size = size + (size == 0)};
        } else {
            ops[i] = (struct hb_op){.kind = HB_OP_FREE, .object = live[victim]};
            live[victim] = live[--live_count];
        }
    }
    workload = workload_of("random", ops, recipe->ops);
    free(ops);
    free(live);
    return workload;
}

struct hb_prepared *must_prepare(const struct hb_workload *workload)
{
    struct hb_prepared *prepared = NULL;
    struct hb_error error = {.text = ""};

    hb_prepare(workload, &prepared, &error);
    assert_string_equal(error.text, "");
    assert_non_null(prepared);
    return prepared;
}

/*
 * foretell_test.c - the lifetimes that an allocator is told are those that the operations have.
 */
#include "bench/replay/foretell.h"

#include "tests/bench/replay/random_ops.h"
#include "tests/check.h"

/* What was told last. */
static struct {
    const uint32_t *lifetimes;
    uint64_t count;
    void *heap;
} told;

static void listen(void *heap, const uint32_t *lifetimes, uint64_t count)
{
    told.heap = heap;
    told.lifetimes = lifetimes;
    told.count = count;
}

static const struct hb_allocator listener = {.name = "listener", .foretell = listen}, deaf = {.name = "deaf"};

/* By looking ahead from each operation. */
static uint32_t plain_lifetime(const struct hb_prepared *prepared, uint64_t from)
{
    for (uint64_t op = from + 1; op < prepared->op_count; op++) {
        if (prepared->ops[op].object != prepared->ops[from].object)
            continue;
        if (prepared->ops[op].kind == HB_OP_FREE)
            return (uint32_t)(op - from);
        if (prepared->ops[op].kind != HB_OP_REALLOC)
            break;
    }
    return UINT32_MAX;
}

static void lifetimes_are_those_of_the_operations(void **unused)
{
    (void)unused;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct random_ops recipe = {
            .seed = seed, .ops = 3000, .max_size = 200, .max_live = 10 * seed, .percent_zero = 5};
        struct hb_workload *workload = random_ops_create(&recipe);
        struct hb_prepared *prepared = must_prepare(workload);
        struct hb_foretold foretold;
        uint64_t next = 0;
        int heap;

        assert_int_equal(hb_foretell(prepared, &listener, &heap, &foretold, NULL), HB_OK);
        assert_ptr_equal(told.heap, &heap);
        for (uint64_t op = 0; op < prepared->op_count; op++)
            if (prepared->ops[op].kind != HB_OP_FREE)
                assert_int_equal(told.lifetimes[next++], plain_lifetime(prepared, op));
        assert_int_equal(told.count, next);
        hb_foretold_clear(&foretold);
        hb_foretold_clear(&foretold);
        hb_prepared_free(prepared);
        random_ops_free(workload);
    }
}

static void nobody_is_told_who_does_not_listen(void **unused)
{
    struct random_ops recipe = {.seed = 1, .ops = 10, .max_size = 20, .max_live = 5};
    struct hb_workload *workload = random_ops_create(&recipe);
    struct hb_prepared *prepared = must_prepare(workload);
    struct hb_foretold foretold;

    (void)unused;
    assert_int_equal(hb_foretell(prepared, &deaf, NULL, &foretold, NULL), HB_OK);
    assert_null(foretold.lifetimes);
    hb_foretold_clear(&foretold);
    hb_prepared_free(prepared);
    random_ops_free(workload);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        hb_test("lifetimes are those of the operations, in the order of the calls that allocate",
                lifetimes_are_those_of_the_operations),
        hb_test("an allocator that has no use for them is told nothing", nobody_is_told_who_does_not_listen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * prepare_test.c - slots are used again, never two objects in one, and the image cannot be changed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/replay/prepare.h"
#include "tests/bench/replay/random_ops.h"

/* Follows both sequences: each live object has one slot of its own, and everything else is as it was. */
static void check_renumbering(const struct hb_workload *workload, const struct hb_prepared *prepared)
{
    int64_t *object_in = malloc((prepared->slots + 1) * sizeof *object_in);
    uint64_t live = 0, peak = 0;

    for (uint64_t i = 0; i < prepared->slots; i++)
        object_in[i] = -1;
    for (uint64_t i = 0; i < workload->op_count; i++) {
        struct hb_op before = workload->ops[i];
        struct hb_op after = prepared->ops[i];

        assert_true(after.object < prepared->slots);
        if (before.kind != HB_OP_FREE && before.kind != HB_OP_REALLOC) {
            assert_int_equal(object_in[after.object], -1);
            object_in[after.object] = before.object;
            live++;
        }
        assert_int_equal(object_in[after.object], before.object);
        if (before.kind == HB_OP_FREE) {
            object_in[after.object] = -1;
            live--;
        }
        peak = live > peak ? live : peak;
        after.object = before.object;
        assert_memory_equal(&after, &before, sizeof after);
    }
    assert_int_equal(prepared->slots, peak);
    free(object_in);
}

static void each_live_object_has_a_slot_of_its_own_and_there_are_no_more_than_were_live_at_once(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 40; seed++) {
        struct random_ops recipe = {
            .seed = seed, .ops = seed * 100, .max_size = 500, .max_live = 1 + seed * 7};
        struct hb_workload *workload = random_ops_create(&recipe);
        struct hb_prepared *prepared = must_prepare(workload);

        assert_int_equal(prepared->op_count, workload->op_count);
        assert_int_equal(prepared->object_count, workload->object_count);
        check_renumbering(workload, prepared);
        hb_prepared_free(prepared);
        random_ops_free(workload);
    }
}

static void the_slot_that_was_freed_last_is_taken_first(void **state)
{
    static const struct hb_op ops[] = {
        {.kind = HB_OP_MALLOC, .object = 0, .size = 1},
        {.kind = HB_OP_MALLOC, .object = 1, .size = 1},
        {.kind = HB_OP_MALLOC, .object = 2, .size = 1},
        {.kind = HB_OP_FREE, .object = 0},
        {.kind = HB_OP_FREE, .object = 2},
        {.kind = HB_OP_MALLOC, .object = 3, .size = 1},
        {.kind = HB_OP_MALLOC, .object = 4, .size = 1},
    };
    struct hb_workload *workload = workload_of("lifo", ops, 7);
    struct hb_prepared *prepared = must_prepare(workload);

    (void)state;
    assert_int_equal(prepared->slots, 3);
    assert_int_equal(prepared->ops[5].object, 2);
    assert_int_equal(prepared->ops[6].object, 0);
    hb_prepared_free(prepared);
    random_ops_free(workload);
}

static void peak_live_bytes_follow_reallocs_and_frees(void **state)
{
    static const struct hb_op ops[] = {
        {.kind = HB_OP_MALLOC, .object = 0, .size = 100},
        {.kind = HB_OP_CALLOC, .object = 1, .size = 50},
        {.kind = HB_OP_REALLOC, .object = 0, .size = 10},
        {.kind = HB_OP_REALLOC, .object = 1, .size = 151},
        {.kind = HB_OP_FREE, .object = 1},
        {.kind = HB_OP_ALIGNED, .object = 2, .size = 150, .align_log2 = 4},
    };
    struct hb_workload *workload = workload_of("peak", ops, 6);
    struct hb_prepared *prepared = must_prepare(workload);

    (void)state;
    assert_int_equal(prepared->peak_live_bytes, 161);
    hb_prepared_free(prepared);
    random_ops_free(workload);
}

static void an_image_mapped_by_descriptor_is_the_same(void **state)
{
    struct random_ops recipe = {.seed = 3, .ops = 1000, .max_size = 99, .max_live = 50};
    struct hb_workload *workload = random_ops_create(&recipe);
    struct hb_prepared *prepared, *mapped = NULL;
    struct hb_error error;

    (void)state;
    workload->wall_ns = 7;
    workload->cpu_ns = 5;
    workload->threads = 3;
    prepared = must_prepare(workload);
    assert_int_equal(hb_prepared_map(prepared->fd, &mapped, &error), HB_OK);
    assert_int_equal(mapped->op_count, prepared->op_count);
    assert_int_equal(mapped->slots, prepared->slots);
    assert_int_equal(mapped->peak_live_bytes, prepared->peak_live_bytes);
    assert_int_equal(mapped->program_wall_ns, 7);
    assert_int_equal(mapped->program_cpu_ns, 5);
    assert_int_equal(mapped->threads, 3);
    assert_string_equal(mapped->name, "random");
    assert_memory_equal(mapped->ops, prepared->ops, prepared->op_count * sizeof *prepared->ops);
    hb_prepared_free(prepared);
    assert_int_equal(mapped->ops[0].kind <= HB_OP_KINDS, 1); /* it has a life of its own */
    hb_prepared_free(mapped);
    random_ops_free(workload);
}

static void the_waits_stand_beside_the_operations(void **state)
{
    static const struct hb_op op = {.kind = HB_OP_MALLOC, .size = 1};
    static struct hb_wait waits[] = {{.before_op = 0, .us = 5}, {.before_op = 1, .us = UINT64_C(1) << 63}};
    struct hb_workload *workload = workload_of("waits", &op, 1);
    struct hb_prepared *prepared;

    (void)state;
    workload->waits = waits;
    workload->wait_count = 2;
    prepared = must_prepare(workload);
    workload->waits = NULL;
    assert_int_equal(prepared->op_count, 1);
    assert_int_equal(prepared->wait_count, 2);
    assert_memory_equal(prepared->waits, waits, sizeof waits);
    hb_prepared_free(prepared);
    random_ops_free(workload);
}

static void nobody_can_change_an_image(void **state)
{
    struct random_ops recipe = {.seed = 4, .ops = 10, .max_size = 99, .max_live = 5};
    struct hb_workload *workload = random_ops_create(&recipe);
    struct hb_prepared *prepared = must_prepare(workload);

    (void)state;
    assert_true(write(prepared->fd, "x", 1) < 0);
    assert_true(ftruncate(prepared->fd, 0) != 0);
    assert_ptr_equal(mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, prepared->fd, 0), MAP_FAILED);
    hb_prepared_free(prepared);
    random_ops_free(workload);
}

static void a_descriptor_that_is_no_image_is_refused(void **state)
{
    struct hb_prepared *prepared = NULL;
    struct hb_error error;
    int fd = memfd_create("foreign", MFD_CLOEXEC);
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

    (void)state;
    assert_int_equal(hb_prepared_map(null, &prepared, &error), HB_ERR_FORMAT);
    assert_int_equal(ftruncate(fd, 8192), 0);
    assert_int_equal(hb_prepared_map(fd, &prepared, &error), HB_ERR_FORMAT);
    assert_non_null(strstr(error.text, "not a prepared workload"));
    close(fd);
    close(null);
    assert_int_equal(hb_prepared_map(fd, &prepared, &error), HB_ERR_IO);
    assert_null(prepared);
}

static void an_empty_workload_can_be_prepared(void **state)
{
    struct hb_workload *workload = workload_of("empty", NULL, 0);
    struct hb_prepared *prepared = must_prepare(workload);

    (void)state;
    assert_int_equal(prepared->op_count, 0);
    assert_int_equal(prepared->slots, 0);
    hb_prepared_free(prepared);
    random_ops_free(workload);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_live_object_has_a_slot_of_its_own_and_there_are_no_more_than_were_live_at_once),
        cmocka_unit_test(the_slot_that_was_freed_last_is_taken_first),
        cmocka_unit_test(peak_live_bytes_follow_reallocs_and_frees),
        cmocka_unit_test(an_image_mapped_by_descriptor_is_the_same),
        cmocka_unit_test(the_waits_stand_beside_the_operations),
        cmocka_unit_test(nobody_can_change_an_image),
        cmocka_unit_test(a_descriptor_that_is_no_image_is_refused),
        cmocka_unit_test(an_empty_workload_can_be_prepared),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * simple_test.c - the simple allocator does what the design document and METRICS say, on worked examples.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "allocator/simple.h"

static struct hb_heap_state state_of(const struct hb_simple *heap)
{
    struct hb_heap_state state;

    hb_simple_inspect(heap, &state);
    return state;
}

static uint64_t payload(const void *block)
{
    return hb_simple_offset(simple_heap(), block);
}

static void the_tutorials_example_lands_where_the_document_says(void **unused)
{
    void *blocks[4];

    (void)unused;
    simple_heap_init();
    assert_int_equal(state_of(simple_heap()).free_bytes, 4096);
    blocks[0] = simple_malloc(100);
    blocks[1] = simple_malloc(240);
    blocks[2] = simple_malloc(256);
    blocks[3] = simple_malloc(333);
    assert_int_equal(payload(blocks[0]), 8);
    assert_int_equal(payload(blocks[1]), 116);
    assert_int_equal(payload(blocks[2]), 364);
    assert_int_equal(payload(blocks[3]), 628);
    simple_free(blocks[1]);
    simple_free(blocks[2]);
    assert_int_equal(payload(simple_malloc(300)), 969);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tutorials_example_lands_where_the_document_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

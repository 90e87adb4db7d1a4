/*
 * simple_storage_test.c - the static array is as long as it was configured, to the byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "allocator/simple/simple.h"

static void the_largest_block_is_the_storage_less_one_record(void **unused)
{
    (void)unused;
    simple_heap_init();
    assert_null(simple_malloc(CONFIGURED_STORAGE_SIZE - 7));
    if (CONFIGURED_STORAGE_SIZE > 8)
        assert_non_null(simple_malloc(CONFIGURED_STORAGE_SIZE - 8));
    assert_null(simple_malloc(1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_largest_block_is_the_storage_less_one_record),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

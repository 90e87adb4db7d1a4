/*
 * contract.c - patterned blocks, heaps, and the run of a test on every allocator.
 */
#include "tests/allocator/contract.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

const struct hb_allocator *allocator_of(void **state)
{
    return *state;
}

void *heap_open(const struct hb_allocator *allocator, size_t heap_bytes)
{
    struct hb_error error = {.text = ""};
    void *heap = allocator->create(allocator, heap_bytes, &error);

    if (heap == NULL)
        fail_msg("%s: %s", allocator->name, error.text);
    return heap;
}

bool skipped_as_untouchable(const struct hb_allocator *allocator)
{
    if ((allocator->caps & HB_CAP_UNTOUCHABLE) == 0)
        return false;
    print_message("%s: skipped, its blocks are not memory\n", allocator->name);
    return true;
}

static unsigned char pattern(const struct block *block, size_t i)
{
    return (unsigned char)(block->mark + i * 7);
}

void block_fill(const struct block *block)
{
    for (size_t i = 0; i < block->size; i++)
        block->start[i] = pattern(block, i);
}

void block_check(const struct block *block, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        if (block->start[i] != pattern(block, i))
            fail_msg("byte %zu of a block of %zu was changed", i, block->size);
}

void block_free(const struct hb_allocator *allocator, void *heap, struct block *block)
{
    block_check(block, block->size);
    allocator->dealloc(heap, block->start);
    block->start = NULL;
}

enum { TESTS_MAX = 512 };

static struct CMUnitTest tests[TESTS_MAX];
static char names[TESTS_MAX][128];
static size_t test_count;

static void add_tests(const struct hb_allocator *allocator, const struct contract *contracts, size_t count)
{
    for (size_t i = 0; i < count; i++, test_count++) {
        assert_true(test_count < TESTS_MAX);
        snprintf(names[test_count], sizeof names[0], "%s: %s%s", allocator->name, contracts[i].sentence,
                 allocator->last_walk != NULL ? " (counting)" : "");
        tests[test_count] = (struct CMUnitTest){
            .name = names[test_count],
            .test_func = contracts[i].function,
            .initial_state = (void *)(uintptr_t)allocator,
        };
    }
}

/* Libraries that are not installed, or not to be had in this build, are said to be skipped; the reason is
 * printed. */
static void add_library(const char *name, const struct contract *contracts, size_t count)
{
    const struct hb_allocator *allocator;
    struct hb_error error;

    if (hb_allocator_open(name, &allocator, NULL, &error) == HB_OK)
        add_tests(allocator, contracts, count);
    else
        print_message("skipped: %s\n", error.text);
}

int contracts_run(const char *group, const struct contract *contracts, size_t count)
{
    size_t builtin_count;
    const struct hb_allocator *const *builtin = hb_allocator_builtin(&builtin_count);

    for (size_t i = 0; i < builtin_count; i++) {
        add_tests(builtin[i], contracts, count);
        if (builtin[i]->counting != NULL)
            add_tests(builtin[i]->counting, contracts, count);
    }
    for (const char *const *name = hb_allocator_library_names(); *name != NULL; name++)
        add_library(*name, contracts, count);
    add_library(TEST_ARENA, contracts, count);
    add_library(TEST_PREFIXED, contracts, count);
    return _cmocka_run_group_tests(group, tests, test_count, NULL, NULL);
}

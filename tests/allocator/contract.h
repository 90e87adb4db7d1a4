/*
 * contract.h - what the tests of the contract share: patterned blocks, heaps, and a run of each test on every
 * allocator built in and every library on this machine.
 */
#ifndef HB_TESTS_CONTRACT_H
#define HB_TESTS_CONTRACT_H

#include <stdbool.h>
#include <stddef.h>

#include "allocator/allocator.h"

/* Filled from end to end with a pattern of its own. */
struct block {
    unsigned char *start;
    size_t size;
    unsigned char mark;
};

void block_fill(const struct block *block);

/* Fails the test unless the first `bytes` bytes are as block_fill left them. */
void block_check(const struct block *block, size_t bytes);

/* Checks the block and gives it back; block->start is then NULL. */
void block_free(const struct hb_allocator *allocator, void *heap, struct block *block);

/* The allocator that a test runs on. */
const struct hb_allocator *allocator_of(void **state);

/* Fails the test when there is no heap to be had. */
void *heap_open(const struct hb_allocator *allocator, size_t heap_bytes);

/* True, and says so, where blocks are no memory and a test of their contents makes no sense. */
bool skipped_as_untouchable(const struct hb_allocator *allocator);

struct contract {
    const char *sentence;
    void (*function)(void **state);
};

/* Runs each of `count` contracts on every allocator; what main returns. */
int contracts_run(const char *group, const struct contract *contracts, size_t count);

#endif

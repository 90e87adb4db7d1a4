/*
 * damage.h - a small trace to be damaged, in a folder of its own for each test, and how damage must be taken.
 */
#ifndef HB_TESTS_WORKLOADS_DAMAGE_H
#define HB_TESTS_WORKLOADS_DAMAGE_H

#include "tests/workloads/fixtures.h"

#define hb_test_damage(sentence, function)                   \
    {                                                        \
        sentence, function, damage_enter, damage_leave, NULL \
    }

/* A trace of 60 operations and three waits, in one block; good.trace has the same bytes. */
extern uint8_t *damage_trace;
extern size_t damage_trace_bytes;

int damage_enter(void **state);
int damage_leave(void **state);

/* Loads `bytes` as a file and asserts that it is refused with a sentence that begins with the file's name. */
void damage_expect(const uint8_t *bytes, size_t length);

/* The same, with that sentence. The file is called bad.trace. */
void damage_expect_sentence(const uint8_t *bytes, size_t length, const char *sentence);

/* Where the block and the trailer of the small trace begin. */
size_t damage_block_at(void);
size_t damage_end_at(void);

#endif

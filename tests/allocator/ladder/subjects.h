/*
 * subjects.h - the allocators under test, each with the definition that it must agree with.
 */
#ifndef HB_TESTS_LADDER_SUBJECTS_H
#define HB_TESTS_LADDER_SUBJECTS_H

#include "tests/allocator/ladder/plain.h"

struct subject {
    const char *name;
    struct plain_options definition;
};

/* In the order of presentation; `simple` is among them, so that all keep one contract. */
extern const struct subject subjects[];
extern const unsigned subject_count;

#endif

/*
 * subjects.c - the allocators under test, each with its definition.
 */
#include "subjects.h"

const struct subject subjects[] = {
    {"simple", {.policy = PLAIN_FIRST, .merge = false, .header = 8, .align = 1}},
    {"simple-align", {.policy = PLAIN_FIRST, .merge = false, .header = 8, .align = 16}},
    {"simple-merge", {.policy = PLAIN_FIRST, .merge = true, .header = 8, .align = 16}},
    {"free-list", {.policy = PLAIN_FREE_LIST, .merge = true, .header = 8, .align = 16}},
    {"bins", {.policy = PLAIN_BINS, .merge = true, .header = 8, .align = 16}},
    {"first-merge", {.policy = PLAIN_FIRST, .merge = true, .header = 8, .align = 1}},
    {"next", {.policy = PLAIN_NEXT, .merge = false, .header = 8, .align = 1}},
    {"next-merge", {.policy = PLAIN_NEXT, .merge = true, .header = 8, .align = 1}},
    {"best", {.policy = PLAIN_BEST, .merge = false, .header = 8, .align = 1}},
    {"best-merge", {.policy = PLAIN_BEST, .merge = true, .header = 8, .align = 1}},
    {"merge-late", {.policy = PLAIN_LATE, .merge = false, .header = 8, .align = 16}},
    {"side-table", {.policy = PLAIN_FIRST, .merge = true, .header = 0, .align = 16}},
    {"grow", {.policy = PLAIN_FIRST, .merge = true, .header = 8, .align = 16}},
    {"pool", {.policy = PLAIN_BINS, .merge = true, .header = 8, .align = 16, .pool = true}},
    {"oracle", {.policy = PLAIN_ORACLE, .merge = true, .header = 8, .align = 16}},
    {"buddy", {.policy = PLAIN_BUDDY, .merge = true, .header = 0, .align = 1}},
};

const unsigned subject_count = sizeof subjects / sizeof subjects[0];

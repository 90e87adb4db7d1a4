/*
 * adversary_support.h - plans in a line, and the figures of theory in units.
 */
#ifndef HB_TESTS_BENCH_ADVERSARY_ADVERSARY_SUPPORT_H
#define HB_TESTS_BENCH_ADVERSARY_ADVERSARY_SUPPORT_H

#include "bench/adversary/adversary.h"

/* The plan, checked; fails the test when it is refused. `settings` may be NULL. */
struct hb_adversary_plan adversary_plan(const char *name, const char *allocator, uint64_t live,
                                        uint64_t ratio, const char *settings);

/* Carried out in this process, with M over `live` units; fails the test unless its outcome is OK. */
const struct hb_adversary_result *adversary_result(const char *name, const char *allocator, uint64_t live,
                                                   uint64_t ratio, const char *settings);

/* The phase that ended with blocks of `size` units (or so many steps, cycles); fails the test when there is
 * none. */
const struct hb_adversary_phase *adversary_phase(const struct hb_adversary_result *result, uint64_t size);

/* Extent after that phase over M, and in whole units. */
double adversary_extent(const struct hb_adversary_result *result, uint64_t size);
uint64_t adversary_extent_units(const struct hb_adversary_result *result, uint64_t size);

/* Fails the test unless |value - expected| <= tolerance. */
void adversary_near(double value, double expected, double tolerance, const char *what);

/* Whether a freed range is joined with a free neighbour at once, found by trying. */
bool adversary_merges(const char *allocator);

#endif

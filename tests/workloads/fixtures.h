/*
 * fixtures.h - a folder of its own for each test, files in it, and traces of random operations.
 */
#ifndef HB_TESTS_WORKLOADS_FIXTURES_H
#define HB_TESTS_WORKLOADS_FIXTURES_H

#include "tests/check.h"

#include "base/random.h"
#include "workloads/workload.h"

#define hb_test_in_folder(sentence, function)                                \
    {                                                                        \
        sentence, function, hb_test_enter_folder, hb_test_leave_folder, NULL \
    }

int hb_test_enter_folder(void **state);
int hb_test_leave_folder(void **state);

void hb_test_write_file(const char *path, const void *bytes, size_t length);
void hb_test_write_text(const char *path, const char *text);
/* From malloc. */
uint8_t *hb_test_read_file(const char *path, size_t *length);
/* Files in the current folder, those that begin with a dot left out. */
unsigned hb_test_files_here(void);

/* Writes a trace of `ops` and asserts that it could be. */
void hb_test_write_trace(const char *path, const struct hb_trace_info *info, const struct hb_op *ops,
                         size_t count);

/* `count` valid operations of all kinds by up to `threads` threads, sizes over the whole
 * range: from malloc. */
struct hb_op *hb_test_random_ops(struct hb_random *random, size_t count, unsigned threads);

/* Writes a trace of `ops` with `waits` between them and the times of `totals`, and asserts that it could be.
 */
void hb_test_write_times(const char *path, const struct hb_trace_info *info, const struct hb_op *ops,
                         size_t count, const struct hb_wait *waits, size_t wait_count,
                         const struct hb_trace_totals *totals);

/* Waits of any length between `ops` operations, `*count` of them, ascending: from malloc. Their sum is below
 * 2^64. */
struct hb_wait *hb_test_random_waits(struct hb_random *random, size_t ops, size_t *count);

void hb_test_assert_waits(const struct hb_wait *actual, const struct hb_wait *expected, size_t count);

/* Asserts that the two are the same, field by field. */
void hb_test_assert_ops(const struct hb_op *actual, const struct hb_op *expected, size_t count);

#endif

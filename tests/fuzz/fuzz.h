/*
 * fuzz.h - what a fuzz target is: one function in libFuzzer's form, and one that makes valid inputs to begin
 * with.
 *
 * fuzz_driver.c mutates those inputs by a seed, so that it is a test like any other; the preset `fuzz` builds
 * the same targets for libFuzzer, which begins with what lies in corpus/ (run starts them).
 */
#ifndef HB_TESTS_FUZZ_FUZZ_H
#define HB_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "base/random.h"
#include "workloads/workload.h"

/* Returns 0; aborts when an input shows a fault. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FUZZ_SEED_BYTES = 1 << 16 };

/* A valid input of at most FUZZ_SEED_BYTES; returns its length. */
size_t fuzz_seed(struct hb_random *random, uint8_t *out);

/* What is left of an input that is read byte by byte. */
struct fuzz_rest {
    const uint8_t *at;
    size_t left;
};

/* The next byte; 0 when none is left. */
uint8_t fuzz_take(struct fuzz_rest *rest);

/* A path under which `data` can be read as a file until the next call. */
const char *fuzz_file(const uint8_t *data, size_t size);

/* Aborts with the condition's text, unless it holds. */
#define fuzz_check(condition) ((condition) ? (void)0 : fuzz_fail(#condition, __FILE__, __LINE__))
_Noreturn void fuzz_fail(const char *condition, const char *file, int line);

/* The promises of workload.h, checked on their own: ids count births, nothing dead is named,
 * peaks are right, waits ascend and make up the time. */
void fuzz_check_workload(const struct hb_workload *workload);

/* Random valid operations of all kinds; returns how many, at most `room`. */
size_t fuzz_ops(struct hb_random *random, struct hb_op *out, size_t room);

#endif

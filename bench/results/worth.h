/*
 * worth.h - what an allocator would save a recorded program, in seconds and as a share of its processor time.
 *
 * It is of the calls alone. What the allocator's placement gives or costs the program's own caches is not in
 * it, nor what the program's caches cost the allocator. The program's time is that of the recorded run, with
 * what the recorder took of it (10 to 20 ns an operation), so that shares come out too small.
 */
#ifndef HB_BENCH_RESULTS_WORTH_H
#define HB_BENCH_RESULTS_WORTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A replay of the whole trace: nanoseconds per operation, the medians of the same rounds. */
struct hb_worth_times {
    uint64_t program_cpu_ns; /* 0: not known */
    uint64_t ops;
    double baseline_ns, allocator_ns, null_ns;
};

struct hb_worth {
    bool known;       /* false where the program's time or one of the others is not */
    double program_s; /* its processor time */
    double saved_s;   /* by the allocator; below 0 where it would cost more */
    double share;     /* saved_s of program_s */
};

/* Each time counts as far as it is above the null allocator's, which is the harness's own. */
struct hb_worth hb_worth_compute(const struct hb_worth_times *times);

/*
 * "jemalloc would save 210 ms of the program's 4.90 s of processor time (4.3 %): of the calls alone, not of
 * the program's own caches"; without an end, for `worth` that is known. Returns `out`, of `bytes`, 1 or more.
 */
const char *hb_worth_describe(const struct hb_worth *worth, const char *allocator, char *out, size_t bytes);

#endif

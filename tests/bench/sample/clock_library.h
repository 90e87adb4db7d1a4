/*
 * clock_library.h - what clock_library.c writes down at each allocation.
 */
#ifndef HB_TESTS_BENCH_SAMPLE_CLOCK_LIBRARY_H
#define HB_TESTS_BENCH_SAMPLE_CLOCK_LIBRARY_H

#include <stdint.h>

struct clock_reading {
    int64_t machine_before_ns, monotonic_ns, machine_after_ns; /* in this order */
    int64_t coarse_ns, day_ns, day_us, day_s;
    int64_t processor_ns;
    int64_t sleeps; /* that came to their end, at the tenth allocation; else 0 */
};

#endif

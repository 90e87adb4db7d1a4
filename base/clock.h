/*
 * clock.h - the one clock: monotonic, nanoseconds since an arbitrary moment; and its companion, which counts
 * the processor time of a thread.
 */
#ifndef HB_BASE_CLOCK_H
#define HB_BASE_CLOCK_H

#include <stdint.h>

uint64_t hb_clock_ns(void);

/* The processor time that the calling thread has used, user and system, in nanoseconds. */
uint64_t hb_clock_cpu_ns(void);

/* The median cost in nanoseconds of one hb_clock_ns() pair, measured now over a thousand pairs. */
uint64_t hb_clock_pair_cost_ns(void);

#endif

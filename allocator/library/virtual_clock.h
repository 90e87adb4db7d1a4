/*
 * virtual_clock.h - a clock that a library under test reads in place of the machine's: the recording's.
 *
 * A library that gives memory back by the clock does so while it is called. A replay of a second in which the
 * program's minutes passed would never see it, so the replay says what the time is. The clock is never behind
 * what it was told last, never goes back, and runs on with the machine's from its first reading, so that who
 * waits for a moment by reading it does not wait for ever. Before it is begun, it is the machine's.
 *
 * What is replaced is in the library alone: its table of addresses of other objects' functions, once it is
 * loaded, and that of libstdc++, through which C++ reads the clock. The harness reads the machine's clock as
 * before. A library that reads it by an instruction (rdtsc), a system call of its own or the vDSO cannot be
 * had, and is not told.
 */
#ifndef HB_ALLOCATOR_LIBRARY_VIRTUAL_CLOCK_H
#define HB_ALLOCATOR_LIBRARY_VIRTUAL_CLOCK_H

#include "allocator/allocator.h"

/* No later time than this is shown: 100 years. */
#define HB_VIRTUAL_CLOCK_MOST_NS (UINT64_C(100) * 31557600 * 1000000000)

/*
 * From now on the library reads the virtual clock, and what it sleeps by it is converted. Returns how many of
 * its references lead to functions that read it: 0 where it reads no clock that can be had, and for what is
 * built in. Such a one need not be told.
 */
unsigned hb_virtual_clock_give(const struct hb_allocator *allocator);

/* The recording begins now. Between the times that it is told, the clock runs `rate` times as fast as the
 * machine's: more than 0. Once a process: a second recording changes nothing until it is ahead of the first.
 */
void hb_virtual_clock_begin(double rate);

/* So much time has passed since the recording began. What is less than was said before changes nothing. Any
 * thread may say it at any time; it costs a few instructions. */
void hb_virtual_clock_set_ns(uint64_t ns);

#endif

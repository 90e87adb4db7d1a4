/*
 * failing.h - memory that runs out on demand.
 *
 * A program linked with -Wl,--wrap for each of these functions can let the nth call from our own objects
 * fail; calls from inside shared libraries are not counted.
 */
#ifndef HB_TESTS_WORKLOADS_FAILING_H
#define HB_TESTS_WORKLOADS_FAILING_H

#include <stdbool.h>

/* The call after `calls` more fails, and those after it. Negative: none does. */
void hb_test_fail_after(long calls);

/* Whether a call has failed since then. */
bool hb_test_has_failed(void);

#endif

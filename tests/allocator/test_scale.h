/*
 * test_scale.h - how much random work a build can do: sanitizers and checks make each step many times dearer.
 */
#ifndef HB_TESTS_TEST_SCALE_H
#define HB_TESTS_TEST_SCALE_H

#if HB_SANITIZED
#define HB_TEST_SCALE(full, sanitized) (sanitized)
#else
#define HB_TEST_SCALE(full, sanitized) (full)
#endif

#endif

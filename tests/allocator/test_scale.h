/*
 * test_scale.h - how much random work a build can do: sanitizers, checks and a compiler that does not
 * optimise each make a step several times dearer.
 */
#ifndef HB_TESTS_TEST_SCALE_H
#define HB_TESTS_TEST_SCALE_H

#if HB_SANITIZED || defined(HB_CHECKED) || !defined(__OPTIMIZE__)
#define HB_TEST_SCALE(full, slow) (slow)
#else
#define HB_TEST_SCALE(full, slow) (full)
#endif

#endif

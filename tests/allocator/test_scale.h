/*
 * test_scale.h - how much random work a build can do: sanitizers, checks, a compiler that does not optimise
 * and an emulator (cmake/toolchain) each make a step several times dearer.
 */
#ifndef HB_TESTS_TEST_SCALE_H
#define HB_TESTS_TEST_SCALE_H

#if HB_SANITIZED || defined(HB_CHECKED) || defined(HB_EMULATED) || !defined(__OPTIMIZE__)
#define HB_TEST_SCALE(full, slow) (slow)
#else
#define HB_TEST_SCALE(full, slow) (full)
#endif

#endif

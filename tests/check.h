/*
 * check.h - cmocka, with the headers that it wants first, and a way to name a test by a sentence.
 *
 *     static const struct CMUnitTest tests[] = {
 *         hb_test("a heap of 7 bytes is refused", seven_bytes),
 *     };
 */
#ifndef HB_TESTS_CHECK_H
#define HB_TESTS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define hb_test(sentence, function)          \
    {                                        \
        sentence, function, NULL, NULL, NULL \
    }

#endif

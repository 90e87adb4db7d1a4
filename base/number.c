#include "base/number.h"

#include <stddef.h>

/* Reads digits from `*cursor`, leaving it at the first that is not one. */
static bool parse_digits(const char **cursor, uint64_t *out)
{
    uint64_t value = 0;
    const char *p = *cursor;

    if (*p < '0' || *p > '9')
        return false;
    for (; *p >= '0' && *p <= '9'; p++) {
        if (__builtin_mul_overflow(value, UINT64_C(10), &value))
            return false;
        if (__builtin_add_overflow(value, (uint64_t)(*p - '0'), &value))
            return false;
    }
    *cursor = p;
    *out = value;
    return true;
}

bool hb_number_parse(const char *text, uint64_t *out)
{
    uint64_t value;

    if (text == NULL || !parse_digits(&text, &value) || *text != '\0')
        return false;
    *out = value;
    return true;
}

static int suffix_shift(char suffix)
{
    switch (suffix) {
    case '\0':
        return 0;
    case 'K':
    case 'k':
        return 10;
    case 'M':
    case 'm':
        return 20;
    case 'G':
    case 'g':
        return 30;
    default:
        return -1;
    }
}

bool hb_number_parse_size(const char *text, uint64_t *out)
{
    uint64_t value;
    int shift;

    if (text == NULL || !parse_digits(&text, &value))
        return false;
    shift = suffix_shift(*text);
    if (shift < 0 || (shift > 0 && text[1] != '\0'))
        return false;
    if (value > UINT64_MAX >> shift)
        return false;
    *out = value << shift;
    return true;
}

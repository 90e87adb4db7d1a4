#include "base/number.h"

#include <stddef.h>
#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Reads digits from `*cursor`, leaving it at the first that is not one, and puts them behind those of `*out`.
 */
static bool append_digits(const char **cursor, uint64_t *out)
{
    uint64_t value = *out;
    const char *p = *cursor;

    if (!is_digit(*p))
        return false;
    for (; is_digit(*p); p++) {
        if (__builtin_mul_overflow(value, UINT64_C(10), &value))
            return false;
        if (__builtin_add_overflow(value, (uint64_t)(*p - '0'), &value))
            return false;
    }
    *cursor = p;
    *out = value;
    return true;
}

static bool parse_digits(const char **cursor, uint64_t *out)
{
    *out = 0;
    return append_digits(cursor, out);
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

/* Powers of ten nanoseconds; negative when `text` is no unit. */
static int unit_power(const char *text)
{
    static const char *const units[] = {"ns", "us", "ms", "s"};

    for (int i = 0; i < 4; i++)
        if (strcmp(text, units[i]) == 0)
            return 3 * i;
    return -1;
}

/* `value` times 10^`power`; false when that is no whole number of 64 bits. */
static bool scale(uint64_t value, int power, uint64_t *out)
{
    for (; power > 0; power--)
        if (__builtin_mul_overflow(value, UINT64_C(10), &value))
            return false;
    for (; power < 0; power++) {
        if (value % 10 != 0)
            return false;
        value /= 10;
    }
    *out = value;
    return true;
}

/* A time in units of 10^`power` nanoseconds. */
static bool parse_time(const char *text, int power, uint64_t *out)
{
    uint64_t value;
    const char *point;
    int decimals = 0, unit;

    if (text == NULL || !parse_digits(&text, &value))
        return false;
    if (*text == '.') {
        point = text++;
        if (!append_digits(&text, &value))
            return false;
        decimals = (int)(text - point - 1);
    }
    unit = unit_power(text);
    return unit >= 0 && scale(value, unit - decimals - power, out);
}

bool hb_number_parse_ns(const char *text, uint64_t *out)
{
    return parse_time(text, 0, out);
}

bool hb_number_parse_us(const char *text, uint64_t *out)
{
    return parse_time(text, 3, out);
}

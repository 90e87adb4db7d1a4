/*
 * number.c - digits, suffixes and units read strictly; counts in groups of three and figures of three digits.
 */
#include "base/number.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
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

/* -- showing -- */

/* What rounds up to one digit more has it. */
static int decimals(double value)
{
    return value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
}

struct hb_shown hb_show_count(uint64_t count)
{
    struct hb_shown shown;
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%" PRIu64, count), used = 0;

    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            shown.text[used++] = ' ';
        shown.text[used++] = digits[i];
    }
    shown.text[used] = '\0';
    return shown;
}

struct hb_shown hb_show_counted(uint64_t count, const char *noun)
{
    struct hb_shown shown = hb_show_count(count);
    size_t used = strlen(shown.text);

    assert(strlen(noun) <= 30);
    snprintf(shown.text + used, sizeof shown.text - used, " %s%s", noun, count != 1 ? "s" : "");
    return shown;
}

struct hb_shown hb_show_figure(double value)
{
    struct hb_shown shown;

    assert(value >= 0);
    snprintf(shown.text, sizeof shown.text, "%.*f", decimals(value), value);
    return shown;
}

/* `value` in the largest unit of which it is not less than one, as `step` of each make one of the next. */
static struct hb_shown show_in_units(double value, double step, const char *const *units)
{
    struct hb_shown shown = hb_show_figure(value);
    size_t used;

    for (; value >= 999.5 && units[1] != NULL; units++) {
        value /= step;
        shown = hb_show_figure(value);
    }
    used = strlen(shown.text);
    snprintf(shown.text + used, sizeof shown.text - used, " %s", units[0]);
    return shown;
}

struct hb_shown hb_show_ratio(double ratio)
{
    struct hb_shown shown;

    snprintf(shown.text, sizeof shown.text, ratio < 10 ? "%.3f" : "%.1f", ratio);
    return shown;
}

struct hb_shown hb_show_bytes(uint64_t bytes)
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB", NULL};
    struct hb_shown shown;

    if (bytes >= 1000)
        return show_in_units((double)bytes / 1024, 1024, units);
    snprintf(shown.text, sizeof shown.text, "%" PRIu64 " B", bytes);
    return shown;
}

struct hb_shown hb_show_seconds(double seconds)
{
    static const char *const units[] = {"ns", "us", "ms", "s", NULL};
    static const struct hb_shown none = {"0 s"};

    return seconds > 0 ? show_in_units(seconds * 1e9, 1000, units) : none;
}

struct hb_shown hb_show_size(uint64_t bytes)
{
    static const char *const suffixes[] = {"", "K", "M", "G"};
    struct hb_shown shown;
    int suffix = 0;

    for (; suffix < 3 && bytes > 0 && bytes % 1024 == 0; suffix++)
        bytes /= 1024;
    snprintf(shown.text, sizeof shown.text, "%" PRIu64 "%s", bytes, suffixes[suffix]);
    return shown;
}

uint64_t hb_number_common_divisor(uint64_t a, uint64_t b)
{
    while (b != 0) {
        uint64_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

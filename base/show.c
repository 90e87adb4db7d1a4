/*
 * show.c - counts in groups of three, and figures of three digits with a unit.
 */
#include "base/show.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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

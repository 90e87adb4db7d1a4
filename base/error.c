/*
 * error.c - sentences put together.
 */
#include "base/error.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/printable.h"

enum { NAME_MOST = 40 }; /* letters: longer ones are not compared */

__attribute__((format(printf, 3, 0))) static void
write_sentence(struct hb_error *error, enum hb_status status, const char *format, va_list args)
{
    if (error == NULL)
        return;
    error->status = status;
    vsnprintf(error->text, sizeof error->text, format, args);
    hb_make_printable(error->text, sizeof error->text);
}

enum hb_status hb_error_set(struct hb_error *error, enum hb_status status, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    write_sentence(error, status, format, args);
    va_end(args);
    return status;
}

enum hb_status hb_error_set_errno(struct hb_error *error, enum hb_status status, const char *format, ...)
{
    int saved = errno;
    va_list args;

    va_start(args, format);
    write_sentence(error, status, format, args);
    va_end(args);
    if (error != NULL) {
        size_t used = strlen(error->text);

        snprintf(error->text + used, sizeof error->text - used, ": %s", strerror(saved));
    }
    errno = saved;
    return status;
}

/* -- "did you mean" -- */

static bool is_same(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static size_t least_of(size_t a, size_t b)
{
    return a < b ? a : b;
}

/*
 * Letters to be added, left out, changed, or swapped with their neighbour, to make one of the other: the
 * "optimal string alignment" distance. Rows are of `a`, of which three are kept.
 */
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t rows[3][NAME_MOST + 1] = {{0}};

    for (size_t j = 0; j <= b_length; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        const size_t *before = rows[(i + 1) % 3], *last = rows[(i + 2) % 3];
        size_t *row = rows[i % 3];

        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            row[j] = least_of(least_of(last[j], row[j - 1]) + 1, last[j - 1] + !is_same(a[i - 1], b[j - 1]));
            if (i > 1 && j > 1 && is_same(a[i - 1], b[j - 2]) && is_same(a[i - 2], b[j - 1]))
                row[j] = least_of(row[j], before[j - 2] + 1);
        }
    }
    return rows[a_length % 3][b_length];
}

/* How far a name is from what was typed; a beginning of it is near. SIZE_MAX: too far. */
static size_t how_far(const char *typed, const char *name)
{
    size_t typed_length = strlen(typed), length = strlen(name), far;

    if (typed_length < 2 || typed_length > NAME_MOST || length > NAME_MOST)
        return SIZE_MAX;
    if (strncasecmp(typed, name, typed_length) == 0)
        return length > typed_length;
    far = distance(typed, typed_length, name, length);
    return far <= typed_length / 3 ? far : SIZE_MAX;
}

void hb_unknown_offer(struct hb_unknown *unknown, const char *known)
{
    size_t used = strlen(unknown->known), far = how_far(unknown->name, known);

    snprintf(unknown->known + used, sizeof unknown->known - used, "%s%s", used > 0 ? ", " : "", known);
    if (far == SIZE_MAX || (unknown->hint[0] != '\0' && far >= unknown->distance))
        return;
    unknown->distance = far;
    snprintf(unknown->hint, sizeof unknown->hint, " (did you mean '%s'?)", known);
}

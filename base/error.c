/*
 * error.c - sentences put together.
 */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/printable.h"

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

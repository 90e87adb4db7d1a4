#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum hb_status hb_error_set(struct hb_error *error, enum hb_status status, const char *format, ...)
{
    va_list args;

    if (error == NULL)
        return status;
    error->status = status;
    va_start(args, format);
    vsnprintf(error->text, sizeof error->text, format, args);
    va_end(args);
    return status;
}

enum hb_status hb_error_set_errno(struct hb_error *error, enum hb_status status, const char *format, ...)
{
    int saved = errno;
    size_t used;
    va_list args;

    if (error == NULL)
        return status;
    error->status = status;
    va_start(args, format);
    vsnprintf(error->text, sizeof error->text, format, args);
    va_end(args);
    used = strlen(error->text);
    snprintf(error->text + used, sizeof error->text - used, ": %s", strerror(saved));
    errno = saved;
    return status;
}

const char *hb_status_name(enum hb_status status)
{
    switch (status) {
    case HB_OK:
        return "ok";
    case HB_ERR_USAGE:
        return "usage";
    case HB_ERR_IO:
        return "io";
    case HB_ERR_FORMAT:
        return "format";
    case HB_ERR_LIMIT:
        return "limit";
    case HB_ERR_MEMORY:
        return "memory";
    case HB_ERR_UNAVAILABLE:
        return "unavailable";
    case HB_ERR_CHILD:
        return "child";
    }
    return "unknown";
}

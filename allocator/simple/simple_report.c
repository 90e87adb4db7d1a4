#include "allocator/simple/simple_report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static hb_simple_handler *installed_handler;

hb_simple_handler *hb_simple_on_misuse(hb_simple_handler *handler)
{
    hb_simple_handler *previous = installed_handler;

    installed_handler = handler;
    return previous;
}

/* Ends like a failed assertion, and for the same reason: there is no heap left to go on with. */
static _Noreturn void report(const char *allocator, enum hb_simple_misuse kind, int64_t offset,
                             const char *text)
{
    const struct hb_simple_report misuse = {.kind = kind, .offset = offset, .text = text};

    if (installed_handler != NULL)
        installed_handler(&misuse);
    else
        fprintf(stderr, "%s: %s\n", allocator, text);
    abort();
}

void hb_simple_report_smashed(const char *allocator, int64_t offset, uint64_t heap_bytes)
{
    char text[160];

    snprintf(text, sizeof text,
             "the record at offset %" PRId64 " was overwritten: no range of this heap of %" PRIu64
             " bytes has its length",
             offset, heap_bytes);
    report(allocator, HB_SIMPLE_SMASHED, offset, text);
}

void hb_simple_report_foreign(const char *allocator, const void *block, int64_t offset, uint64_t heap_bytes)
{
    char text[160];

    snprintf(text, sizeof text,
             "pointer %p is not of this heap of %" PRIu64 " bytes: it lies at offset %" PRId64
             " from its start",
             block, heap_bytes, offset);
    report(allocator, HB_SIMPLE_FOREIGN, offset, text);
}

void hb_simple_report_no_start(const char *allocator, int64_t offset, uint64_t begins, bool swallowed)
{
    char text[200];

    snprintf(text, sizeof text,
             "pointer at offset %" PRId64
             " is not one that malloc returned%s: the %srange there begins at %" PRIu64,
             offset, swallowed ? ", or it was freed before" : "", swallowed ? "free " : "", begins);
    report(allocator, HB_SIMPLE_NO_START, offset, text);
}

void hb_simple_report_double_free(const char *allocator, int64_t offset)
{
    char text[160];

    snprintf(text, sizeof text, "pointer at offset %" PRId64 " was freed before: its range is free", offset);
    report(allocator, HB_SIMPLE_DOUBLE_FREE, offset, text);
}

/*
 * guard.c - sizes of blocks, the filled bytes behind them, and the end of a program that wrote there.
 */
#include "allocator/live/guard.h"

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocator/live/live.h"
#include "allocator/simple/simple.h"
#include "base/map.h"

enum { FILL = 0xfd };

static struct {
    struct hb_map sizes; /* a size that the map has no number for is kept as HB_MAP_MAX_VALUE: no guard */
    const char *call;
    const void *block;
} guard;

static const char *const misuses[] = {
    [HB_SIMPLE_DOUBLE_FREE] = "of a block that is free already",
    [HB_SIMPLE_FOREIGN] = "of a pointer from elsewhere",
    [HB_SIMPLE_NO_START] = "of a pointer at which no block begins",
    [HB_SIMPLE_SMASHED] =
        "in a heap that was written over, by a write past a block's end or into a freed one",
};

/* A handler of the program's would find the heap locked, and misused. */
static void tell(const char *misuse, const char *text)
{
    char block[32] = "";

    if (guard.block != NULL)
        snprintf(block, sizeof block, "(%p)", guard.block);
    hb_live_say("%s%s %s: %s", guard.call, block, misuse, text);
    signal(SIGABRT, SIG_DFL);
}

static void tell_report(const struct hb_simple_report *report)
{
    tell(misuses[report->kind], report->text);
}

bool hb_guard_init(void)
{
    hb_simple_on_misuse(tell_report);
    return hb_map_init(&guard.sizes);
}

void hb_guard_enter(const char *call, const void *block)
{
    guard.call = call;
    guard.block = block;
}

bool hb_guard_add(void *block, size_t size)
{
    memset((char *)block + size, FILL, HB_GUARD_BYTES);
    return hb_map_put(&guard.sizes, (uintptr_t)block,
                      size < HB_MAP_MAX_VALUE ? (uint32_t)size : HB_MAP_MAX_VALUE);
}

static _Noreturn void report_overflow(size_t size, size_t written)
{
    char text[120];

    snprintf(text, sizeof text, "byte %zu was written, of a block that was asked for with %zu", written,
             size);
    tell("of a block whose end was written past", text);
    abort();
}

bool hb_guard_check(const void *block, size_t *size)
{
    const unsigned char *bytes = block;
    uint32_t noted;

    if (!hb_map_find(&guard.sizes, (uintptr_t)block, &noted))
        return false;
    for (size_t i = noted; noted != HB_MAP_MAX_VALUE && i < (size_t)noted + HB_GUARD_BYTES; i++)
        if (bytes[i] != FILL)
            report_overflow(noted, i + 1);
    *size = noted;
    return true;
}

void hb_guard_remove(const void *block)
{
    uint32_t size;

    hb_map_take(&guard.sizes, (uintptr_t)block, &size);
}

void hb_guard_refuse(void)
{
    tell(misuses[HB_SIMPLE_NO_START], "it is none that malloc returned, or it was freed before");
    abort();
}

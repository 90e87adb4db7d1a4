/*
 * failure_reason - the one place that says why a heap had no room.
 */
#include "bench/replay/replay.h"

enum hb_failure_reason hb_failure_reason(uint64_t need, uint64_t free_bytes, uint64_t largest_run_bytes)
{
    if (free_bytes < need)
        return HB_FAILURE_FULL;
    return largest_run_bytes >= need ? HB_FAILURE_UNMERGED : HB_FAILURE_SCATTERED;
}

const char *hb_failure_reason_name(enum hb_failure_reason reason)
{
    static const char *const names[] = {
        [HB_FAILURE_NONE] = NULL,
        [HB_FAILURE_FULL] = "full",
        [HB_FAILURE_UNMERGED] = "unmerged",
        [HB_FAILURE_SCATTERED] = "scattered",
    };

    return names[reason];
}

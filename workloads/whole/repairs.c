/*
 * repairs.c - what was repaired, in a sentence.
 */
#include "workloads/whole/repairs.h"

#include <stdio.h>
#include <string.h>

uint64_t hb_repairs_dropped(const struct hb_repairs *repairs)
{
    return repairs->unknown_frees + repairs->late_frees + repairs->made_up_frees + repairs->lost_calls +
           repairs->excess_births;
}

const char *hb_repairs_describe(const struct hb_repairs *repairs, char *out, size_t bytes)
{
    const struct {
        uint64_t count;
        const char *one, *many;
    } parts[] = {
        {repairs->unknown_frees, "free of an unknown address left out",
         "frees of unknown addresses left out"},
        {repairs->late_frees, "free that came late put in its place",
         "frees that came late put in their place"},
        {repairs->made_up_frees, "free made up", "frees made up"},
        {repairs->lost_calls, "call without its result left out", "calls without their results left out"},
        {repairs->excess_births, "allocation beyond 2^32 objects left out",
         "allocations beyond 2^32 objects left out"},
    };
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && used < bytes; i++)
        if (parts[i].count > 0)
            used += (size_t)snprintf(out + used, bytes - used, "%s%llu %s", used > 0 ? ", " : "",
                                     (unsigned long long)parts[i].count,
                                     parts[i].count == 1 ? parts[i].one : parts[i].many);
    return out;
}

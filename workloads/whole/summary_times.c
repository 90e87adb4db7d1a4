/*
 * summary_times.c - when operations came: rate, silences and bursts, from the table of waits alone.
 */
#include <string.h>

#include "workloads/whole/summary.h"

/* Keeps the list of silences sorted; the shortest of a full list falls out. */
static void take_silence(struct hb_times *times, uint64_t start_us, struct hb_wait wait)
{
    unsigned at = times->silence_count;

    while (at > 0 && times->silences[at - 1].wait.us < wait.us)
        at--;
    if (at == HB_SILENCES)
        return;
    if (times->silence_count < HB_SILENCES)
        times->silence_count++;
    memmove(&times->silences[at + 1], &times->silences[at],
            (times->silence_count - at - 1) * sizeof times->silences[0]);
    times->silences[at] = (struct hb_silence){.start_us = start_us, .wait = wait};
}

/* The least t for which 10 t >= part * duration: without overflow. */
uint64_t hb_times_part_us(uint64_t duration_us, unsigned part)
{
    return duration_us / HB_TIME_PARTS * part +
           (duration_us % HB_TIME_PARTS * part + HB_TIME_PARTS - 1) / HB_TIME_PARTS;
}

/* The last part when `time_us` is the whole duration; the first when there is none. */
static unsigned part_of(uint64_t duration_us, uint64_t time_us)
{
    unsigned part = 0;

    while (duration_us > 0 && part + 1 < HB_TIME_PARTS && time_us >= hb_times_part_us(duration_us, part + 1))
        part++;
    return part;
}

struct hb_times hb_workload_times(const struct hb_workload *workload)
{
    struct hb_times times = {.silence_count = 0};
    uint64_t time_us = 0, done = 0;

    for (uint64_t i = 0; i < workload->wait_count; i++) {
        struct hb_wait wait = workload->waits[i];

        times.ops_in_part[part_of(workload->time_us, time_us)] += wait.before_op - done;
        done = wait.before_op;
        take_silence(&times, time_us, wait);
        if (wait.us <= HB_BURST_WAIT_US)
            times.burst_us += wait.us;
        time_us += wait.us;
    }
    times.ops_in_part[part_of(workload->time_us, time_us)] += workload->op_count - done;
    return times;
}

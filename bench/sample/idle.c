/*
 * idle.c - sleeps, and looks at memory when it is time to.
 */
#include "bench/sample/idle.h"

#include <assert.h>
#include <errno.h>
#include <time.h>

#include "base/clock.h"
#include "base/progress.h"

enum { NAP_MS = 200 }; /* between two words about the progress */

const char *hb_stage_name(enum hb_stage stage)
{
    static const char *const names[] = {[HB_STAGE_LOADING] = "loading",
                                        [HB_STAGE_WORK] = "work",
                                        [HB_STAGE_SILENCE] = "silence",
                                        [HB_STAGE_FREED] = "freed"};

    return names[stage < HB_STAGES ? stage : HB_STAGE_LOADING];
}

uint32_t hb_idle_moments(uint64_t idle_ms, uint64_t after_ms[HB_IDLE_LOOKS])
{
    const uint64_t wanted[HB_IDLE_LOOKS] = {0, 1000, 10000, idle_ms};
    uint64_t last = 0;
    uint32_t count = 0;

    for (uint32_t i = 0; i < HB_IDLE_LOOKS; i++)
        if (wanted[i] <= idle_ms && (count == 0 || wanted[i] > last))
            after_ms[count++] = last = wanted[i];
    return count;
}

void hb_idle_sleep(uint64_t ms)
{
    struct timespec left = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};

    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        ;
}

static void sleep_until(uint64_t begun_ns, uint64_t after_ms)
{
    for (;;) {
        uint64_t passed_ms = (hb_clock_ns() - begun_ns) / 1000000;
        uint64_t left_ms = after_ms > passed_ms ? after_ms - passed_ms : 0;

        hb_progress_set(NULL, passed_ms);
        if (left_ms == 0)
            return;
        hb_idle_sleep(left_ms < NAP_MS ? left_ms : NAP_MS);
    }
}

void hb_idle_wait(uint64_t idle_ms, const struct hb_memory_look *base, struct hb_idle *idle)
{
    uint64_t begun_ns = hb_clock_ns(), after_ms[HB_IDLE_LOOKS];
    uint32_t count = hb_idle_moments(idle_ms, after_ms);

    assert(count > 0 && idle->count == 0);
    for (uint32_t i = 0; i < count; i++) {
        struct hb_idle_look *look = &idle->looks[i];

        sleep_until(begun_ns, after_ms[i]);
        look->after_ms = after_ms[i];
        if (!hb_memory_look(0, base, &look->memory))
            return; /* not known */
        idle->count = i + 1;
    }
}

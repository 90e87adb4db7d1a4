/*
 * schedule.c - waits until an operation is due, by the monotonic clock.
 */
#include "bench/replay/schedule.h"

#include <assert.h>
#include <errno.h>
#include <sys/prctl.h>
#include <time.h>

#include "allocator/library/virtual_clock.h"
#include "base/clock.h"
#include "base/pages.h"
#include "base/progress.h"

#define SECOND_NS UINT64_C(1000000000)

/* What comes early by less is not waited for: the recording does not know it more closely. */
#define EARLY_NS UINT64_C(1000000)

uint64_t hb_recorded_us(const struct hb_prepared *prepared, uint64_t op)
{
    uint64_t us = 0;

    for (uint64_t i = 0; i < prepared->wait_count && prepared->waits[i].before_op <= op; i++)
        if (__builtin_add_overflow(us, prepared->waits[i].us, &us))
            return UINT64_MAX; /* no trace's: the format has a limit below */
    return us;
}

double hb_paced_seconds(const struct hb_prepared *prepared, uint64_t ops, double pace)
{
    return pace > 0 ? (double)hb_recorded_us(prepared, ops) / 1e6 * pace : 0;
}

bool hb_recorded_is_known(const struct hb_prepared *prepared)
{
    return prepared->wait_count > 0 &&
           hb_recorded_us(prepared, prepared->op_count) <= HB_VIRTUAL_CLOCK_MOST_NS / 1000;
}

/* The notes are joined until so much time has passed. */
static uint64_t told_every_us(const struct hb_prepared *prepared)
{
    uint64_t most = prepared->op_count / HB_TOLD_OPS;

    return hb_recorded_us(prepared, prepared->op_count) / (most > HB_TOLD_LEAST ? most : HB_TOLD_LEAST) + 1;
}

/* Each before the operation before which its last part came. */
static void join_notes(struct hb_schedule *schedule, const struct hb_prepared *prepared)
{
    const uint64_t every_us = told_every_us(prepared);
    struct hb_wait *out = schedule->joined;
    uint64_t us = 0;

    for (uint64_t i = 0; i < prepared->wait_count; i++) {
        us += prepared->waits[i].us;
        if (us < every_us && i + 1 < prepared->wait_count)
            continue;
        *out++ = (struct hb_wait){.before_op = prepared->waits[i].before_op, .us = us};
        us = 0;
    }
    schedule->next = schedule->joined;
    schedule->end = out;
}

enum hb_status hb_schedule_open(struct hb_schedule *schedule, const struct hb_prepared *prepared, double pace,
                                bool tells, struct hb_error *error)
{
    assert(pace >= 0 && pace <= HB_PACE_MOST);
    *schedule = (struct hb_schedule){.next = prepared->waits,
                                     .end = prepared->waits + prepared->wait_count,
                                     .pace = prepared->wait_count > 0 ? pace : 0,
                                     .tells = tells && hb_recorded_is_known(prepared)};
    if (schedule->pace > 0 || !schedule->tells)
        return HB_OK;
    schedule->joined_bytes = prepared->wait_count * sizeof *schedule->joined;
    schedule->joined = hb_pages_alloc(schedule->joined_bytes);
    if (schedule->joined == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "no memory for the times of %s", prepared->name);
    join_notes(schedule, prepared);
    return HB_OK;
}

void hb_schedule_close(struct hb_schedule *schedule)
{
    hb_pages_free(schedule->joined, schedule->joined_bytes);
}

/* Sleeps, a second at a time: somebody may be shown how far the recording is. */
static void sleep_until(const struct hb_schedule *schedule, uint64_t due_ns)
{
    for (uint64_t now_ns = hb_clock_ns(); now_ns < due_ns; now_ns = hb_clock_ns()) {
        uint64_t until_ns = due_ns - now_ns > SECOND_NS ? now_ns + SECOND_NS : due_ns;
        const struct timespec until = {.tv_sec = (time_t)(until_ns / SECOND_NS),
                                       .tv_nsec = (long)(until_ns % SECOND_NS)};

        if (!schedule->silent)
            hb_progress_set(NULL, (uint64_t)((double)(now_ns - schedule->begun_ns) / 1e3));
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
            ;
    }
}

/* `last`: all operations are done, and what is early is waited for to the end. */
static void wait_until_due(struct hb_schedule *schedule, bool last)
{
    uint64_t due_ns = schedule->begun_ns + (uint64_t)((double)schedule->recorded_us * 1e3 * schedule->pace);
    uint64_t now_ns = hb_clock_ns();

    if (now_ns + (last ? 0 : EARLY_NS) < due_ns) {
        sleep_until(schedule, due_ns);
        now_ns = hb_clock_ns();
    }
    if (now_ns > due_ns && now_ns - due_ns > schedule->late_ns)
        schedule->late_ns = now_ns - due_ns;
    schedule->taken_ns = now_ns - schedule->begun_ns;
}

void hb_schedule_begin_clock(const struct hb_schedule *schedule)
{
    if (schedule->tells)
        hb_virtual_clock_begin(schedule->pace > 0 ? 1 / schedule->pace : 1);
}

static void begin(struct hb_schedule *schedule)
{
    schedule->begun = true;
    hb_schedule_begin_clock(schedule);
    if (schedule->pace <= 0)
        return;
    prctl(PR_SET_TIMERSLACK, 1UL); /* else a sleep is 50 us too long; refused, it is so */
    schedule->begun_ns = hb_clock_ns();
}

uint64_t hb_schedule_reach(struct hb_schedule *schedule, uint64_t op, uint64_t to)
{
    if (schedule->pace <= 0 && !schedule->tells)
        return to;
    if (!schedule->begun)
        begin(schedule);
    for (; schedule->next < schedule->end && schedule->next->before_op <= op; schedule->next++)
        schedule->recorded_us += schedule->next->us;
    if (schedule->pace > 0)
        wait_until_due(schedule, op == to);
    if (schedule->tells)
        hb_virtual_clock_set_ns(schedule->recorded_us * 1000);
    return schedule->next < schedule->end && schedule->next->before_op < to ? schedule->next->before_op : to;
}

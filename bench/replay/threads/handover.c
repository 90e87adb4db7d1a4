/*
 * handover.c - waiting: spin, yield, sleep.
 */
#include "bench/replay/threads/handover.h"

#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

enum { FIRST_SLEEP_MS = 1, LONGEST_SLEEP_MS = 512 };

void hb_futex_sleep(_Atomic uint32_t *word, uint32_t value)
{
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

void hb_futex_wake_all(_Atomic uint32_t *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

static void sleep_once(struct hb_waiter *self, uint32_t bell, long most_ms)
{
    const struct timespec most = {.tv_nsec = most_ms * 1000000};

    syscall(SYS_futex, &self->bell, FUTEX_WAIT_PRIVATE, bell, &most, NULL, 0);
}

void hb_waiter_ring(struct hb_waiter *other)
{
    atomic_fetch_add(&other->bell, 1);
    syscall(SYS_futex, &other->bell, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void sleep_until(struct hb_waiter *self, const void *what, hb_waiter_is_over *is_over, void *context)
{
    long most_ms = FIRST_SLEEP_MS;
    bool over;

    atomic_store(&self->asleep_for, what);
    do {
        uint32_t bell = atomic_load(&self->bell);

        over = is_over(context);
        if (!over)
            sleep_once(self, bell, most_ms);
        most_ms = most_ms < LONGEST_SLEEP_MS ? 2 * most_ms : LONGEST_SLEEP_MS;
    } while (!over);
    atomic_store_explicit(&self->asleep_for, NULL, memory_order_relaxed);
}

__attribute__((noinline, cold)) void hb_waiter_wait(struct hb_waiter *self, const void *what,
                                                    hb_waiter_is_over *is_over, void *context)
{
    bool over = false;

    self->begun_ns = hb_clock_ns();
    for (uint32_t i = 0; i < self->spins && !over; i++) {
        hb_waiter_pause();
        over = is_over(context);
    }
    for (uint32_t i = 0; i < self->yields && !over; i++) {
        sched_yield();
        over = is_over(context);
    }
    if (!over)
        sleep_until(self, what, is_over, context);
    self->ended_ns = hb_clock_ns();
    self->waits++;
    self->waited_ns += self->ended_ns - self->begun_ns;
}

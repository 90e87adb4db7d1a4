/*
 * handover.h - how a thread of a replay waits for another, and how that one wakes it.
 *
 * Who has something for another thread stores it and goes on: no lock, no fence, no count that threads share.
 * Only where the other one has said that it sleeps for that very thing is it woken. The store and the look at
 * the sleeper may pass each other, so that a wake-up is lost once in a long while; therefore a first sleep
 * lasts no longer than a millisecond. Each one after it may last twice as long: everybody knows of the
 * sleeper by then, and a thousand that look every millisecond would leave no processor to who has the turn.
 */
#ifndef HB_BENCH_REPLAY_THREADS_HANDOVER_H
#define HB_BENCH_REPLAY_THREADS_HANDOVER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Two cache lines: processors fetch them in pairs. */
enum { HB_APART_BYTES = 128 };

/* One for each thread, zeroed. The first part is read by others, the second is the thread's own. */
struct hb_waiter {
    _Alignas(HB_APART_BYTES) const void *_Atomic asleep_for; /* NULL: it does not sleep */
    _Atomic uint32_t bell;
    _Alignas(HB_APART_BYTES) uint64_t waits, waited_ns;
    uint64_t begun_ns, ended_ns; /* of the last wait */
    uint32_t spins, yields;      /* how often it looks before it sleeps */
};

/* Sleeps while the word is `value`, perhaps for less; and wakes all that sleep so. */
void hb_futex_sleep(_Atomic uint32_t *word, uint32_t value);
void hb_futex_wake_all(_Atomic uint32_t *word);

/* Has come what the thread waits for? */
typedef bool hb_waiter_is_over(void *context);

/*
 * Waits until `is_over`, which was false a moment ago: spins, then yields, then sleeps. What it waits for is
 * called `what`, for hb_waiter_wake.
 */
void hb_waiter_wait(struct hb_waiter *self, const void *what, hb_waiter_is_over *is_over, void *context);

void hb_waiter_ring(struct hb_waiter *other);

/* Wakes the thread if it sleeps for `what`, which has just come. */
static inline void hb_waiter_wake(struct hb_waiter *other, const void *what)
{
    if (__builtin_expect(atomic_load_explicit(&other->asleep_for, memory_order_relaxed) == what, 0))
        hb_waiter_ring(other);
}

/* Tells the processor that this is a wait. */
static inline void hb_waiter_pause(void)
{
#if defined __x86_64__
    __builtin_ia32_pause();
#elif defined __aarch64__
    __asm__ volatile("isb" : : : "memory");
#endif
}

#endif

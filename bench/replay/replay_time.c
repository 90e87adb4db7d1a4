/*
 * replay_time.c - the hot loop.
 *
 * Its own cost is what the null allocator's row shows: the taken branches of a call, and the mispredicted one
 * on an operation's kind. On nine of the shipped traces (AMD EPYC, gcc 12 -O2, medians of 41 replays) one
 * operation costs 1.6 to 1.8 ns, 2.1 on cc1 and 2.3 on cc1plus, whose kinds are the hardest to predict. What
 * was tried, and the nanoseconds it costs there:
 *
 * - each kind loaded when it is needed, not one operation ahead: 0.1 to 0.2 more
 * - the allocator's functions read from its table at each call: 0.1 to 0.2 more
 * - calloc told from malloc by a branch, not by which function is called: 0.1 more on cc1
 * - a switch, that is a jump table and an indirect branch: 0.3 more, with clang 2 more (so CMakeLists.txt
 *   forbids jump tables in this file)
 * - computed goto, or a table of handlers by kind: 1 to 2 more
 * - a loop for each run of mallocs and of frees, unrolled or not: 0.1 to 0.5 more
 * - prefetching operations or slots, operations in huge pages, aligned null functions: nothing gained
 *
 * The same 40 thousand operations over and over, which the predictor learns, cost 1.6 to 1.9.
 */
#include <assert.h>

#include "base/clock.h"
#include "base/pages.h"
#include "bench/replay/feed.h"
#include "bench/replay/replay_ledger.h"
#include "bench/replay/replay_parts.h"

static __attribute__((noinline)) void replay_touch_none(struct hb_replay *replay,
                                                        const struct hb_allocator *allocator, void *heap,
                                                        uint64_t from, uint64_t to)
{
    replay_range(replay, allocator, heap, from, to, HB_TOUCH_NONE, NULL, NULL);
}

static __attribute__((noinline)) void replay_touch_page(struct hb_replay *replay,
                                                        const struct hb_allocator *allocator, void *heap,
                                                        uint64_t from, uint64_t to)
{
    replay_range(replay, allocator, heap, from, to, HB_TOUCH_PAGE, NULL, NULL);
}

static __attribute__((noinline)) void replay_touch_all(struct hb_replay *replay,
                                                       const struct hb_allocator *allocator, void *heap,
                                                       uint64_t from, uint64_t to)
{
    replay_range(replay, allocator, heap, from, to, HB_TOUCH_ALL, NULL, NULL);
}

/*
 * The operations between those whose blocks the program did not touch wholly are done by the loop for all;
 * each of those by itself. So traces of which nothing is known cost nothing more.
 */
static void replay_touch_recorded(struct hb_replay *replay, const struct hb_allocator *allocator, void *heap,
                                  uint64_t from, uint64_t to)
{
    const struct hb_touched *row;

    while ((row = next_partly(replay, to)) != NULL) {
        replay_touch_page(replay, allocator, heap, from, row->op);
        replay_touch_none(replay, allocator, heap, row->op, row->op + 1);
        touch_partly(replay, row, hb_page_bytes());
        from = row->op + 1;
    }
    replay_touch_page(replay, allocator, heap, from, to);
}

void hb_replay_range(struct hb_replay *replay, const struct hb_allocator *allocator, void *heap,
                     enum hb_touch touch, uint64_t from, uint64_t to)
{
    static void (*const loops[])(struct hb_replay *, const struct hb_allocator *, void *, uint64_t,
                                 uint64_t) = {
        [HB_TOUCH_NONE] = replay_touch_none,
        [HB_TOUCH_PAGE] = replay_touch_recorded,
        [HB_TOUCH_EVERY] = replay_touch_page,
        [HB_TOUCH_ALL] = replay_touch_all,
    };

    assert(replay->windows.first <= from && from <= to && to <= replay->windows.end);
    if (allocator->caps & HB_CAP_UNTOUCHABLE)
        touch = HB_TOUCH_NONE;
    loops[touch](replay, allocator, heap, from, to);
}

uint64_t hb_replay_time(struct hb_replay *replay, const struct hb_allocator *allocator, void *heap,
                        enum hb_touch touch, uint64_t from, uint64_t to)
{
    uint64_t start = hb_clock_ns();

    hb_replay_range(replay, allocator, heap, touch, from, to);
    return hb_clock_ns() - start;
}

static enum hb_status find_live(struct hb_replay *replay, uint64_t done, bool *is_live,
                                struct hb_error *error)
{
    enum hb_status status = HB_OK;

    for (uint64_t i = 0; i < done && status == HB_OK; i++) {
        const struct hb_op *op;

        status = hb_windows_reach(&replay->windows, i, error);
        if (status != HB_OK)
            return status;
        op = hb_windows_op(&replay->windows, i);
        is_live[op->object] = op->kind != HB_OP_FREE;
    }
    return status;
}

/* A slot keeps the address of what was freed, so that the operations say what is live. */
enum hb_status hb_replay_release(struct hb_replay *replay, const struct hb_allocator *allocator, void *heap,
                                 uint64_t done, struct hb_error *error)
{
    const struct hb_prepared *prepared = replay->prepared;
    bool *is_live = hb_pages_alloc(prepared->slots + 1);
    enum hb_status status;

    if (is_live == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "no memory to free what %s leaves", prepared->name);
    status = find_live(replay, done, is_live, error);
    for (uint64_t slot = 0; slot < prepared->slots && status == HB_OK; slot++) {
        if (is_live[slot])
            allocator->dealloc(heap, replay->blocks[slot]); /* of NULL where the object is absent */
        replay->blocks[slot] = NULL;
    }
    hb_pages_free(is_live, prepared->slots + 1);
    return status;
}

static size_t failed_bytes(const struct hb_prepared *prepared)
{
    return (prepared->op_count / 64 + 1) * sizeof(uint64_t);
}

static size_t blocks_bytes(const struct hb_prepared *prepared)
{
    return (prepared->slots + 1) * sizeof(void *);
}

/* Of one that is fed, the bits of a window are the feed's. */
static uint64_t *alloc_failed(const struct hb_prepared *prepared)
{
    return prepared->feed != NULL ? hb_feed_failed(prepared, prepared->feed)
                                  : hb_pages_alloc(failed_bytes(prepared));
}

enum hb_status hb_replay_open(const struct hb_prepared *prepared, struct hb_replay **out,
                              struct hb_error *error)
{
    struct hb_replay *replay = hb_pages_alloc(sizeof *replay);
    enum hb_status status = HB_OK;

    if (replay == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "no memory to replay %s", prepared->name);
    *replay = (struct hb_replay){
        .prepared = prepared,
        .blocks = hb_pages_alloc(blocks_bytes(prepared)),
        .failed = alloc_failed(prepared),
        .first_failure = HB_NO_FAILURE,
    };
    hb_windows_open(&replay->windows, prepared);
    if (replay->blocks == NULL || replay->failed == NULL)
        status = hb_error_set(error, HB_ERR_MEMORY, "no memory to replay %s", prepared->name);
    else if (prepared->op_count > 0)
        status = hb_windows_reach(&replay->windows, 0, error);
    if (status == HB_OK)
        *out = replay;
    else
        hb_replay_close(replay);
    return status;
}

void hb_replay_close(struct hb_replay *replay)
{
    if (replay == NULL)
        return;
    hb_windows_close(&replay->windows);
    hb_pages_free(replay->blocks, blocks_bytes(replay->prepared));
    if (replay->prepared->feed == NULL)
        hb_pages_free(replay->failed, failed_bytes(replay->prepared));
    hb_pages_free(replay, sizeof *replay);
}

bool hb_replay_failed(const struct hb_replay *replay, uint64_t op)
{
    uint64_t bit = hb_replay_failed_bit(replay, op);

    assert(op < replay->prepared->op_count);
    return replay->failed[bit / 64] >> bit % 64 & 1;
}

/* Enters the operations up to `end`. */
static enum hb_status account_until(struct hb_ledger *ledger, struct hb_replay *replay, uint64_t end,
                                    struct hb_counts *counts, struct hb_error *error)
{
    for (uint64_t i = ledger->ops; i < end; i++) {
        enum hb_status status = hb_windows_reach(&replay->windows, i, error);
        const struct hb_op *op;

        if (status != HB_OK)
            return status;
        op = hb_windows_op(&replay->windows, i);
        if (i == replay->first_failure)
            counts->failure =
                (struct hb_failure){.op = i, .size = op->size, .live_bytes = ledger->live_bytes};
        hb_ledger_enter(ledger, op, hb_replay_failed(replay, i));
    }
    return HB_OK;
}

enum hb_status hb_replay_account(struct hb_replay *replay, uint64_t done, struct hb_point *points,
                                 uint32_t point_count, struct hb_counts *counts, struct hb_error *error)
{
    struct hb_ledger ledger;
    enum hb_status status = HB_OK;

    counts->failures = replay->failures;
    counts->first_failure = replay->first_failure;
    if (point_count == 0 && replay->failures == 0 && done == replay->prepared->op_count) {
        hb_ledger_report(replay->prepared->sums, counts);
        return HB_OK;
    }
    if (!hb_ledger_init(&ledger, replay->prepared->slots))
        return hb_error_set(error, HB_ERR_MEMORY, "no memory to account for %s", replay->prepared->name);
    for (uint32_t i = 0; i < point_count && status == HB_OK; i++) {
        uint64_t allocs = ledger.allocs;

        status = account_until(&ledger, replay, points[i].op, counts, error);
        points[i].allocs = ledger.allocs - allocs;
        points[i].live_bytes = ledger.live_bytes;
        points[i].live_objects = ledger.live_objects;
    }
    if (status == HB_OK)
        status = account_until(&ledger, replay, done, counts, error);
    hb_ledger_report(&ledger, counts);
    hb_ledger_clear(&ledger);
    return status;
}

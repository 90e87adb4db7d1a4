/*
 * replay_latency.c - the loop that times each call, and what is made of its times.
 *
 * A call is timed from when all before it is done until it is done itself. On x86-64 that is LFENCE, RDTSC,
 * LFENCE before and RDTSCP, LFENCE behind: LFENCE waits for all instructions before it, RDTSCP for those
 * before it (Intel's manual, RDTSC and RDTSCP; AMD's LFENCE waits likewise where Linux runs). CPUID, which
 * older advice has (Paoloni, How to Benchmark Code Execution Times, 2010), traps in a virtual machine.
 * Medians of 200 001 pairs on an AMD EPYC, whose counter there goes in steps of 10 ns: RDTSC alone 10 ns;
 * each of LFENCE RDTSC with RDTSCP, the order used here, and three LFENCEs and a second RDTSC 20 ns;
 * clock_gettime 20 ns. So the stricter order costs nothing more.
 *
 * The time of a call goes into a table by one store. Histograms are made of it afterwards: their counts would
 * share the caches with the allocator.
 */
#include "bench/replay/latency/replay_latency.h"

#include <assert.h>
#if defined __x86_64__
#include <x86intrin.h>
#endif

#include "base/clock.h"
#include "base/number.h"
#include "base/pages.h"
#include "bench/replay/replay_ledger.h"
#include "bench/replay/replay_parts.h"

/* -- the cycle counter -- */

#if defined __x86_64__
static inline uint64_t ticks_before(void)
{
    uint64_t ticks;

    _mm_lfence();
    ticks = __rdtsc();
    _mm_lfence();
    return ticks;
}

static inline uint64_t ticks_behind(void)
{
    unsigned processor;
    uint64_t ticks = __rdtscp(&processor);

    _mm_lfence();
    return ticks;
}
#elif defined __aarch64__
static inline uint64_t ticks_before(void)
{
    uint64_t ticks;

    __asm__ volatile("isb\n\tmrs %0, cntvct_el0\n\tisb" : "=r"(ticks) : : "memory");
    return ticks;
}

static inline uint64_t ticks_behind(void)
{
    return ticks_before();
}
#else
static inline uint64_t ticks_before(void)
{
    return hb_clock_ns();
}

static inline uint64_t ticks_behind(void)
{
    return hb_clock_ns();
}
#endif

/* A counter that went back, as one processor's may behind another's, took no time. */
static uint64_t ns_of(uint64_t ticks, double ns_per_tick)
{
    return ticks > INT64_MAX ? 0 : (uint64_t)((double)ticks * ns_per_tick + 0.5);
}

/* Both clocks at one moment: of several tries that which was over soonest, since between two readings the
 * processor may be taken away. */
static struct hb_clock_moment read_both(void)
{
    enum { TRIES = 50, SOON_NS = 200 };
    struct hb_clock_moment best = {.ns = 0};
    uint64_t least_ns = UINT64_MAX;

    for (int i = 0; i < TRIES && least_ns > SOON_NS; i++) {
        struct hb_clock_moment moment = {.ns = hb_clock_ns(), .ticks = ticks_before()};
        uint64_t took_ns = hb_clock_ns() - moment.ns;

        if (took_ns < least_ns) {
            least_ns = took_ns;
            best = moment;
        }
    }
    return best;
}

/* Over so long the two clocks are compared, at least: to some hundred thousandths. */
enum { CALIBRATION_NS = 10000000 };

double hb_call_times_calibrate(const struct hb_call_times *times)
{
    const struct hb_clock_moment *begun = &times->begun;
    struct hb_clock_moment end;

    do
        end = read_both();
    while (end.ns - begun->ns < CALIBRATION_NS);
    return end.ticks > begun->ticks ? (double)(end.ns - begun->ns) / (double)(end.ticks - begun->ticks) : 1;
}

/* -- the loop -- */

/* Does the call of an operation on what its object holds, and returns what came; NULL of a free. */
static inline __attribute__((always_inline)) void *time_call(const struct hb_allocator *allocator, void *heap,
                                                             const struct hb_op *op, void *block,
                                                             uint64_t *took)
{
    const size_t size = op->size, alignment = (size_t)1 << op->align_log2;
    void *got = NULL;
    uint64_t begun;

    switch ((enum hb_op_kind)op->kind) {
    case HB_OP_FREE:
        begun = ticks_before();
        allocator->dealloc(heap, block);
        break;
    case HB_OP_REALLOC:
        begun = ticks_before();
        got = allocator->resize(heap, block, size);
        break;
    case HB_OP_CALLOC:
        begun = ticks_before();
        got = allocator->zalloc(heap, size);
        break;
    case HB_OP_ALIGNED:
        begun = ticks_before();
        got = allocator->aligned(heap, alignment, size);
        break;
    default:
        begun = ticks_before();
        got = allocator->alloc(heap, size);
        break;
    }
    *took = ticks_behind() - begun;
    return got;
}

/* What the program touched of the block that operation `index` gives; NULL where it is like any. */
static const struct hb_touched *next_touched(struct hb_replay *replay, uint64_t index)
{
    const struct hb_prepared *prepared = replay->prepared;
    const struct hb_touched *row = prepared->touched + replay->touched;

    if (replay->touched == prepared->touched_count || row->op != index)
        return NULL;
    replay->touched++;
    return row;
}

void hb_replay_latency_range(struct hb_replay *replay, const struct hb_allocator *allocator, void *heap,
                             enum hb_touch touch, uint64_t from, uint64_t to, struct hb_call_times *times,
                             hb_replay_beside *beside, void *context)
{
    const struct hb_allocator functions = *allocator; /* not to be read again after a call */
    void **const blocks = replay->blocks;
    const uint64_t page = hb_page_bytes();

    assert(from <= to && to <= replay->prepared->op_count);
    if (allocator->caps & HB_CAP_UNTOUCHABLE)
        touch = HB_TOUCH_NONE;
    times->ops = to;
    if (from == 0)
        times->begun = read_both();
    for (uint64_t i = from; i < to; i++) {
        const struct hb_op *op = &replay->prepared->ops[i];
        const struct hb_touched *row = touch == HB_TOUCH_PAGE ? next_touched(replay, i) : NULL;
        void *block;

        if (beside != NULL && op->kind >= HB_OP_KINDS) {
            beside(context, op, blocks);
            continue;
        }
        block = time_call(&functions, heap, op, blocks[op->object], &times->ticks[i]);
        if (op->kind == HB_OP_REALLOC && block == NULL)
            note_null(replay, op); /* and the object stays as it was */
        else if (op->kind != HB_OP_FREE)
            keep_block(replay, blocks, op, block, row != NULL ? HB_TOUCH_NONE : touch, page);
        if (row != NULL)
            touch_partly(replay, row, page);
    }
}

uint64_t hb_replay_latency(struct hb_replay *replay, const struct hb_allocator *allocator, void *heap,
                           enum hb_touch touch, uint64_t from, uint64_t to, struct hb_call_times *times)
{
    uint64_t begun_ns = hb_clock_ns();

    hb_replay_latency_range(replay, allocator, heap, touch, from, to, times, NULL, NULL);
    return hb_clock_ns() - begun_ns;
}

static size_t times_bytes(const struct hb_prepared *prepared)
{
    return (prepared->op_count + 1) * sizeof(uint64_t);
}

enum hb_status hb_call_times_open(struct hb_call_times *times, const struct hb_prepared *prepared,
                                  struct hb_error *error)
{
    *times = (struct hb_call_times){.ticks = hb_pages_alloc(times_bytes(prepared))};
    if (times->ticks == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "no memory for the times of the %llu calls of %s",
                            (unsigned long long)prepared->op_count, prepared->name);
    times->bytes = times_bytes(prepared);
    return HB_OK;
}

void hb_call_times_close(struct hb_call_times *times)
{
    hb_pages_free(times->ticks, times->bytes);
}

/* -- what is made of it -- */

const struct hb_percentile hb_percentiles[HB_PERCENTILES] = {
    {"50", 5000}, {"90", 9000}, {"99", 9900}, {"99.9", 9990}, {"99.99", 9999}, {"max", HB_HISTOGRAM_WHOLE}};

const char *hb_call_kind_name(enum hb_call_kind kind)
{
    static const char *const names[HB_CALL_KINDS] = {"allocation", "malloc", "calloc",
                                                     "realloc",    "free",   "pair"};

    assert(kind < HB_CALL_KINDS);
    return names[kind];
}

enum hb_call_kind hb_call_kind_of(const struct hb_op *op)
{
    static const enum hb_call_kind kinds[] = {[HB_OP_MALLOC] = HB_CALL_MALLOC,
                                              [HB_OP_CALLOC] = HB_CALL_CALLOC,
                                              [HB_OP_REALLOC] = HB_CALL_REALLOC,
                                              [HB_OP_ALIGNED] = HB_CALL_MALLOC,
                                              [HB_OP_FREE] = HB_CALL_FREE};

    return kinds[op->kind];
}

/* Of equal ones the first. */
static bool is_slower(uint64_t op, uint64_t ns, const struct hb_slow_call *other)
{
    return ns != other->ns ? ns > other->ns : op < other->op;
}

/* Puts a call among the slowest, the slowest first, if it is one of them. */
static void rank_call(struct hb_latency *out, uint64_t op, uint64_t ns)
{
    uint32_t at = out->slowest_count;

    if (at == HB_SLOWEST && !is_slower(op, ns, &out->slowest[HB_SLOWEST - 1]))
        return;
    if (at < HB_SLOWEST)
        out->slowest_count++;
    else
        at--;
    for (; at > 0 && is_slower(op, ns, &out->slowest[at - 1]); at--)
        out->slowest[at] = out->slowest[at - 1];
    out->slowest[at] = (struct hb_slow_call){.op = op, .ns = ns};
}

void hb_latency_note_live(struct hb_latency *latency, uint64_t op, uint64_t live_bytes)
{
    for (uint32_t i = 0; i < latency->slowest_count; i++)
        if (latency->slowest[i].op == op)
            latency->slowest[i].live_bytes = live_bytes;
}

/* What was live before each of the slowest calls. */
static enum hb_status find_live_bytes(const struct hb_replay *replay, struct hb_latency *out,
                                      struct hb_error *error)
{
    struct hb_ledger ledger;
    uint64_t last = 0;

    if (!hb_ledger_init(&ledger, replay->prepared->slots))
        return hb_error_set(error, HB_ERR_MEMORY, "no memory to account for %s", replay->prepared->name);
    for (uint32_t i = 0; i < out->slowest_count; i++)
        if (out->slowest[i].op > last)
            last = out->slowest[i].op;
    for (uint64_t op = 0; out->slowest_count > 0 && op <= last; op++) {
        hb_latency_note_live(out, op, ledger.live_bytes);
        hb_ledger_enter(&ledger, &replay->prepared->ops[op], hb_replay_failed(replay, op));
    }
    hb_ledger_clear(&ledger);
    return HB_OK;
}

/* What the clock costs, and what its readings are all multiples of. */
static void measure_clock(double ns_per_tick, struct hb_latency *out)
{
    enum { PAIRS = 10000 };
    uint64_t first = ticks_before(), step = 0;

    for (int i = 0; i < PAIRS; i++) {
        uint64_t begun = ticks_before(), took = ticks_behind() - begun;

        hb_histogram_add(&out->kinds[HB_CALL_PAIR], ns_of(took, ns_per_tick));
        if (begun > first)
            step = hb_number_common_divisor(begun - first, step);
    }
    out->clock_step_ns = ns_of(step, ns_per_tick);
}

void hb_latency_add(struct hb_latency *out, const struct hb_call_times *times, double ns_per_tick,
                    const struct hb_op *ops, const uint32_t *recorded)
{
    for (uint64_t i = 0; i < times->ops; i++) {
        uint64_t ns = ns_of(times->ticks[i], ns_per_tick);

        if (ops[i].kind >= HB_OP_KINDS)
            continue; /* no call */
        hb_histogram_add(&out->kinds[hb_call_kind_of(&ops[i])], ns);
        rank_call(out, recorded != NULL ? recorded[i] : i, ns);
    }
}

void hb_latency_end(struct hb_latency *out, double ns_per_tick)
{
    for (unsigned kind = HB_CALL_MALLOC; kind <= HB_CALL_REALLOC; kind++)
        hb_histogram_merge(&out->kinds[HB_CALL_ALLOCATION], &out->kinds[kind]);
    measure_clock(ns_per_tick, out);
}

enum hb_status hb_latency_gather(const struct hb_replay *replay, const struct hb_call_times *times,
                                 struct hb_latency *out, struct hb_error *error)
{
    const double ns_per_tick = hb_call_times_calibrate(times);

    hb_latency_add(out, times, ns_per_tick, replay->prepared->ops, NULL);
    hb_latency_end(out, ns_per_tick);
    return find_live_bytes(replay, out, error);
}

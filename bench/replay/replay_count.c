/*
 * replay_count.c - the replay that asks after every operation.
 *
 * Walks come from the counting build's counter: a walk happened in a call iff the counter moved. The
 * high-water mark and the number of ranges come from the same answer, so that the four measures of
 * fragmentation need no look at the whole heap; that look (inspect) is taken at the first failure, at the end
 * of a window and at the end.
 */
#include <assert.h>

#include "allocator/model/model.h"
#include "base/pages.h"
#include "base/progress.h"
#include "bench/replay/count_lengths.h"
#include "bench/replay/counting.h"
#include "bench/replay/measures.h"
#include "bench/replay/operation.h"
#include "bench/replay/replay_ledger.h"

enum { PROGRESS_OPS = 64, MANY_RANGES = 1 << 18 };

/* Operations from one step of fetching to the next. */
#define LOOK_AHEAD ((size_t)4)

struct hb_counting {
    const struct hb_allocator *allocator;
    void *heap;
    struct hb_ledger ledger;
    struct hb_lengths lengths;
    struct hb_lengths window; /* emptied at each window's end */
    struct hb_walk walk;      /* as of the last operation */
    uint64_t header_bytes;
    uint64_t walk_allocated;
    uint64_t window_allocated;
    uint64_t window_first_op;
    uint64_t window_first_alloc;
    struct hb_measures with_records;
    struct hb_measures payload;
    struct hb_counts *counts;
    const struct hb_count_options *options;
};

static void inspect(const struct hb_counting *c, struct hb_heap_state *state)
{
    hb_replay_inspect(c->allocator, c->heap, c->counts->heap_bytes == 0, state);
}

static enum hb_failure_reason reason_of(const struct hb_counting *c, const struct hb_op *op,
                                        const struct hb_heap_state *state)
{
    size_t alignment = op->kind == HB_OP_ALIGNED ? (size_t)1 << op->align_log2 : 1;

    return hb_failure_reason(c->allocator->need(c->heap, alignment, op->size), state->free_bytes,
                             state->largest_run_bytes);
}

static void note_failure(struct hb_counting *c, const struct hb_op *op)
{
    struct hb_counts *counts = c->counts;
    struct hb_heap_state state = {0};

    if (counts->failures++ > 0)
        return;
    inspect(c, &state);
    counts->first_failure = c->ledger.ops;
    counts->failure = (struct hb_failure){
        .op = c->ledger.ops,
        .size = op->size,
        .live_bytes = c->ledger.live_bytes,
        .free_bytes = state.free_bytes,
        .largest_free_bytes = state.largest_free_bytes,
        .largest_run_bytes = state.largest_run_bytes,
        .reason = counts->inspected ? reason_of(c, op, &state) : HB_FAILURE_NONE,
    };
}

/* Asks for the walk, if the last call made one. False when out of memory. */
static bool note_walk(struct hb_counting *c)
{
    uint64_t walks_before = c->walk.walks;

    if (c->allocator->last_walk == NULL)
        return true;
    c->allocator->last_walk(c->heap, &c->walk);
    if (c->walk.walks == walks_before)
        return true;
    c->walk_allocated += c->walk.allocated;
    c->window_allocated += c->walk.allocated;
    return hb_lengths_add(&c->lengths, c->walk.length) &&
           (c->options->points == NULL || hb_lengths_add(&c->window, c->walk.length));
}

/* The records below the high-water mark: of every range but the tail, which lies above it. */
static uint64_t record_bytes(const struct hb_counting *c)
{
    bool tail = c->counts->heap_bytes == 0 || c->walk.high_water_bytes < c->counts->heap_bytes;

    return (c->walk.ranges - tail) * c->header_bytes;
}

static void note_moment(struct hb_counting *c)
{
    const struct hb_ledger *ledger = &c->ledger;
    uint64_t extent = c->walk.high_water_bytes;

    if (!c->counts->walked || c->options->without_measures)
        return;
    hb_measures_add(&c->with_records, extent, ledger->live_bytes);
    hb_measures_add(&c->payload, extent - record_bytes(c), ledger->live_bytes);
}

/* Fills the next point and begins a new window. */
static void end_window(struct hb_counting *c, struct hb_point *point)
{
    const struct hb_lengths *w = &c->window;

    *point = (struct hb_point){
        .op = c->ledger.ops,
        .ops = c->ledger.ops - c->window_first_op,
        .allocs = c->ledger.allocs - c->window_first_alloc,
        .live_bytes = c->ledger.live_bytes,
        .live_objects = c->ledger.live_objects,
        .walks = w->walks,
        .walk_total = w->total,
        .walk_allocated = c->window_allocated,
        .walk_max = w->max,
        .walk_p50 = hb_lengths_percentile(w, 50),
        .walk_p99 = hb_lengths_percentile(w, 99),
    };
    inspect(c, &point->state);
    hb_lengths_empty(&c->window);
    c->window_first_op = c->ledger.ops;
    c->window_first_alloc = c->ledger.allocs;
    c->window_allocated = 0;
}

static bool is_broken(const struct hb_counting *c)
{
    return c->allocator->broken != NULL && c->allocator->broken(c->heap) != HB_OK;
}

/* False when it could not be done: refuse_step says why. */
static bool step(struct hb_counting *c, const struct hb_op *op)
{
    bool served = hb_operation_do(c->allocator, c->heap, op, &c->ledger.held[op->object].block);

    if (!served && is_broken(c))
        return false;
    if (!served)
        note_failure(c, op);
    hb_ledger_enter(&c->ledger, op, !served);
    if (!note_walk(c))
        return false;
    note_moment(c);
    if (c->ledger.ops % PROGRESS_OPS == 0)
        hb_progress_set(NULL, c->ledger.ops);
    return true;
}

uint32_t hb_window_count(uint64_t ops, uint32_t wanted)
{
    return wanted < ops ? wanted : (uint32_t)ops;
}

uint64_t hb_window_end(uint64_t ops, uint32_t windows, uint32_t index)
{
    assert(index < windows && windows <= ops);
    /* ops * (index + 1) / windows without overflow */
    return ops / windows * (index + 1) + ops % windows * (index + 1) / windows;
}

static enum hb_status out_of_memory(struct hb_error *error)
{
    return hb_error_set(error, HB_ERR_MEMORY, "no memory to count walks");
}

/* Why the next operation could not be done. */
static enum hb_status refuse_step(const struct hb_counting *c, struct hb_error *error)
{
    if (!is_broken(c))
        return out_of_memory(error);
    if (c->allocator->broken(c->heap) == HB_ERR_LIMIT)
        return hb_error_set(error, HB_ERR_LIMIT, "%s: operation %llu: %s", c->allocator->name,
                            (unsigned long long)c->ledger.ops, HB_MODEL_BROKEN_END);
    return hb_replay_check_heap(c->allocator, c->heap, error);
}

static bool is_at_limit(const struct hb_counting *c)
{
    const struct hb_count_options *o = c->options;

    return (o->step_limit != 0 && c->lengths.total >= o->step_limit) ||
           (o->failure_limit != 0 && c->counts->failures >= o->failure_limit);
}

/* The loop over `ops` operations, in `points` windows of the heap's, of which `*points_done` are filled. */
static enum hb_status run(struct hb_counting *c, struct hb_windows *windows, uint64_t ops, uint32_t points,
                          uint32_t *points_done, struct hb_error *error)
{
    const struct hb_count_options *o = c->options;

    for (uint64_t i = 0; i < ops && !is_at_limit(c); i++) {
        enum hb_status status = hb_windows_reach(windows, i, error);

        if (status != HB_OK)
            return status;
        if (!step(c, hb_windows_op(windows, i)))
            return refuse_step(c, error);
        if (*points_done < points && c->ledger.ops == hb_window_end(ops, points, *points_done))
            end_window(c, &o->points[(*points_done)++]);
    }
    if (*points_done < points && c->ledger.ops > c->window_first_op)
        end_window(c, &o->points[(*points_done)++]);
    return hb_replay_check_heap(c->allocator, c->heap, error);
}

void hb_counting_report(struct hb_counting *c)
{
    struct hb_counts *counts = c->counts;
    const struct hb_lengths *l = &c->lengths;

    hb_ledger_report(&c->ledger, counts);
    inspect(c, &counts->state);
    if (!counts->walked)
        return;
    counts->walks = l->walks;
    counts->walk_total = l->total;
    counts->walk_max = l->max;
    counts->walk_p50 = hb_lengths_percentile(l, 50);
    counts->walk_p90 = hb_lengths_percentile(l, 90);
    counts->walk_p99 = hb_lengths_percentile(l, 99);
    counts->walk_allocated = c->walk_allocated;
    hb_lengths_bin(l, counts->walk_bins);
    hb_measures_report(&c->with_records, c->with_records.peak_extent, counts->peak_live_bytes,
                       counts->fragmentation);
    hb_measures_report(&c->payload, c->payload.peak_extent, counts->peak_live_bytes,
                       counts->fragmentation_payload);
}

static void begin(struct hb_counting *c)
{
    struct hb_counts *counts = c->counts;
    struct hb_heap_state state = {0};
    uint64_t heap_bytes = counts->heap_bytes;

    *counts = (struct hb_counts){.heap_bytes = heap_bytes, .first_failure = HB_NO_FAILURE};
    counts->inspected = c->allocator->inspect != NULL;
    counts->walked = c->allocator->last_walk != NULL;
    inspect(c, &state);
    c->header_bytes = state.header_bytes;
    if (counts->walked)
        c->allocator->last_walk(c->heap, &c->walk);
}

enum hb_status hb_counting_open(const struct hb_allocator *allocator, void *heap, uint64_t slots,
                                const struct hb_count_options *options, struct hb_counts *counts,
                                struct hb_counting **out, struct hb_error *error)
{
    struct hb_counting *c = hb_pages_alloc(sizeof *c);

    assert(options->points == NULL || options->point_count > 0);
    if (c == NULL)
        return out_of_memory(error);
    *c = (struct hb_counting){.allocator = allocator, .heap = heap, .counts = counts, .options = options};
    if (!hb_ledger_init(&c->ledger, slots) || !hb_lengths_init(&c->lengths) || !hb_lengths_init(&c->window)) {
        hb_counting_close(c);
        return out_of_memory(error);
    }
    begin(c);
    *out = c;
    return HB_OK;
}

void hb_counting_close(struct hb_counting *c)
{
    if (c == NULL)
        return;
    hb_lengths_clear(&c->window);
    hb_lengths_clear(&c->lengths);
    hb_ledger_clear(&c->ledger);
    hb_pages_free(c, sizeof *c);
}

/* Room for the slots of these operations, doubling. False when out of memory. */
static bool make_room(struct hb_counting *c, const struct hb_op *ops, size_t count)
{
    uint64_t slots = c->ledger.slots, doubled = 2 * slots;

    for (size_t i = 0; i < count; i++)
        if (ops[i].object >= slots)
            slots = (uint64_t)ops[i].object + 1;
    if (slots == c->ledger.slots)
        return true;
    return hb_ledger_grow(&c->ledger, slots > doubled ? slots : doubled);
}

static void expect(const struct hb_counting *c, const struct hb_op *op, bool soon)
{
    const void *block = c->ledger.held[op->object].block;

    if (block != NULL)
        c->allocator->expect(c->heap, block, soon);
}

/*
 * Fetches what the operations to come will need, in steps that follow each other through memory. An
 * allocator's part makes large heaps, whose ranges no cache holds, half as fast again, and would make small
 * ones slower.
 */
static void look_ahead(const struct hb_counting *c, const struct hb_op *ops, size_t count, bool is_large)
{
    if (count <= 3 * LOOK_AHEAD)
        return;
    __builtin_prefetch(&c->ledger.held[ops[3 * LOOK_AHEAD].object]);
    if (!is_large)
        return;
    expect(c, &ops[2 * LOOK_AHEAD], false);
    expect(c, &ops[LOOK_AHEAD], true);
}

enum hb_status hb_counting_feed(struct hb_counting *c, const struct hb_op *ops, size_t count,
                                struct hb_error *error)
{
    bool is_large = c->allocator->expect != NULL && c->walk.ranges >= MANY_RANGES;

    if (!make_room(c, ops, count))
        return out_of_memory(error);
    for (size_t i = 0; i < count; i++) {
        look_ahead(c, ops + i, count - i, is_large);
        if (!step(c, &ops[i]))
            return refuse_step(c, error);
    }
    return hb_replay_check_heap(c->allocator, c->heap, error);
}

enum hb_status hb_counting_run(struct hb_counting *c, const struct hb_prepared *prepared,
                               uint32_t *points_done, struct hb_error *error)
{
    const struct hb_count_options *o = c->options;
    uint64_t ops = o->op_limit != 0 && o->op_limit < prepared->op_count ? o->op_limit : prepared->op_count;
    struct hb_windows windows;
    enum hb_status status;

    *points_done = 0;
    hb_windows_open(&windows, prepared);
    status = run(c, &windows, ops, o->points != NULL ? hb_window_count(ops, o->point_count) : 0, points_done,
                 error);
    hb_windows_close(&windows);
    if (status == HB_OK)
        hb_counting_report(c);
    return status;
}

enum hb_status hb_replay_count(const struct hb_prepared *prepared, const struct hb_allocator *allocator,
                               void *heap, const struct hb_count_options *options, struct hb_counts *counts,
                               uint32_t *points_done, struct hb_error *error)
{
    struct hb_counting *c = NULL;
    enum hb_status status = hb_counting_open(allocator, heap, prepared->slots, options, counts, &c, error);
    uint32_t points = 0;

    if (status != HB_OK)
        return status;
    assert(c != NULL);
    status = hb_counting_run(c, prepared, &points, error);
    hb_counting_close(c);
    if (status == HB_OK && points_done != NULL)
        *points_done = points;
    return status;
}

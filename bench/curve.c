/* curve.c - see curve.h. */
#include "bench/curve.h"

#include <assert.h>
#include <stdlib.h>

#include "bench/model_drive.h"
#include "bench/replay_ledger.h"

static enum hb_status out_of_memory(const struct hb_prepared *prepared, struct hb_error *error)
{
    return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory for the failure curve", prepared->name);
}

/* -- the one pass
 * -------------------------------------------------------------------------------------------------- */

/* Appends a step, doubling the table at each power of two. False when out of memory. */
static bool add_step(struct hb_curve *curve, uint64_t op, uint64_t high_water)
{
    size_t n = curve->count;

    if ((n & (n - 1)) == 0) {
        size_t capacity = n == 0 ? 1 : n * 2;
        struct hb_curve_step *grown = realloc(curve->steps, capacity * sizeof grown[0]);

        if (grown == NULL)
            return false;
        curve->steps = grown;
    }
    curve->steps[curve->count++] = (struct hb_curve_step){op, high_water};
    return true;
}

/* False when out of memory. */
static bool run_infinite(struct hb_curve *curve, struct hb_drive *drive)
{
    uint64_t high_water = 0;

    for (uint64_t op = 0; op < curve->prepared->op_count; op++) {
        uint64_t now;

        hb_drive_step(drive, &curve->prepared->ops[op]);
        now = hb_model_high_water(drive->model);
        if (now > high_water && !add_step(curve, op, now))
            return false;
        high_water = now;
    }
    return !hb_model_broken(drive->model);
}

enum hb_status hb_curve_build(const struct hb_prepared *prepared, const struct hb_model_options *options,
                              struct hb_curve **out, struct hb_error *error)
{
    struct hb_drive drive;
    struct hb_curve *curve;
    enum hb_status status;
    bool done;

    if (options->policy != HB_POLICY_FIRST)
        return hb_error_set(
            error, HB_ERR_USAGE,
            "only first fit has a failure curve from one pass; simulate each heap size for others");
    curve = calloc(1, sizeof *curve);
    if (curve == NULL)
        return out_of_memory(prepared, error);
    curve->prepared = prepared;
    curve->options = *options;
    curve->options.heap_bytes = 0;
    curve->split_bytes = options->header_bytes > options->align ? options->header_bytes : options->align;
    status = hb_drive_open(&drive, prepared, &curve->options, error);
    if (status != HB_OK)
        goto fail;
    done = run_infinite(curve, &drive);
    hb_drive_close(&drive);
    if (!done) {
        status = out_of_memory(prepared, error);
        goto fail;
    }
    *out = curve;
    return HB_OK;
fail:
    hb_curve_free(curve);
    return status;
}

void hb_curve_free(struct hb_curve *curve)
{
    if (curve == NULL)
        return;
    free(curve->steps);
    free(curve);
}

uint64_t hb_curve_high_water(const struct hb_curve *curve)
{
    return curve->count == 0 ? 0 : curve->steps[curve->count - 1].high_water_bytes;
}

/* The first step that takes the high-water mark past `heap_bytes`, or curve->count. */
static size_t first_step_past(const struct hb_curve *curve, uint64_t heap_bytes)
{
    size_t low = 0, high = curve->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (curve->steps[middle].high_water_bytes > heap_bytes)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Of the steps before, those that end below N - or at it, which is safe - only the highest can lie in (N - h,
 * N). */
static bool is_open(const struct hb_curve *curve, size_t step, uint64_t heap_bytes)
{
    while (step > 0 && curve->steps[step - 1].high_water_bytes == heap_bytes)
        step--;
    return step > 0 && heap_bytes - curve->steps[step - 1].high_water_bytes < curve->split_bytes;
}

bool hb_curve_decides(const struct hb_curve *curve, uint64_t heap_bytes, uint64_t *first_failure)
{
    size_t step = first_step_past(curve, heap_bytes);

    if (is_open(curve, step, heap_bytes))
        return false;
    *first_failure = step < curve->count ? curve->steps[step].op : HB_NO_FAILURE;
    return true;
}

/* -- one point
 * ------------------------------------------------------------------------------------------------------- */

/* METRICS.md, Failure points. */
static enum hb_failure_reason reason_for(uint64_t need, uint64_t free_bytes, uint64_t largest_run)
{
    if (free_bytes < need)
        return HB_FAILURE_FULL;
    return largest_run >= need ? HB_FAILURE_UNMERGED : HB_FAILURE_SCATTERED;
}

/* What is free in a heap of `heap_bytes`, whatever the model's heap has above that. */
struct look {
    uint64_t heap_bytes;
    uint64_t run;
    struct hb_failure *failure;
};

static bool look_at_range(void *context, const struct hb_range *range)
{
    struct look *look = context;
    struct hb_failure *failure = look->failure;
    uint64_t left = look->heap_bytes - range->offset;
    uint64_t length = range->length < left ? range->length : left;

    if (range->allocated) {
        look->run = 0;
        return true;
    }
    look->run += length;
    failure->free_bytes += length;
    if (length > failure->largest_free_bytes)
        failure->largest_free_bytes = length;
    if (look->run > failure->largest_run_bytes)
        failure->largest_run_bytes = look->run;
    return true;
}

static uint64_t needed_bytes(const struct hb_model_options *options, uint64_t size)
{
    uint64_t mask = options->align - 1, need;

    return __builtin_add_overflow(size, options->header_bytes + mask, &need) ? UINT64_MAX : need & ~mask;
}

/* The record of a failure at operation `op`, from the heap as it was before it. */
static void write_failure(const struct hb_curve *curve, const struct hb_drive *drive, uint64_t op,
                          uint64_t live_bytes, struct hb_curve_point *point)
{
    struct hb_failure *failure = &point->first;
    struct look look = {.heap_bytes = point->heap_bytes, .failure = failure};

    *failure = (struct hb_failure){.op = op, .size = curve->prepared->ops[op].size, .live_bytes = live_bytes};
    hb_model_ranges(drive->model, look_at_range, &look);
    failure->reason = reason_for(needed_bytes(&curve->options, failure->size), failure->free_bytes,
                                 failure->largest_run_bytes);
}

static bool is_known_to_complete(const struct hb_curve_point *point)
{
    return point->first.op == HB_NO_FAILURE;
}

/* Writes the failures of all points that the one pass decided, which it meets in ascending order. */
static enum hb_status fill_decided(const struct hb_curve *curve, struct hb_curve_point *points, size_t count,
                                   struct hb_error *error)
{
    struct hb_ledger ledger;
    struct hb_drive drive;
    enum hb_status status = hb_drive_open(&drive, curve->prepared, &curve->options, error);
    size_t next = 0;

    if (status != HB_OK)
        return status;
    if (!hb_ledger_init(&ledger, curve->prepared->slots)) {
        hb_drive_close(&drive);
        return out_of_memory(curve->prepared, error);
    }
    for (uint64_t op = 0; op < curve->prepared->op_count; op++) {
        for (; next < count && (points[next].simulated || points[next].first.op == op); next++)
            if (!points[next].simulated)
                write_failure(curve, &drive, op, ledger.live_bytes, &points[next]);
        if (next == count || is_known_to_complete(&points[next]))
            break;
        hb_drive_step(&drive, &curve->prepared->ops[op]);
        hb_ledger_enter(&ledger, &curve->prepared->ops[op], false);
    }
    if (hb_model_broken(drive.model))
        status = out_of_memory(curve->prepared, error);
    hb_ledger_clear(&ledger);
    hb_drive_close(&drive);
    return status;
}

/*
 * Runs a heap of point->heap_bytes to its first failure. `*ops_done` (may be NULL) says how many operations
 * that took.
 */
static enum hb_status simulate(const struct hb_curve *curve, struct hb_curve_point *point, uint64_t *ops_done,
                               struct hb_error *error)
{
    struct hb_model_options options = curve->options;
    const struct hb_prepared *prepared = curve->prepared;
    struct hb_ledger ledger;
    struct hb_drive drive;
    enum hb_status status;
    uint64_t op = 0;

    options.heap_bytes = point->heap_bytes;
    point->first.op = HB_NO_FAILURE;
    status = hb_drive_open(&drive, prepared, &options, error);
    if (status != HB_OK)
        return status;
    if (!hb_ledger_init(&ledger, prepared->slots)) {
        hb_drive_close(&drive);
        return out_of_memory(prepared, error);
    }
    for (; op < prepared->op_count && hb_drive_step(&drive, &prepared->ops[op]); op++)
        hb_ledger_enter(&ledger, &prepared->ops[op], false);
    if (hb_model_broken(drive.model))
        status = out_of_memory(prepared, error);
    else if (op < prepared->op_count)
        write_failure(curve, &drive, op, ledger.live_bytes, point); /* a failed step changes nothing */
    if (ops_done != NULL)
        *ops_done = op;
    hb_ledger_clear(&ledger);
    hb_drive_close(&drive);
    return status;
}

enum hb_status hb_curve_fill(const struct hb_curve *curve, struct hb_curve_point *points, size_t count,
                             struct hb_error *error)
{
    enum hb_status status = HB_OK;

    for (size_t i = 0; i < count; i++) {
        if (points[i].heap_bytes < curve->options.header_bytes)
            return hb_error_set(error, HB_ERR_LIMIT, "a heap of %llu bytes cannot hold one %u-byte record",
                                (unsigned long long)points[i].heap_bytes, curve->options.header_bytes);
        points[i].first = (struct hb_failure){.op = HB_NO_FAILURE};
        points[i].simulated = !hb_curve_decides(curve, points[i].heap_bytes, &points[i].first.op);
    }
    for (size_t i = 0; i < count && status == HB_OK; i++)
        if (points[i].simulated)
            status = simulate(curve, &points[i], NULL, error);
    return status == HB_OK ? fill_decided(curve, points, count, error) : status;
}

/* -- anomalies
 * ---------------------------------------------------------------------------------------------------------
 */

/* Sizes that complete, in descending order. */
struct completing {
    uint64_t *sizes;
    size_t count;
};

static bool add_size(struct completing *list, uint64_t size)
{
    size_t n = list->count;

    if ((n & (n - 1)) == 0) {
        uint64_t *grown = realloc(list->sizes, (n == 0 ? 1 : n * 2) * sizeof grown[0]);

        if (grown == NULL)
            return false;
        list->sizes = grown;
    }
    list->sizes[list->count++] = size;
    return true;
}

/* The undecided sizes from the largest down: those right above a step, each once. */
struct undecided {
    const struct hb_curve *curve;
    size_t step;   /* the step whose sizes are being handed out, and one more; 0: all done */
    uint64_t size; /* the next one is below this */
};

static uint64_t next_undecided(struct undecided *u)
{
    while (u->step > 0) {
        uint64_t low = u->curve->steps[u->step - 1].high_water_bytes;
        uint64_t top = low + u->curve->split_bytes;

        if (u->size > top)
            u->size = top;
        if (u->size > low + 1)
            return --u->size;
        u->step--;
    }
    return 0;
}

static uint64_t count_undecided(const struct hb_curve *curve)
{
    uint64_t count = 0, above = UINT64_MAX;

    for (size_t i = curve->count; i > 0; i--) {
        uint64_t low = curve->steps[i - 1].high_water_bytes, top = low + curve->split_bytes;

        if (top > above)
            top = above;
        if (top > low + 1)
            count += top - low - 1;
        above = low + 1 < top ? low + 1 : top;
    }
    return count;
}

/* From the completing sizes, in descending order, the spans of failing ones between them. False: out of
 * memory. */
static bool list_failing(const struct completing *list, struct hb_anomalies *out)
{
    assert(list->sizes != NULL && list->count > 0);
    out->failing = malloc((list->count + 1) * sizeof out->failing[0]);
    if (out->failing == NULL)
        return false;
    for (size_t i = list->count; i-- > 1;)
        if (list->sizes[i - 1] - list->sizes[i] > 1)
            out->failing[out->count++] = (struct hb_size_span){list->sizes[i] + 1, list->sizes[i - 1] - 1};
    out->least_bytes = list->sizes[list->count - 1];
    return true;
}

/* Simulates undecided sizes from the largest down and collects those that complete. */
static enum hb_status find_completing(const struct hb_curve *curve, uint64_t ops_limit,
                                      struct completing *list, struct hb_anomalies *out,
                                      struct hb_error *error)
{
    struct undecided undecided = {.curve = curve, .step = curve->count, .size = UINT64_MAX};
    uint64_t high_water = hb_curve_high_water(curve), spent = 0, size;
    bool room = add_size(list, high_water + curve->split_bytes);

    while (room && (size = next_undecided(&undecided)) != 0 && (ops_limit == 0 || spent < ops_limit)) {
        struct hb_curve_point point = {.heap_bytes = size};
        enum hb_status status;
        uint64_t ops = 0;

        if (size < high_water && list->sizes[list->count - 1] > high_water)
            room = add_size(list, high_water);
        status = simulate(curve, &point, &ops, error);
        if (status != HB_OK)
            return status;
        spent += ops;
        out->simulated++;
        if (room && is_known_to_complete(&point))
            room = add_size(list, size);
    }
    if (room && list->sizes[list->count - 1] > high_water)
        room = add_size(list, high_water);
    return room ? HB_OK : out_of_memory(curve->prepared, error);
}

enum hb_status hb_curve_anomalies(const struct hb_curve *curve, uint64_t ops_limit, struct hb_anomalies *out,
                                  struct hb_error *error)
{
    struct completing list = {.sizes = NULL};
    enum hb_status status;

    *out = (struct hb_anomalies){.undecided = count_undecided(curve)};
    status = find_completing(curve, ops_limit, &list, out, error);
    if (status == HB_OK && !list_failing(&list, out))
        status = out_of_memory(curve->prepared, error);
    free(list.sizes);
    return status;
}

/*
 * plain_model.c - the simple allocator once more, as an array of ranges.
 */
#include "tests/bench/replay/plain_model.h"

#include <stdlib.h>
#include <string.h>

enum { RECORD = 8 };

struct range {
    uint64_t offset, length;
    bool allocated;
};

struct object {
    bool held;
    uint64_t offset; /* of the range */
    uint64_t size;   /* asked for */
};

struct model {
    struct range *ranges; /* in address order */
    uint64_t count;
    struct object *objects; /* by birth id */
    uint64_t object_count;
    uint64_t high_water;
    uint64_t heap_bytes;
    bool ample;
    uint64_t walk_length, walk_allocated; /* of this operation */
};

static void *zeroes(uint64_t count, size_t size)
{
    void *memory = calloc(count + 1, size);

    if (memory == NULL)
        abort();
    return memory;
}

static struct range *range_at(struct model *m, uint64_t offset)
{
    for (uint64_t i = 0; i < m->count; i++)
        if (m->ranges[i].offset == offset)
            return &m->ranges[i];
    abort();
}

/* True and the range's offset, or false. */
static bool model_malloc(struct model *m, uint64_t size, uint64_t *offset)
{
    uint64_t need = size + RECORD;
    uint64_t i;

    if (size == 0 || need < size)
        return false;
    m->walk_length = m->walk_allocated = 0;
    for (i = 0; i < m->count; i++) {
        m->walk_length++;
        m->walk_allocated += m->ranges[i].allocated;
        if (!m->ranges[i].allocated && m->ranges[i].length >= need)
            break;
    }
    if (i == m->count)
        return false;
    if (m->ranges[i].length - need >= RECORD) {
        memmove(&m->ranges[i + 2], &m->ranges[i + 1], (m->count - i - 1) * sizeof *m->ranges);
        m->count++;
        m->ranges[i + 1] = (struct range){m->ranges[i].offset + need, m->ranges[i].length - need, false};
        m->ranges[i].length = need;
    }
    m->ranges[i].allocated = true;
    if (m->ranges[i].offset + m->ranges[i].length > m->high_water)
        m->high_water = m->ranges[i].offset + m->ranges[i].length;
    *offset = m->ranges[i].offset;
    return true;
}

static void model_free(struct model *m, struct object *object)
{
    if (object->held)
        range_at(m, object->offset)->allocated = false;
    *object = (struct object){0};
}

/* False on a failure. */
static bool model_place(struct model *m, struct object *object, uint64_t size)
{
    *object = (struct object){0};
    object->held = model_malloc(m, size, &object->offset);
    object->size = object->held ? size : 0;
    return object->held || size == 0;
}

static bool model_realloc(struct model *m, struct object *object, uint64_t size)
{
    uint64_t offset;

    if (!object->held)
        return model_place(m, object, size);
    if (size + RECORD >= size && range_at(m, object->offset)->length >= size + RECORD) {
        object->size = size;
        return true;
    }
    if (!model_malloc(m, size, &offset))
        return false;
    range_at(m, object->offset)->allocated = false;
    object->offset = offset;
    object->size = size;
    return true;
}

static bool model_do(struct model *m, const struct hb_op *op)
{
    struct object *object = &m->objects[op->object];

    m->walk_length = UINT64_MAX;
    m->walk_allocated = 0;
    if (op->kind == HB_OP_FREE) {
        model_free(m, object);
        return true;
    }
    return op->kind == HB_OP_REALLOC ? model_realloc(m, object, op->size) : model_place(m, object, op->size);
}

static uint64_t sum_live(const struct model *m)
{
    uint64_t sum = 0;

    for (uint64_t i = 0; i < m->object_count; i++)
        sum += m->objects[i].size;
    return sum;
}

static struct hb_heap_state look(const struct model *m)
{
    struct hb_heap_state s = {.header_bytes = RECORD, .high_water_bytes = m->high_water, .ranges = m->count};
    uint64_t run = 0;

    for (uint64_t i = 0; i < m->count; i++) {
        const struct range *r = &m->ranges[i];

        if (r->allocated) {
            s.allocated_range_bytes += r->length;
            run = 0;
        } else if (!m->ample || r->offset < m->high_water) {
            run += r->length;
            s.free_ranges++;
            s.free_bytes += r->length;
            s.largest_free_bytes = r->length > s.largest_free_bytes ? r->length : s.largest_free_bytes;
            s.largest_run_bytes = run > s.largest_run_bytes ? run : s.largest_run_bytes;
        }
    }
    return s;
}

static uint64_t payload_extent(const struct model *m)
{
    uint64_t extent = m->high_water;

    for (uint64_t i = 0; i < m->count; i++)
        if (m->ranges[i].offset < m->high_water)
            extent -= RECORD;
    return extent;
}

static void note_first_failure(const struct model *m, struct hb_counts *c, uint64_t op, uint64_t size,
                               uint64_t live)
{
    struct hb_heap_state s = look(m);
    bool full = size + RECORD < size || s.free_bytes < size + RECORD;

    c->first_failure = op;
    c->failure =
        (struct hb_failure){op, size, live, s.free_bytes, s.largest_free_bytes, s.largest_run_bytes, 0};
    c->failure.reason = full                                   ? HB_FAILURE_FULL
                        : s.largest_run_bytes >= size + RECORD ? HB_FAILURE_UNMERGED
                                                               : HB_FAILURE_SCATTERED;
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

/* The smallest value that at least p % of the values do not exceed, straight from the definition. */
static uint64_t nearest_rank(const uint64_t *sorted, uint64_t count, uint64_t p)
{
    for (uint64_t i = 0; i < count; i++)
        if ((i + 1) * 100 >= p * count)
            return sorted[i];
    return 0;
}

static void summarise_walks(struct plain_run *run)
{
    struct hb_counts *c = &run->counts;
    uint64_t *sorted = zeroes(run->op_count, sizeof *sorted);

    for (uint64_t i = 0; i < run->op_count; i++) {
        if (run->walk_length[i] == UINT64_MAX)
            continue;
        sorted[c->walks++] = run->walk_length[i];
        c->walk_total += run->walk_length[i];
        c->walk_allocated += run->walk_allocated[i];
    }
    qsort(sorted, c->walks, sizeof *sorted, compare);
    c->walk_max = c->walks > 0 ? sorted[c->walks - 1] : 0;
    c->walk_p50 = nearest_rank(sorted, c->walks, 50);
    c->walk_p90 = nearest_rank(sorted, c->walks, 90);
    c->walk_p99 = nearest_rank(sorted, c->walks, 99);
    free(sorted);
}

static double over_live(uint64_t extent, uint64_t live)
{
    return live == 0 ? 0 : (double)extent / (double)live - 1;
}

/* `extents` after each operation. */
static void summarise_measures(const struct plain_run *run, const uint64_t *extents, double *out)
{
    uint64_t moments = 0, peak = 0;
    double sum = 0;

    for (uint64_t i = 0; i < run->op_count; i++) {
        if (run->live_bytes[i] > 0) {
            sum += over_live(extents[i], run->live_bytes[i]);
            moments++;
        }
        if (extents[i] > extents[peak])
            peak = i;
    }
    out[0] = moments == 0 ? 0 : sum / (double)moments;
    out[1] = over_live(extents[run->counts.peak_live_op], run->counts.peak_live_bytes);
    out[2] = over_live(extents[peak], run->live_bytes[peak]);
    out[3] = over_live(extents[peak], run->counts.peak_live_bytes);
}

static void count_operation(struct model *m, struct plain_run *run, uint64_t i, const struct hb_op *op)
{
    struct hb_counts *c = &run->counts;
    bool present = m->objects[op->object].held;
    uint64_t live_before = sum_live(m);
    bool served = model_do(m, op);

    if (op->kind != HB_OP_FREE && op->size > 0 && !(op->kind == HB_OP_REALLOC && present)) {
        c->allocs++;
        c->served += served;
    }
    if (!served && c->failures++ == 0)
        note_first_failure(m, c, i, op->size, live_before);
    run->walk_length[i] = m->walk_length;
    run->walk_allocated[i] = m->walk_allocated;
    run->payload_offset[i] = m->objects[op->object].held ? m->objects[op->object].offset + RECORD : 0;
    run->states[i] = look(m);
    run->live_bytes[i] = sum_live(m);
    if (run->live_bytes[i] > c->peak_live_bytes) {
        c->peak_live_bytes = run->live_bytes[i];
        c->peak_live_op = i;
    }
}

struct plain_run *plain_replay(const struct hb_workload *workload, uint64_t heap_bytes, bool ample)
{
    uint64_t n = workload->op_count;
    struct plain_run *run = zeroes(1, sizeof *run);
    uint64_t *extents = zeroes(n, sizeof *extents), *payload = zeroes(n, sizeof *payload);
    struct model m = {.ranges = zeroes(n + 2, sizeof *m.ranges),
                      .count = 1,
                      .objects = zeroes(workload->object_count, sizeof *m.objects),
                      .object_count = workload->object_count,
                      .heap_bytes = heap_bytes,
                      .ample = ample};

    m.ranges[0] = (struct range){0, heap_bytes, false};
    *run = (struct plain_run){.walk_length = zeroes(n, sizeof(uint64_t)),
                              .walk_allocated = zeroes(n, sizeof(uint64_t)),
                              .payload_offset = zeroes(n, sizeof(uint64_t)),
                              .states = zeroes(n, sizeof(struct hb_heap_state)),
                              .live_bytes = zeroes(n, sizeof(uint64_t)),
                              .op_count = n};
    run->counts = (struct hb_counts){.heap_bytes = ample ? 0 : heap_bytes,
                                     .ops = n,
                                     .first_failure = HB_NO_FAILURE,
                                     .walked = true,
                                     .inspected = true};
    for (uint64_t i = 0; i < n; i++) {
        count_operation(&m, run, i, &workload->ops[i]);
        extents[i] = m.high_water;
        payload[i] = payload_extent(&m);
    }
    run->counts.live_bytes = sum_live(&m);
    run->counts.state = look(&m);
    summarise_walks(run);
    summarise_measures(run, extents, run->counts.fragmentation);
    summarise_measures(run, payload, run->counts.fragmentation_payload);
    free(extents);
    free(payload);
    free(m.ranges);
    free(m.objects);
    return run;
}

void plain_run_free(struct plain_run *run)
{
    free(run->walk_length);
    free(run->walk_allocated);
    free(run->payload_offset);
    free(run->states);
    free(run->live_bytes);
    free(run);
}

/*
 * walk_log.c - what the tutorial's program prints of itself: each call, each record that it writes, all
 * ranges.
 *
 * Line by line as that program does, but for addresses, which are offsets from the heap's start here. It has
 * no realloc, so one that moves is printed as what it is made of, a malloc and a free; one that stays writes
 * no record.
 */
#include "bench/tool/walk/walk_log.h"

#include <inttypes.h>

enum { RECORD_BYTES = 8 };

static void print_record(FILE *out, const struct hb_range *range)
{
    fprintf(out, "0x%016" PRIx64 " (%s, size = %" PRIu64 " bytes)\n",
            range->length | (uint64_t)range->allocated << 63, range->allocated ? "allocated" : "free",
            range->length);
}

static void print_write(FILE *out, const struct hb_range *range)
{
    fprintf(out, "[0x%" PRIx64 "] Set header to ", range->offset);
    print_record(out, range);
}

static bool print_listed(void *context, const struct hb_range *range)
{
    FILE *out = context;

    fprintf(out, "  [0x%" PRIx64 " -> 0x%" PRIx64 ") : ", range->offset, range->offset + range->length);
    print_record(out, range);
    return true;
}

static void print_ranges(FILE *out, const struct hb_walk_heap *heap)
{
    heap->allocator->ranges(heap->heap, print_listed, out);
}

/* The range that holds a payload, and the one behind it. */
struct found_ranges {
    uint64_t payload;
    struct hb_range range, next;
    bool has_range, has_next;
};

static bool look_for(void *context, const struct hb_range *range)
{
    struct found_ranges *found = context;

    if (found->has_range) {
        found->next = *range;
        found->has_next = true;
        return false;
    }
    found->has_range = range->offset + RECORD_BYTES == found->payload;
    found->range = *range;
    return true;
}

static struct found_ranges find(const struct hb_walk_heap *heap, uint64_t payload)
{
    struct found_ranges found = {.payload = payload};

    heap->allocator->ranges(heap->heap, look_for, &found);
    return found;
}

static void print_start(FILE *out, const struct hb_walk_heap *heap)
{
    struct found_ranges found = find(heap, RECORD_BYTES);

    fprintf(out, "Simple heap init:\nStorage [0x0 -> 0x%" PRIx64 ") (%" PRIu64 " bytes)\n",
            found.range.length, found.range.length);
    print_write(out, &found.range);
    print_ranges(out, heap);
}

/* Was the range that was taken split? Then there is one range more, behind it. */
static void print_malloc(FILE *out, const struct hb_walk_heap *heap, uint64_t size,
                         const struct hb_step *step, bool split)
{
    struct found_ranges found;

    fprintf(out, "\nTrying to allocate %" PRIu64 " bytes\n", size);
    if (step->failed) {
        fputs("Heap exhausted.\n", out);
        return;
    }
    found = find(heap, step->offset);
    print_write(out, &found.range);
    if (split)
        print_write(out, &found.next);
    fprintf(out, "[0x%" PRIx64 "] Memory was allocated, size %" PRIu64 " bytes\n", step->offset, size);
    if (!step->moved) /* else its free follows, and has been done */
        print_ranges(out, heap);
}

static void print_free(FILE *out, const struct hb_walk_heap *heap, uint64_t payload)
{
    struct found_ranges found = find(heap, payload);

    fprintf(out, "\n[0x%" PRIx64 "] Freeing allocation\n", payload);
    print_write(out, &found.range);
    fprintf(out, "[0x%" PRIx64 "] Memory was freed\n", payload);
    print_ranges(out, heap);
}

bool hb_listing_log(FILE *out, struct hb_walk_heap *heap)
{
    print_start(out, heap);
    while (heap->done < heap->workload->op_count) {
        const struct hb_op *op = &heap->workload->ops[heap->done];
        uint64_t ranges = heap->last.ranges;
        struct hb_step step;

        if (!hb_walk_heap_step(heap, &step))
            return false;
        if (op->kind != HB_OP_FREE && (step.walked || step.failed))
            print_malloc(out, heap, op->size, &step, heap->last.ranges > ranges);
        if (!step.absent && (op->kind == HB_OP_FREE || step.moved))
            print_free(out, heap, step.old_offset);
    }
    return true;
}

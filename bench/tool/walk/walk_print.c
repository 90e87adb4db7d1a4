/*
 * walk_print.c - the ranges of a heap, a line each, and the heap as a picture of characters.
 */
#include "bench/tool/walk/walk_print.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    SHOW_ALL = 24, /* ranges, or else: */
    SHOW_HEAD = 10,
    SHOW_TAIL = 6,
    SHOW_AROUND = 2, /* before and after the one that was taken */
    PICTURE_COLUMNS = 64,
    PICTURE_ROWS = 8,
};

struct range_listing {
    FILE *out;
    const struct hb_held_range *ranges;
    uint64_t count;
    const struct hb_walk_heap *heap;
    const struct hb_walk_marks *marks;
    bool has_taken;
    uint64_t taken; /* the index of the range that a walk took or will take */
    int offset_width, length_width;
};

static int digits(uint64_t number, unsigned base)
{
    int count = 1;

    while ((number /= base) != 0)
        count++;
    return count;
}

static bool contains(const struct hb_range *range, uint64_t offset)
{
    return range->offset <= offset && offset - range->offset < range->length;
}

/* Only a walk of first fit tells beforehand. */
static void find_taken(struct range_listing *l)
{
    if (!l->marks->walked || l->marks->failed || (l->marks->before && !l->heap->is_first_fit))
        return;
    l->has_taken = true;
    l->taken = l->marks->length - 1;
    if (l->marks->before)
        return;
    for (l->taken = 0; l->taken + 1 < l->count; l->taken++)
        if (contains(&l->ranges[l->taken].range, l->marks->taken_offset))
            return;
}

static bool is_taken(const struct range_listing *l, uint64_t index)
{
    return l->has_taken && index == l->taken;
}

static bool is_left(const struct range_listing *l, uint64_t index)
{
    return l->marks->has_left && contains(&l->ranges[index].range, l->marks->left_offset);
}

static bool is_passed(const struct range_listing *l, uint64_t index)
{
    return l->marks->walked && l->heap->is_first_fit && index < l->marks->length;
}

static void say_object(const struct range_listing *l, const struct hb_held_range *held)
{
    char name[HB_WALK_NAME_BYTES];

    if (held->has_object)
        fprintf(l->out, "%s, %" PRIu64 " byte%s", hb_walk_heap_name(l->heap, held->object, name), held->size,
                held->size == 1 ? "" : "s");
}

static void say_taken(const struct range_listing *l, const struct hb_held_range *held)
{
    uint64_t length = held->range.length;

    if (!l->marks->before) {
        fprintf(l->out, "  <- taken for ");
        say_object(l, held);
    } else if (length - l->marks->need >= l->heap->split_bytes) {
        fprintf(l->out, "  <- taken: %" PRIu64 " bytes of it, and %" PRIu64 " stay free", l->marks->need,
                length - l->marks->need);
    } else {
        fprintf(l->out, "  <- taken whole");
    }
}

static void say_passed(const struct range_listing *l, uint64_t index)
{
    const struct hb_held_range *held = &l->ranges[index];
    const struct hb_range *range = &held->range;

    if (is_left(l, index)) {
        fprintf(l->out, "  -- examined: in use then; the object has moved");
    } else if (range->allocated) {
        fprintf(l->out, "  -- examined: ");
        say_object(l, held);
    } else {
        fprintf(l->out, "  -- examined: free, %" PRIu64 " too short", l->marks->need - range->length);
    }
}

static void print_range(const struct range_listing *l, uint64_t index)
{
    const struct hb_held_range *held = &l->ranges[index];
    const struct hb_range *range = &held->range;

    fprintf(l->out, "Pointer: 0x%-*" PRIx64 " Size: %-*" PRIu64 " Allocated: %s", l->offset_width,
            range->offset, l->length_width, range->length, range->allocated ? "True " : "False");
    if (is_taken(l, index)) {
        say_taken(l, held);
    } else if (is_passed(l, index)) {
        say_passed(l, index);
    } else if (is_left(l, index) && !range->allocated) {
        fprintf(l->out, "  <- freed");
        if (l->marks->merged > 0)
            fprintf(l->out, ", and joined with %" PRIu64 " free neighbour%s", l->marks->merged,
                    l->marks->merged == 1 ? "" : "s");
    } else if (held->has_object) {
        fputs("     ", l->out);
        say_object(l, held);
    }
    fputc('\n', l->out);
}

static bool is_shown(const struct range_listing *l, uint64_t index)
{
    if (l->count <= SHOW_ALL || index < SHOW_HEAD || index + SHOW_TAIL >= l->count)
        return true;
    return is_left(l, index) ||
           (l->has_taken && index + SHOW_AROUND >= l->taken && index <= l->taken + SHOW_AROUND);
}

/* Says what the ranges [from, to) are, which are not shown. */
static void print_gap(const struct range_listing *l, uint64_t from, uint64_t to)
{
    uint64_t free_ranges = 0, free_bytes = 0;

    for (uint64_t i = from; i < to; i++)
        if (!l->ranges[i].range.allocated) {
            free_ranges++;
            free_bytes += l->ranges[i].range.length;
        }
    fprintf(l->out,
            "... %" PRIu64 " ranges: %" PRIu64 " allocated, %" PRIu64 " free with %" PRIu64
            " bytes in all ...\n",
            to - from, to - from - free_ranges, free_ranges, free_bytes);
}

bool hb_listing_print(FILE *out, const struct hb_walk_heap *heap, const struct hb_walk_marks *marks)
{
    struct range_listing l = {.out = out, .heap = heap, .marks = marks};
    struct hb_held_range *ranges = hb_walk_heap_ranges(heap, &l.count);

    if (ranges == NULL)
        return false;
    l.ranges = ranges;
    find_taken(&l);
    for (uint64_t i = 0; i < l.count; i++) {
        int length_width = digits(ranges[i].range.length, 10);

        l.length_width = length_width > l.length_width ? length_width : l.length_width;
    }
    l.offset_width = digits(ranges[l.count - 1].range.offset, 16);
    for (uint64_t i = 0; i < l.count;) {
        uint64_t gap_end = i;

        while (gap_end < l.count && !is_shown(&l, gap_end))
            gap_end++;
        if (gap_end > i)
            print_gap(&l, i, gap_end);
        else
            print_range(&l, gap_end++);
        i = gap_end;
    }
    free(ranges);
    return true;
}

/* What there is in one character's worth of the heap. */
enum { HAS_ALLOCATED = 1, HAS_FREE = 2 };

struct heap_picture {
    unsigned char has[PICTURE_COLUMNS * PICTURE_ROWS];
    uint64_t bytes;  /* of the heap, drawn */
    uint64_t bucket; /* bytes a character */
    uint64_t columns;
};

static bool draw_range(void *context, const struct hb_range *range)
{
    struct heap_picture *p = context;
    uint64_t end = range->offset + range->length;

    if (range->offset >= p->bytes)
        return false;
    if (end > p->bytes)
        end = p->bytes;
    for (uint64_t i = range->offset / p->bucket; i <= (end - 1) / p->bucket; i++)
        p->has[i] |= range->allocated ? HAS_ALLOCATED : HAS_FREE;
    return true;
}

bool hb_picture_print(FILE *out, const struct hb_walk_heap *heap)
{
    static const char glyphs[] = {' ', '#', '.', '+'};
    struct hb_heap_state state;
    struct heap_picture p = {.bytes = 0};
    uint64_t rows, shown;

    heap->allocator->inspect(heap->heap, &state);
    /* The whole heap, unless it is mostly a tail that was never used. */
    p.bytes = state.free_bytes + state.allocated_range_bytes;
    if (p.bytes / 8 > state.high_water_bytes)
        p.bytes = state.high_water_bytes > 0 ? state.high_water_bytes : state.header_bytes + 1;
    rows = state.ranges <= SHOW_ALL ? 1 : PICTURE_ROWS;
    p.bucket = (p.bytes + rows * PICTURE_COLUMNS - 1) / (rows * PICTURE_COLUMNS);
    heap->allocator->ranges(heap->heap, draw_range, &p);
    shown = (p.bytes + p.bucket - 1) / p.bucket;
    fprintf(out, "\n%s 0x%" PRIx64 " bytes; a character is %" PRIu64 ": # allocated, . free, + both\n",
            p.bytes < state.free_bytes + state.allocated_range_bytes ? "The first" : "All", p.bytes,
            p.bucket);
    for (uint64_t i = 0; i < shown; i++) {
        if (i % PICTURE_COLUMNS == 0)
            fprintf(out, "0x%-*" PRIx64 " |", digits(p.bytes, 16), i * p.bucket);
        fputc(glyphs[p.has[i]], out);
        if (i % PICTURE_COLUMNS == PICTURE_COLUMNS - 1 || i + 1 == shown)
            fputs("|\n", out);
    }
    return true;
}

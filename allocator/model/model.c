/*
 * model.c - see model.h.
 *
 * An infinite heap is one of 2^62 bytes whose last range, the tail, is never used up: the tail is examined by
 * walks and counted as a range, and is left out of every other figure (METRICS.md).
 */
#include "allocator/model/model.h"

#include <assert.h>
#include <stdlib.h>

#include "allocator/model/range_place.h"
#include "allocator/model/size_index.h"
#include "allocator/survey.h"

#define INFINITE_BYTES (UINT64_C(1) << 62)

enum { MAX_PARAMETER = 4096 };

struct hb_model {
    struct hb_model_options options;
    struct hb_range_tree *tree;
    struct hb_size_index *sizes; /* best fit: the free ranges; else NULL */
    uint64_t split_bytes;        /* the smallest rest that is split off */
    uint64_t total_bytes, free_bytes, high_water_bytes;
    uint64_t reach_bytes; /* what aligned allocations asked of the heap: hb_model_reach */
    uint32_t rover;       /* next fit: where the next search begins */
    struct hb_walk walk;
    bool broken;
};

static bool is_power_of_two(uint32_t n)
{
    return n != 0 && (n & (n - 1)) == 0;
}

static enum hb_status check_options(const struct hb_model_options *options, struct hb_error *error)
{
    if (options->header_bytes > MAX_PARAMETER)
        return hb_error_set(error, HB_ERR_USAGE, "a header of %u bytes is out of range: 0 to %d",
                            options->header_bytes, MAX_PARAMETER);
    if (!is_power_of_two(options->align) || options->align > MAX_PARAMETER)
        return hb_error_set(error, HB_ERR_USAGE,
                            "an alignment of %u is out of range: a power of two, 1 to %d", options->align,
                            MAX_PARAMETER);
    if (options->heap_bytes > INFINITE_BYTES)
        return hb_error_set(error, HB_ERR_USAGE,
                            "a heap of %llu bytes is out of range: up to 2^62, or 0 for infinite",
                            (unsigned long long)options->heap_bytes);
    if (options->heap_bytes != 0 && options->heap_bytes < options->header_bytes)
        return hb_error_set(error, HB_ERR_USAGE,
                            "a heap of %llu byte%s is out of range: %u, one record, or more",
                            (unsigned long long)options->heap_bytes, options->heap_bytes == 1 ? "" : "s",
                            options->header_bytes);
    return HB_OK;
}

static bool is_infinite(const struct hb_model *model)
{
    return model->options.heap_bytes == 0;
}

/* Best fit alone keeps the free ranges by size. False when there is no memory. */
static bool create_sizes(struct hb_model *model, uint64_t length)
{
    if (model->options.policy != HB_POLICY_BEST)
        return true;
    model->sizes = hb_size_index_create();
    if (model->sizes == NULL || !hb_size_index_reserve(model->sizes))
        return false;
    hb_size_index_insert(model->sizes, (struct hb_size_entry){.length = length});
    return true;
}

enum hb_status hb_model_create(const struct hb_model_options *options, struct hb_model **out,
                               struct hb_error *error)
{
    enum hb_status status = check_options(options, error);
    struct hb_model *model;
    uint64_t length;

    if (status != HB_OK)
        return status;
    model = calloc(1, sizeof *model);
    if (model == NULL)
        goto fail;
    model->options = *options;
    model->split_bytes = options->header_bytes > options->align ? options->header_bytes : options->align;
    length = is_infinite(model) ? INFINITE_BYTES : options->heap_bytes;
    model->total_bytes = model->free_bytes = length;
    model->walk.ranges = 1;
    model->tree = hb_range_tree_create(length);
    if (model->tree == NULL || !create_sizes(model, length))
        goto fail;
    *out = model;
    return HB_OK;
fail:
    hb_model_destroy(model);
    return hb_error_set(error, HB_ERR_MEMORY, "out of memory for a model heap");
}

void hb_model_destroy(struct hb_model *model)
{
    if (model == NULL)
        return;
    hb_range_tree_destroy(model->tree);
    hb_size_index_destroy(model->sizes);
    free(model);
}

/* -- searching: each finds a range and says how long the walk was
 * ------------------------------------------------ */

static void set_walk(struct hb_model *model, uint64_t length, uint64_t free_examined)
{
    model->walk.length = length;
    model->walk.allocated = length - free_examined;
}

static bool is_somewhere(struct hb_range_place place)
{
    return place.leaf != HB_RANGE_NONE;
}

static struct hb_range_place find_first(struct hb_model *model, uint64_t need)
{
    struct hb_range_rank rank;
    struct hb_range_place found = hb_range_tree_first_fit(model->tree, need, &rank);
    uint64_t chosen = is_somewhere(found);

    set_walk(model, rank.ranges + chosen, rank.free_ranges + chosen);
    return found;
}

/* The infinite heap's last range, where it is to be used when nothing else fits. */
static bool is_last_resort(const struct hb_model *model, struct hb_range_place place)
{
    return model->options.grows && is_infinite(model) && hb_range_tree_is_last(model->tree, place);
}

/* The search came to the end and begins again at the first range. */
static struct hb_range_place find_round(struct hb_model *model, uint64_t need, struct hb_range_place rover)
{
    struct hb_range_tree *tree = model->tree;
    bool grows = model->options.grows && is_infinite(model);
    uint64_t ranges = hb_range_tree_ranges(tree), free_ranges = hb_range_tree_free_ranges(tree);
    struct hb_range_rank start, end;
    struct hb_range_place found = hb_range_tree_first_fit(tree, need, &end);

    if (!is_somewhere(found)) {
        set_walk(model, end.ranges, end.free_ranges);
        return found;
    }
    if (is_last_resort(model, found)) {
        set_walk(model, ranges, free_ranges);
        return found;
    }
    hb_range_tree_rank(tree, rover, &start); /* a heap that grows was left before its last range */
    set_walk(model, ranges - grows - start.ranges + end.ranges + 1,
             free_ranges - grows - start.free_ranges + end.free_ranges + 1);
    return found;
}

static struct hb_range_place find_next(struct hb_model *model, uint64_t need)
{
    const struct hb_range_tree *tree = model->tree;
    struct hb_range_place rover = hb_range_tree_find(tree, model->rover);
    struct hb_range_place found = hb_range_tree_first_fit_from(tree, rover, need);
    struct hb_range_rank start, end;

    if (!is_somewhere(found) || is_last_resort(model, found))
        return find_round(model, need, rover);
    hb_range_tree_rank(tree, found, &end);
    hb_range_tree_rank(tree, rover, &start);
    set_walk(model, end.ranges - start.ranges + 1, end.free_ranges - start.free_ranges + 1);
    return found;
}

static struct hb_range_place find_best(struct hb_model *model, uint64_t need)
{
    const struct hb_range_tree *tree = model->tree;
    struct hb_size_entry entry;

    set_walk(model, hb_range_tree_ranges(tree), hb_range_tree_free_ranges(tree));
    if (!hb_size_index_best_fit(model->sizes, need, &entry))
        return HB_NOWHERE;
    return hb_range_tree_find(tree, entry.id);
}

static struct hb_range_place find_fit(struct hb_model *model, uint64_t need)
{
    switch (model->options.policy) {
    case HB_POLICY_NEXT:
        return find_next(model, need);
    case HB_POLICY_BEST:
        return find_best(model, need);
    case HB_POLICY_FIRST:
        break;
    }
    return find_first(model, need);
}

/* -- the free ranges by size, where they are kept
 * ------------------------------------------------------------------ */

static void index_free(struct hb_model *model, uint32_t id, uint64_t offset, uint64_t length)
{
    if (model->sizes != NULL)
        hb_size_index_insert(model->sizes,
                             (struct hb_size_entry){.length = length, .offset = offset, .id = id});
}

static void forget_free(struct hb_model *model, uint64_t offset, uint64_t length)
{
    if (model->sizes != NULL)
        hb_size_index_remove(model->sizes, length, offset);
}

/* Memory for what one more operation may need, so that nothing fails half-way. */
static bool reserve(struct hb_model *model)
{
    if (!hb_range_tree_reserve(model->tree) || (model->sizes != NULL && !hb_size_index_reserve(model->sizes)))
        model->broken = true;
    return !model->broken;
}

/* -- placing
 * ------------------------------------------------------------------------------------------------------ */

/* `size` with its header, rounded up; false when that overflows. */
static bool needed_bytes(const struct hb_model *model, uint64_t size, uint64_t *need)
{
    uint64_t mask = model->options.align - 1;

    if (__builtin_add_overflow(size, (uint64_t)model->options.header_bytes + mask, need))
        return false;
    *need &= ~mask;
    return true;
}

/* The next search begins after the range handed out; behind the last one at the first. */
static void move_rover(struct hb_model *model, uint32_t id)
{
    struct hb_range_place after = hb_range_tree_next(model->tree, hb_range_tree_find(model->tree, id));

    model->rover =
        hb_range_tree_id(model->tree, is_somewhere(after) ? after : hb_range_tree_first(model->tree));
}

/*
 * The offset of the range at `place`, where anything asks for it: the index of sizes, or the high-water mark.
 * What was never handed out is one piece at the end of the last range, so no other range raises the mark.
 */
static uint64_t offset_if_asked(const struct hb_model *model, struct hb_range_place place, bool last)
{
    struct hb_range range = {.offset = 0};

    if (last)
        return model->total_bytes - hb_range_tree_length(model->tree, place);
    if (model->sizes != NULL)
        hb_range_tree_get(model->tree, place, &range);
    return range.offset;
}

/* Hands out the free range at `place`, splitting off what is left of it; returns its id. */
static uint32_t hand_out(struct hb_model *model, struct hb_range_place place, uint64_t need)
{
    uint32_t id = hb_range_tree_id(model->tree, place);
    uint64_t length = hb_range_tree_length(model->tree, place);
    bool last = hb_range_tree_is_last(model->tree, place);
    uint64_t offset = offset_if_asked(model, place, last);

    forget_free(model, offset, length);
    if (length - need >= model->split_bytes) {
        uint32_t rest = hb_range_tree_take_part(model->tree, place, need);

        index_free(model, rest, offset + need, length - need);
        length = need;
    } else {
        hb_range_tree_take(model->tree, place);
    }
    model->free_bytes -= length;
    if (last && offset + length > model->high_water_bytes)
        model->high_water_bytes = offset + length;
    if (model->options.policy == HB_POLICY_NEXT)
        move_rover(model, id);
    return id;
}

uint32_t hb_model_alloc(struct hb_model *model, uint64_t size)
{
    struct hb_range_place place;
    uint64_t need;

    if (size == 0 || !needed_bytes(model, size, &need))
        return HB_MODEL_NO_BLOCK;
    if (!reserve(model))
        return HB_MODEL_NO_BLOCK;
    model->walk.walks++;
    place = find_fit(model, need);
    return is_somewhere(place) ? hand_out(model, place, need) : HB_MODEL_NO_BLOCK;
}

/* How far into the range its payload has to begin, for it to be aligned: a multiple of the heap's alignment,
 * of which the first payload is one too (METRICS.md, Variants). */
static uint64_t gap_before(const struct hb_model *model, const struct hb_range *range, uint64_t alignment)
{
    uint64_t lead = -(uint64_t)model->options.header_bytes & (model->options.align - 1);

    return -(lead + range->offset + model->options.header_bytes) & (alignment - 1);
}

/* Leaves `gap` bytes at the front of a free range as a free range of their own; returns where the rest is. */
static struct hb_range_place leave_gap(struct hb_model *model, struct hb_range_place place,
                                       const struct hb_range *range, uint64_t gap)
{
    uint32_t front = hb_range_tree_id(model->tree, place), rest;

    forget_free(model, range->offset, range->length);
    rest = hb_range_tree_take_part(model->tree, place, gap);
    hb_range_tree_release(model->tree, hb_range_tree_find(model->tree, front), gap);
    index_free(model, front, range->offset, gap);
    index_free(model, rest, range->offset + gap, range->length - gap);
    return hb_range_tree_find(model->tree, rest);
}

/* More than the heap's own alignment, which is all that the others know. */
static bool takes_room_to_align(const struct hb_model *model, uint64_t alignment)
{
    uint64_t own = model->options.align;

    return own > 1 && own >= model->options.header_bytes && alignment > own;
}

uint32_t hb_model_aligned(struct hb_model *model, uint64_t alignment, uint64_t size)
{
    uint64_t sought = hb_model_need(model, alignment, size), need, gap;
    struct hb_range_place place;
    struct hb_range range;

    assert(alignment != 0 && (alignment & (alignment - 1)) == 0);
    if (!takes_room_to_align(model, alignment))
        return hb_model_alloc(model, size);
    if (size == 0 || sought == UINT64_MAX || !needed_bytes(model, size, &need) || !reserve(model))
        return HB_MODEL_NO_BLOCK;
    model->walk.walks++;
    place = find_fit(model, sought);
    if (!is_somewhere(place))
        return HB_MODEL_NO_BLOCK;
    hb_range_tree_get(model->tree, place, &range);
    if (hb_range_tree_is_last(model->tree, place) && range.offset + sought > model->reach_bytes)
        model->reach_bytes = range.offset + sought;
    gap = gap_before(model, &range, alignment);
    if (gap != 0)
        place = leave_gap(model, place, &range, gap);
    return reserve(model) ? hand_out(model, place, need) : HB_MODEL_NO_BLOCK;
}

/* Joins the neighbour at `place`, if there is one and it is free, to `*range`; false where not. */
static bool absorb(struct hb_model *model, struct hb_range_place place, struct hb_range *range, uint32_t *id)
{
    struct hb_range neighbour;

    if (!is_somewhere(place))
        return false;
    hb_range_tree_get(model->tree, place, &neighbour);
    if (neighbour.allocated)
        return false;
    forget_free(model, neighbour.offset, neighbour.length);
    *id = hb_range_tree_id(model->tree, place);
    range->length += neighbour.length;
    if (neighbour.offset < range->offset)
        range->offset = neighbour.offset;
    return true;
}

/* Takes out range `gone`, whose bytes `absorber` has now. */
static void take_out(struct hb_model *model, uint32_t gone, uint32_t absorber)
{
    if (model->rover == gone)
        model->rover = absorber;
    hb_range_tree_remove(model->tree, gone);
}

/* Joins `*range`, which is being freed, to its free neighbours; returns the id of the whole. */
static uint32_t merge(struct hb_model *model, uint32_t id, struct hb_range_place place,
                      struct hb_range *range)
{
    uint32_t before, after;
    bool joins_before = absorb(model, hb_range_tree_previous(model->tree, place), range, &before);
    bool joins_after = absorb(model, hb_range_tree_next(model->tree, place), range, &after);

    /* In this order: offsets follow from the lengths in a leaf, and what leaves its front must have its own
     * still. */
    if (joins_before) {
        take_out(model, id, before);
        id = before;
    }
    if (joins_after)
        take_out(model, after, id);
    return id;
}

void hb_model_free(struct hb_model *model, uint32_t block)
{
    struct hb_range_place place = hb_range_tree_find(model->tree, block);
    struct hb_range range = {.offset = 0, .length = hb_range_tree_length(model->tree, place)};

    if (model->sizes != NULL && !reserve(model))
        return;
    model->free_bytes += range.length;
    if (model->options.merge || model->sizes != NULL)
        hb_range_tree_get(model->tree, place, &range);
    if (model->options.merge) {
        block = merge(model, block, place, &range);
        place = hb_range_tree_find(model->tree, block);
    }
    hb_range_tree_release(model->tree, place, range.length);
    index_free(model, block, range.offset, range.length);
}

static uint64_t range_length(const struct hb_model *model, uint32_t block)
{
    return hb_range_tree_length(model->tree, hb_range_tree_find(model->tree, block));
}

uint32_t hb_model_resize(struct hb_model *model, uint32_t block, uint64_t size)
{
    uint64_t need;
    uint32_t moved;

    assert(size >= 1);
    if (needed_bytes(model, size, &need) && range_length(model, block) >= need)
        return block;
    moved = hb_model_alloc(model, size);
    if (moved != HB_MODEL_NO_BLOCK)
        hb_model_free(model, block);
    return moved;
}

void hb_model_expect(const struct hb_model *model, uint32_t block, bool soon)
{
    hb_range_tree_prefetch(model->tree, block, soon);
}

/* -- asking
 * ------------------------------------------------------------------------------------------------------- */

bool hb_model_broken(const struct hb_model *model)
{
    return model->broken;
}

uint64_t hb_model_need(const struct hb_model *model, uint64_t alignment, uint64_t size)
{
    uint64_t need, room = takes_room_to_align(model, alignment) ? alignment - model->options.align : 0;

    return needed_bytes(model, size, &need) && !__builtin_add_overflow(need, room, &need) ? need : UINT64_MAX;
}

uint64_t hb_model_offset(const struct hb_model *model, uint32_t block)
{
    struct hb_range range;

    hb_range_tree_get(model->tree, hb_range_tree_find(model->tree, block), &range);
    return range.offset + model->options.header_bytes;
}

uint64_t hb_model_usable_bytes(const struct hb_model *model, uint32_t block)
{
    return range_length(model, block) - model->options.header_bytes;
}

uint64_t hb_model_high_water(const struct hb_model *model)
{
    return model->high_water_bytes;
}

uint64_t hb_model_reach(const struct hb_model *model)
{
    return model->reach_bytes > model->high_water_bytes ? model->reach_bytes : model->high_water_bytes;
}

void hb_model_last_walk(const struct hb_model *model, struct hb_walk *walk)
{
    *walk = model->walk;
    if (model->options.lists_free) {
        walk->length -= walk->allocated;
        walk->allocated = 0;
    }
    walk->ranges = hb_range_tree_ranges(model->tree);
    walk->high_water_bytes = model->high_water_bytes;
}

/* A survey that ends before the tail of an infinite heap, which counts as a range and as nothing else. */
struct inspection {
    struct hb_survey survey;
    uint64_t tail_offset; /* UINT64_MAX: there is none */
};

static bool inspect_range(void *context, const struct hb_range *range)
{
    struct inspection *inspection = context;

    if (range->offset == inspection->tail_offset) {
        inspection->survey.state.ranges++;
        return false;
    }
    hb_survey_add(&inspection->survey, range);
    return true;
}

void hb_model_inspect(const struct hb_model *model, struct hb_heap_state *state)
{
    struct inspection inspection = {.tail_offset = UINT64_MAX};
    struct hb_range tail;

    if (is_infinite(model)) {
        hb_range_tree_get(model->tree, hb_range_tree_last(model->tree), &tail);
        inspection.tail_offset = tail.offset;
    }
    hb_model_ranges(model, inspect_range, &inspection);
    *state = inspection.survey.state;
    state->high_water_bytes = model->high_water_bytes;
    state->header_bytes = model->options.header_bytes;
}

void hb_model_ranges(const struct hb_model *model, bool (*visit)(void *context, const struct hb_range *range),
                     void *context)
{
    hb_range_tree_visit(model->tree, visit, context);
}

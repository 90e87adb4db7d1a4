/*
 * model.c - a model heap comes and goes, hands out blocks and takes them back.
 */
#include "allocator/model/model.h"

#include <assert.h>
#include <stdlib.h>

#include "allocator/model/model_heap.h"

enum { MAX_PARAMETER = 4096 };

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
    if (options->heap_bytes > HB_MODEL_MOST_BYTES)
        return hb_error_set(error, HB_ERR_USAGE,
                            "a heap of %llu bytes is out of range: up to 2^63 - 4096, or 0 for infinite",
                            (unsigned long long)options->heap_bytes);
    if (options->heap_bytes != 0 && options->heap_bytes < options->header_bytes)
        return hb_error_set(error, HB_ERR_USAGE,
                            "a heap of %llu byte%s is out of range: %u, one record, or more",
                            (unsigned long long)options->heap_bytes, options->heap_bytes == 1 ? "" : "s",
                            options->header_bytes);
    return HB_OK;
}

/* -- the free ranges by size, where they are kept -- */

/* What a free range counts as among the others: the tail of an infinite heap is longer than any other. */
static uint64_t index_length(const struct hb_model *model, uint64_t offset, uint64_t length)
{
    bool endless = hb_model_is_infinite(model) && offset + length == model->total_bytes;

    return endless ? length | UINT64_C(1) << 63 : length;
}

static void index_free(struct hb_model *model, uint32_t id, uint64_t offset, uint64_t length)
{
    if (model->sizes != NULL)
        hb_fit_index_insert(
            model->sizes,
            (struct hb_fit_entry){.length = index_length(model, offset, length), .offset = offset, .id = id});
}

static void forget_free(struct hb_model *model, uint32_t id, uint64_t offset, uint64_t length)
{
    if (model->sizes != NULL)
        hb_fit_index_remove(model->sizes, id, index_length(model, offset, length));
}

/* Best fit alone keeps the free ranges by size. False when there is no memory. */
static bool create_sizes(struct hb_model *model, uint64_t length)
{
    if (model->options.policy != HB_POLICY_BEST)
        return true;
    model->sizes = hb_fit_index_create();
    if (model->sizes == NULL || !hb_fit_index_reserve(model->sizes, hb_range_tree_ids(model->tree)))
        return false;
    index_free(model, 0, 0, length);
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
    length = hb_model_is_infinite(model) ? HB_MODEL_MOST_BYTES : options->heap_bytes;
    model->total_bytes = length;
    model->walk.ranges = 1;
    model->tree = hb_range_tree_create(length, options->policy != HB_POLICY_BEST);
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
    hb_fit_index_destroy(model->sizes);
    hb_model_late_clear(model);
    free(model);
}

/* -- placing -- */

/* Memory for what one more operation may need, so that nothing fails half-way. */
static inline bool reserve(struct hb_model *model)
{
    if (!hb_range_tree_reserve(model->tree) ||
        (model->sizes != NULL && !hb_fit_index_reserve(model->sizes, hb_range_tree_ids(model->tree))) ||
        (model->options.merges_late && !hb_model_late_reserve(model)))
        model->broken = HB_ERR_MEMORY;
    return model->broken == HB_OK;
}

/* `size` with its header, rounded up; false when that overflows. */
static bool needed_bytes(const struct hb_model *model, uint64_t size, uint64_t *need)
{
    uint64_t mask = model->options.align - 1;

    if (__builtin_add_overflow(size, (uint64_t)model->options.header_bytes + mask, need))
        return false;
    *need &= ~mask;
    assert(*need >= size && *need % model->options.align == 0);
    return true;
}

/* The next search begins after the range handed out; behind the last one at the first. */
static void move_rover(struct hb_model *model, uint32_t id)
{
    struct hb_range_place after = hb_range_tree_next(model->tree, hb_range_tree_find(model->tree, id));

    model->rover = hb_range_tree_id(model->tree,
                                    hb_range_is_somewhere(after) ? after : hb_range_tree_first(model->tree));
}

/*
 * The offset of the range at `place`, where anything asks for it: the index of sizes, or the high-water mark.
 * What was never handed out is one piece at the end of the last range, so no other range raises the mark.
 */
static uint64_t offset_if_asked(const struct hb_model *model, struct hb_range_place place, bool last)
{
    if (last)
        return model->total_bytes - hb_range_tree_length(model->tree, place);
    return model->sizes != NULL ? hb_fit_index_offset(model->sizes, hb_range_tree_id(model->tree, place)) : 0;
}

/* No range holds `need` bytes. In an infinite heap one would, if there were numbers for it. */
static uint32_t nothing_fits(struct hb_model *model, uint64_t need)
{
    if (hb_model_is_infinite(model) && need <= INT64_MAX)
        model->broken = HB_ERR_LIMIT;
    return HB_MODEL_NO_BLOCK;
}

/* Hands out the free range at `place`, splitting off what is left of it; returns its id. The tail of an
 * infinite heap is not to be used up. */
static uint32_t hand_out(struct hb_model *model, struct hb_range_place place, uint64_t need)
{
    uint32_t id = hb_range_tree_id(model->tree, place);
    uint64_t length = hb_range_tree_length(model->tree, place);
    bool last = hb_range_tree_is_last(model->tree, place), splits = length - need >= model->split_bytes;
    uint64_t offset = offset_if_asked(model, place, last);

    assert(length >= need && !hb_range_tree_is_allocated(model->tree, place));
    if (last && !splits && hb_model_is_infinite(model))
        return nothing_fits(model, need);
    forget_free(model, id, offset, length);
    if (splits) {
        uint32_t rest = hb_range_tree_take_part(model->tree, place, need);

        index_free(model, rest, offset + need, length - need);
        if (model->options.merges_late && !last)
            hb_model_late_note(model, rest);
        length = need;
    } else {
        hb_range_tree_take(model->tree, place);
    }
    if (last && offset + length > model->high_water_bytes)
        model->high_water_bytes = offset + length;
    if (model->options.policy == HB_POLICY_NEXT)
        move_rover(model, id);
    assert(length - need < model->split_bytes && model->high_water_bytes <= model->total_bytes);
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
    place = hb_model_find_fit(model, need);
    return hb_range_is_somewhere(place) ? hand_out(model, place, need) : nothing_fits(model, need);
}

/* How far into the range its payload has to begin, for it to be aligned: a multiple of the heap's alignment,
 * of which the first payload is one too (results/README.md, "Variants"). */
static uint64_t gap_before(const struct hb_model *model, const struct hb_range *range, uint64_t alignment)
{
    uint64_t lead = -(uint64_t)model->options.header_bytes & (model->options.align - 1);

    return -(lead + range->offset + model->options.header_bytes) & (alignment - 1);
}

struct hb_range_place hb_model_leave_gap(struct hb_model *model, struct hb_range_place place,
                                         const struct hb_range *range, uint64_t gap)
{
    uint32_t front = hb_range_tree_id(model->tree, place), rest;

    assert(gap >= model->split_bytes && gap < range->length);
    forget_free(model, front, range->offset, range->length);
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
    place = hb_model_find_fit(model, sought);
    if (!hb_range_is_somewhere(place))
        return nothing_fits(model, sought);
    hb_range_tree_get(model->tree, place, &range);
    if (hb_range_tree_is_last(model->tree, place) && range.offset + sought > model->reach_bytes)
        model->reach_bytes = range.offset + sought;
    gap = gap_before(model, &range, alignment);
    if (gap != 0)
        place = hb_model_leave_gap(model, place, &range, gap);
    assert(gap + need <= range.length && hb_range_tree_length(model->tree, place) >= need);
    return reserve(model) ? hand_out(model, place, need) : HB_MODEL_NO_BLOCK;
}

uint64_t hb_model_need(const struct hb_model *model, uint64_t alignment, uint64_t size)
{
    uint64_t need, room = takes_room_to_align(model, alignment) ? alignment - model->options.align : 0;

    return needed_bytes(model, size, &need) && !__builtin_add_overflow(need, room, &need) ? need : UINT64_MAX;
}

/* The range at `place`; its offset only where the index of sizes wants it, else 0. A range was free before it
 * was handed out, and began where it does now. */
static void look_at(const struct hb_model *model, struct hb_range_place place, struct hb_range *range)
{
    range->offset =
        model->sizes != NULL ? hb_fit_index_offset(model->sizes, hb_range_tree_id(model->tree, place)) : 0;
    range->length = hb_range_tree_length(model->tree, place);
    range->allocated = hb_range_tree_is_allocated(model->tree, place);
}

/* Joins the neighbour at `place`, if there is one and it is free, to `*range`; false where not. */
static bool absorb(struct hb_model *model, struct hb_range_place place, struct hb_range *range, uint32_t *id)
{
    struct hb_range neighbour;

    if (!hb_range_is_somewhere(place))
        return false;
    look_at(model, place, &neighbour);
    if (neighbour.allocated)
        return false;
    *id = hb_range_tree_id(model->tree, place);
    forget_free(model, *id, neighbour.offset, neighbour.length);
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
    assert(gone != absorber);
    if (model->options.merges_late)
        hb_model_late_forget(model, gone);
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

uint32_t hb_model_merge_free(struct hb_model *model, uint32_t id)
{
    struct hb_range_place place = hb_range_tree_find(model->tree, id);
    struct hb_range range;

    look_at(model, place, &range);
    assert(!range.allocated && model->sizes == NULL);
    hb_range_tree_take(model->tree, place); /* as one that is being freed */
    id = merge(model, id, place, &range);
    hb_range_tree_release(model->tree, hb_range_tree_find(model->tree, id), range.length);
    return id;
}

/* It joins nothing, and nothing but the tree knows of it. */
static bool is_freed_as_it_is(const struct hb_model *model)
{
    return model->sizes == NULL && !model->options.merge && !model->options.merges_late;
}

void hb_model_free(struct hb_model *model, uint32_t block)
{
    struct hb_range_place place = hb_range_tree_find(model->tree, block);
    struct hb_range range;

    if (is_freed_as_it_is(model)) {
        hb_range_tree_release(model->tree, place, hb_range_tree_length(model->tree, place));
        return;
    }
    if ((model->sizes != NULL || model->options.merges_late) && !reserve(model))
        return;
    look_at(model, place, &range);
    assert(range.allocated && range.length >= model->options.header_bytes);
    if (model->options.merge) {
        block = merge(model, block, place, &range);
        place = hb_range_tree_find(model->tree, block);
    }
    hb_range_tree_release(model->tree, place, range.length);
    index_free(model, block, range.offset, range.length);
    if (model->options.merges_late) {
        model->late.freed = true;
        hb_model_late_note(model, block);
    }
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
    assert(moved != block);
    if (moved != HB_MODEL_NO_BLOCK)
        hb_model_free(model, block);
    return moved;
}

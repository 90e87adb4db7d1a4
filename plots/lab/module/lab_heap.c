/*
 * lab_heap.c - one heap of the exact model, led through the operations of a trace.
 *
 * The operations come in windows, which the page copies from the trace's instance. The rules are replay.h's:
 * an object whose allocation got NULL is absent, its free is skipped, a realloc of it is a malloc. Sizes have
 * 64 bits here too, where size_t has 32: so the model is called by its own functions and not through the
 * contract's table.
 */
#include "plots/lab/module/lab_heap.h"
#include "allocator/model/range_place.h"
#include "base/pages.h"

enum { WINDOW_OPS = 4096 };

/* Why lab_run stops, or-ed. */
enum lab_stop { STOP_AT_FAILURE = 1, STOP_AT_SPLIT = 2, STOP_AT_WALK = 4 };

struct lab_heap lab;

static struct hb_op window[WINDOW_OPS];

/*
 * The one heap of this instance: `heap_bytes` 0 is infinite. `objects` are there in the trace. An enum
 * hb_status; lab_heap_error() says why.
 */
LAB_EXPORT int lab_heap(uint32_t policy, uint32_t merge, double heap_bytes, uint32_t objects)
{
    enum hb_status status;

    lab.options = (struct hb_model_options){.policy = policy == HB_POLICY_NEXT   ? HB_POLICY_NEXT
                                                      : policy == HB_POLICY_BEST ? HB_POLICY_BEST
                                                                                 : HB_POLICY_FIRST,
                                            .merge = merge != 0,
                                            .header_bytes = HEADER_BYTES,
                                            .align = 1,
                                            .heap_bytes = heap_bytes > 0 ? (uint64_t)heap_bytes : 0};
    hb_model_allocator(&lab.options, &lab.table);
    status = hb_model_create(&lab.options, &lab.model, &lab.error);
    if (status != HB_OK)
        return (int)status;
    lab.blocks = hb_pages_reserve(((size_t)objects + 1) * sizeof *lab.blocks);
    if (lab.blocks == NULL)
        return (int)hb_error_set(&lab.error, HB_ERR_MEMORY, "out of memory for %u objects", objects);
    lab.figures = (struct lab_figures){.first_failure = HB_NO_FAILURE, .ranges = 1, .placed_at = UINT64_MAX};
    return HB_OK;
}

LAB_EXPORT const char *lab_heap_error(void)
{
    return lab.error.text;
}

/* -- doing -- */

/* Room for what a range with this id holds. */
static bool make_held(uint32_t id)
{
    uint32_t count = lab.held_count == 0 ? 256 : lab.held_count;
    struct lab_holding *grown;

    while (count <= id)
        count *= 2;
    if (count == lab.held_count)
        return true;
    grown = hb_table_grow(lab.held, lab.held_count * sizeof *grown, count * sizeof *grown);
    if (grown == NULL)
        return false;
    lab.held = grown;
    lab.held_count = count;
    return true;
}

static uint32_t next_range(uint32_t block)
{
    const struct hb_range_tree *tree = lab.model->tree;

    return hb_range_tree_id(tree, hb_range_tree_next(tree, hb_range_tree_find(tree, block)));
}

static uint32_t alloc(const struct hb_op *op)
{
    uint64_t ranges = hb_range_tree_ranges(lab.model->tree);
    uint64_t alignment = op->kind == HB_OP_ALIGNED ? UINT64_C(1) << op->align_log2 : 1;
    uint32_t block = hb_model_aligned(lab.model, alignment, op->size), rest;

    if (block == HB_MODEL_NO_BLOCK || !make_held(block))
        return HB_MODEL_NO_BLOCK;
    if (hb_range_tree_ranges(lab.model->tree) >
        ranges) { /* the rest has been free as long as the whole was */
        rest = next_range(block);
        if (!make_held(rest))
            return HB_MODEL_NO_BLOCK;
        lab.held[rest] = (struct lab_holding){.since = lab.held[block].since};
        lab.figures.splits++;
    }
    lab.held[block] =
        (struct lab_holding){.size = op->size, .object = op->object, .since = (uint32_t)lab.figures.ops};
    return block;
}

/* Gives the block back; the range that it becomes or joins is new from now on. */
static void release(uint32_t block)
{
    const struct hb_range_tree *tree = lab.model->tree;
    struct hb_range_place before = hb_range_tree_previous(tree, hb_range_tree_find(tree, block));
    uint32_t becomes = block;

    if (lab.options.merge && hb_range_is_somewhere(before) && !hb_range_tree_is_allocated(tree, before))
        becomes = hb_range_tree_id(tree, before);
    hb_model_free(lab.model, block);
    lab.held[becomes] = (struct lab_holding){.since = (uint32_t)lab.figures.ops};
}

static void count_live(uint64_t before, uint64_t after)
{
    struct lab_figures *f = &lab.figures;

    f->live_bytes += after - before;
    f->live_objects += (after > 0) - (uint64_t)(before > 0);
    if (f->live_bytes > f->peak_live_bytes)
        f->peak_live_bytes = f->live_bytes;
}

/* As realloc of a block that is there. False: no room, and it stays as it was. */
static bool resize(const struct hb_op *op, uint32_t block)
{
    uint64_t old_size = lab.held[block].size;
    uint32_t moved;

    if (hb_model_usable_bytes(lab.model, block) >= op->size) {
        lab.held[block].size = op->size;
    } else {
        moved = alloc(op);
        if (moved == HB_MODEL_NO_BLOCK)
            return false;
        release(block);
        lab.blocks[op->object] = moved + 1;
    }
    count_live(old_size, op->size);
    return true;
}

static void free_object(const struct hb_op *op)
{
    uint32_t block = lab.blocks[op->object];

    if (block == 0)
        return;
    count_live(lab.held[block - 1].size, 0);
    release(block - 1);
    lab.blocks[op->object] = 0;
}

/* False iff bytes were asked for and there was no room. */
static bool perform(const struct hb_op *op)
{
    uint32_t block;

    if (op->kind == HB_OP_FREE) {
        free_object(op);
        return true;
    }
    if (op->kind == HB_OP_REALLOC && lab.blocks[op->object] != 0)
        return resize(op, lab.blocks[op->object] - 1);
    block = alloc(op);
    lab.blocks[op->object] = block == HB_MODEL_NO_BLOCK ? 0 : block + 1;
    if (block != HB_MODEL_NO_BLOCK)
        count_live(0, op->size);
    return block != HB_MODEL_NO_BLOCK || op->size == 0;
}

/* Why the last operation failed; it has left the heap as it was. */
LAB_EXPORT const struct lab_why *lab_why(void)
{
    uint64_t alignment = lab.last.kind == HB_OP_ALIGNED ? UINT64_C(1) << lab.last.align_log2 : 1;
    struct hb_heap_state state;
    uint64_t need = hb_model_need(lab.model, alignment, lab.last.size);

    hb_replay_inspect(&lab.table, lab.model, lab.options.heap_bytes == 0, &state);
    lab.why = (struct lab_why){.reason = hb_failure_reason(need, state.free_bytes, state.largest_run_bytes),
                               .size = lab.last.size,
                               .need = need,
                               .free_bytes = state.free_bytes,
                               .largest_run_bytes = state.largest_run_bytes};
    return &lab.why;
}

static void note_failure(void)
{
    struct lab_figures *f = &lab.figures;

    if (f->failures++ > 0)
        return;
    f->first_failure = f->ops;
    f->failure_reason = lab_why()->reason;
}

static void note_walk(void)
{
    struct lab_figures *f = &lab.figures;
    struct hb_walk walk;

    hb_model_last_walk(lab.model, &walk);
    f->walked = walk.walks != f->walks;
    f->ranges = walk.ranges;
    f->high_water_bytes = walk.high_water_bytes;
    if (!f->walked)
        return;
    f->walks = walk.walks;
    f->walk_length = walk.length;
    f->walk_total += walk.length;
    f->walk_allocated += walk.allocated;
    if (walk.length > f->walk_max)
        f->walk_max = walk.length;
    if (walk.length > f->run_walk_max)
        f->run_walk_max = walk.length;
}

static void step(const struct hb_op *op)
{
    struct lab_figures *f = &lab.figures;

    lab.last = *op;
    f->failed = !perform(op);
    f->object = op->object;
    if (f->failed)
        note_failure();
    note_walk();
    f->broken = hb_model_broken(lab.model);
    f->ops++;
}

LAB_EXPORT struct hb_op *lab_window(void)
{
    return window;
}

static uint64_t reasons_to_stop(uint64_t splits_before, uint64_t walk_at_least)
{
    const struct lab_figures *f = &lab.figures;

    return (f->failed ? STOP_AT_FAILURE : 0u) | (f->splits != splits_before ? STOP_AT_SPLIT : 0u) |
           (f->walked && f->walk_length >= walk_at_least ? STOP_AT_WALK : 0u);
}

/* Does the first `count` operations of the window, up to the first after which one of `stops` holds; returns
 * how many were done. Fewer too where the model is broken. */
LAB_EXPORT uint32_t lab_run(uint32_t count, uint32_t stops, double walk_at_least)
{
    struct lab_figures *f = &lab.figures;
    uint32_t i = 0;

    f->stopped = 0;
    f->run_walk_max = 0;
    while (i < count && f->stopped == 0 && f->broken == HB_OK) {
        uint64_t splits = f->splits;

        step(&window[i++]);
        if (stops != 0)
            f->stopped = reasons_to_stop(splits, (uint64_t)walk_at_least) & stops;
    }
    return i;
}

LAB_EXPORT const struct lab_figures *lab_figures(void)
{
    uint32_t block = lab.blocks[lab.figures.object];

    lab.figures.placed_at = block != 0 ? hb_model_offset(lab.model, block - 1) - HEADER_BYTES : UINT64_MAX;
    return &lab.figures;
}

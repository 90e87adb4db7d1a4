/*
 * model_allocator.c - the model behind the contract, so that every tool and test drives it like any
 * allocator.
 *
 * A block's address is its range's id and one more: a number, not memory (HB_CAP_UNTOUCHABLE); offset() says
 * where the payload would be. NULL from a model that ran out of memory is not "no room", and what it says
 * from then on is worthless: broken() tells, and whoever takes figures asks it.
 */
#include <assert.h>

#include "allocator/model/model.h"

static void *table_create(const struct hb_allocator *self, size_t heap_bytes, struct hb_error *error)
{
    struct hb_model_options options = *(const struct hb_model_options *)self->state;
    struct hb_model *model;

    options.heap_bytes = heap_bytes;
    return hb_model_create(&options, &model, error) == HB_OK ? model : NULL;
}

static void table_destroy(void *heap)
{
    hb_model_destroy(heap);
}

static uint32_t block_id(const void *block)
{
    assert(block != NULL && (uintptr_t)block - 1 < HB_MODEL_NO_BLOCK);
    return (uint32_t)((uintptr_t)block - 1);
}

static void *block_address(uint32_t id)
{
    return id == HB_MODEL_NO_BLOCK ? NULL : (void *)((uintptr_t)id + 1);
}

static void *table_alloc(void *heap, size_t size)
{
    hb_model_tell(heap);
    return block_address(hb_model_alloc(heap, size));
}

static void table_dealloc(void *heap, void *block)
{
    if (block != NULL)
        hb_model_free(heap, block_id(block));
}

static void *table_resize(void *heap, void *block, size_t size)
{
    if (block == NULL)
        return table_alloc(heap, size);
    if (size == 0) {
        hb_model_tell(heap);
        hb_model_free(heap, block_id(block));
        return NULL;
    }
    hb_model_tell(heap);
    return block_address(hb_model_resize(heap, block_id(block), size));
}

static void *table_aligned(void *heap, size_t alignment, size_t size)
{
    hb_model_tell_aligned(heap, alignment);
    return block_address(hb_model_aligned(heap, alignment, size));
}

static uint64_t table_need(const void *heap, size_t alignment, size_t size)
{
    return hb_model_need(heap, alignment, size);
}

static size_t table_usable_size(void *heap, void *block)
{
    return hb_model_usable_bytes(heap, block_id(block));
}

static enum hb_status table_broken(const void *heap)
{
    return hb_model_broken(heap);
}

static void table_expect(const void *heap, const void *block, bool soon)
{
    hb_model_expect(heap, block_id(block), soon);
}

static void table_foretell(void *heap, const uint32_t *lifetimes, uint64_t count)
{
    hb_model_foretell(heap, lifetimes, count);
}

static void table_inspect(const void *heap, struct hb_heap_state *state)
{
    hb_model_inspect(heap, state);
}

static void table_last_walk(const void *heap, struct hb_walk *walk)
{
    hb_model_last_walk(heap, walk);
}

static void table_ranges(const void *heap, bool (*visit)(void *context, const struct hb_range *range),
                         void *context)
{
    hb_model_ranges(heap, visit, context);
}

static uint64_t table_offset(const void *heap, const void *block)
{
    return hb_model_offset(heap, block_id(block));
}

/* clang-format off */
#define MODEL_FUNCTIONS                                                                                            \
    .caps = HB_CAP_UNTOUCHABLE | HB_CAP_BOUNDED | HB_CAP_UNALIGNED | HB_CAP_MODEL,                                 \
    .create = table_create,                                                                                        \
    .destroy = table_destroy,                                                                                      \
    .alloc = table_alloc,                                                                                          \
    .dealloc = table_dealloc,                                                                                      \
    .resize = table_resize,                                                                                        \
    .zalloc = table_alloc,                                                                                         \
    .aligned = table_aligned,                                                                                      \
    .usable_size = table_usable_size,                                                                              \
    .inspect = table_inspect,                                                                                      \
    .need = table_need,                                                                                            \
    .last_walk = table_last_walk,                                                                                  \
    .ranges = table_ranges,                                                                                        \
    .offset = table_offset,                                                                                        \
    .broken = table_broken,                                                                                        \
    .expect = table_expect
/* clang-format on */

static const struct hb_allocator table = {.summary = "computed, not walked", MODEL_FUNCTIONS};

void hb_model_allocator(const struct hb_model_options *options, struct hb_allocator *out)
{
    static const char *const names[][2] = {
        [HB_POLICY_FIRST] = {"model-first", "model-first-merge"},
        [HB_POLICY_NEXT] = {"model-next", "model-next-merge"},
        [HB_POLICY_BEST] = {"model-best", "model-best-merge"},
    };

    assert(options->policy < sizeof names / sizeof names[0]);
    *out = table;
    out->name = names[options->policy][options->merge];
    out->state = options;
    out->foretell = options->told ? table_foretell : NULL;
}

/* clang-format off */
#define MODEL(identifier, title, text, ...) MODEL_TOLD(identifier, title, text, NULL, __VA_ARGS__)
#define MODEL_TOLD(identifier, title, text, told_by, ...)                                                                        \
    static const struct hb_model_options identifier##_options = {__VA_ARGS__};                                     \
    const struct hb_allocator hb_allocator_##identifier = {                                                        \
        .name = title, .summary = "computed, not walked: " text, .state = &identifier##_options, .foretell = told_by, \
        MODEL_FUNCTIONS}
/* clang-format on */

MODEL(model_first, "model-first", "first fit, never merging; places as simple does",
      .policy = HB_POLICY_FIRST, .header_bytes = 8, .align = 1);
MODEL(model_first_merge, "model-first-merge", "first fit, merging at once", .policy = HB_POLICY_FIRST,
      .merge = true, .header_bytes = 8, .align = 1);
MODEL(model_next, "model-next", "next fit, never merging", .policy = HB_POLICY_NEXT, .header_bytes = 8,
      .align = 1);
MODEL(model_next_merge, "model-next-merge", "next fit, merging at once", .policy = HB_POLICY_NEXT,
      .merge = true, .header_bytes = 8, .align = 1);
MODEL(model_best, "model-best", "best fit, never merging", .policy = HB_POLICY_BEST, .header_bytes = 8,
      .align = 1);
MODEL(model_best_merge, "model-best-merge", "best fit, merging at once", .policy = HB_POLICY_BEST,
      .merge = true, .header_bytes = 8, .align = 1);
MODEL(model_first_align, "model-first-align", "model-first aligned to 16; places as simple-align does",
      .policy = HB_POLICY_FIRST, .header_bytes = 8, .align = 16);
MODEL(model_first_align_merge, "model-first-align-merge",
      "model-first-align, merging at once; places as simple-merge does", .policy = HB_POLICY_FIRST,
      .merge = true, .header_bytes = 8, .align = 16);
MODEL(model_free_list, "model-free-list", "model-first-align-merge that examines free ranges alone",
      .policy = HB_POLICY_FIRST, .merge = true, .lists_free = true, .header_bytes = 8, .align = 16);
MODEL(model_merge_late, "model-merge-late",
      "model-first-align, merging when a walk fails; places as merge-late does", .policy = HB_POLICY_FIRST,
      .merges_late = true, .header_bytes = 8, .align = 16);
MODEL(model_side_table, "model-side-table",
      "model-first-align-merge without headers; places as side-table does", .policy = HB_POLICY_FIRST,
      .merge = true, .header_bytes = 0, .align = 16);
MODEL_TOLD(model_oracle, "model-oracle",
           "model-first-align-merge that is told lifetimes; places as oracle does", table_foretell,
           .policy = HB_POLICY_FIRST, .merge = true, .told = true, .header_bytes = 8, .align = 16);

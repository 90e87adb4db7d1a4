/*
 * foretell.c - how long each object of a trace will live, for an allocator that is told beforehand.
 */
#include "bench/replay/foretell.h"

#include <assert.h>

#include "base/pages.h"

/* Whose objects: by slots that are used again, or by birth ids. */
struct subject {
    const char *name;
    const struct hb_op *ops;
    uint64_t op_count, slots;
};

/* From the last operation to the first: `ends` is by slot, the operation that frees the object there. */
static uint64_t find_lifetimes(const struct subject *subject, uint64_t *ends, uint32_t *lifetimes)
{
    uint64_t at = subject->op_count, left;

    for (uint64_t slot = 0; slot <= subject->slots; slot++)
        ends[slot] = UINT64_MAX;
    for (uint64_t op = subject->op_count; op-- > 0;) {
        const struct hb_op *what = &subject->ops[op];
        uint64_t *end = &ends[what->object];

        if (what->kind == HB_OP_FREE) {
            *end = op;
            continue;
        }
        left = *end != UINT64_MAX ? *end - op : UINT64_MAX;
        lifetimes[--at] = left < UINT32_MAX ? (uint32_t)left : UINT32_MAX;
        if (what->kind != HB_OP_REALLOC)
            *end = UINT64_MAX; /* the slot's object before is another one */
    }
    return at;
}

static enum hb_status tell(const struct subject *subject, const struct hb_allocator *allocator, void *heap,
                           struct hb_foretold *out, struct hb_error *error)
{
    uint64_t *ends, first;

    out->bytes = (subject->op_count + 1) * sizeof *out->lifetimes;
    out->lifetimes = hb_pages_alloc(out->bytes);
    ends = hb_pages_alloc((subject->slots + 1) * sizeof *ends);
    if (out->lifetimes == NULL || ends == NULL) {
        hb_pages_free(ends, (subject->slots + 1) * sizeof *ends);
        hb_foretold_clear(out);
        return hb_error_set(error, HB_ERR_MEMORY, "no memory for the lifetimes of %s", subject->name);
    }
    first = find_lifetimes(subject, ends, out->lifetimes);
    hb_pages_free(ends, (subject->slots + 1) * sizeof *ends);
    allocator->foretell(heap, out->lifetimes + first, subject->op_count - first);
    return HB_OK;
}

enum hb_status hb_foretell(const struct hb_prepared *prepared, const struct hb_allocator *allocator,
                           void *heap, struct hb_foretold *out, struct hb_error *error)
{
    const struct subject subject = {prepared->name, prepared->ops, prepared->op_count, prepared->slots};

    *out = (struct hb_foretold){.lifetimes = NULL};
    if (allocator->foretell == NULL)
        return HB_OK;
    if (prepared->ops == NULL)
        return hb_error_set(error, HB_ERR_LIMIT,
                            "%s is streamed, and %s must be told beforehand how long each of its objects "
                            "lives; take a shorter trace",
                            prepared->name, allocator->name);
    return tell(&subject, allocator, heap, out, error);
}

enum hb_status hb_foretell_workload(const struct hb_workload *workload, const struct hb_allocator *allocator,
                                    void *heap, struct hb_foretold *out, struct hb_error *error)
{
    const struct subject subject = {workload->name, workload->ops, workload->op_count,
                                    workload->object_count};

    *out = (struct hb_foretold){.lifetimes = NULL};
    return allocator->foretell == NULL ? HB_OK : tell(&subject, allocator, heap, out, error);
}

void hb_foretold_clear(struct hb_foretold *foretold)
{
    hb_pages_free(foretold->lifetimes, foretold->bytes);
    *foretold = (struct hb_foretold){.lifetimes = NULL};
}

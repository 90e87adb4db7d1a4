/*
 * heirs.c - a table of samples, each of a fixed length, filled in one pass (Vitter's algorithm R).
 */
#include "workloads/generate/like/heirs.h"

#include <stdlib.h>

#include "workloads/generate/like/source.h"

enum { CELL_BITS = 16, SAMPLE = 6 };

struct cell {
    uint32_t seen;
    uint16_t thread[SAMPLE];
};

struct hb_heirs {
    struct cell cells[1 << CELL_BITS];
};

static size_t cell_of(uint64_t size, uint16_t thread)
{
    return (size_t)(((size * 65599 + thread) * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - CELL_BITS));
}

static void note(struct cell *cell, uint16_t thread, struct hb_random *random)
{
    uint64_t at = cell->seen < SAMPLE ? cell->seen : hb_random_below(random, (uint64_t)cell->seen + 1);

    if (at < SAMPLE)
        cell->thread[at] = thread;
    if (cell->seen < UINT32_MAX)
        cell->seen++;
}

static enum hb_status read_all(struct hb_heirs *heirs, const struct hb_generate_settings *settings,
                               struct hb_like_source *source, struct hb_random *random,
                               struct hb_error *error)
{
    for (uint64_t i = 0; i < settings->like_ops; i++) {
        enum hb_status status = hb_like_source_read(source, i + 1, error);
        const struct hb_like_op *like;

        if (status != HB_OK)
            return status;
        like = hb_like_source_at(source, i);
        /* As likely as it is that a doing ends in its life. */
        if (like->op.kind == HB_OP_FREE && i - like->born_op > hb_random_below(random, settings->block))
            note(&heirs->cells[cell_of(like->old_size, like->old_thread)], like->op.thread, random);
    }
    return HB_OK;
}

enum hb_status hb_heirs_learn(const struct hb_generate_settings *settings, struct hb_random *random,
                              struct hb_heirs **out, struct hb_error *error)
{
    struct hb_heirs *heirs = calloc(1, sizeof *heirs);
    struct hb_like_source *source = NULL;
    enum hb_status status;

    if (heirs == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "no memory to generate like=%s", settings->like);
    status = hb_like_source_open(settings->like, 1, &source, error);
    if (status == HB_OK)
        status = read_all(heirs, settings, source, random, error);
    hb_like_source_close(source);
    if (status == HB_OK)
        *out = heirs;
    else
        hb_heirs_free(heirs);
    return status;
}

void hb_heirs_free(struct hb_heirs *heirs)
{
    free(heirs);
}

uint16_t hb_heirs_draw(const struct hb_heirs *heirs, uint64_t size, uint16_t thread, struct hb_random *random)
{
    const struct cell *cell = &heirs->cells[cell_of(size, thread)];

    if (cell->seen == 0)
        return thread;
    return cell->thread[hb_random_below(random, cell->seen < SAMPLE ? cell->seen : SAMPLE)];
}

/* model_drive.c - see model_drive.h. */
#include "bench/exact/model_drive.h"

#include <string.h>

#include "base/pages.h"

static size_t blocks_bytes(const struct hb_drive *drive)
{
    return (size_t)(drive->slots + 1) * sizeof drive->blocks[0];
}

enum hb_status hb_drive_no_memory(const struct hb_prepared *prepared, struct hb_error *error)
{
    return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory for %llu objects", prepared->name,
                        (unsigned long long)prepared->slots);
}

enum hb_status hb_drive_open(struct hb_drive *drive, const struct hb_prepared *prepared,
                             const struct hb_model_options *options, struct hb_error *error)
{
    enum hb_status status;

    *drive = (struct hb_drive){.slots = prepared->slots};
    status = hb_model_create(options, &drive->model, error);
    if (status != HB_OK)
        return status;
    drive->blocks = hb_pages_alloc(blocks_bytes(drive));
    if (drive->blocks == NULL) {
        hb_drive_close(drive);
        return hb_drive_no_memory(prepared, error);
    }
    memset(drive->blocks, 0xff, blocks_bytes(drive));
    return HB_OK;
}

void hb_drive_close(struct hb_drive *drive)
{
    hb_model_destroy(drive->model);
    hb_pages_free(drive->blocks, blocks_bytes(drive));
    *drive = (struct hb_drive){.model = NULL};
}

static bool step_free(struct hb_drive *drive, uint32_t *block)
{
    if (*block != HB_MODEL_NO_BLOCK)
        hb_model_free(drive->model, *block);
    *block = HB_MODEL_NO_BLOCK;
    return true;
}

static bool step_realloc(struct hb_drive *drive, uint32_t *block, uint64_t size)
{
    uint32_t moved = hb_model_resize(drive->model, *block, size);

    if (moved != HB_MODEL_NO_BLOCK)
        *block = moved;
    return moved != HB_MODEL_NO_BLOCK;
}

bool hb_drive_step(struct hb_drive *drive, const struct hb_op *op)
{
    uint32_t *block = &drive->blocks[op->object];

    if (op->kind == HB_OP_FREE)
        return step_free(drive, block);
    if (op->kind == HB_OP_REALLOC && *block != HB_MODEL_NO_BLOCK)
        return step_realloc(drive, block, op->size);
    *block = op->kind == HB_OP_ALIGNED
                 ? hb_model_aligned(drive->model, UINT64_C(1) << op->align_log2, op->size)
                 : hb_model_alloc(drive->model, op->size);
    return *block != HB_MODEL_NO_BLOCK || op->size == 0;
}

enum hb_status hb_drive_check_broken(const struct hb_drive *drive, const struct hb_prepared *prepared,
                                     struct hb_error *error)
{
    enum hb_status status = hb_model_broken(drive->model);

    if (status == HB_ERR_MEMORY)
        return hb_error_set(error, status, "%s: out of memory for a model heap", prepared->name);
    if (status != HB_OK)
        return hb_error_set(error, status, "%s: %s", prepared->name, HB_MODEL_BROKEN_END);
    return HB_OK;
}

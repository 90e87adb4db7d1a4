/* curve_slack.c - see curve_slack.h. */
#include "bench/exact/curve_slack.h"

void hb_slack_init(struct hb_slack *slack, const struct hb_model_options *options, uint64_t split_bytes,
                   struct hb_size_spans *undecided)
{
    *slack = (struct hb_slack){.undecided = undecided,
                               .split_bytes = split_bytes,
                               .header_bytes = options->header_bytes,
                               .merge = options->merge};
}

static void note_difference(struct hb_slack *slack, uint64_t from)
{
    if (from < slack->differs)
        slack->differs = from;
}

static bool holds_last(const struct hb_slack *slack, const struct hb_op *op)
{
    return slack->length > 0 && slack->allocated && slack->slot == op->object;
}

/* The sizes above `high_water` in which the last range's slack has made a difference. */
static bool add_undecided(struct hb_slack *slack, uint64_t high_water)
{
    if (slack->length == 0 || slack->differs >= slack->split_bytes)
        return true;
    return hb_size_spans_add(slack->undecided, high_water + slack->differs,
                             high_water + slack->split_bytes - 1);
}

/* The operation took `need` bytes from the tail: its range is the last one now. */
static bool note_taken(struct hb_slack *slack, const struct hb_op *op, uint64_t need, uint64_t high_water)
{
    if (!slack->allocated || holds_last(slack, op))
        note_difference(slack, need - slack->length);
    if (!add_undecided(slack, high_water))
        return false;
    slack->start = high_water;
    slack->length = need;
    slack->allocated = true;
    slack->slot = op->object;
    slack->differs = slack->split_bytes;
    return true;
}

/* A block was placed in the last range, which was free. */
static void note_reuse(struct hb_slack *slack, const struct hb_op *op, uint64_t need)
{
    uint64_t rest = slack->length - need;

    if (rest >= slack->split_bytes) {
        slack->start += need;
        slack->length = rest;
        return;
    }
    if (rest > 0)
        note_difference(slack, slack->split_bytes - rest);
    slack->allocated = true;
    slack->slot = op->object;
}

/* The operation left the high-water mark where it was. `placed`: it found a range for op->size. */
static void note_inside(struct hb_slack *slack, const struct hb_drive *drive, const struct hb_op *op,
                        uint64_t need, bool placed)
{
    if (holds_last(slack, op)) {
        if (placed)
            note_difference(slack, need - slack->length);
        slack->allocated = !placed && op->kind != HB_OP_FREE;
    } else if (placed && !slack->allocated && need <= slack->length &&
               hb_model_offset(drive->model, drive->blocks[op->object]) ==
                   slack->start + slack->header_bytes) {
        note_reuse(slack, op, need);
    }
}

static bool step_unmerged(struct hb_slack *slack, struct hb_drive *drive, const struct hb_op *op,
                          bool *served)
{
    uint64_t before = hb_model_high_water(drive->model);
    uint32_t block = drive->blocks[op->object];
    uint64_t need = hb_model_need(drive->model, 1, op->size);
    bool placed;

    *served = hb_drive_step(drive, op);
    placed = *served && drive->blocks[op->object] != block && op->kind != HB_OP_FREE;
    if (hb_model_high_water(drive->model) > before)
        return note_taken(slack, op, need, before);
    note_inside(slack, drive, op, need, placed);
    return true;
}

/*
 * A block is about to grow. Where its range ends within h of the high-water mark it is the last one, since
 * whatever lay behind would have h bytes or more; heaps that gave it so much slack keep it in place.
 */
static bool note_growth(struct hb_slack *slack, const struct hb_model *model, uint32_t block, uint64_t size)
{
    uint64_t high_water = hb_model_high_water(model), usable = hb_model_usable_bytes(model, block);
    uint64_t end = hb_model_offset(model, block) + usable, more, low;

    if (size <= usable)
        return true;
    more = hb_model_need(model, 1, size) - slack->header_bytes - usable;
    if (more >= slack->split_bytes || end + slack->split_bytes <= high_water)
        return true;
    low = end + more > high_water ? end + more : high_water;
    return hb_size_spans_add(slack->undecided, low, end + slack->split_bytes - 1);
}

static bool step_merging(struct hb_slack *slack, struct hb_drive *drive, const struct hb_op *op, bool *served)
{
    uint32_t block = drive->blocks[op->object];
    bool room = true;

    if (op->kind == HB_OP_REALLOC && block != HB_MODEL_NO_BLOCK)
        room = note_growth(slack, drive->model, block, op->size);
    *served = hb_drive_step(drive, op);
    return room;
}

bool hb_slack_step(struct hb_slack *slack, struct hb_drive *drive, const struct hb_op *op, bool *served)
{
    return slack->merge ? step_merging(slack, drive, op, served) : step_unmerged(slack, drive, op, served);
}

bool hb_slack_end(struct hb_slack *slack, uint64_t high_water)
{
    return slack->merge || add_undecided(slack, high_water);
}

/*
 * split.c - who does what: operations, slots and cells by thread, in two passes over the recorded order.
 *
 * The first pass finds where objects change hands, and counts; the second one writes. What both know of an
 * object stands at its slot in the whole workload, which nobody else has as long as it lives.
 */
#include "bench/replay/threads/split.h"

#include <assert.h>
#include <stdbool.h>

#include "base/pages.h"

const char *const hb_threading_names[] = {"one", "free", "strict", NULL};

enum { CELLS_A_LINE = 8 };

/* Of one thread, as far as a pass has come. */
struct split_tally {
    uint64_t ops, gives, takes, births, touched, blocks;
    uint64_t block_ops, block_recorded, block_note; /* where the block at hand began */
};

struct share {
    struct split_tally all, done;
    uint64_t first_cell;
    uint32_t *unused; /* slots that were given up, a stack */
    uint64_t unused_count;
};

/* An object that lives, by its slot in the whole. */
struct split_holding {
    uint32_t last;      /* the operation on it before this one */
    uint32_t slot;      /* in its holder's table */
    struct hb_op *give; /* which nobody has taken yet; NULL: its holder has it */
};

struct splitting {
    struct hb_split *split;
    const struct hb_threads_plan *plan;
    uint64_t note, row; /* of the whole's waits and touched blocks, those that come next */
    struct share *shares;
    struct split_holding *holdings;
    uint64_t *changes; /* a bit an operation: another thread has the object next */
    uint32_t *unused;  /* of all threads */
    uint64_t unused_most;
};

static bool is_birth(const struct hb_op *op)
{
    return op->kind != HB_OP_FREE && op->kind != HB_OP_REALLOC;
}

/* Goes on to an operation. Is something known of how far its block was touched? */
static bool follow(struct splitting *s, uint64_t recorded)
{
    const struct hb_prepared *whole = s->split->whole;
    bool is_known = s->row < whole->touched_count && whole->touched[s->row].op == recorded;

    s->row += is_known;
    while (s->note < whole->wait_count && whole->waits[s->note].before_op <= recorded)
        s->note++;
    return is_known;
}

/* -- blocks -- */

/* Is the thread's operation that has this index the first one of a block? */
static bool begins_block(const struct splitting *s, const struct split_tally *tally, uint64_t recorded)
{
    const struct hb_op *ops = s->split->whole->ops;

    if (tally->ops == 0)
        return true;
    if (s->plan->pace > 0 && s->note != tally->block_note)
        return true;
    if (tally->ops - tally->block_ops >= HB_SPLIT_BLOCK_OPS)
        return true;
    return s->plan->threading == HB_THREADING_STRICT
               ? ops[recorded - 1].thread != ops[recorded].thread
               : (s->plan->window != 0 && recorded - tally->block_recorded > s->plan->window / 2);
}

static void begin_block(const struct splitting *s, struct split_tally *tally, uint64_t recorded)
{
    tally->blocks++;
    tally->block_note = s->note;
    tally->block_ops = tally->ops;
    tally->block_recorded = recorded;
}

/* -- the first pass -- */

static void count_op(struct splitting *s, uint64_t recorded)
{
    const struct hb_op *ops = s->split->whole->ops, *op = &ops[recorded];
    struct split_tally *tally = &s->shares[op->thread].done;
    struct split_holding *holding = &s->holdings[op->object];

    tally->touched += follow(s, recorded);
    if (begins_block(s, tally, recorded))
        begin_block(s, tally, recorded);
    tally->ops++;
    if (is_birth(op)) {
        tally->births++;
    } else if (ops[holding->last].thread != op->thread) {
        s->changes[holding->last / 64] |= UINT64_C(1) << holding->last % 64;
        s->shares[ops[holding->last].thread].done.gives++;
        tally->takes++;
        s->split->handovers++;
    }
    holding->last = (uint32_t)recorded;
}

/* -- between them -- */

static uint64_t items_of(const struct split_tally *all)
{
    return all->ops + all->gives + all->takes;
}

/* Slots that a thread can have at most: an object has one of its holder's. */
static uint64_t most_slots(const struct splitting *s, const struct split_tally *all)
{
    uint64_t arrivals = all->births + all->takes;

    return arrivals < s->split->whole->slots ? arrivals : s->split->whole->slots;
}

static void sum_up(struct splitting *s)
{
    struct hb_split *split = s->split;

    s->note = s->row = 0;
    for (uint32_t i = 0; i < split->threads; i++) {
        struct share *share = &s->shares[i];

        share->all = share->done;
        share->done = (struct split_tally){0};
        share->first_cell = split->cell_count;
        split->cell_count += (share->all.gives + CELLS_A_LINE - 1) / CELLS_A_LINE * CELLS_A_LINE;
        split->item_count += items_of(&share->all) + 1; /* an operation more can be read */
        split->end_count += share->all.blocks;
        split->touched_count += share->all.touched;
        split->working += share->all.ops > 0;
        s->unused_most += most_slots(s, &share->all);
    }
}

static size_t numbers_bytes(const struct hb_split *split)
{
    return (split->item_count + split->end_count + 1) * sizeof(uint32_t);
}

static size_t touched_bytes(const struct hb_split *split)
{
    return (split->touched_count + 1) * sizeof *split->touched;
}

static bool make_arrays(struct splitting *s)
{
    struct hb_split *split = s->split;

    if (split->item_count > UINT32_MAX)
        return false; /* they would take 80 GiB */
    split->parts = hb_pages_reserve(split->threads * sizeof *split->parts);
    split->items = hb_pages_reserve(split->item_count * sizeof *split->items);
    split->numbers = hb_pages_reserve(numbers_bytes(split));
    split->touched = hb_pages_reserve(touched_bytes(split));
    split->cells = hb_pages_alloc((split->cell_count + 1) * sizeof *split->cells);
    s->unused = hb_pages_reserve((s->unused_most + 1) * sizeof *s->unused);
    return split->parts != NULL && split->items != NULL && split->numbers != NULL && split->touched != NULL &&
           split->cells != NULL && s->unused != NULL;
}

/* Gives each thread its stretch of the arrays. */
static void deal_out(struct splitting *s)
{
    struct hb_split *split = s->split;
    uint64_t item = 0, number = 0, unused = 0, touched = 0;

    for (uint32_t i = 0; i < split->threads; i++) {
        const struct split_tally *all = &s->shares[i].all;

        split->parts[i] = (struct hb_part){.own = {.ops = split->items + item,
                                                   .touched = split->touched + touched,
                                                   .name = split->whole->name},
                                           .recorded = split->numbers + number,
                                           .ends = split->numbers + number + items_of(all)};
        item += items_of(all) + 1;
        number += items_of(all) + all->blocks;
        s->shares[i].unused = s->unused + unused;
        unused += most_slots(s, all);
        touched += all->touched;
    }
    assert(item == split->item_count && unused == s->unused_most);
}

/* -- the second pass -- */

static uint32_t slot_take(struct share *share, struct hb_part *part)
{
    return share->unused_count > 0 ? share->unused[--share->unused_count] : (uint32_t)part->own.slots++;
}

static void slot_give_up(struct share *share, uint32_t slot)
{
    share->unused[share->unused_count++] = slot;
}

static struct hb_op *append(struct hb_part *part, const struct hb_op *op, uint64_t recorded)
{
    struct hb_op *item = (struct hb_op *)(uintptr_t)&part->own.ops[part->own.op_count];

    *item = *op;
    part->recorded[part->own.op_count++] = (uint32_t)recorded;
    return item;
}

/* The object goes from the thread that had it into a slot of this one. */
static void write_take(struct split_holding *holding, struct share *share, struct hb_part *part,
                       uint16_t thread, uint64_t recorded)
{
    const struct hb_op take = {.kind = HB_HAND_TAKE,
                               .object = slot_take(share, part),
                               .size = holding->give->size,
                               .thread = thread};

    holding->give->thread = thread;
    holding->give = NULL;
    holding->slot = take.object;
    append(part, &take, recorded);
}

static void write_give(struct split_holding *holding, struct share *share, struct hb_part *part,
                       uint64_t recorded)
{
    const struct hb_op give = {
        .kind = HB_HAND_GIVE, .object = holding->slot, .size = share->first_cell + share->done.gives++};

    holding->give = append(part, &give, recorded);
    slot_give_up(share, holding->slot);
}

/* The last operation's block. */
static void write_touched(struct hb_part *part, const struct hb_touched *row)
{
    struct hb_touched *own = (struct hb_touched *)(uintptr_t)&part->own.touched[part->own.touched_count++];

    *own = (struct hb_touched){.op = part->own.op_count - 1, .bytes = row->bytes};
}

static void write_op(struct splitting *s, uint64_t recorded)
{
    struct hb_op op = s->split->whole->ops[recorded];
    struct share *share = &s->shares[op.thread];
    struct hb_part *part = &s->split->parts[op.thread];
    struct split_holding *holding = &s->holdings[op.object];
    bool is_known = follow(s, recorded);

    if (begins_block(s, &share->done, recorded)) {
        if (part->own.op_count > 0)
            part->ends[part->end_count++] = (uint32_t)part->own.op_count;
        begin_block(s, &share->done, recorded);
    }
    share->done.ops++;
    if (is_birth(&op))
        *holding = (struct split_holding){.slot = slot_take(share, part)};
    else if (holding->give != NULL)
        write_take(holding, share, part, op.thread, recorded);
    op.object = holding->slot;
    append(part, &op, recorded);
    if (is_known)
        write_touched(part, &s->split->whole->touched[s->row - 1]);
    if (op.kind == HB_OP_FREE)
        slot_give_up(share, holding->slot);
    if (s->changes[recorded / 64] >> recorded % 64 & 1)
        write_give(holding, share, part, recorded);
}

static void end_blocks(struct hb_split *split)
{
    for (uint32_t i = 0; i < split->threads; i++) {
        struct hb_part *part = &split->parts[i];

        if (part->own.op_count > 0)
            part->ends[part->end_count++] = (uint32_t)part->own.op_count;
    }
}

/* -- both -- */

static size_t changes_bytes(const struct hb_split *split)
{
    return (split->ops / 64 + 1) * sizeof(uint64_t);
}

static size_t holdings_bytes(const struct hb_split *split)
{
    return (split->whole->slots + 1) * sizeof(struct split_holding);
}

static bool divide(struct splitting *s)
{
    struct hb_split *split = s->split;

    s->shares = hb_pages_reserve(split->threads * sizeof *s->shares);
    s->holdings = hb_pages_reserve(holdings_bytes(split));
    s->changes = hb_pages_reserve(changes_bytes(split));
    if (s->shares == NULL || s->holdings == NULL || s->changes == NULL)
        return false;
    for (uint64_t i = 0; i < split->ops; i++)
        count_op(s, i);
    sum_up(s);
    if (!make_arrays(s))
        return false;
    deal_out(s);
    for (uint64_t i = 0; i < split->ops; i++)
        write_op(s, i);
    end_blocks(split);
    return true;
}

static uint32_t count_threads(const struct hb_prepared *whole, uint64_t ops)
{
    uint32_t threads = 1;

    for (uint64_t i = 0; i < ops; i++)
        if (whole->ops[i].thread >= threads)
            threads = whole->ops[i].thread + 1u;
    return threads;
}

enum hb_status hb_split_make(const struct hb_prepared *whole, uint64_t ops,
                             const struct hb_threads_plan *plan, struct hb_split **out,
                             struct hb_error *error)
{
    struct hb_split *split = hb_pages_alloc(sizeof *split);
    struct splitting s = {.split = split, .plan = plan};
    bool done;

    assert(ops <= whole->op_count);
    if (split == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "no memory to divide %s", whole->name);
    *split = (struct hb_split){.whole = whole, .ops = ops, .threads = count_threads(whole, ops)};
    done = divide(&s);
    hb_pages_free(s.shares, split->threads * sizeof *s.shares);
    hb_pages_free(s.holdings, holdings_bytes(split));
    hb_pages_free(s.changes, changes_bytes(split));
    hb_pages_free(s.unused, (s.unused_most + 1) * sizeof *s.unused);
    if (done) {
        *out = split;
        return HB_OK;
    }
    hb_split_free(split);
    return hb_error_set(error, HB_ERR_MEMORY, "no memory to divide %s among %u threads", whole->name,
                        (unsigned)count_threads(whole, ops));
}

void hb_split_free(struct hb_split *split)
{
    if (split == NULL)
        return;
    hb_pages_free(split->parts, split->threads * sizeof *split->parts);
    hb_pages_free(split->items, split->item_count * sizeof *split->items);
    hb_pages_free(split->numbers, numbers_bytes(split));
    hb_pages_free(split->touched, touched_bytes(split));
    hb_pages_free(split->cells, (split->cell_count + 1) * sizeof *split->cells);
    hb_pages_free(split, sizeof *split);
}

/*
 * check.c - every block that is live, where it lies and what it must hold.
 *
 * The live blocks stand in a tree of glibc's (tsearch) whose order calls two that overlap equal: putting in a
 * block then finds the one that it overlaps. The tree's nodes are in glibc's heap, so it costs a library
 * under test nothing.
 */
#include "bench/sample/check.h"

#include <assert.h>
#include <inttypes.h>
#include <search.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/clock.h"
#include "base/pages.h"
#include "bench/replay/operation.h"
#include "bench/replay/replay_ledger.h"
#include "bench/sample/check_parts.h"

enum { LEAST_ALIGNMENT = 8, C_ALIGNMENT = 16, CLOCK_OPS = 256 };

/* What an object holds. The bytes are those asked for, and more where the library lets them be used. */
struct checked_block {
    char *start; /* NULL: absent */
    uint64_t size;
    uint64_t bytes;
    uint64_t seed;
    uint32_t object; /* birth number */
};

struct check {
    const struct hb_check_plan *plan;
    struct hb_check_result *result;
    struct hb_counts *counts;
    struct hb_error *error;
    struct hb_windows windows;
    struct hb_ledger ledger;
    struct checked_block *blocks; /* by slot */
    void *tree;                   /* of those that hold bytes */
    uint32_t births;
};

/* -- what to say -- */

static enum hb_status wrong(const struct check *check, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static enum hb_status wrong(const struct check *check, const char *format, ...)
{
    char what[200];
    va_list args;

    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    if (check->result->op == HB_CHECK_NO_OP)
        return hb_error_set(check->error, HB_ERR_BROKEN, "%s (as it is loaded)", what);
    return hb_error_set(check->error, HB_ERR_BROKEN, "%s (operation %" PRIu64 ")", what, check->result->op);
}

static enum hb_status no_memory(const struct check *check)
{
    return hb_error_set(check->error, HB_ERR_MEMORY, "no memory to check a replay of %s",
                        check->plan->prepared->name);
}

/* -- where blocks lie -- */

static uintptr_t end_of(const struct checked_block *block, uint64_t bytes)
{
    uintptr_t end;

    return __builtin_add_overflow((uintptr_t)block->start, bytes, &end) ? UINTPTR_MAX : end;
}

static int compare_blocks(const void *left, const void *right)
{
    const struct checked_block *a = left, *b = right;

    if (end_of(a, a->bytes) <= (uintptr_t)b->start)
        return -1;
    return end_of(b, b->bytes) <= (uintptr_t)a->start;
}

static enum hb_status say_overlap(const struct check *check, const struct checked_block *old,
                                  const struct checked_block *new)
{
    bool sizes =
        end_of(old, old->size) > (uintptr_t) new->start &&end_of(new, new->size) > (uintptr_t)old->start;

    return wrong(check, "%s of objects %" PRIu32 " and %" PRIu32 " overlap",
                 sizes ? "blocks" : "usable sizes of the blocks", old->object, new->object);
}

static enum hb_status enter_block(struct check *check, struct checked_block *block)
{
    struct checked_block **found;

    if (block->bytes == 0)
        return HB_OK;
    found = tsearch(block, &check->tree, compare_blocks);
    if (found == NULL)
        return no_memory(check);
    return *found == block ? HB_OK : say_overlap(check, *found, block);
}

static void leave_block(struct check *check, const struct checked_block *block)
{
    if (block->bytes != 0)
        tdelete(block, &check->tree, compare_blocks);
}

static uint64_t alignment_of(uintptr_t address)
{
    return address & (0 - address);
}

/* What no block may be aligned to less than. A heap of ours, or a reader's own, may align nothing. */
static uint64_t least_alignment(const struct check *check, const struct hb_op *op)
{
    unsigned caps = check->plan->allocator->caps;
    uint64_t asked = UINT64_C(1) << op->align_log2;

    if ((caps & HB_CAP_UNALIGNED) != 0 && (caps & (HB_CAP_PROCESS | HB_CAP_OWN)) != HB_CAP_PROCESS)
        return 1;
    if (op->kind == HB_OP_ALIGNED && asked < C_ALIGNMENT)
        return asked;
    return op->size < C_ALIGNMENT ? LEAST_ALIGNMENT : C_ALIGNMENT;
}

static void note_request(struct hb_check_result *result, const struct hb_op *op,
                         const struct checked_block *block)
{
    uint64_t asked = UINT64_C(1) << op->align_log2, given = alignment_of((uintptr_t)block->start);

    result->requests++;
    if (given >= asked || result->unmet++ > 0)
        return;
    result->unmet_op = result->op;
    result->unmet_object = block->object;
    result->unmet_asked = asked;
    result->unmet_given = given;
}

static enum hb_status check_alignment(struct check *check, const struct hb_op *op,
                                      const struct checked_block *block)
{
    uint64_t least = least_alignment(check, op), given = alignment_of((uintptr_t)block->start);

    if (given < least)
        return wrong(check, "block of object %" PRIu32 " is aligned to %" PRIu64 ", not to %" PRIu64,
                     block->object, given, least);
    if (op->kind == HB_OP_ALIGNED && (check->plan->allocator->caps & HB_CAP_UNALIGNED) == 0)
        note_request(check->result, op, block);
    return HB_OK;
}

/* Now and then is a warning, mostly is wrong. */
static enum hb_status judge_requests(struct check *check)
{
    struct hb_check_result *result = check->result;

    if (result->unmet == 0 || result->unmet < result->requests - result->unmet)
        return HB_OK;
    result->op = result->unmet_op;
    return wrong(check, "block of object %" PRIu64 " is aligned to %" PRIu64 ", not to %" PRIu64,
                 result->unmet_object, result->unmet_given, result->unmet_asked);
}

static enum hb_status check_usable(const struct check *check, struct checked_block *block)
{
    const struct hb_check_plan *plan = check->plan;

    block->bytes = block->size;
    if (plan->allocator->usable_size == NULL)
        return HB_OK;
    block->bytes = plan->allocator->usable_size(plan->heap, block->start);
    return block->bytes >= block->size
               ? HB_OK
               : wrong(check, "usable size of object %" PRIu32 " is %" PRIu64 ", less than its %" PRIu64,
                       block->object, block->bytes, block->size);
}

/* -- what blocks hold -- */

static enum hb_status check_contents(const struct check *check, const struct checked_block *block)
{
    uint64_t at =
        hb_pattern_find_wrong(block->start, block->bytes, block->bytes, block->seed, check->plan->sparse);

    return at == HB_PATTERN_RIGHT
               ? HB_OK
               : wrong(check, "byte %" PRIu64 " of object %" PRIu32 " has changed", at, block->object);
}

/* Is a block that was just given in its right place? */
static enum hb_status place_block(struct check *check, const struct hb_op *op, struct checked_block *block)
{
    enum hb_status status;

    if (op->size == 0)
        return HB_OK; /* nothing lies anywhere */
    status = check_alignment(check, op, block);
    if (status == HB_OK)
        status = check_usable(check, block);
    return status == HB_OK ? enter_block(check, block) : status;
}

static void write_block(const struct check *check, struct checked_block *block)
{
    block->seed = check->result->op + 1; /* no two writings are alike */
    hb_pattern_write(block->start, block->bytes, block->seed, check->plan->sparse);
}

static enum hb_status check_zeros(const struct check *check, const struct checked_block *block)
{
    uint64_t at = hb_pattern_find_nonzero(block->start, block->size, check->plan->sparse);

    return at == HB_PATTERN_RIGHT
               ? HB_OK
               : wrong(check, "byte %" PRIu64 " of object %" PRIu32 " is not zero after calloc", at,
                       block->object);
}

/* -- operations -- */

/* Does it, and counts a NULL. False when the object got no block. */
static bool do_op(struct check *check, const struct hb_op *op, char **start)
{
    struct hb_counts *counts = check->counts;
    void *block = *start;
    bool served = hb_operation_do(check->plan->allocator, check->plan->heap, op, &block);

    *start = block;
    if (!served && counts->failures++ == 0) {
        counts->first_failure = check->result->op;
        counts->failure.op = check->result->op;
        counts->failure.size = op->size;
    }
    return served && block != NULL;
}

static enum hb_status check_birth(struct check *check, const struct hb_op *op)
{
    struct checked_block *block = &check->blocks[op->object];
    enum hb_status status;

    assert(check->blocks != NULL);
    *block = (struct checked_block){.object = check->births++, .size = op->size};
    if (!do_op(check, op, &block->start))
        return HB_OK;
    status = place_block(check, op, block);
    if (status == HB_OK && op->kind == HB_OP_CALLOC)
        status = check_zeros(check, block);
    if (status == HB_OK)
        write_block(check, block);
    return status;
}

static enum hb_status check_resize(struct check *check, const struct hb_op *op)
{
    const struct hb_check_plan *plan = check->plan;
    struct checked_block *block = &check->blocks[op->object], old = *block;
    uint64_t kept = old.size < op->size ? old.size : op->size, at;
    enum hb_status status = check_contents(check, block);

    if (status != HB_OK)
        return status;
    leave_block(check, block);
    if (!do_op(check, op, &block->start))
        return enter_block(check, block); /* the object stays as it was */
    block->size = op->size;
    status = place_block(check, op, block);
    if (status != HB_OK)
        return status;
    at = hb_pattern_find_wrong(block->start, old.bytes, kept, old.seed, plan->sparse);
    if (at != HB_PATTERN_RIGHT)
        return wrong(check, "byte %" PRIu64 " of object %" PRIu32 " is lost in a realloc", at, old.object);
    write_block(check, block);
    return HB_OK;
}

static enum hb_status check_free(struct check *check, const struct hb_op *op)
{
    struct checked_block *block = &check->blocks[op->object];
    enum hb_status status = check_contents(check, block);

    check->result->call.size = block->size;
    leave_block(check, block);
    if (status == HB_OK)
        do_op(check, op, &block->start);
    *block = (struct checked_block){.object = block->object};
    return status;
}

/* Anything in the pipe? */
static enum hb_status check_output(const struct check *check)
{
    int bytes = 0;

    if (check->plan->output < 0)
        return HB_OK;
    if (ioctl(check->plan->output, FIONREAD, &bytes) != 0)
        return wrong(check, "closes descriptor %d, which is not its own", check->plan->output);
    check->result->printed = bytes > 0;
    return bytes > 0 ? wrong(check, "prints") : HB_OK;
}

static enum hb_status check_op(struct check *check, uint64_t index)
{
    enum hb_status status = hb_windows_reach(&check->windows, index, check->error);
    uint64_t failures = check->counts->failures;
    const struct hb_op *op;

    if (status != HB_OK)
        return status;
    op = hb_windows_op(&check->windows, index);
    check->result->call = *op;
    check->result->op = index;
    if (op->kind == HB_OP_FREE)
        status = check_free(check, op);
    else
        status = op->kind == HB_OP_REALLOC ? check_resize(check, op) : check_birth(check, op);
    if (status == HB_OK)
        status = check_output(check);
    if (status == HB_OK)
        hb_ledger_enter(&check->ledger, op, check->counts->failures != failures);
    return status;
}

static bool is_over(const struct hb_check_plan *plan, uint64_t index)
{
    return plan->deadline_ns != 0 && index % CLOCK_OPS == 0 && hb_clock_ns() >= plan->deadline_ns;
}

/* What lives to the end is looked at there. */
static enum hb_status check_rest(const struct check *check)
{
    enum hb_status status = HB_OK;

    for (uint64_t i = 0; i < check->plan->prepared->slots && status == HB_OK; i++)
        status = check_contents(check, &check->blocks[i]);
    return status;
}

static void keep_node(void *node)
{
    (void)node; /* the blocks are the table's */
}

static enum hb_status run_check(struct check *check)
{
    enum hb_status status;

    check->result->op = HB_CHECK_NO_OP;
    status = check_output(check);
    for (uint64_t i = 0; status == HB_OK && i < check->plan->ops && !is_over(check->plan, i); i++)
        status = check_op(check, i);
    if (status == HB_OK)
        status = check_rest(check);
    if (status == HB_OK)
        status = judge_requests(check);
    if (status == HB_OK)
        check->result->op = HB_CHECK_NO_OP;
    hb_ledger_report(&check->ledger, check->counts);
    tdestroy(check->tree, keep_node);
    return status;
}

enum hb_status hb_check_run(const struct hb_check_plan *plan, struct hb_check_result *result,
                            struct hb_counts *counts, struct hb_error *error)
{
    struct check check = {.plan = plan, .result = result, .counts = counts, .error = error};
    size_t table_bytes = (plan->prepared->slots + 1) * sizeof *check.blocks;
    enum hb_status status = HB_ERR_MEMORY;

    hb_windows_open(&check.windows, plan->prepared);
    check.blocks = hb_table_grow(NULL, 0, table_bytes);
    if (check.blocks != NULL && hb_ledger_init(&check.ledger, plan->prepared->slots))
        status = run_check(&check);
    else
        no_memory(&check);
    hb_windows_close(&check.windows);
    hb_ledger_clear(&check.ledger);
    hb_table_free(check.blocks, table_bytes);
    return status;
}

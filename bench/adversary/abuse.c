/*
 * abuse.c - the acts and their aftermath, in a child; and in the parent what the child's end says.
 */
#include "bench/adversary/abuse.h"

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <unistd.h>

const char *const hb_abuse_acts[] = {"use-after-free", "double-free", "overflow-1", "overflow-16",
                                     "wild-free",      "middle-free", NULL};
const char *const hb_abuse_statuses[] = {"at once", "late", "crash", "hang", "silent", "unavailable", NULL};
const char *const hb_abuse_steps[] = {"before", "act", "malloc", "contents", "free", NULL};
const char *const hb_abuse_harms[] = {"none", "refused", "contents", "overlap", NULL};

enum {
    FIRST = 8,  /* blocks before the act, of which */
    VICTIM = 3, /* is misused; */
    OTHER = 5,  /* is freed before it, where it is used after its own free: both are in one list then */
    LATER = 4,  /* after it; and then */
    LARGE = 1,  /* of LARGE_TIMES the size */
    BLOCKS = FIRST + LATER + LARGE,
    LARGE_TIMES = 4,
    MIDDLE = 16, /* where in a block a free of its middle points */
    HEAP_BYTES = 1 << 20,
    SECONDS = 1,     /* of processor time: more is a hang; */
    WALL_MS = 60000, /* so is more of time, however busy the machine */
};

struct abuse_exchange {
    struct hb_child_exchange child;
    char allocator[4096];
    bool checked;
    enum hb_abuse_act act;
    struct hb_abuse_result result;
    bool printed_before, printed_in_act;
};

/* -- the child's side -- */

struct abused_block {
    unsigned char *start; /* NULL: it is not live */
    size_t bytes;
};

struct abused_heap {
    const struct hb_allocator *allocator;
    void *heap;
    struct abused_block blocks[BLOCKS];
    struct abuse_exchange *exchange;
};

/* Never from any allocator; a free of its middle is wild. */
static unsigned char never_allocated[1 << 16] __attribute__((aligned(4096)));

static void at_step(struct abused_heap *h, enum hb_abuse_step step)
{
    *(volatile enum hb_abuse_step *)&h->exchange->result.step = step;
}

static void note_harm(struct abused_heap *h, enum hb_abuse_harm harm)
{
    if (harm > h->exchange->result.harm)
        h->exchange->result.harm = harm;
}

/* Standard output and error are a pipe. */
static bool has_printed(void)
{
    int bytes = 0;

    fflush(stdout);
    return ioctl(STDOUT_FILENO, FIONREAD, &bytes) == 0 && bytes > 0;
}

static unsigned char mark_of(size_t index)
{
    return (unsigned char)(0x90 + index);
}

static bool overlaps_another(const struct abused_heap *h, size_t index)
{
    const struct abused_block *block = &h->blocks[index];

    for (size_t i = 0; i < BLOCKS; i++) {
        const struct abused_block *other = &h->blocks[i];

        if (i != index && other->start != NULL && block->start < other->start + other->bytes &&
            other->start < block->start + block->bytes)
            return true;
    }
    return false;
}

static void get_block(struct abused_heap *h, size_t index, size_t bytes)
{
    struct abused_block *block = &h->blocks[index];

    at_step(h, h->exchange->result.step == HB_ABUSE_BEFORE ? HB_ABUSE_BEFORE : HB_ABUSE_IN_MALLOC);
    *block = (struct abused_block){h->allocator->alloc(h->heap, bytes), bytes};
    if (block->start == NULL) {
        note_harm(h, HB_ABUSE_REFUSED);
        return;
    }
    if (overlaps_another(h, index))
        note_harm(h, HB_ABUSE_OVERLAP);
    at_step(h, h->exchange->result.step == HB_ABUSE_BEFORE ? HB_ABUSE_BEFORE : HB_ABUSE_IN_CONTENTS);
    memset(block->start, mark_of(index), bytes);
}

static void look_at_contents(struct abused_heap *h)
{
    at_step(h, HB_ABUSE_IN_CONTENTS);
    for (size_t i = 0; i < BLOCKS; i++)
        for (size_t at = 0; h->blocks[i].start != NULL && at < h->blocks[i].bytes; at++)
            if (h->blocks[i].start[at] != mark_of(i))
                note_harm(h, HB_ABUSE_CONTENTS);
}

/* Each address once, also where two blocks have it: a second free would be a misuse of ours. */
static void free_all(struct abused_heap *h)
{
    at_step(h, HB_ABUSE_IN_FREE);
    for (size_t i = 0; i < BLOCKS; i++) {
        unsigned char *start = h->blocks[i].start;

        for (size_t k = 0; k < BLOCKS; k++)
            if (h->blocks[k].start == start)
                h->blocks[k].start = NULL;
        h->allocator->dealloc(h->heap, start);
    }
}

/* A size that fills its block to the last byte, so that no slack hides an overflow; the first that does. */
static size_t choose_size(const struct abused_heap *h)
{
    static const size_t sizes[] = {64, 72, 56, 80, 48, 120};

    for (size_t i = 0; h->allocator->usable_size != NULL && i < sizeof sizes / sizeof *sizes; i++) {
        void *block = h->allocator->alloc(h->heap, sizes[i]);
        bool exact = block != NULL && h->allocator->usable_size(h->heap, block) == sizes[i];

        h->allocator->dealloc(h->heap, block);
        if (exact)
            return sizes[i];
    }
    return sizes[0];
}

/* A store that the compiler knows nothing of. */
static void write_over(unsigned char *start, size_t bytes)
{
    volatile unsigned char *at = start;

    for (size_t i = 0; i < bytes; i++)
        at[i] = 1;
}

static void do_act(struct abused_heap *h, enum hb_abuse_act act)
{
    struct abused_block *victim = &h->blocks[VICTIM];
    unsigned char *start = victim->start;

    at_step(h, HB_ABUSE_IN_ACT);
    switch (act) {
    case HB_ABUSE_USE_AFTER_FREE:
        h->allocator->dealloc(h->heap, h->blocks[OTHER].start);
        h->allocator->dealloc(h->heap, start);
        victim->start = h->blocks[OTHER].start = NULL;
        write_over(start, 16);
        break;
    case HB_ABUSE_DOUBLE_FREE:
        victim->start = NULL;
        h->allocator->dealloc(h->heap, start);
        h->allocator->dealloc(h->heap, start);
        break;
    case HB_ABUSE_OVERFLOW_1:
        write_over(start + victim->bytes, 1);
        break;
    case HB_ABUSE_OVERFLOW_16:
        write_over(start + victim->bytes, 16);
        break;
    case HB_ABUSE_WILD_FREE:
        h->allocator->dealloc(h->heap, never_allocated + sizeof never_allocated / 2);
        break;
    default:
        h->allocator->dealloc(h->heap, start + MIDDLE);
        break;
    }
}

/* What a program does next: it looks, allocates, frees all, and begins again. */
static void go_on(struct abused_heap *h, size_t bytes)
{
    look_at_contents(h);
    for (size_t i = FIRST; i < FIRST + LATER; i++)
        get_block(h, i, bytes);
    get_block(h, FIRST + LATER, LARGE_TIMES * bytes);
    look_at_contents(h);
    free_all(h);
    for (size_t i = 0; i < FIRST; i++)
        get_block(h, i, bytes);
    look_at_contents(h);
    free_all(h);
}

static enum hb_status open_abused(struct abused_heap *h, struct hb_error *error)
{
    const struct hb_allocator *found;
    enum hb_status status = hb_allocator_open(h->exchange->allocator, &found, NULL, error);

    if (status != HB_OK)
        return status;
    h->allocator = h->exchange->checked ? found->checked : found;
    if (h->allocator == NULL)
        return hb_error_set(error, HB_ERR_USAGE, "%.100s has no checked build", h->exchange->allocator);
    h->heap = h->allocator->create(h->allocator, HEAP_BYTES, error);
    return h->heap != NULL ? HB_OK : error->status;
}

static bool work(struct hb_child_exchange *shared, int unused)
{
    struct abuse_exchange *exchange = (struct abuse_exchange *)shared;
    const struct rlimit seconds = {SECONDS, SECONDS + 1};
    struct abused_heap h = {.exchange = exchange};
    size_t bytes;

    (void)unused;
    if (open_abused(&h, &exchange->result.error) != HB_OK) {
        exchange->result.status = HB_ABUSE_UNAVAILABLE;
        return true;
    }
    setrlimit(RLIMIT_CPU, &seconds);
    bytes = choose_size(&h);
    exchange->result.block_bytes = bytes;
    for (size_t i = 0; i < FIRST; i++)
        get_block(&h, i, bytes);
    exchange->printed_before = has_printed();
    do_act(&h, exchange->act);
    exchange->printed_in_act = has_printed();
    go_on(&h, bytes);
    fflush(stdout);
    at_step(&h, HB_ABUSE_DONE);
    return true;
}

const struct hb_child_job hb_abuse_job = {
    .name = "misuse", .what = "misuse", .request_bytes = sizeof(struct abuse_exchange), .work = work};

/* -- the parent's side -- */

/* Did the allocator end the process, or say something, and not the processor? */
static bool is_deliberate(const struct abuse_exchange *exchange, const struct hb_abuse_result *result)
{
    bool has_said = result->said[0] != '\0' && !exchange->printed_before;

    return has_said || result->signal == SIGABRT || result->signal == SIGTRAP || result->signal == SIGILL ||
           result->exit_status != 0;
}

static void judge(const struct abuse_exchange *exchange, const struct hb_child_outcome *outcome,
                  struct hb_abuse_result *result)
{
    bool crashed = outcome->end == HB_CHILD_CRASHED, in_act = result->step == HB_ABUSE_IN_ACT;

    if (result->status == HB_ABUSE_UNAVAILABLE)
        return;
    if (crashed && result->step == HB_ABUSE_BEFORE) {
        result->status = HB_ABUSE_UNAVAILABLE;
        result->error = outcome->error;
    } else if (outcome->end == HB_CHILD_TIMED_OUT || result->signal == SIGXCPU) {
        result->status = HB_ABUSE_HANG;
    } else if (crashed && !is_deliberate(exchange, result)) {
        result->status = HB_ABUSE_CRASH;
    } else if (crashed) {
        result->status = in_act || exchange->printed_in_act ? HB_ABUSE_AT_ONCE : HB_ABUSE_LATE;
    } else if (is_deliberate(exchange, result)) {
        result->status = exchange->printed_in_act ? HB_ABUSE_AT_ONCE : HB_ABUSE_LATE;
    } else {
        result->status = HB_ABUSE_SILENT;
    }
}

/* Addresses are alike from run to run where the kernel allows it: what a wild free meets depends on them. */
static int begin_same_addresses(void)
{
    int before = personality(0xffffffff);

    if (before >= 0)
        personality((unsigned long)before | ADDR_NO_RANDOMIZE);
    return before;
}

static void end_same_addresses(int before)
{
    if (before >= 0)
        personality((unsigned long)before);
}

static enum hb_status run_child(const struct hb_child *child, const struct hb_abuse_order *order,
                                struct hb_abuse_result *result, struct hb_error *error)
{
    const struct abuse_exchange *exchange = (const struct abuse_exchange *)child->exchange;
    char said[HB_ABUSE_SAID_BYTES] = "";
    const struct hb_child_order child_order = {.subject = order->allocator,
                                               .attached = -1,
                                               .settings = order->settings,
                                               .timeout_ms = WALL_MS,
                                               .printed = said,
                                               .printed_bytes = sizeof said};
    struct hb_child_outcome outcome;
    int before = begin_same_addresses();
    enum hb_status status = hb_child_run(child, &child_order, &outcome, error);

    end_same_addresses(before);
    if (status != HB_OK)
        return status;
    *result = exchange->result;
    result->signal = outcome.signal;
    result->exit_status = outcome.exit_status;
    memcpy(result->said, said, sizeof said);
    judge(exchange, &outcome, result);
    return HB_OK;
}

enum hb_status hb_abuse_run(const struct hb_abuse_order *order, struct hb_abuse_result *result,
                            struct hb_error *error)
{
    struct hb_child child;
    struct abuse_exchange *exchange;
    enum hb_status status;

    assert(order->act < HB_ABUSE_ACTS);
    if (strlen(order->allocator) >= sizeof exchange->allocator)
        return hb_error_set(error, HB_ERR_USAGE, "the path of a library is too long: %.100s...",
                            order->allocator);
    status = hb_child_open(&hb_abuse_job, sizeof(struct abuse_exchange), &child, error);
    if (status != HB_OK)
        return status;
    exchange = (struct abuse_exchange *)child.exchange;
    strcpy(exchange->allocator, order->allocator);
    exchange->checked = order->checked;
    exchange->act = order->act;
    status = run_child(&child, order, result, error);
    hb_child_close(&child);
    return status;
}

/*
 * repair.c - objects for addresses: a map of live blocks, and a ring of allocations that wait for a free.
 */
#include "workloads/import/repair.h"

#include <assert.h>
#include <stdlib.h>

#include "base/map.h"

enum { THREAD_AT_MOST = UINT16_MAX, RING = HB_REPAIR_WINDOW + 1 };

#define NO_OBJECT UINT32_MAX

/* A birth, or the end of a realloc, at an address where another block still lives. */
struct waiting {
    uint64_t address;
    uint64_t thread;
    uint64_t since; /* the number of the event */
    struct hb_op op;
    bool settled;
};

struct hb_repair {
    struct hb_repairs *repairs;
    struct hb_map live;    /* address -> object */
    struct hb_map held;    /* address -> place in the ring of what waits for it */
    struct hb_map threads; /* the file's name for a thread -> its number */
    uint32_t thread_count;
    uint32_t objects;
    uint64_t events;
    struct hb_op *out;
    size_t collected;
    size_t first, count; /* of the ring; who waits longest is first */
    struct waiting ring[RING];
};

struct hb_repair *hb_repair_create(struct hb_repairs *repairs)
{
    struct hb_repair *repair = calloc(1, sizeof *repair);

    if (repair == NULL)
        return NULL;
    repair->repairs = repairs;
    if (hb_map_init(&repair->live) && hb_map_init(&repair->held) && hb_map_init(&repair->threads))
        return repair;
    hb_repair_destroy(repair);
    return NULL;
}

void hb_repair_destroy(struct hb_repair *repair)
{
    if (repair == NULL)
        return;
    hb_map_clear(&repair->live);
    hb_map_clear(&repair->held);
    hb_map_clear(&repair->threads);
    free(repair);
}

void hb_repair_collect(struct hb_repair *repair, struct hb_op *out)
{
    repair->out = out;
    repair->collected = 0;
}

size_t hb_repair_collected(const struct hb_repair *repair)
{
    return repair->collected;
}

/* Threads are numbered as they first do something; those beyond the last number share it. */
static bool emit(struct hb_repair *repair, struct hb_op op, uint64_t thread)
{
    uint32_t number;

    if (!hb_map_find(&repair->threads, thread, &number)) {
        number = repair->thread_count;
        if (number < THREAD_AT_MOST && !hb_map_put(&repair->threads, thread, number))
            return false;
        repair->thread_count += number < THREAD_AT_MOST;
    }
    op.thread = (uint16_t)number;
    repair->out[repair->collected++] = op;
    return true;
}

/* A birth, or a block that realloc moved, at an address that is free. */
static bool settle(struct hb_repair *repair, uint64_t address, struct hb_op op, uint64_t thread)
{
    if (op.kind != HB_OP_REALLOC && repair->objects == NO_OBJECT) {
        repair->repairs->excess_births++;
        return true;
    }
    if (op.kind != HB_OP_REALLOC)
        op.object = repair->objects++;
    return hb_map_put(&repair->live, address, op.object) && emit(repair, op, thread);
}

/* The address became free: who waited for it gets it. */
static bool settle_waiting(struct hb_repair *repair, uint64_t address, uint64_t *counter)
{
    struct waiting *waiting;
    uint32_t place;

    if (!hb_map_take(&repair->held, address, &place))
        return true;
    waiting = &repair->ring[place];
    assert(!waiting->settled && waiting->address == address);
    waiting->settled = true;
    ++*counter;
    return settle(repair, address, waiting->op, waiting->thread);
}

/* Frees what lives at an address that somebody waits for, though nobody was seen to do it. */
static bool make_up_free(struct hb_repair *repair, uint64_t address, uint64_t thread)
{
    struct hb_op op = {.kind = HB_OP_FREE};
    bool lives = hb_map_take(&repair->live, address, &op.object);

    assert(lives);
    (void)lives;
    return emit(repair, op, thread) && settle_waiting(repair, address, &repair->repairs->made_up_frees);
}

/* Gives up on the one that waits longest, if it waited long enough; forgets those that no longer wait. */
static bool settle_overdue(struct hb_repair *repair, uint64_t events)
{
    bool fine = true;

    while (fine && repair->count > 0) {
        struct waiting *waiting = &repair->ring[repair->first];

        if (!waiting->settled && events - waiting->since < HB_REPAIR_WINDOW)
            break;
        if (!waiting->settled)
            fine = make_up_free(repair, waiting->address, waiting->thread);
        repair->first = (repair->first + 1) % RING;
        repair->count--;
    }
    return fine;
}

/* One event more; what waited for as long as anything may is settled first. */
static bool begin_event(struct hb_repair *repair)
{
    return settle_overdue(repair, ++repair->events);
}

static bool await(struct hb_repair *repair, uint64_t address, struct hb_op op, uint64_t thread)
{
    size_t place = (repair->first + repair->count) % RING;

    assert(repair->count < RING);
    repair->ring[place] = (struct waiting){address, thread, repair->events, op, false};
    repair->count++;
    return hb_map_put(&repair->held, address, (uint32_t)place);
}

/* Puts a block at an address: now, or once it is free. Only one may wait for an address. */
static bool put_block(struct hb_repair *repair, uint64_t address, struct hb_op op, uint64_t thread)
{
    if (!hb_map_holds(&repair->live, address))
        return settle(repair, address, op, thread);
    if (hb_map_holds(&repair->held, address) && !make_up_free(repair, address, thread))
        return false;
    return await(repair, address, op, thread);
}

bool hb_repair_birth(struct hb_repair *repair, uint64_t address, struct hb_op op, uint64_t thread)
{
    return begin_event(repair) && put_block(repair, address, op, thread);
}

bool hb_repair_free(struct hb_repair *repair, uint64_t address, uint64_t thread)
{
    struct hb_op op = {.kind = HB_OP_FREE};

    if (!begin_event(repair))
        return false;
    if (!hb_map_take(&repair->live, address, &op.object)) {
        repair->repairs->unknown_frees++;
        return true;
    }
    return emit(repair, op, thread) && settle_waiting(repair, address, &repair->repairs->late_frees);
}

bool hb_repair_realloc(struct hb_repair *repair, uint64_t from, uint64_t to, uint64_t size, uint64_t thread)
{
    struct hb_op op = {.kind = HB_OP_REALLOC, .size = size > 0 ? size : 1};

    if (!begin_event(repair))
        return false;
    /* A block that stays where it is belongs to who was given the address last. */
    if (from == to && hb_map_holds(&repair->held, from) && !make_up_free(repair, from, thread))
        return false;
    if (!hb_map_take(&repair->live, from, &op.object)) {
        repair->repairs->unknown_frees++;
        op.kind = HB_OP_MALLOC;
        op.size = size;
    }
    return put_block(repair, to, op, thread) &&
           (from == to || settle_waiting(repair, from, &repair->repairs->late_frees));
}

bool hb_repair_settle_one(struct hb_repair *repair, bool *done)
{
    const struct waiting *waiting = &repair->ring[repair->first];

    *done = repair->count == 0;
    if (*done)
        return true;
    if (!waiting->settled)
        return make_up_free(repair, waiting->address, waiting->thread);
    repair->first = (repair->first + 1) % RING;
    repair->count--;
    return true;
}

/*
 * peak.c - the live bytes of a replay by threads, at their most and before its slowest calls, found
 * afterwards.
 *
 * Counting live bytes while the clock runs would be a counter that all threads write to. Instead each thread
 * notes the time before every block of its operations and around every wait. Between two such marks its
 * operations are taken to have been done at even distances, and all threads' are put in the order of these
 * times.
 */
#include <stdbool.h>

#include "base/pages.h"
#include "bench/replay/replay_ledger.h"
#include "bench/replay/threads/worker.h"

/* A thread's place in the merge: its next operation, and when that was done. */
struct place {
    double time;
    const struct hb_worker *worker;
    uint64_t item, mark;
};

/* Places, the earliest first: a binary heap. */
struct merge {
    struct place *places;
    uint64_t count;
};

/* -- times -- */

/* When the operation at hand was done; where there are no marks, its number in the recorded order. */
static double time_of(struct place *place)
{
    const struct hb_worker *worker = place->worker;
    const struct hb_worker_mark *mark;

    if (worker->marks == NULL)
        return worker->part->recorded[place->item];
    while (place->mark + 2 < worker->mark_count && worker->marks[place->mark + 1].done <= place->item)
        place->mark++;
    mark = &worker->marks[place->mark];
    return (double)mark->ns + (double)(mark[1].ns - mark->ns) * (double)(place->item + 1 - mark->done) /
                                  (double)(mark[1].done - mark->done);
}

/* Goes on to the thread's next operation that is a call; false at the end. */
static bool advance(struct place *place)
{
    const struct hb_prepared *own = &place->worker->part->own;

    while (place->item < own->op_count && own->ops[place->item].kind >= HB_OP_KINDS)
        place->item++;
    if (place->item == own->op_count)
        return false;
    place->time = time_of(place);
    return true;
}

/* -- the merge -- */

static void swap(struct place *a, struct place *b)
{
    struct place kept = *a;

    *a = *b;
    *b = kept;
}

static void sink(struct merge *merge, uint64_t at)
{
    struct place *places = merge->places;

    for (;;) {
        uint64_t child = 2 * at + 1;

        if (child + 1 < merge->count && places[child + 1].time < places[child].time)
            child++;
        if (child >= merge->count || places[at].time <= places[child].time)
            return;
        swap(&places[at], &places[child]);
        at = child;
    }
}

static void begin(struct merge *merge, const struct hb_threads *threads)
{
    for (uint32_t i = 0; i < threads->split->threads; i++) {
        struct place *place = &merge->places[merge->count];

        *place = (struct place){.worker = &threads->workers[i]};
        merge->count += advance(place);
    }
    for (uint64_t i = merge->count / 2; i > 0; i--)
        sink(merge, i - 1);
}

/* The recorded index of the operation that was done next. */
static uint64_t take_next(struct merge *merge)
{
    struct place *first = &merge->places[0];
    uint64_t recorded = first->worker->part->recorded[first->item++];

    if (!advance(first))
        *first = merge->places[--merge->count];
    sink(merge, 0);
    return recorded;
}

/* By how much each operation changed the live bytes. False when out of memory. */
static bool find_changes(const struct hb_split *split, const struct hb_replay *replay, int64_t *changes)
{
    struct hb_ledger ledger;

    if (!hb_ledger_init(&ledger, split->whole->slots))
        return false;
    for (uint64_t i = 0; i < split->ops; i++) {
        uint64_t before = ledger.live_bytes;

        hb_ledger_enter(&ledger, &split->whole->ops[i], hb_replay_failed(replay, i));
        changes[i] = (int64_t)(ledger.live_bytes - before);
    }
    hb_ledger_clear(&ledger);
    return true;
}

static uint64_t merge_live(struct merge *merge, const int64_t *changes, struct hb_latency *latency)
{
    int64_t live = 0, peak = 0;

    while (merge->count > 0) {
        uint64_t op = take_next(merge);

        if (latency != NULL)
            hb_latency_note_live(latency, op, live > 0 ? (uint64_t)live : 0);
        live += changes[op];
        peak = live > peak ? live : peak;
    }
    return (uint64_t)peak;
}

enum hb_status hb_threads_find_live(const struct hb_threads *threads, const struct hb_replay *replay,
                                    uint64_t *peak_bytes, struct hb_latency *latency, struct hb_error *error)
{
    const struct hb_split *split = threads->split;
    size_t changes_bytes = (split->ops + 1) * sizeof(int64_t),
           places_bytes = (split->threads + 1) * sizeof(struct place);
    int64_t *changes = hb_pages_reserve(changes_bytes);
    struct merge merge = {.places = hb_pages_reserve(places_bytes)};
    bool done = changes != NULL && merge.places != NULL && find_changes(split, replay, changes);

    if (done) {
        begin(&merge, threads);
        *peak_bytes = merge_live(&merge, changes, latency);
    }
    hb_pages_free(changes, changes_bytes);
    hb_pages_free(merge.places, places_bytes);
    return done ? HB_OK
                : hb_error_set(error, HB_ERR_MEMORY, "no memory to account for %s", split->whole->name);
}

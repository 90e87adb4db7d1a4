/*
 * feed.h - windows of operations that one process reads for another, in memory that they share.
 *
 * The reader is a thread of the parent's, the taker a sample's child. They take turns: the thread sleeps
 * while the child replays, and the child sleeps, its clocks stopped, while the thread decodes.
 */
#ifndef HB_BENCH_REPLAY_FEED_H
#define HB_BENCH_REPLAY_FEED_H

#include <semaphore.h>

#include "bench/replay/prepare.h"

struct hb_feed {
    sem_t wanted, filled; /* shared between processes */
    uint64_t first;       /* wanted from there on; and of those that are there */
    uint64_t count;
    struct hb_error error; /* its status is HB_OK, or why there are none */
    struct hb_op ops[];    /* prepared->window_ops, and one more; behind them, the bits of hb_feed_failed */
};

static inline size_t hb_feed_bytes(const struct hb_prepared *prepared)
{
    return sizeof(struct hb_feed) + (prepared->window_ops + 1) * sizeof(struct hb_op) +
           prepared->window_ops / 8;
}

/*
 * A bit for each operation of the window, where the child notes which failed. The parent keeps them for it,
 * so that the child's memory does not grow by them: when the window comes again, its bits do.
 */
static inline uint64_t *hb_feed_failed(const struct hb_prepared *prepared, struct hb_feed *feed)
{
    return (uint64_t *)(void *)&feed->ops[prepared->window_ops + 1];
}

/* The child's: has the operations from `first` on put into the feed. Errors as hb_reread_reach. */
enum hb_status hb_feed_take(struct hb_feed *feed, uint64_t first, struct hb_error *error);

struct hb_feeder;

/*
 * The parent's: makes `feed`, which is zeroed, one of `prepared`, which is streamed, and starts the thread.
 * What a child writes into the feed it does not believe. HB_ERR_MEMORY.
 */
enum hb_status hb_feeder_open(const struct hb_prepared *prepared, struct hb_feed *feed,
                              struct hb_feeder **out, struct hb_error *error);

/* Ends the thread, whatever became of the child. NULL does nothing. */
void hb_feeder_close(struct hb_feeder *feeder);

#endif

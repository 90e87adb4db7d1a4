/*
 * feed.h - windows of operations that one process reads for another, in memory that they share.
 *
 * The reader is a thread of the parent's, the taker a sample's child. They take turns: the thread sleeps
 * while the child replays, and the child sleeps, its clocks stopped, while the thread decodes.
 */
#ifndef HB_BENCH_REPLAY_STREAM_FEED_H
#define HB_BENCH_REPLAY_STREAM_FEED_H

#include <semaphore.h>

#include "bench/replay/prepare.h"

/* 256 KiB of operations: half of a second-level cache, which are of 512 KiB and more. */
enum { HB_FEED_OPS = 1 << 14 };

struct hb_feed {
    sem_t wanted, filled; /* shared between processes */
    uint64_t first;       /* wanted from there on; and of those that are there */
    uint64_t count;
    struct hb_error error; /* its status is HB_OK, or why there are none */
    struct hb_op ops[HB_FEED_OPS + 1];
};

/* The child's: has the operations from `first` on put into the feed. Errors as hb_op_source_reach. */
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

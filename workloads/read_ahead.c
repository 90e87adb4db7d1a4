/* read_ahead.c - a ring of blocks between two threads. See read_ahead.h. */
#include "workloads/read_ahead.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Blocks in the ring, and bytes of the thread's stack: its buffers are in the stream. */
enum { BLOCKS = 4, STACK_BYTES = 256 << 10 };

struct ahead_block {
    enum hb_status status;
    size_t count; /* 0: the end */
    struct hb_op ops[HB_STREAM_BLOCK_OPS];
};

struct hb_read_ahead {
    struct hb_stream *stream;
    pthread_t thread;
    bool has_thread;
    pthread_mutex_t lock; /* of the numbers below; a block belongs to who its number says */
    pthread_cond_t moved;
    uint64_t filled, given_back; /* blocks, ever */
    bool lent;                   /* one is in use that was not given back yet */
    bool stop;
    struct hb_error error; /* of the last block */
    struct ahead_block blocks[BLOCKS];
};

/* The block to fill next, when there is room for it; NULL when there is no more need. */
static struct ahead_block *wait_for_room(struct hb_read_ahead *ahead)
{
    struct ahead_block *block = NULL;

    pthread_mutex_lock(&ahead->lock);
    while (!ahead->stop && ahead->filled - ahead->given_back == BLOCKS)
        pthread_cond_wait(&ahead->moved, &ahead->lock);
    if (!ahead->stop)
        block = &ahead->blocks[ahead->filled % BLOCKS];
    pthread_mutex_unlock(&ahead->lock);
    return block;
}

static void hand_over(struct hb_read_ahead *ahead)
{
    pthread_mutex_lock(&ahead->lock);
    ahead->filled++;
    pthread_cond_signal(&ahead->moved);
    pthread_mutex_unlock(&ahead->lock);
}

/* False at the end and after an error. */
static bool fill(struct hb_read_ahead *ahead, struct ahead_block *block)
{
    const struct hb_op *ops;

    block->count = 0;
    block->status = hb_stream_next(ahead->stream, &ops, &block->count, &ahead->error);
    if (block->status != HB_OK || block->count == 0)
        return false;
    memcpy(block->ops, ops, block->count * sizeof ops[0]);
    return true;
}

static void *read_all(void *argument)
{
    struct hb_read_ahead *ahead = argument;
    struct ahead_block *block;
    bool more = true;

    while (more && (block = wait_for_room(ahead)) != NULL) {
        more = fill(ahead, block);
        hand_over(ahead);
    }
    return NULL;
}

static bool start_thread(struct hb_read_ahead *ahead)
{
    pthread_attr_t attributes;
    int result;

    if (pthread_attr_init(&attributes) != 0)
        return false;
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    result = pthread_create(&ahead->thread, &attributes, read_all, ahead);
    pthread_attr_destroy(&attributes);
    return result == 0;
}

enum hb_status hb_read_ahead_open(struct hb_stream *stream, struct hb_read_ahead **out,
                                  struct hb_error *error)
{
    struct hb_read_ahead *ahead = calloc(1, sizeof *ahead);

    if (ahead == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", hb_stream_name(stream));
    ahead->stream = stream;
    pthread_mutex_init(&ahead->lock, NULL);
    pthread_cond_init(&ahead->moved, NULL);
    ahead->has_thread = start_thread(ahead);
    *out = ahead;
    return HB_OK;
}

/* The next block, when it is filled; the one before it is given back. */
static const struct ahead_block *wait_for_block(struct hb_read_ahead *ahead)
{
    const struct ahead_block *block;

    pthread_mutex_lock(&ahead->lock);
    ahead->given_back += ahead->lent ? 1 : 0;
    pthread_cond_signal(&ahead->moved);
    while (ahead->filled == ahead->given_back)
        pthread_cond_wait(&ahead->moved, &ahead->lock);
    ahead->lent = true;
    block = &ahead->blocks[ahead->given_back % BLOCKS];
    pthread_mutex_unlock(&ahead->lock);
    return block;
}

enum hb_status hb_read_ahead_next(struct hb_read_ahead *ahead, const struct hb_op **ops, size_t *count,
                                  struct hb_error *error)
{
    const struct ahead_block *block;

    if (!ahead->has_thread)
        return hb_stream_next(ahead->stream, ops, count, error);
    block = wait_for_block(ahead);
    if (block->status != HB_OK) {
        if (error != NULL)
            *error = ahead->error;
        return block->status;
    }
    *ops = block->ops;
    *count = block->count;
    return HB_OK;
}

void hb_read_ahead_close(struct hb_read_ahead *ahead)
{
    if (ahead == NULL)
        return;
    if (ahead->has_thread) {
        pthread_mutex_lock(&ahead->lock);
        ahead->stop = true;
        pthread_cond_signal(&ahead->moved);
        pthread_mutex_unlock(&ahead->lock);
        pthread_join(ahead->thread, NULL);
    }
    pthread_cond_destroy(&ahead->moved);
    pthread_mutex_destroy(&ahead->lock);
    free(ahead);
}

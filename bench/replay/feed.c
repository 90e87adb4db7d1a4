/*
 * feed.c - the thread that reads, and the semaphores between it and the child.
 */
#include "bench/replay/feed.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/pages.h"
#include "bench/replay/windows.h"

struct hb_feeder {
    struct hb_feed *feed;
    struct hb_reread source;
    uint64_t window;  /* that is in the feed */
    uint64_t *failed; /* a bit an operation; in memory where some failed */
    atomic_bool over;
    pthread_t thread;
};

/* -- the child's side -- */

enum hb_status hb_feed_take(struct hb_feed *feed, uint64_t first, struct hb_error *error)
{
    feed->first = first;
    sem_post(&feed->wanted);
    while (sem_wait(&feed->filled) != 0)
        assert(errno == EINTR);
    if (feed->error.status == HB_OK)
        return HB_OK;
    *error = feed->error;
    return error->status;
}

/* -- the parent's side -- */

static size_t failed_bytes(const struct hb_prepared *prepared)
{
    return (prepared->op_count / prepared->window_ops + 1) * (prepared->window_ops / 8);
}

/* Keeps the bits of the window that ends, and brings those of the next. */
static void change_failed(struct hb_feeder *feeder, uint64_t window)
{
    const struct hb_prepared *prepared = feeder->source.prepared;
    uint64_t words = prepared->window_ops / 64, *kept = feeder->failed + feeder->window * words;
    uint64_t *noted = hb_feed_failed(prepared, feeder->feed);

    for (uint64_t i = 0; i < words; i++)
        if (noted[i] != kept[i])
            kept[i] = noted[i];
    memcpy(noted, feeder->failed + window * words, words * sizeof *noted);
    feeder->window = window;
}

static enum hb_status fill(struct hb_feeder *feeder, struct hb_error *error)
{
    struct hb_reread *source = &feeder->source;
    struct hb_feed *feed = feeder->feed;
    uint64_t all = source->prepared->op_count, first = feed->first, count = 0;
    enum hb_status status = HB_OK;

    if (first >= all || first % source->prepared->window_ops != 0)
        return hb_error_set(error, HB_ERR_CHILD, "a sample asks for an operation that is not there");
    while (count < source->prepared->window_ops && first + count < all) {
        uint64_t from = first + count, more;

        status = hb_reread_reach(source, from, error);
        if (status != HB_OK)
            return status;
        more = source->first + source->count - from;
        if (more > source->prepared->window_ops - count)
            more = source->prepared->window_ops - count;
        memcpy(feed->ops + count, source->ops + (from - source->first), more * sizeof *feed->ops);
        count += more;
    }
    change_failed(feeder, first / source->prepared->window_ops);
    feed->first = first;
    feed->count = count;
    return status;
}

/* A wrong library may have written over the semaphores: nobody waits for them without looking up. */
static bool wait_for_order(struct hb_feeder *feeder)
{
    enum { LOOK_UP_NS = 20000000, SECOND_NS = 1000000000 };
    struct timespec until;

    while (!atomic_load(&feeder->over)) {
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += LOOK_UP_NS;
        until.tv_sec += until.tv_nsec / SECOND_NS;
        until.tv_nsec %= SECOND_NS;
        if (sem_timedwait(&feeder->feed->wanted, &until) == 0)
            return !atomic_load(&feeder->over);
    }
    return false;
}

static void *feed_child(void *context)
{
    struct hb_feeder *feeder = context;

    while (wait_for_order(feeder)) {
        struct hb_error error = {.status = HB_OK};

        fill(feeder, &error);
        feeder->feed->error = error;
        sem_post(&feeder->feed->filled);
    }
    return NULL;
}

enum hb_status hb_feeder_open(const struct hb_prepared *prepared, struct hb_feed *feed,
                              struct hb_feeder **out, struct hb_error *error)
{
    struct hb_feeder *feeder = calloc(1, sizeof *feeder);

    assert(prepared->path != NULL && prepared->window_ops % 64 == 0);
    if (feeder != NULL) {
        feeder->feed = feed;
        feeder->source.prepared = prepared;
        feeder->failed = hb_pages_reserve(failed_bytes(prepared));
        sem_init(&feed->wanted, 1, 0);
        sem_init(&feed->filled, 1, 0);
        if (feeder->failed != NULL && pthread_create(&feeder->thread, NULL, feed_child, feeder) == 0) {
            *out = feeder;
            return HB_OK;
        }
        hb_pages_free(feeder->failed, failed_bytes(prepared));
        free(feeder);
    }
    return hb_error_set(error, HB_ERR_MEMORY, "no memory to read %s for a sample", prepared->name);
}

void hb_feeder_close(struct hb_feeder *feeder)
{
    if (feeder == NULL)
        return;
    atomic_store(&feeder->over, true);
    sem_post(&feeder->feed->wanted);
    pthread_join(feeder->thread, NULL);
    hb_pages_free(feeder->failed, failed_bytes(feeder->source.prepared));
    hb_reread_close(&feeder->source);
    free(feeder);
}

/*
 * one_lock.h - an allocator that is made for one thread, called by several under one lock.
 */
#ifndef HB_BENCH_REPLAY_THREADS_ONE_LOCK_H
#define HB_BENCH_REPLAY_THREADS_ONE_LOCK_H

#include <pthread.h>

#include "allocator/allocator.h"

/* Is a heap itself, of `table`. */
struct hb_one_lock {
    struct hb_allocator table;
    const struct hb_allocator *inner;
    void *heap;
    pthread_mutex_t mutex;
};

/* `heap` is one of `inner`, and stays the caller's. */
void hb_one_lock_open(struct hb_one_lock *lock, const struct hb_allocator *inner, void *heap);
void hb_one_lock_close(struct hb_one_lock *lock);

#endif

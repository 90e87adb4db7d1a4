/*
 * one_lock.c - each call of an allocator between a lock and its release.
 *
 * The mutex is an ordinary one, as in the preloaded heaps of the way back: what is timed is what a program
 * would get that put a lock around such an allocator.
 */
#include "bench/replay/threads/one_lock.h"

#include <stddef.h>

static void *locked_alloc(void *heap, size_t size)
{
    struct hb_one_lock *lock = heap;
    void *block;

    pthread_mutex_lock(&lock->mutex);
    block = lock->inner->alloc(lock->heap, size);
    pthread_mutex_unlock(&lock->mutex);
    return block;
}

static void *locked_zalloc(void *heap, size_t size)
{
    struct hb_one_lock *lock = heap;
    void *block;

    pthread_mutex_lock(&lock->mutex);
    block = lock->inner->zalloc(lock->heap, size);
    pthread_mutex_unlock(&lock->mutex);
    return block;
}

static void *locked_resize(void *heap, void *old, size_t size)
{
    struct hb_one_lock *lock = heap;
    void *block;

    pthread_mutex_lock(&lock->mutex);
    block = lock->inner->resize(lock->heap, old, size);
    pthread_mutex_unlock(&lock->mutex);
    return block;
}

static void *locked_aligned(void *heap, size_t alignment, size_t size)
{
    struct hb_one_lock *lock = heap;
    void *block;

    pthread_mutex_lock(&lock->mutex);
    block = lock->inner->aligned(lock->heap, alignment, size);
    pthread_mutex_unlock(&lock->mutex);
    return block;
}

static void locked_dealloc(void *heap, void *block)
{
    struct hb_one_lock *lock = heap;

    pthread_mutex_lock(&lock->mutex);
    lock->inner->dealloc(lock->heap, block);
    pthread_mutex_unlock(&lock->mutex);
}

void hb_one_lock_open(struct hb_one_lock *lock, const struct hb_allocator *inner, void *heap)
{
    *lock = (struct hb_one_lock){.inner = inner, .heap = heap, .mutex = PTHREAD_MUTEX_INITIALIZER};
    lock->table = (struct hb_allocator){.name = inner->name,
                                        .caps = inner->caps | HB_CAP_THREADS,
                                        .alloc = locked_alloc,
                                        .dealloc = locked_dealloc,
                                        .resize = locked_resize,
                                        .zalloc = locked_zalloc,
                                        .aligned = locked_aligned};
}

void hb_one_lock_close(struct hb_one_lock *lock)
{
    pthread_mutex_destroy(&lock->mutex);
}

/*
 * ends.h - the signals by which a user, a session or a supervisor ends a program.
 */
#ifndef HB_BASE_ENDS_H
#define HB_BASE_ENDS_H

#include <signal.h>
#include <stddef.h>

enum { HB_ENDS = 3 };
static const int hb_ends[HB_ENDS] = {SIGINT, SIGTERM, SIGHUP};

/* Holds them in this thread, so that none comes half-way through what must be whole. `before` is what
 * pthread_sigmask(SIG_SETMASK) is to put back, by which one that came meanwhile is delivered. */
static inline void hb_ends_hold(sigset_t *before)
{
    sigset_t set;

    sigemptyset(&set);
    for (size_t i = 0; i < HB_ENDS; i++)
        sigaddset(&set, hb_ends[i]);
    pthread_sigmask(SIG_BLOCK, &set, before);
}

#endif

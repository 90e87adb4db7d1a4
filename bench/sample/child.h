/*
 * child.h - a job that a fresh process of this very program does: how it is started, asked and ended.
 *
 * A job is a function. What it is asked and what came of it lie in memory that parent and child share, which
 * is not private memory and so does not count as the child's own. The child's environment is the parent's,
 * with the order's settings on top and GLIBC_TUNABLES as libraries with static TLS need it; it reads nothing,
 * and what it prints goes to the parent's standard error, or is kept. It leads a process group of its own, so
 * that what a library starts ends with it: when it has ended by itself, when its time is over, and when the
 * parent is told to end (SIGINT, SIGTERM, SIGHUP).
 */
#ifndef HB_BENCH_SAMPLE_CHILD_H
#define HB_BENCH_SAMPLE_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/* What the shared memory begins with; the job's own request and result follow. Parent and child are the same
 * program, so the layout is the same. */
struct hb_child_exchange {
    pid_t parent;
    bool done;                  /* the result is whole: set last, so that a crash leaves it false */
    volatile uint64_t progress; /* what the child's hb_progress_set says, which the parent shows */
};

struct hb_child_job {
    const char *name;     /* of the argument that marks the child: --heapbench-NAME= */
    const char *what;     /* for sentences: "a sample" */
    size_t request_bytes; /* of the exchange, at least */
    /* Does it, in the child, whose process ends afterwards without exit handlers. `attached` is the order's
     * descriptor, or -1. False: it could not even begin, and there is no result. */
    bool (*work)(struct hb_child_exchange *exchange, int attached);
};

/* The parent's side, from before the child starts until its result has been read. */
struct hb_child {
    const struct hb_child_job *job;
    struct hb_child_exchange *exchange; /* zeroed; the request is to be written here */
    size_t bytes;
    int fd;
};

/* Makes the memory that is shared: `bytes`, no fewer than the job's. HB_ERR_MEMORY. Close it with
 * hb_child_close. */
enum hb_status hb_child_open(const struct hb_child_job *job, size_t bytes, struct hb_child *child,
                             struct hb_error *error);
void hb_child_close(struct hb_child *child);

struct hb_child_order {
    const char *subject; /* whom sentences are about: the allocator */
    int attached;        /* a descriptor that the child gets; -1: none */
    /* "NAME=value" each, ended by NULL, in place of what the parent has of that name; but the tunables of a
     * GLIBC_TUNABLES come behind the parent's, where the last counts. NULL: none. */
    char *const *settings;
    uint64_t timeout_ms;  /* 0: none */
    char *printed;        /* the first line that the child prints, as plain text; NULL: not kept */
    size_t printed_bytes; /* of `printed`, 1 or more */
};

enum hb_child_end {
    HB_CHILD_DONE,      /* the exchange holds the result. A wrong library may have written there too */
    HB_CHILD_CRASHED,   /* it ended without one */
    HB_CHILD_TIMED_OUT, /* it was ended */
};

struct hb_child_outcome {
    enum hb_child_end end;
    int signal, exit_status; /* of CRASHED: one of them says how */
    struct hb_error error;   /* likewise: the sentence */
};

/*
 * Starts the child, waits until it has ended or its time is over, and collects it. Fails only when none could
 * be started: HB_ERR_CHILD.
 */
enum hb_status hb_child_run(const struct hb_child *child, const struct hb_child_order *order,
                            struct hb_child_outcome *outcome, struct hb_error *error);

/* The same in parts, for children that run at the same time: so many at the most. */
enum { HB_CHILDREN_MOST = 128 };

struct hb_child_run {
    const struct hb_child *child;
    struct hb_child_order order;
    pid_t pid;
    int pid_fd;           /* -1: the kernel has none */
    int pipe[2];          /* for what it prints; -1: none */
    uint64_t deadline_ns; /* of the monotonic clock; 0: none */
};

/* Starts it; `child` must stay where it is. HB_ERR_CHILD. To be ended by one of the other two. */
enum hb_status hb_child_begin(const struct hb_child *child, const struct hb_child_order *order,
                              struct hb_child_run *run, struct hb_error *error);
bool hb_child_has_ended(const struct hb_child_run *run); /* or its time is over; does not wait */
/* Collects one that has ended; ends one whose time is over; else waits without looking at the time. */
void hb_child_end(struct hb_child_run *run, struct hb_child_outcome *outcome);
/* Waits until it has ended or its time is over, and collects it. */
void hb_child_wait(struct hb_child_run *run, struct hb_child_outcome *outcome);

/* Ends the children that run, which then have crashed by SIGKILL. For handlers of signals. */
void hb_child_kill(void);
/* And those that are begun from now on, or that are being begun. For handlers of signals. */
void hb_child_stop(void);

/*
 * Among the first statements of every main whose process has such a job done: where this process is the
 * child, it does the job and ends; else this returns at once. The child dies with its parent, leaves no core
 * file, and is the first to go when memory is short. An argument that no parent gave ends it with status 2.
 */
void hb_child_main(int argc, char **argv, const struct hb_child_job *job);

#endif

/*
 * child.h - a fresh process of this very program, in which something is measured.
 *
 * Parent and child share memory files by descriptor. The child's environment has GLIBC_TUNABLES as libraries
 * with static TLS need it; it reads nothing, and what it prints goes to the parent's standard error, or into
 * a pipe. It leads a process group of its own, so that what a library starts ends with it: when it has ended
 * by itself, when its time is over, and when the parent is told to end (SIGINT, SIGTERM, SIGHUP).
 */
#ifndef HB_BENCH_SAMPLE_CHILD_H
#define HB_BENCH_SAMPLE_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/* A memory file of `bytes`, above the standard streams, which are replaced in the child. -1 with errno. */
int hb_child_memory_file(size_t bytes);

/* A pipe that never makes its writer wait: what does not fit is lost. As above, [0] to read. False with
 * errno. */
bool hb_child_pipe(int ends[2]);

/*
 * Runs this program with one argument, which must tell its main what to do (hb_sample_child_main and its
 * like), and with the descriptors `fds` open under the same numbers. Its standard output and error are
 * `output`. One child at a time. HB_ERR_CHILD.
 */
enum hb_status hb_child_spawn(char *argument, const int *fds, size_t fd_count, int output, pid_t *child,
                              struct hb_error *error);

/*
 * Collects the child, having ended it when it took more than `timeout_ms` milliseconds (0: no limit): false
 * then. Whatever else is in its process group ends with it.
 */
bool hb_child_wait(pid_t child, uint64_t timeout_ms, int *wait_status);

/* Says how a child ended that left no result: HB_ERR_CHILD. Returns the signal that ended it, or 0. */
int hb_child_describe_end(const char *allocator, int wait_status, struct hb_error *error);

/* In the child: from now on it dies with its parent, leaves no core file, and is the first to go when memory
 * is short. */
void hb_child_tame(pid_t parent);

#endif

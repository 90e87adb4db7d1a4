/*
 * child.h - a fresh process of this very program, in which something is measured.
 *
 * Parent and child share memory files by descriptor. The child's environment has GLIBC_TUNABLES as libraries
 * with static TLS need it; it reads nothing, and its standard output is the parent's standard error.
 */
#ifndef HB_BENCH_CHILD_H
#define HB_BENCH_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/* A memory file of `bytes`, above the standard streams, which are replaced in the child. -1 with errno. */
int hb_child_memory_file(size_t bytes);

/*
 * Runs this program with one argument, which must tell its main what to do (hb_sample_child_main and its
 * like), and with the descriptors `fds` open under the same numbers. HB_ERR_CHILD.
 */
enum hb_status hb_child_spawn(char *argument, const int *fds, size_t fd_count, pid_t *child,
                              struct hb_error *error);

/* Collects the child, having ended it when it took more than `timeout_s` (0: no limit): false then. */
bool hb_child_wait(pid_t child, uint32_t timeout_s, int *wait_status);

/* Says how a child ended that left no result: HB_ERR_CHILD. Returns the signal that ended it, or 0. */
int hb_child_describe_end(const char *allocator, int wait_status, struct hb_error *error);

/* In the child: from now on it dies with its parent, and leaves no core file. */
void hb_child_tame(pid_t parent);

#endif

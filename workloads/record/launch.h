/*
 * launch.h - a program run with the recorder loaded into it and into all that it starts.
 */
#ifndef HB_WORKLOADS_RECORD_LAUNCH_H
#define HB_WORKLOADS_RECORD_LAUNCH_H

#include "base/error.h"

/*
 * The recorder to load, from malloc: $HEAPBENCH_RECORDER, else where base/place.h finds it
 * from this executable. HB_ERR_UNAVAILABLE: it is not there, or its path has a space or a colon, at which the
 * loader would split it.
 */
enum hb_status hb_launch_find_recorder(char **path, struct hb_error *error);

/*
 * Runs argv[0], looked up in $PATH, with captures going to `folder` (absolute), and waits for it. While
 * waiting, SIGINT and SIGQUIT are left to the program, which the terminal sends them to as well; SIGTERM and
 * SIGHUP are passed on. `*exit_status` is the program's, or 128 + the signal that ended it; 127 or 126 where
 * it is not there or cannot be run, which is HB_ERR_CHILD.
 */
enum hb_status hb_launch_run(char *const *argv, const char *recorder, const char *folder, int *exit_status,
                             struct hb_error *error);

/* Why a program left no capture: one sentence into `text`, of at most `capacity` bytes. */
void hb_launch_explain(const char *program, char *text, size_t capacity);

#endif

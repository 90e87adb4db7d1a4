/*
 * launch.h - a program run with the recorder loaded into it and into all that it starts.
 */
#ifndef HB_WORKLOADS_RECORD_LAUNCH_H
#define HB_WORKLOADS_RECORD_LAUNCH_H

#include <signal.h>

#include "base/error.h"
#include "workloads/record/family.h"
#include "workloads/record/host.h"

/*
 * The recorder to load, from malloc: $HEAPBENCH_RECORDER, else where base/place.h finds it
 * from this executable. HB_ERR_UNAVAILABLE: it is not there, or its path has a space or a colon, at which the
 * loader would split it.
 */
enum hb_status hb_launch_find_recorder(char **path, struct hb_error *error);

/* The library `wanted`, as above; `what` it is and the `variable` that names another one, for the sentence.
 */
enum hb_status hb_launch_find_library(const char *wanted, const char *what, const char *variable, char **path,
                                      struct hb_error *error);

#define HB_WAIT_FOREVER UINT64_MAX

struct hb_launch {
    char *const *argv; /* argv[0] is looked up in $PATH */
    const char *recorder;
    struct hb_host *host;
    const sigset_t *mask; /* the signals that the program begins with blocked; NULL: those of this process */
    bool touch;      /* note what is touched of each large block; transparent huge pages are off meanwhile, in
                        which to touch one page is to touch them all */
    uint64_t wait_s; /* how long to wait for what the program leaves running; HB_WAIT_FOREVER: to its end */
    void (*waiting)(const struct hb_family *family); /* called once that takes half a second; may be NULL */
};

/*
 * Runs the program, and returns when it and all that came from it have ended, or the time is over: who still
 * runs is in `family`, which is filled in any case and ended with hb_family_clear.
 *
 * While the program runs, SIGINT and SIGQUIT are left to it, which the terminal sends them to as well;
 * SIGTERM and SIGHUP are passed on. Afterwards any of them ends the waiting, and reaches nobody.
 *
 * `*exit_status` is the program's, or 128 + the signal that ended it; 127 or 126 where it is not there or
 * cannot be run, which is HB_ERR_CHILD.
 */
enum hb_status hb_launch_run(const struct hb_launch *launch, int *exit_status, struct hb_family *family,
                             struct hb_error *error);

#endif

#include "workloads/record/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/place.h"
#include "workloads/record/next.h"

/* For the handler that passes signals on. */
static volatile sig_atomic_t program_pid;

enum { CAUGHT = 4 };
static const int caught[CAUGHT] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP};

/* What signals meant before, to be put back. */
struct signals {
    struct sigaction action[CAUGHT];
    sigset_t mask;
};

enum hb_status hb_launch_find_recorder(char **path, struct hb_error *error)
{
    const char *wanted = hb_place_of(HB_PLACE_RECORDER);
    char *found = realpath(wanted, NULL);
    enum hb_status status = HB_OK;

    if (found == NULL)
        status = hb_error_set(error, HB_ERR_UNAVAILABLE,
                              "%s: the recorder is not there; build or install it, or name it in %s", wanted,
                              hb_place_variable(HB_PLACE_RECORDER));
    else if (strpbrk(found, " :") != NULL)
        status =
            hb_error_set(error, HB_ERR_UNAVAILABLE,
                         "%s: the loader splits LD_PRELOAD at spaces and colons; copy the recorder to a path "
                         "without them and name it in %s",
                         found, hb_place_variable(HB_PLACE_RECORDER));
    if (status == HB_OK)
        *path = found;
    else
        free(found);
    return status;
}

static void pass_on(int number)
{
    int saved = errno;

    if (program_pid > 0)
        kill((pid_t)program_pid, number);
    errno = saved;
}

/* Signals are held back until the program's number is known. */
static void catch_signals(struct signals *before)
{
    sigset_t blocked;

    sigemptyset(&blocked);
    for (int i = 0; i < CAUGHT; i++)
        sigaddset(&blocked, caught[i]);
    sigprocmask(SIG_BLOCK, &blocked, &before->mask);
    for (int i = 0; i < CAUGHT; i++) {
        bool terminal = caught[i] == SIGINT || caught[i] == SIGQUIT;
        struct sigaction action = {.sa_handler = terminal ? SIG_IGN : pass_on};

        sigaction(caught[i], &action, &before->action[i]);
    }
}

static void restore_signals(const struct signals *before)
{
    for (int i = 0; i < CAUGHT; i++)
        sigaction(caught[i], &before->action[i], NULL);
    sigprocmask(SIG_SETMASK, &before->mask, NULL);
}

/* LD_PRELOAD with the recorder before whatever is there already. */
static bool set_environment(const char *recorder, const char *folder)
{
    const char *others = getenv("LD_PRELOAD");
    char *preload = NULL;
    bool done;

    if (asprintf(&preload, "%s%s%s", recorder, others != NULL ? ":" : "", others != NULL ? others : "") < 0)
        return false;
    done = setenv("LD_PRELOAD", preload, 1) == 0 && setenv(HB_RECORD_FOLDER_VARIABLE, folder, 1) == 0;
    free(preload);
    return done;
}

/* In the child. Tells the parent through `report` why the program could not be run. */
static void become(char *const *argv, const char *recorder, const char *folder, const struct signals *before,
                   int report)
{
    int reason;

    restore_signals(before);
    errno = ENOMEM;
    if (set_environment(recorder, folder))
        execvp(argv[0], argv);
    reason = errno;
    if (write(report, &reason, sizeof reason) != (ssize_t)sizeof reason)
        _exit(125);
    _exit(reason == ENOENT ? 127 : 126);
}

/* 0 once the program runs, else why it does not. */
static int read_report(int report)
{
    int reason = 0;
    ssize_t bytes;

    do {
        bytes = read(report, &reason, sizeof reason);
    } while (bytes < 0 && errno == EINTR);
    return bytes == (ssize_t)sizeof reason ? reason : 0;
}

static int wait_for(pid_t pid)
{
    int status = 0;

    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

enum hb_status hb_launch_run(char *const *argv, const char *recorder, const char *folder, int *exit_status,
                             struct hb_error *error)
{
    struct signals before;
    int report[2], reason;
    pid_t pid;

    if (pipe2(report, O_CLOEXEC) != 0)
        return hb_error_set_errno(error, HB_ERR_CHILD, "%s: cannot be started", argv[0]);
    catch_signals(&before);
    pid = fork();
    if (pid == 0)
        become(argv, recorder, folder, &before, report[1]);
    program_pid = pid;
    sigprocmask(SIG_SETMASK, &before.mask, NULL);
    close(report[1]);
    if (pid < 0) {
        hb_error_set_errno(error, HB_ERR_CHILD, "%s: cannot be started", argv[0]);
        reason = EAGAIN;
        *exit_status = 126;
    } else {
        reason = read_report(report[0]);
        *exit_status = wait_for(pid);
        errno = reason;
        if (reason != 0)
            hb_error_set_errno(error, HB_ERR_CHILD, "%s: cannot be run", argv[0]);
    }
    close(report[0]);
    restore_signals(&before);
    return reason == 0 ? HB_OK : HB_ERR_CHILD;
}

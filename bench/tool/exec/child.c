/*
 * child.c - a program as a child of heapbench exec: what signals it gets, and how it ended.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/printable.h"
#include "bench/tool/command.h"
#include "bench/tool/exec/exec.h"

int hb_exec_tell_not_run(const char *program)
{
    int reason = errno;
    struct stat info;

    if (reason == EACCES && stat(program, &info) == 0 && S_ISDIR(info.st_mode))
        reason = EISDIR;
    hb_print_line(stderr, "heapbench: %s: %s", program, strerror(reason));
    return reason == ENOENT ? HB_EXEC_NOT_FOUND : HB_EXEC_NOT_RUN;
}

/* INT and QUIT the terminal sends to the program as well, whose they are; the others are passed on to it.
 * Where CHLD is ignored, the kernel does the waiting, and the status is lost. */
enum { SIGNALS = 5, OF_THE_TERMINAL = 2 };
static const int signals[SIGNALS] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGCHLD};
static volatile pid_t passed_to; /* 0: nobody yet, or no longer */

struct dispositions {
    struct sigaction actions[SIGNALS];
    sigset_t mask;
};

static void pass_on(int number)
{
    if (passed_to > 0)
        kill(passed_to, number);
}

/* None of the signals comes before the mask is as it was. One that is ignored stays so. */
static void take_signals(struct dispositions *before)
{
    const struct sigaction ignore = {.sa_handler = SIG_IGN}, pass = {.sa_handler = pass_on},
                           plain = {.sa_handler = SIG_DFL};
    sigset_t taken;

    sigemptyset(&taken);
    for (int i = 0; i < SIGNALS; i++)
        sigaddset(&taken, signals[i]);
    sigprocmask(SIG_BLOCK, &taken, &before->mask);
    for (int i = 0; i < SIGNALS; i++)
        if (sigaction(signals[i], NULL, &before->actions[i]) == 0 && before->actions[i].sa_handler != SIG_IGN)
            sigaction(signals[i], i < OF_THE_TERMINAL ? &ignore : &pass, NULL);
    sigaction(SIGCHLD, &plain, NULL);
}

static void run_with(const struct dispositions *before, char **program)
{
    for (int i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &before->actions[i], NULL);
    sigprocmask(SIG_SETMASK, &before->mask, NULL);
    execvp(program[0], program);
    _exit(hb_exec_tell_not_run(program[0]));
}

static int wait_for(pid_t child)
{
    int status;

    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return HB_EXIT_FAILED;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int hb_exec_child(char **program)
{
    struct dispositions before;
    int exit_status = HB_EXIT_FAILED;
    pid_t child;

    take_signals(&before);
    child = fork();
    if (child == 0)
        run_with(&before, program);
    if (child < 0) {
        hb_print_line(stderr, "heapbench: %s: no process for it: %s", program[0], strerror(errno));
    } else {
        passed_to = child;
        sigprocmask(SIG_SETMASK, &before.mask, NULL);
        exit_status = wait_for(child);
        passed_to = 0;
    }
    return exit_status;
}

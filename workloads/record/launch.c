/*
 * launch.c - the program started with the recorder, its signals passed on, and its descendants waited for.
 */
#include "workloads/record/launch.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/place.h"
#include "workloads/record/capture.h"

/* All are blocked, and taken one by one. */
enum { CAUGHT = 5 };
static const int caught[CAUGHT] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGCHLD};

static const uint64_t millisecond_ns = 1000000;

/* The first looks at who runs come soon, later ones seldom. */
static const uint64_t first_look_ns = 5000000, seldom_look_ns = 250000000;

/* That end a process which writes to nobody, or too much: to us, an error. */
enum { IGNORED = 2 };
static const int ignored[IGNORED] = {SIGPIPE, SIGXFSZ};

/* What is the parent's business, to be put back. */
struct manners {
    struct sigaction child_action; /* where SIGCHLD is ignored, the kernel does the waiting */
    struct sigaction ignored_action[IGNORED];
    sigset_t mask, caught;
    int is_subreaper;
};

struct launched {
    const struct hb_launch *launch;
    struct hb_family *family;
    sigset_t caught;
    pid_t pid;
    bool has_ended, is_interrupted;
    int status;
    uint64_t ended_ns;
    uint64_t look_ns, look_interval_ns; /* when to look again */
    bool has_told;
};

/* What the loader would complain about in every program that is run. */
static bool is_library(const char *path)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    Elf64_Ehdr header = {0};
    bool is_read = descriptor >= 0 && read(descriptor, &header, sizeof header) == (ssize_t)sizeof header;

    if (descriptor >= 0)
        close(descriptor);
    return is_read && memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 &&
           header.e_ident[EI_CLASS] == ELFCLASS64 && header.e_type == ET_DYN;
}

enum hb_status hb_launch_find_library(const char *wanted, const char *what, const char *variable, char **path,
                                      struct hb_error *error)
{
    char *found = realpath(wanted, NULL);
    enum hb_status status = HB_OK;

    if (found == NULL)
        status = hb_error_set(error, HB_ERR_UNAVAILABLE,
                              "%s: %s is not there; build or install it, or name it in %s", wanted, what,
                              variable);
    else if (!is_library(found))
        status = hb_error_set(error, HB_ERR_UNAVAILABLE, "%s: is no 64-bit library, as %s is", found, what);
    else if (strpbrk(found, " :") != NULL)
        status = hb_error_set(error, HB_ERR_UNAVAILABLE,
                              "%s: the loader splits LD_PRELOAD at spaces and colons; copy %s to a path "
                              "without them and name it in %s",
                              found, what, variable);
    if (status == HB_OK)
        *path = found;
    else
        free(found);
    return status;
}

enum hb_status hb_launch_find_recorder(char **path, struct hb_error *error)
{
    return hb_launch_find_library(hb_place_of(HB_PLACE_RECORDER), "the recorder",
                                  hb_place_variable(HB_PLACE_RECORDER), path, error);
}

static void take_manners(struct manners *before)
{
    static const struct sigaction plain = {.sa_handler = SIG_DFL}, ignore = {.sa_handler = SIG_IGN};

    sigemptyset(&before->caught);
    for (int i = 0; i < CAUGHT; i++)
        sigaddset(&before->caught, caught[i]);
    sigprocmask(SIG_BLOCK, &before->caught, &before->mask);
    sigaction(SIGCHLD, &plain, &before->child_action);
    for (int i = 0; i < IGNORED; i++)
        sigaction(ignored[i], &ignore, &before->ignored_action[i]);
    if (prctl(PR_GET_CHILD_SUBREAPER, &before->is_subreaper) != 0)
        before->is_subreaper = 0;
    prctl(PR_SET_CHILD_SUBREAPER, 1);
}

/* In the child: what it inherits. (To be a subreaper is not inherited.) */
static void restore_signals(const struct manners *before)
{
    sigaction(SIGCHLD, &before->child_action, NULL);
    for (int i = 0; i < IGNORED; i++)
        sigaction(ignored[i], &before->ignored_action[i], NULL);
    sigprocmask(SIG_SETMASK, &before->mask, NULL);
}

/* Signals that came for us as they came for the program are not to end us now. */
static void restore_manners(const struct manners *before)
{
    static const struct timespec now;

    while (sigtimedwait(&before->caught, NULL, &now) > 0)
        continue;
    prctl(PR_SET_CHILD_SUBREAPER, before->is_subreaper);
    restore_signals(before);
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
static void become(const struct hb_launch *launch, const struct manners *before, int report)
{
    int reason;

    restore_signals(before);
    if (launch->mask != NULL)
        sigprocmask(SIG_SETMASK, launch->mask, NULL);
    if (launch->touch)
        prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
    errno = ENOMEM;
    if (set_environment(launch->recorder, hb_host_folder(launch->host)))
        execvp(launch->argv[0], launch->argv);
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

/* While the program runs, they are its own; a terminal has sent it SIGINT and SIGQUIT already. */
static void take_signal(struct launched *run, int number)
{
    if (number == SIGCHLD)
        return;
    if (run->has_ended)
        run->is_interrupted = true;
    else if (number == SIGTERM || number == SIGHUP)
        kill(run->pid, number);
}

/* Who is left once the program has ended is of interest at once. */
static void reap(struct launched *run)
{
    size_t before = run->family->ended_count;

    if (hb_family_reap(run->family, &run->status)) {
        run->has_ended = true;
        run->ended_ns = hb_clock_ns();
    }
    if (run->has_ended && run->family->ended_count != before)
        run->look_ns = 0;
}

/* Looking takes at most a hundredth of the time. */
static void look_when_due(struct launched *run)
{
    uint64_t now = hb_clock_ns(), took;

    if (now < run->look_ns)
        return;
    hb_family_look(run->family);
    took = hb_clock_ns() - now;
    if (run->look_interval_ns < seldom_look_ns)
        run->look_interval_ns *= 2;
    run->look_ns = now + took + (took > run->look_interval_ns / 100 ? took * 100 : run->look_interval_ns);
}

/* The kernel's word: a look may fall between the end of a parent and the coming of its child to us. */
static bool has_children(void)
{
    siginfo_t info;

    return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

/* True when there is nothing more to wait for. */
static bool is_over(struct launched *run)
{
    uint64_t waited_ns;

    if (!run->has_ended)
        return false;
    if (run->is_interrupted)
        return true;
    if (run->family->running.count == 0) {
        run->look_ns = 0;
        if (!has_children())
            return true;
    }
    waited_ns = hb_clock_ns() - run->ended_ns;
    if (waited_ns / 1000000000 >= run->launch->wait_s)
        return true;
    if (!run->has_told && waited_ns > 500 * millisecond_ns) {
        run->has_told = true;
        if (run->launch->waiting != NULL)
            run->launch->waiting(run->family);
    }
    return false;
}

/* A millisecond at a time: that is the clock of the recording. */
static void wait_for_all(struct launched *run)
{
    static const struct timespec tick = {.tv_nsec = 1000000};

    do {
        int number = sigtimedwait(&run->caught, NULL, &tick);

        hb_host_tick(run->launch->host);
        if (number > 0)
            take_signal(run, number);
        reap(run);
        look_when_due(run);
    } while (!is_over(run));
    hb_family_look(run->family);
}

static int exit_status_of(int status)
{
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* The parent's part, once the child is there. The reason why the program could not be run, or 0. */
static int attend(const struct hb_launch *launch, const struct manners *before, pid_t pid, int report,
                  int *exit_status, struct hb_family *family)
{
    struct launched run = {.launch = launch, .family = family, .caught = before->caught, .pid = pid};
    int reason = read_report(report);

    family->program = (uint32_t)pid;
    run.look_ns = hb_clock_ns() + first_look_ns;
    run.look_interval_ns = first_look_ns;
    wait_for_all(&run);
    *exit_status = exit_status_of(run.status);
    return reason;
}

enum hb_status hb_launch_run(const struct hb_launch *launch, int *exit_status, struct hb_family *family,
                             struct hb_error *error)
{
    struct manners before;
    int report[2], reason = EAGAIN;
    pid_t pid;

    hb_family_init(family, launch->recorder);
    *exit_status = 126;
    if (launch->touch && !hb_host_note_touch(launch->host))
        return hb_error_set(error, HB_ERR_UNAVAILABLE,
                            "the kernel does not say here what is touched (mincore); record without --touch");
    if (pipe2(report, O_CLOEXEC) != 0)
        return hb_error_set_errno(error, HB_ERR_CHILD, "%s: cannot be started", launch->argv[0]);
    take_manners(&before);
    pid = fork();
    if (pid == 0)
        become(launch, &before, report[1]);
    if (pid < 0)
        reason = errno;
    close(report[1]);
    if (pid > 0)
        reason = attend(launch, &before, pid, report[0], exit_status, family);
    close(report[0]);
    restore_manners(&before);
    if (reason == 0)
        return HB_OK;
    errno = reason;
    return hb_error_set_errno(error, HB_ERR_CHILD, "%s: cannot be run", launch->argv[0]);
}

/*
 * child - starts this very program again as a process to measure in, and waits for it with a limit.
 */
#include "bench/sample/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "allocator/allocator.h"
#include "base/clock.h"

#define TUNABLES "GLIBC_TUNABLES="

extern char **environ;

int hb_child_memory_file(size_t bytes)
{
    int low = memfd_create("heapbench-child", MFD_CLOEXEC);
    int fd = low < 0 ? -1 : fcntl(low, F_DUPFD_CLOEXEC, 3);

    if (low >= 0)
        close(low);
    if (fd >= 0 && (errno = posix_fallocate(fd, 0, (off_t)bytes)) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

bool hb_child_pipe(int ends[2])
{
    int low[2];

    if (pipe2(low, O_CLOEXEC | O_NONBLOCK) != 0)
        return false;
    for (int i = 0; i < 2; i++) {
        ends[i] = fcntl(low[i], F_DUPFD_CLOEXEC, 3);
        close(low[i]);
    }
    if (ends[0] >= 0 && ends[1] >= 0)
        return true;
    close(ends[0]);
    close(ends[1]);
    return false;
}

/* The environment with GLIBC_TUNABLES as libraries need it; NULL when out of memory. Free with
 * free_environment. */
static char **create_environment(void)
{
    char *tunables = hb_allocator_tunables(getenv("GLIBC_TUNABLES"));
    size_t count = 0, kept = 0;
    char **environment;

    while (environ[count] != NULL)
        count++;
    environment = malloc((count + 2) * sizeof *environment);
    if (environment == NULL || tunables == NULL ||
        asprintf(&environment[kept++], TUNABLES "%s", tunables) < 0) {
        free(environment);
        free(tunables);
        return NULL;
    }
    free(tunables);
    for (char **variable = environ; *variable != NULL; variable++)
        if (strncmp(*variable, TUNABLES, strlen(TUNABLES)) != 0)
            environment[kept++] = *variable;
    environment[kept] = NULL;
    return environment;
}

static void free_environment(char **environment)
{
    if (environment != NULL)
        free(environment[0]); /* the one that is ours */
    free(environment);
}

/*
 * Being told to end, we end the child's group first: the child itself would die with us, what it started
 * would not. A disposition that somebody else has set is left alone.
 */
static const int endings[] = {SIGHUP, SIGINT, SIGTERM};
enum { ENDINGS = sizeof endings / sizeof endings[0] };
static volatile pid_t group; /* of the child that runs; 0: none does */

static void end_with_group(int signal)
{
    if (group > 0)
        kill(-group, SIGKILL);
    raise(signal); /* whose disposition is the default again */
}

static void watch_endings(pid_t child)
{
    const struct sigaction end = {.sa_handler = end_with_group, .sa_flags = (int)(SA_RESETHAND | SA_NODEFER)};
    struct sigaction now;

    group = child;
    for (size_t i = 0; i < ENDINGS; i++)
        if (sigaction(endings[i], NULL, &now) == 0 && now.sa_handler == SIG_DFL)
            sigaction(endings[i], &end, NULL);
}

static void unwatch_endings(void)
{
    const struct sigaction ordinary = {.sa_handler = SIG_DFL};
    struct sigaction now;

    for (size_t i = 0; i < ENDINGS; i++)
        if (sigaction(endings[i], NULL, &now) == 0 && now.sa_handler == end_with_group)
            sigaction(endings[i], &ordinary, NULL);
    group = 0;
}

/* In a process group of its own. */
static int spawn_apart(posix_spawn_file_actions_t *actions, pid_t *child, char *const *arguments,
                       char **environment)
{
    posix_spawnattr_t attributes;
    int failure = posix_spawnattr_init(&attributes);

    if (failure != 0)
        return failure;
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setpgroup(&attributes, 0);
    failure = posix_spawn(child, "/proc/self/exe", actions, &attributes, arguments, environment);
    posix_spawnattr_destroy(&attributes);
    return failure;
}

/* Nothing to read, what it prints to `output`, and the descriptors. */
static int spawn_with(posix_spawn_file_actions_t *actions, pid_t *child, char *argument, const int *fds,
                      size_t fd_count, int output, char **environment)
{
    char name[] = "heapbench-child";
    char *const arguments[] = {name, argument, NULL};

    posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(actions, output, STDERR_FILENO);
    for (size_t i = 0; i < fd_count; i++)
        posix_spawn_file_actions_adddup2(actions, fds[i], fds[i]); /* clears close-on-exec */
    return spawn_apart(actions, child, arguments, environment);
}

enum hb_status hb_child_spawn(char *argument, const int *fds, size_t fd_count, int output, pid_t *child,
                              struct hb_error *error)
{
    posix_spawn_file_actions_t actions;
    char **environment = create_environment();
    int failure = environment == NULL ? ENOMEM : posix_spawn_file_actions_init(&actions);

    if (failure == 0) {
        failure = spawn_with(&actions, child, argument, fds, fd_count, output, environment);
        posix_spawn_file_actions_destroy(&actions);
    }
    free_environment(environment);
    if (failure == 0) {
        watch_endings(*child);
        return HB_OK;
    }
    errno = failure;
    return hb_error_set_errno(error, HB_ERR_CHILD, "cannot start a process to measure in");
}

/* Waits until the process has ended or `timeout_ms` (0: none) is over; true when it has ended. */
static bool wait_until_ended(int pid_fd, uint64_t timeout_ms)
{
    uint64_t deadline = hb_clock_ns() + timeout_ms * UINT64_C(1000000);
    struct pollfd ended = {.fd = pid_fd, .events = POLLIN};

    for (;;) {
        uint64_t now = hb_clock_ns();
        uint64_t left_ms = now < deadline ? (deadline - now) / 1000000 + 1 : 0;
        int ready = poll(&ended, 1, timeout_ms == 0 ? -1 : left_ms > 60000 ? 60000 : (int)left_ms);

        if (ready > 0)
            return true;
        if (ready == 0 && timeout_ms != 0 && hb_clock_ns() >= deadline)
            return false;
        if (ready < 0 && errno != EINTR)
            return true; /* cannot happen; the wait below is then without a limit */
    }
}

bool hb_child_wait(pid_t child, uint64_t timeout_ms, int *wait_status)
{
    int pid_fd = (int)syscall(SYS_pidfd_open, child, 0);
    bool in_time = true;
    siginfo_t info;

    if (pid_fd >= 0) {
        in_time = wait_until_ended(pid_fd, timeout_ms);
        close(pid_fd);
    }
    if (!in_time)
        kill(child, SIGKILL);
    while (waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT) < 0 && errno == EINTR)
        ;
    kill(-child, SIGKILL); /* not collected yet, it keeps its number from anybody else's group */
    unwatch_endings();
    while (waitpid(child, wait_status, 0) < 0 && errno == EINTR)
        ;
    return in_time;
}

int hb_child_describe_end(const char *allocator, int wait_status, struct hb_error *error)
{
    if (!WIFSIGNALED(wait_status)) {
        hb_error_set(error, HB_ERR_CHILD, "%s: the process ended with status %d and no result", allocator,
                     WEXITSTATUS(wait_status));
        return 0;
    }
    hb_error_set(error, HB_ERR_CHILD, "%s: the process was ended by signal %d (%s)", allocator,
                 WTERMSIG(wait_status), strsignal(WTERMSIG(wait_status)));
    return WTERMSIG(wait_status);
}

/* Where memory is short, this process is to be ended and not the user's. */
static void offer_for_killing(void)
{
    static const char most[] = "1000";
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

    if (fd < 0)
        return; /* without /proc it is as good as any other */
    if (write(fd, most, sizeof most - 1) < 0)
        errno = 0;
    close(fd);
}

void hb_child_tame(pid_t parent)
{
    const struct rlimit no_core = {0, 0};

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1); /* it died before we asked */
    setrlimit(RLIMIT_CORE, &no_core);
    offer_for_killing();
}

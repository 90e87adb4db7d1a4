/*
 * child - starts this very program again as a process to measure in, and waits for it with a limit.
 */
#include "bench/child.h"

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

/* Nothing to read, standard output on our standard error, and the descriptors. */
static int spawn_with(posix_spawn_file_actions_t *actions, pid_t *child, char *argument, const int *fds,
                      size_t fd_count, char **environment)
{
    char name[] = "heapbench-child";
    char *const arguments[] = {name, argument, NULL};

    posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(actions, STDERR_FILENO, STDOUT_FILENO);
    for (size_t i = 0; i < fd_count; i++)
        posix_spawn_file_actions_adddup2(actions, fds[i], fds[i]); /* clears close-on-exec */
    return posix_spawn(child, "/proc/self/exe", actions, NULL, arguments, environment);
}

enum hb_status hb_child_spawn(char *argument, const int *fds, size_t fd_count, pid_t *child,
                              struct hb_error *error)
{
    posix_spawn_file_actions_t actions;
    char **environment = create_environment();
    int failure = environment == NULL ? ENOMEM : posix_spawn_file_actions_init(&actions);

    if (failure == 0) {
        failure = spawn_with(&actions, child, argument, fds, fd_count, environment);
        posix_spawn_file_actions_destroy(&actions);
    }
    free_environment(environment);
    if (failure == 0)
        return HB_OK;
    errno = failure;
    return hb_error_set_errno(error, HB_ERR_CHILD, "cannot start a process to measure in");
}

/* Waits until the process has ended or `timeout_s` (0: none) is over; true when it has ended. */
static bool wait_until_ended(int pid_fd, uint32_t timeout_s)
{
    uint64_t deadline = hb_clock_ns() + timeout_s * UINT64_C(1000000000);
    struct pollfd ended = {.fd = pid_fd, .events = POLLIN};

    for (;;) {
        uint64_t now = hb_clock_ns();
        uint64_t left_ms = now < deadline ? (deadline - now) / 1000000 + 1 : 0;
        int ready = poll(&ended, 1, timeout_s == 0 ? -1 : left_ms > 60000 ? 60000 : (int)left_ms);

        if (ready > 0)
            return true;
        if (ready == 0 && timeout_s != 0 && hb_clock_ns() >= deadline)
            return false;
        if (ready < 0 && errno != EINTR)
            return true; /* cannot happen; waitpid below then waits without a limit */
    }
}

bool hb_child_wait(pid_t child, uint32_t timeout_s, int *wait_status)
{
    int pid_fd = (int)syscall(SYS_pidfd_open, child, 0);
    bool in_time = true;

    if (pid_fd >= 0) {
        in_time = wait_until_ended(pid_fd, timeout_s);
        close(pid_fd);
    }
    if (!in_time)
        kill(child, SIGKILL);
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

void hb_child_tame(pid_t parent)
{
    const struct rlimit no_core = {0, 0};

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1); /* it died before we asked */
    setrlimit(RLIMIT_CORE, &no_core);
}

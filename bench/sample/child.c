/*
 * child.c - starts this very program again as a process to measure in, and waits for it with a limit.
 */
#include "bench/sample/child.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "allocator/allocator.h"
#include "base/clock.h"
#include "base/progress.h"

enum { BLIND_MS = 5 }; /* between two looks at a child that there is no descriptor of */

#define TUNABLES "GLIBC_TUNABLES="

extern char **environ;

/* A memory file above the standard streams, which are replaced in the child. -1 with errno. */
static int make_memory_file(size_t bytes)
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

/* NULL with errno. */
static struct hb_child_exchange *map_exchange(int fd, size_t bytes)
{
    void *map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);

    return map == MAP_FAILED ? NULL : map;
}

enum hb_status hb_child_open(const struct hb_child_job *job, size_t bytes, struct hb_child *child,
                             struct hb_error *error)
{
    int fd = make_memory_file(bytes);
    struct hb_child_exchange *exchange = fd < 0 ? NULL : map_exchange(fd, bytes);

    assert(job->request_bytes >= sizeof *exchange && bytes >= job->request_bytes);
    if (exchange == NULL) {
        hb_error_set_errno(error, HB_ERR_MEMORY, "cannot make shared memory for %s", job->what);
        if (fd >= 0)
            close(fd);
        return HB_ERR_MEMORY;
    }
    exchange->parent = getpid();
    *child = (struct hb_child){.job = job, .exchange = exchange, .bytes = bytes, .fd = fd};
    return HB_OK;
}

void hb_child_close(struct hb_child *child)
{
    munmap(child->exchange, child->bytes);
    close(child->fd);
}

static void close_pipe(const int ends[2])
{
    for (int i = 0; i < 2; i++)
        if (ends[i] >= 0)
            close(ends[i]);
}

/* A pipe that never makes its writer wait: what does not fit is lost. As above, [0] to read. False with
 * errno. */
static bool make_pipe(int ends[2])
{
    int low[2], failure = 0;

    if (pipe2(low, O_CLOEXEC | O_NONBLOCK) != 0)
        return false;
    for (int i = 0; i < 2; i++) {
        ends[i] = fcntl(low[i], F_DUPFD_CLOEXEC, 3);
        failure = ends[i] < 0 ? errno : failure;
        close(low[i]);
    }
    if (failure == 0)
        return true;
    close_pipe(ends);
    errno = failure;
    return false;
}

/* What `variables`, ended by NULL, has behind the `prefix` "NAME="; NULL where that is not set. */
static const char *value_of(char *const *variables, const char *prefix)
{
    for (; variables != NULL && *variables != NULL; variables++)
        if (strncmp(*variables, prefix, strlen(prefix)) == 0)
            return *variables + strlen(prefix);
    return NULL;
}

/* "GLIBC_TUNABLES=...": the parent's, those of the settings, and what libraries need. From malloc; NULL when
 * out of memory. */
static char *join_tunables(char *const *settings)
{
    const char *outer = value_of(environ, TUNABLES), *own = value_of(settings, TUNABLES);
    char *both = NULL, *needed = NULL, *variable = NULL;

    if (asprintf(&both, "%s:%s", outer != NULL ? outer : "", own != NULL ? own : "") >= 0)
        needed = hb_allocator_tunables(both);
    else
        both = NULL;
    if (needed != NULL && asprintf(&variable, TUNABLES "%s", needed) < 0)
        variable = NULL;
    free(both);
    free(needed);
    return variable;
}

/* Is the variable of "NAME=value" among the settings? */
static bool is_set(char *const *settings, const char *variable)
{
    size_t bytes = strcspn(variable, "=") + 1;

    for (; settings != NULL && *settings != NULL; settings++)
        if (strncmp(*settings, variable, bytes) == 0)
            return true;
    return false;
}

static size_t count_variables(char *const *variables)
{
    size_t count = 0;

    while (variables != NULL && variables[count] != NULL)
        count++;
    return count;
}

/* The child's environment: the tunables first; NULL when out of memory. Free with free_environment. */
static char **create_environment(char *const *settings)
{
    size_t most = count_variables(environ) + count_variables(settings) + 2, kept = 0;
    char **environment = malloc(most * sizeof *environment);
    char *tunables = join_tunables(settings);

    if (environment == NULL || tunables == NULL) {
        free(environment);
        free(tunables);
        return NULL;
    }
    environment[kept++] = tunables;
    for (char *const *variable = settings; variable != NULL && *variable != NULL; variable++)
        if (strncmp(*variable, TUNABLES, strlen(TUNABLES)) != 0)
            environment[kept++] = *variable;
    for (char **variable = environ; *variable != NULL; variable++)
        if (strncmp(*variable, TUNABLES, strlen(TUNABLES)) != 0 && !is_set(settings, *variable))
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
 * Being told to end, we end the children's groups first: a child itself would die with us, what it started
 * would not. A disposition that somebody else has set is left alone.
 */
static const int endings[] = {SIGHUP, SIGINT, SIGTERM};
enum { ENDINGS = sizeof endings / sizeof endings[0] };
static _Atomic pid_t groups[HB_CHILDREN_MOST]; /* of the children that run; 0: none does */
static atomic_bool stopped;                    /* whoever is begun is ended at once */

void hb_child_kill(void)
{
    for (size_t i = 0; i < HB_CHILDREN_MOST; i++)
        if (groups[i] > 0)
            kill(-groups[i], SIGKILL);
}

void hb_child_stop(void)
{
    stopped = true;
    hb_child_kill();
}

/* Replaces the first group that is `from` by `to`. */
static void change_group(pid_t from, pid_t to)
{
    size_t i = 0;

    while (i < HB_CHILDREN_MOST && groups[i] != from)
        i++;
    assert(i < HB_CHILDREN_MOST);
    groups[i] = to;
}

static bool has_children(void)
{
    for (size_t i = 0; i < HB_CHILDREN_MOST; i++)
        if (groups[i] > 0)
            return true;
    return false;
}

static void end_with_group(int signal)
{
    hb_child_stop();
    raise(signal); /* whose disposition is the default again */
}

static void watch_endings(pid_t child)
{
    const struct sigaction end = {.sa_handler = end_with_group, .sa_flags = (int)(SA_RESETHAND | SA_NODEFER)};
    struct sigaction now;

    change_group(0, child);
    for (size_t i = 0; i < ENDINGS; i++)
        if (sigaction(endings[i], NULL, &now) == 0 && now.sa_handler == SIG_DFL)
            sigaction(endings[i], &end, NULL);
}

static void unwatch_endings(pid_t child)
{
    const struct sigaction ordinary = {.sa_handler = SIG_DFL};
    struct sigaction now;

    change_group(child, 0);
    for (size_t i = 0; i < ENDINGS && !has_children(); i++)
        if (sigaction(endings[i], NULL, &now) == 0 && now.sa_handler == end_with_group)
            sigaction(endings[i], &ordinary, NULL);
}

/* Where SIGCHLD is ignored, the kernel collects children, and nobody learns how they ended. */
static void keep_endings(void)
{
    struct sigaction now;

    if (sigaction(SIGCHLD, NULL, &now) == 0 && now.sa_handler == SIG_IGN)
        signal(SIGCHLD, SIG_DFL);
}

/* In a process group of its own. */
static int spawn_apart(posix_spawn_file_actions_t *actions, pid_t *child, char *const *arguments,
                       char **environment)
{
    posix_spawnattr_t attributes;
    int failure = posix_spawnattr_init(&attributes);

    if (failure != 0)
        return failure;
    keep_endings();
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setpgroup(&attributes, 0);
    failure = posix_spawn(child, "/proc/self/exe", actions, &attributes, arguments, environment);
    posix_spawnattr_destroy(&attributes);
    return failure;
}

/* Nothing to read, what it prints to `output`, and the descriptors that it shares. */
static int spawn_with(posix_spawn_file_actions_t *actions, pid_t *pid, char *argument, const int fds[2],
                      int output, char **environment)
{
    char name[] = "heapbench-child";
    char *const arguments[] = {name, argument, NULL};

    posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(actions, output, STDERR_FILENO);
    for (int i = 0; i < 2; i++)
        if (fds[i] >= 0)
            posix_spawn_file_actions_adddup2(actions, fds[i], fds[i]); /* clears close-on-exec */
    return spawn_apart(actions, pid, arguments, environment);
}

/* The argument that marks a child: --heapbench-NAME=EXCHANGE,ATTACHED, two descriptors. */
#define ARGUMENT "--heapbench-%s=%d,%d"
enum { ARGUMENT_BYTES = 80 };

static enum hb_status spawn(const struct hb_child *child, const struct hb_child_order *order, int output,
                            pid_t *pid, struct hb_error *error)
{
    const int fds[2] = {child->fd, order->attached};
    char argument[ARGUMENT_BYTES];
    posix_spawn_file_actions_t actions;
    char **environment = create_environment(order->settings);
    int failure = environment == NULL ? ENOMEM : posix_spawn_file_actions_init(&actions);

    snprintf(argument, sizeof argument, ARGUMENT, child->job->name, child->fd, order->attached);
    if (failure == 0) {
        failure = spawn_with(&actions, pid, argument, fds, output, environment);
        posix_spawn_file_actions_destroy(&actions);
    }
    free_environment(environment);
    if (failure == 0) {
        watch_endings(*pid);
        if (stopped) /* before its group was noted */
            kill(-*pid, SIGKILL);
        return HB_OK;
    }
    errno = failure;
    return hb_error_set_errno(error, HB_ERR_CHILD, "cannot start a process to measure in");
}

static bool is_over_time(const struct hb_child_run *run)
{
    return run->deadline_ns != 0 && hb_clock_ns() >= run->deadline_ns;
}

/* It is there to be collected. */
static bool has_exited(const struct hb_child_run *run)
{
    siginfo_t info = {.si_pid = 0};

    return waitid(P_PID, (id_t)run->pid, &info, WEXITED | WNOWAIT | WNOHANG) != 0 || info.si_pid != 0;
}

/* How long a wait may be before somebody is to look again: at the progress, at the clock, or at the child,
 * where there is no descriptor to wait for. -1: no matter. */
static int wait_ms_of(const struct hb_child_run *run)
{
    uint64_t wait_ms = hb_progress_wait(), now = hb_clock_ns();

    if (run->deadline_ns != 0) {
        uint64_t left_ms = now < run->deadline_ns ? (run->deadline_ns - now) / 1000000 + 1 : 0;

        wait_ms = left_ms < wait_ms ? left_ms : wait_ms;
    }
    if (run->pid_fd < 0 && wait_ms > BLIND_MS)
        wait_ms = BLIND_MS;
    return wait_ms == UINT64_MAX ? -1 : wait_ms > 60000 ? 60000 : (int)wait_ms;
}

bool hb_child_has_ended(const struct hb_child_run *run)
{
    return has_exited(run) || is_over_time(run);
}

/* Waits until the process has ended or its time is over. */
static void wait_until_ended(const struct hb_child_run *run)
{
    struct pollfd ended = {.fd = run->pid_fd, .events = POLLIN};

    do {
        hb_progress_set(NULL, run->child->exchange->progress);
        poll(&ended, 1, wait_ms_of(run));
    } while (!hb_child_has_ended(run));
}

/* Collects the child, having ended it when it took too long: false then. Whatever else is in its process
 * group ends with it. */
static bool collect(struct hb_child_run *run, int *wait_status)
{
    bool in_time = !is_over_time(run) || has_exited(run);
    siginfo_t info;

    if (!in_time)
        kill(run->pid, SIGKILL);
    while (waitid(P_PID, (id_t)run->pid, &info, WEXITED | WNOWAIT) < 0 && errno == EINTR)
        ;
    kill(-run->pid, SIGKILL); /* not collected yet, it keeps its number from anybody else's group */
    unwatch_endings(run->pid);
    while (waitpid(run->pid, wait_status, 0) < 0 && errno == EINTR)
        ;
    return in_time;
}

/* How a child ended that left no result. */
static void describe_crash(const char *subject, int wait_status, struct hb_child_outcome *outcome)
{
    outcome->end = HB_CHILD_CRASHED;
    if (WIFSIGNALED(wait_status)) {
        outcome->signal = WTERMSIG(wait_status);
        hb_error_set(&outcome->error, HB_ERR_CHILD, "%s: the process was ended by signal %d (%s)", subject,
                     outcome->signal, strsignal(outcome->signal));
    } else {
        outcome->exit_status = WEXITSTATUS(wait_status);
        hb_error_set(&outcome->error, HB_ERR_CHILD, "%s: the process ended with status %d and no result",
                     subject, outcome->exit_status);
    }
}

/* The first line that came through the pipe, with '?' for what is no plain character. */
static void take_printed(int pipe, char *printed, size_t printed_bytes)
{
    ssize_t bytes = read(pipe, printed, printed_bytes - 1);
    char *end = printed + (bytes > 0 ? bytes : 0);

    *end = '\0';
    for (char *at = printed; at < end; at++)
        if (*at == '\n')
            *(end = at) = '\0';
        else if (*at < ' ' || *at > '~')
            *at = '?';
}

/* A kernel or a container may have no descriptor for it. */
static void note_begin(struct hb_child_run *run)
{
    run->pid_fd = (int)syscall(SYS_pidfd_open, run->pid, 0);
    run->deadline_ns =
        run->order.timeout_ms == 0 ? 0 : hb_clock_ns() + run->order.timeout_ms * UINT64_C(1000000);
}

enum hb_status hb_child_begin(const struct hb_child *child, const struct hb_child_order *order,
                              struct hb_child_run *run, struct hb_error *error)
{
    enum hb_status status;

    assert(order->subject != NULL && (order->printed == NULL || order->printed_bytes > 0));
    *run = (struct hb_child_run){.child = child, .order = *order, .pipe = {-1, -1}};
    if (order->printed != NULL && !make_pipe(run->pipe))
        return hb_error_set_errno(error, HB_ERR_CHILD, "cannot make a pipe for what a library prints");
    status = spawn(child, order, order->printed != NULL ? run->pipe[1] : STDERR_FILENO, &run->pid, error);
    if (status == HB_OK)
        note_begin(run);
    else
        close_pipe(run->pipe);
    return status;
}

void hb_child_end(struct hb_child_run *run, struct hb_child_outcome *outcome)
{
    int wait_status = 0;
    bool in_time = collect(run, &wait_status);

    if (run->pid_fd >= 0)
        close(run->pid_fd);
    *outcome = (struct hb_child_outcome){.end = HB_CHILD_DONE};
    if (!run->child->exchange->done && in_time)
        describe_crash(run->order.subject, wait_status, outcome);
    else if (!run->child->exchange->done)
        outcome->end = HB_CHILD_TIMED_OUT;
    if (run->order.printed != NULL)
        take_printed(run->pipe[0], run->order.printed, run->order.printed_bytes);
    close_pipe(run->pipe);
}

void hb_child_wait(struct hb_child_run *run, struct hb_child_outcome *outcome)
{
    wait_until_ended(run);
    hb_child_end(run, outcome);
}

enum hb_status hb_child_run(const struct hb_child *child, const struct hb_child_order *order,
                            struct hb_child_outcome *outcome, struct hb_error *error)
{
    struct hb_child_run run;
    enum hb_status status = hb_child_begin(child, order, &run, error);

    if (status == HB_OK)
        hb_child_wait(&run, outcome);
    return status;
}

/* -- the child's side -- */

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

static void tame(pid_t parent)
{
    const struct rlimit no_core = {0, 0};

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1); /* it died before we asked */
    setrlimit(RLIMIT_CORE, &no_core);
    offer_for_killing();
}

/* The exchange behind the two descriptors in `text`; NULL where nobody gave them. */
static struct hb_child_exchange *take_exchange(const struct hb_child_job *job, const char *text,
                                               int *attached)
{
    struct hb_child_exchange *exchange;
    struct stat stat;
    char *at;
    int fd = (int)strtol(text, &at, 10);

    if (*at != ',')
        return NULL;
    *attached = (int)strtol(at + 1, &at, 10);
    if (*at != '\0' || fstat(fd, &stat) != 0 || stat.st_size < (off_t)job->request_bytes)
        return NULL;
    exchange = map_exchange(fd, (size_t)stat.st_size);
    if (exchange != NULL)
        close(fd);
    return exchange;
}

void hb_child_main(int argc, char **argv, const struct hb_child_job *job)
{
    struct hb_child_exchange *exchange;
    char mark[ARGUMENT_BYTES];
    int length = snprintf(mark, sizeof mark, "--heapbench-%s=", job->name), attached;

    if (argc != 2 || strncmp(argv[1], mark, (size_t)length) != 0)
        return;
    exchange = take_exchange(job, argv[1] + length, &attached);
    if (exchange == NULL) {
        fprintf(stderr, "heapbench: %s is not for typing\n", mark);
        _exit(2);
    }
    tame(exchange->parent);
    hb_progress_share(&exchange->progress);
    if (!job->work(exchange, attached))
        _exit(1);
    exchange->done = true;
    _exit(0); /* no exit handlers: they may belong to the library, and the heap under test is in a state */
}

/*
 * sample - the parent's side of a sample: starts the child, waits with a limit, says what became of it.
 */
#include "bench/sample.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "bench/sample_exchange.h"

#define TUNABLES "GLIBC_TUNABLES="

extern char **environ;

static size_t exchange_bytes(const struct hb_sample_request *request)
{
    return sizeof(struct hb_exchange) + request->points * sizeof(struct hb_point);
}

/* A memory file above the standard streams, which are replaced in the child. -1 with errno. */
static int create_memory_file(size_t bytes)
{
    int low = memfd_create("heapbench-sample", MFD_CLOEXEC);
    int fd = low < 0 ? -1 : fcntl(low, F_DUPFD_CLOEXEC, 3);

    if (low >= 0)
        close(low);
    if (fd >= 0 && (errno = posix_fallocate(fd, 0, (off_t)bytes)) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static struct hb_exchange *create_exchange(const struct hb_sample_request *request, int *fd,
                                           struct hb_error *error)
{
    struct hb_exchange *exchange;

    if (strlen(request->allocator) >= sizeof exchange->allocator) {
        hb_error_set(error, HB_ERR_USAGE, "the allocator's path is longer than %zu bytes",
                     sizeof exchange->allocator - 1);
        return NULL;
    }
    *fd = create_memory_file(exchange_bytes(request));
    exchange = *fd < 0 ? MAP_FAILED
                       : mmap(NULL, exchange_bytes(request), PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);
    if (exchange == MAP_FAILED) {
        hb_error_set_errno(error, HB_ERR_MEMORY, "cannot make shared memory for a sample");
        if (*fd >= 0)
            close(*fd);
        return NULL;
    }
    exchange->parent = getpid();
    exchange->request = *request;
    strcpy(exchange->allocator, request->allocator);
    return exchange;
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

/* The child gets nothing to read, its standard output on our standard error, and the two descriptors. */
static int spawn_with(posix_spawn_file_actions_t *actions, pid_t *child, int image_fd, int exchange_fd,
                      char **environment)
{
    char name[] = "heapbench-sample";
    char argument[sizeof HB_SAMPLE_ARGUMENT + 24];
    char *const arguments[] = {name, argument, NULL};

    snprintf(argument, sizeof argument, HB_SAMPLE_ARGUMENT "%d,%d", image_fd, exchange_fd);
    posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(actions, STDERR_FILENO, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(actions, image_fd, image_fd); /* clears close-on-exec */
    posix_spawn_file_actions_adddup2(actions, exchange_fd, exchange_fd);
    return posix_spawn(child, "/proc/self/exe", actions, NULL, arguments, environment);
}

static enum hb_status spawn_child(int image_fd, int exchange_fd, pid_t *child, struct hb_error *error)
{
    posix_spawn_file_actions_t actions;
    char **environment = create_environment();
    int failure = environment == NULL ? ENOMEM : posix_spawn_file_actions_init(&actions);

    if (failure == 0) {
        failure = spawn_with(&actions, child, image_fd, exchange_fd, environment);
        posix_spawn_file_actions_destroy(&actions);
    }
    free_environment(environment);
    if (failure == 0)
        return HB_OK;
    errno = failure;
    return hb_error_set_errno(error, HB_ERR_CHILD, "cannot start a process for a sample");
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

/* Ends the child when it takes too long, and collects it. True when it did not take too long. */
static bool wait_for_child(pid_t child, uint32_t timeout_s, int *wait_status)
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

/* A child that ended without a result. */
static void describe_crash(struct hb_sample_result *result, const char *allocator, int wait_status)
{
    result->outcome = HB_SAMPLE_CRASHED;
    if (WIFSIGNALED(wait_status)) {
        result->signal = WTERMSIG(wait_status);
        hb_error_set(&result->error, HB_ERR_CHILD, "%s: the process was ended by signal %d (%s)", allocator,
                     result->signal, strsignal(result->signal));
    } else {
        hb_error_set(&result->error, HB_ERR_CHILD, "%s: the process ended with status %d and no result",
                     allocator, WEXITSTATUS(wait_status));
    }
}

static enum hb_status take_points(const struct hb_exchange *exchange, struct hb_sample_result *result,
                                  struct hb_error *error)
{
    size_t bytes = result->point_count * sizeof *result->points;

    result->points = NULL;
    if (bytes == 0)
        return HB_OK;
    result->points = malloc(bytes);
    if (result->points == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "no memory for %u points of a series", result->point_count);
    memcpy(result->points, exchange->points, bytes);
    return HB_OK;
}

static enum hb_status collect(const struct hb_exchange *exchange, pid_t child,
                              struct hb_sample_result *result, struct hb_error *error)
{
    const struct hb_sample_request *request = &exchange->request;
    int wait_status = 0;
    bool in_time = wait_for_child(child, request->timeout_s, &wait_status);

    if (exchange->done) {
        *result = exchange->result;
        return take_points(exchange, result, error);
    }
    *result = (struct hb_sample_result){.counts.first_failure = HB_NO_FAILURE};
    if (in_time) {
        describe_crash(result, request->allocator, wait_status);
    } else {
        result->outcome = HB_SAMPLE_TIMED_OUT;
        hb_error_set(&result->error, HB_ERR_CHILD, "%s: not done after %u s", request->allocator,
                     request->timeout_s);
    }
    return HB_OK;
}

enum hb_status hb_sample_run(const struct hb_sample_request *request, struct hb_sample_result *result,
                             struct hb_error *error)
{
    struct hb_exchange *exchange;
    enum hb_status status;
    pid_t child;
    int fd;

    if (request->points > HB_SAMPLE_MAX_POINTS || (request->mode == HB_SAMPLE_SERIES && request->points == 0))
        return hb_error_set(error, HB_ERR_USAGE, "%u points asked for; a series has 1 to %d", request->points,
                            HB_SAMPLE_MAX_POINTS);
    exchange = create_exchange(request, &fd, error);
    if (exchange == NULL)
        return HB_ERR_MEMORY;
    status = spawn_child(request->prepared->fd, fd, &child, error);
    if (status == HB_OK)
        status = collect(exchange, child, result, error);
    munmap(exchange, exchange_bytes(request));
    close(fd);
    return status;
}

void hb_sample_result_clear(struct hb_sample_result *result)
{
    free(result->points);
    result->points = NULL;
    result->point_count = 0;
}

const char *hb_sample_outcome_name(enum hb_sample_outcome outcome)
{
    static const char *const names[] = {
        [HB_SAMPLE_OK] = "ok",
        [HB_SAMPLE_STOPPED] = "stopped",
        [HB_SAMPLE_CRASHED] = "crashed",
        [HB_SAMPLE_TIMED_OUT] = "timeout",
        [HB_SAMPLE_UNAVAILABLE] = "unavailable",
    };

    return names[outcome];
}

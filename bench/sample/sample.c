/*
 * sample - the parent's side of a sample: starts the child, waits with a limit, says what became of it.
 */
#include "bench/sample/sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/sample/child.h"
#include "bench/sample/sample_exchange.h"

static size_t exchange_bytes(const struct hb_sample_request *request)
{
    return sizeof(struct hb_exchange) + request->points * sizeof(struct hb_point);
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
    *fd = hb_child_memory_file(exchange_bytes(request));
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
    exchange->result.check.op = HB_CHECK_NO_OP;
    memcpy(exchange->allocator, request->allocator, strlen(request->allocator) + 1);
    return exchange;
}

static enum hb_status spawn_child(int image_fd, int exchange_fd, int output, pid_t *child,
                                  struct hb_error *error)
{
    const int fds[] = {image_fd, exchange_fd};
    char argument[sizeof HB_SAMPLE_ARGUMENT + 24];

    snprintf(argument, sizeof argument, HB_SAMPLE_ARGUMENT "%d,%d", image_fd, exchange_fd);
    return hb_child_spawn(argument, fds, 2, output, child, error);
}

/* A wrong library may have written anywhere, and there too. */
static void distrust(const struct hb_sample_request *request, struct hb_sample_result *result)
{
    if (result->outcome > HB_SAMPLE_FAILED)
        result->outcome = HB_SAMPLE_CRASHED;
    if (result->point_count > request->points)
        result->point_count = request->points;
    result->error.text[sizeof result->error.text - 1] = '\0';
    result->library.path[sizeof result->library.path - 1] = '\0';
    result->library.version[sizeof result->library.version - 1] = '\0';
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

static enum hb_status collect(const struct hb_sample_request *request, const struct hb_exchange *exchange,
                              pid_t child, struct hb_sample_result *result, struct hb_error *error)
{
    int wait_status = 0;
    bool in_time = hb_child_wait(child, request->timeout_ms, &wait_status);

    if (exchange->done) {
        *result = exchange->result;
        distrust(request, result);
        return take_points(exchange, result, error);
    }
    *result = (struct hb_sample_result){.counts.first_failure = HB_NO_FAILURE,
                                        .check.op = exchange->result.check.op};
    if (in_time) {
        result->outcome = HB_SAMPLE_CRASHED;
        result->exit_status = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 0;
        result->signal = hb_child_describe_end(request->allocator, wait_status, &result->error);
    } else {
        result->outcome = HB_SAMPLE_TIMED_OUT;
        result->timeout_ms = request->timeout_ms;
        hb_error_set(&result->error, HB_ERR_CHILD, "%s: not done after %.1f s", request->allocator,
                     (double)request->timeout_ms / 1000);
    }
    return HB_OK;
}

/* The first line that came through the pipe, with '?' for what is no plain character. */
static void take_printed(int pipe, struct hb_sample_result *result)
{
    ssize_t bytes = read(pipe, result->printed, sizeof result->printed - 1);
    char *end = result->printed + (bytes > 0 ? bytes : 0);

    *end = '\0';
    for (char *at = result->printed; at < end; at++)
        if (*at == '\n')
            *(end = at) = '\0';
        else if (*at < ' ' || *at > '~')
            *at = '?';
}

static enum hb_status run_child(const struct hb_sample_request *request, const struct hb_exchange *exchange,
                                int exchange_fd, int output, struct hb_sample_result *result,
                                struct hb_error *error)
{
    pid_t child;
    enum hb_status status = spawn_child(request->prepared->fd, exchange_fd, output, &child, error);

    return status == HB_OK ? collect(request, exchange, child, result, error) : status;
}

static enum hb_status run_exchange(const struct hb_sample_request *request,
                                   const struct hb_exchange *exchange, int exchange_fd,
                                   struct hb_sample_result *result, struct hb_error *error)
{
    enum hb_status status;
    int ends[2];

    if (!request->quiet && request->mode != HB_SAMPLE_CHECK)
        return run_child(request, exchange, exchange_fd, STDERR_FILENO, result, error);
    if (!hb_child_pipe(ends))
        return hb_error_set_errno(error, HB_ERR_CHILD, "cannot make a pipe for what a library prints");
    status = run_child(request, exchange, exchange_fd, ends[1], result, error);
    if (status == HB_OK)
        take_printed(ends[0], result);
    close(ends[0]);
    close(ends[1]);
    return status;
}

enum hb_status hb_sample_run(const struct hb_sample_request *request, struct hb_sample_result *result,
                             struct hb_error *error)
{
    struct hb_exchange *exchange;
    enum hb_status status;
    int fd;

    if (request->points > HB_SAMPLE_MAX_POINTS || (request->mode == HB_SAMPLE_SERIES && request->points == 0))
        return hb_error_set(error, HB_ERR_USAGE, "%u points asked for; a series has 1 to %d", request->points,
                            HB_SAMPLE_MAX_POINTS);
    exchange = create_exchange(request, &fd, error);
    if (exchange == NULL)
        return HB_ERR_MEMORY;
    status = run_exchange(request, exchange, fd, result, error);
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
        [HB_SAMPLE_BROKEN] = "broken",
        [HB_SAMPLE_FAILED] = "failed",
    };

    return names[outcome];
}

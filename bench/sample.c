/*
 * sample - the parent's side of a sample: starts the child, waits with a limit, says what became of it.
 */
#include "bench/sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/child.h"
#include "bench/sample_exchange.h"

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
    memcpy(exchange->allocator, request->allocator, strlen(request->allocator) + 1);
    return exchange;
}

static enum hb_status spawn_child(int image_fd, int exchange_fd, pid_t *child, struct hb_error *error)
{
    const int fds[] = {image_fd, exchange_fd};
    char argument[sizeof HB_SAMPLE_ARGUMENT + 24];

    snprintf(argument, sizeof argument, HB_SAMPLE_ARGUMENT "%d,%d", image_fd, exchange_fd);
    return hb_child_spawn(argument, fds, 2, child, error);
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
    bool in_time = hb_child_wait(child, request->timeout_s, &wait_status);

    if (exchange->done) {
        *result = exchange->result;
        return take_points(exchange, result, error);
    }
    *result = (struct hb_sample_result){.counts.first_failure = HB_NO_FAILURE};
    if (in_time) {
        result->outcome = HB_SAMPLE_CRASHED;
        result->signal = hb_child_describe_end(request->allocator, wait_status, &result->error);
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

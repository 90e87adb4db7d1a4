/*
 * adversary_process - a plan carried out in a process of its own, where memory can be measured and a crash is
 * an outcome.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/number.h"
#include "bench/adversary/adversary.h"
#include "bench/sample/child.h"

#define ADVERSARY_ARGUMENT "--heapbench-adversary="

/* What parent and child share. */
struct exchange {
    pid_t parent;
    struct hb_adversary_plan plan;
    struct hb_adversary_result result;
    bool done; /* set last */
};

static struct exchange *map_exchange(int fd)
{
    struct exchange *exchange;
    struct stat stat;

    if (fstat(fd, &stat) != 0 || stat.st_size < (off_t)sizeof *exchange)
        return NULL;
    exchange = mmap(NULL, sizeof *exchange, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
    return exchange == MAP_FAILED ? NULL : exchange;
}

static void collect(const struct exchange *exchange, pid_t child, struct hb_adversary_result *result)
{
    const struct hb_adversary_plan *plan = &exchange->plan;
    int wait_status = 0;
    bool in_time = hb_child_wait(child, plan->timeout_s * UINT64_C(1000), &wait_status);

    *result = exchange->result;
    if (exchange->done)
        return;
    if (in_time) {
        result->outcome = HB_ADVERSARY_CRASHED;
        hb_child_describe_end(plan->allocator, wait_status, &result->error);
    } else {
        result->outcome = HB_ADVERSARY_TIMED_OUT;
        hb_error_set(&result->error, HB_ERR_CHILD, "%s: not done after %u s", plan->allocator,
                     plan->timeout_s);
    }
}

static enum hb_status run_exchange(struct exchange *exchange, int fd, struct hb_adversary_result *result,
                                   struct hb_error *error)
{
    char argument[sizeof ADVERSARY_ARGUMENT + 12];
    enum hb_status status;
    pid_t child;

    snprintf(argument, sizeof argument, ADVERSARY_ARGUMENT "%d", fd);
    status = hb_child_spawn(argument, &fd, 1, STDERR_FILENO, &child, error);
    if (status == HB_OK)
        collect(exchange, child, result);
    return status;
}

enum hb_status hb_adversary_run(const struct hb_adversary_plan *plan, struct hb_adversary_result *result,
                                struct hb_error *error)
{
    int fd = hb_child_memory_file(sizeof(struct exchange));
    struct exchange *exchange = fd < 0 ? NULL : map_exchange(fd);
    enum hb_status status;

    if (exchange == NULL) {
        status = hb_error_set_errno(error, HB_ERR_MEMORY, "cannot make shared memory for an adversary");
    } else {
        exchange->parent = getpid();
        exchange->plan = *plan;
        status = run_exchange(exchange, fd, result, error);
        munmap(exchange, sizeof *exchange);
    }
    if (fd >= 0)
        close(fd);
    return status;
}

void hb_adversary_child_main(int argc, char **argv)
{
    struct exchange *exchange;
    struct hb_error error;
    uint64_t fd;

    if (argc != 2 || strncmp(argv[1], ADVERSARY_ARGUMENT, strlen(ADVERSARY_ARGUMENT)) != 0)
        return;
    exchange = NULL;
    if (hb_number_parse(argv[1] + strlen(ADVERSARY_ARGUMENT), &fd) && fd <= INT_MAX)
        exchange = map_exchange((int)fd);
    if (exchange == NULL) {
        fputs("heapbench: " ADVERSARY_ARGUMENT " is not for typing\n", stderr);
        _exit(2);
    }
    hb_child_tame(exchange->parent);
    close((int)fd);
    if (hb_adversary_drive(&exchange->plan, NULL, &exchange->result, &error) != HB_OK) {
        exchange->result.outcome = HB_ADVERSARY_UNAVAILABLE;
        exchange->result.error = error;
    }
    exchange->done = true;
    _exit(0); /* no exit handlers: they may belong to the library, and the heap under test is in a state */
}

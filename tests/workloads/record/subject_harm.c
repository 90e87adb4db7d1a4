/*
 * subject_harm.c - what a recorder that is careless would break.
 *
 * Usage: subject_harm WHAT [FILE]. Each way counts mallocs of COUNTED_BYTES, COUNT of them, each freed at
 * once; its children do as many of CHILD_BYTES. Exit status 0 when all went as it goes without a recorder; 77
 * where it cannot be tried here.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "subjects.h"

enum { COUNT = 20000, FORKS = 100, DESCRIPTORS = 64, CANNOT_BE_TRIED = 77 };

static void *volatile kept;

/* The block passes through a volatile, of this thread alone, so that the compiler leaves the calls in. */
static void allocate_times(int count, size_t bytes)
{
    void *volatile block;

    for (int i = 0; i < count; i++) {
        block = malloc(bytes);
        free(block);
    }
}

static void allocate(size_t bytes)
{
    allocate_times(COUNT, bytes);
}

static int end_of(pid_t child)
{
    int status = -1;

    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    return status;
}

/* A signal handler that forks, one way or another, and returns in the child. */

static volatile int forks;
static pid_t first_process;
static pid_t (*fork_in_handler)(void);
static pid_t children[FORKS];

static pid_t raw_fork(void)
{
    return (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

static pid_t bare_fork(void)
{
    return _Fork();
}

static void handle(int number)
{
    struct itimerval none = {{0, 0}, {0, 0}};
    pid_t child;

    (void)number;
    if (getpid() != first_process || forks >= FORKS)
        return;
    child = fork_in_handler();
    if (child == 0)
        setitimer(ITIMER_REAL, &none, NULL);
    else if (child > 0)
        children[forks++] = child;
}

static int fork_in_handlers(pid_t (*how)(void))
{
    struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESTART};
    struct itimerval often = {{0, 1500}, {0, 1500}}, none = {{0, 0}, {0, 0}};
    int bad = 0;

    first_process = getpid();
    fork_in_handler = how;
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    while (getpid() == first_process && forks < FORKS)
        allocate(COUNTED_BYTES);
    if (getpid() != first_process) {
        allocate(CHILD_BYTES);
        _exit(0);
    }
    setitimer(ITIMER_REAL, &none, NULL);
    for (int i = 0; i < forks; i++)
        bad += end_of(children[i]) != 0;
    return bad > 0;
}

static int fork_with_fork(const char *file)
{
    (void)file;
    return fork_in_handlers(fork);
}

static int fork_with_bare_fork(const char *file)
{
    (void)file;
    return fork_in_handlers(bare_fork);
}

static int fork_with_clone(const char *file)
{
    (void)file;
    return fork_in_handlers(raw_fork);
}

/* A thread whose first event is one of its vfork child's; then others begin while it lives. */

static void *allocate_in_vfork(void *barrier)
{
    pid_t child = vfork();

    if (child == 0) {
        allocate_times(1, COUNTED_BYTES);
        _exit(0);
    }
    end_of(child);
    pthread_barrier_wait(barrier);
    allocate(COUNTED_BYTES);
    return NULL;
}

static void *allocate_in_thread(void *barrier)
{
    pthread_barrier_wait(barrier);
    allocate(COUNTED_BYTES);
    return NULL;
}

static int first_in_vfork(const char *file)
{
    enum { THREADS = 8 };
    pthread_t threads[THREADS];
    pthread_barrier_t barrier;

    (void)file;
    pthread_barrier_init(&barrier, NULL, THREADS);
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, i < THREADS / 2 ? allocate_in_vfork : allocate_in_thread,
                           &barrier) != 0)
            return 3;
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    return 0;
}

/* Limits. */

static int set_limit(__rlimit_resource_t resource, rlim_t limit)
{
    struct rlimit both = {limit, limit};

    return setrlimit(resource, &both);
}

static int limit_files(const char *file)
{
    (void)file;
    if (set_limit(RLIMIT_FSIZE, 8192) != 0)
        return 3;
    allocate(COUNTED_BYTES);
    return 0;
}

static int lock_memory(const char *file)
{
    (void)file;
    if (mlockall(MCL_CURRENT | MCL_FUTURE) != 0)
        return CANNOT_BE_TRIED;
    allocate(COUNTED_BYTES);
    return 0;
}

static int limit_addresses(const char *file)
{
    (void)file;
    allocate(COUNTED_BYTES);
    if (set_limit(RLIMIT_AS, 96u << 20) != 0)
        return 3;
    for (int i = 1; i < 20; i++)
        allocate(COUNTED_BYTES);
    return 0;
}

/* What take_descriptors has taken is there no more. */
static int lack_descriptors(const char *file)
{
    (void)file;
    allocate(COUNTED_BYTES);
    return 0;
}

/* Before the first allocation of the process there is no descriptor to be had. */
__attribute__((constructor)) static void take_descriptors(void)
{
    struct rlimit limit;

    if (getenv("SUBJECT_TAKES_DESCRIPTORS") == NULL || getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = DESCRIPTORS;
    setrlimit(RLIMIT_NOFILE, &limit);
    while (dup(2) >= 0)
        continue;
    for (int i = 0; i < 500; i++) {
        kept = malloc(HANDLER_BYTES);
        free(kept);
    }
    for (int i = 3; i < DESCRIPTORS; i++)
        close(i);
}

/* Other roots and users. */

static int change_root(const char *file)
{
    pid_t child = fork();

    (void)file;
    if (child == 0) {
        if (chroot("/proc/self/fdinfo") != 0 || chdir("/") != 0)
            _exit(CANNOT_BE_TRIED);
        allocate(CHILD_BYTES);
        _exit(0);
    }
    return WEXITSTATUS(end_of(child));
}

static int change_user(const char *file)
{
    pid_t child = fork();

    (void)file;
    if (child == 0) {
        if (setgid(65534) != 0 || setuid(65534) != 0)
            _exit(CANNOT_BE_TRIED);
        allocate(CHILD_BYTES);
        _exit(0);
    }
    return WEXITSTATUS(end_of(child));
}

/* Filters: what a recorder might call is the program's end. */

#define REFUSE(name) \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)

static struct sock_filter steps[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    REFUSE(openat),
    REFUSE(mremap),
    REFUSE(madvise),
    REFUSE(munlock),
    REFUSE(mprotect),
    REFUSE(fallocate),
    REFUSE(ftruncate),
    REFUSE(newfstatat),
    REFUSE(readlinkat),
    REFUSE(symlinkat),
    REFUSE(gettid),
    REFUSE(getpid),
    REFUSE(getppid),
    REFUSE(tgkill),
    REFUSE(sched_yield),
    REFUSE(process_vm_writev),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};

static struct sock_fprog program = {.len = sizeof steps / sizeof steps[0], .filter = steps};

static int set_filter(bool through_syscall)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return -1;
    if (through_syscall)
        return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static void *begin_late(void *argument)
{
    allocate(COUNTED_BYTES);
    return argument;
}

/* Threads that are there already go on, and so does a child of fork. */
static int allocate_filtered(bool through_syscall)
{
    pid_t child;

    if (set_filter(through_syscall) != 0)
        return CANNOT_BE_TRIED;
    allocate(COUNTED_BYTES);
    child = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (child == 0) {
        allocate(CHILD_BYTES);
        _exit(0);
    }
    return end_of(child) != 0;
}

static int filter_with_prctl(const char *file)
{
    (void)file;
    kept = malloc(1);
    return allocate_filtered(false);
}

/* The first thing that the process does. */
static int filter_with_syscall(const char *file)
{
    (void)file;
    return allocate_filtered(true);
}

/* A filter that is refused changes nothing: threads begin and end as before. */
static int filter_refused(const char *file)
{
    pthread_t thread;

    (void)file;
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0xffff, NULL) == 0 || prctl(PR_SET_SECCOMP, 77) == 0)
        return 3;
    for (int i = 0; i < 100; i++) {
        if (pthread_create(&thread, NULL, begin_late, NULL) != 0)
            return 3;
        pthread_join(thread, NULL);
    }
    return 0;
}

static int strict(const char *file)
{
    (void)file;
    kept = malloc(COUNTED_BYTES);
    free(kept);
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0)
        return CANNOT_BE_TRIED;
    allocate(COUNTED_BYTES);
    syscall(SYS_exit, 0);
    return 3;
}

static const struct {
    const char *name;
    int (*run)(const char *file);
} ways[] = {
    {"fork", fork_with_fork},       {"_Fork", fork_with_bare_fork},
    {"clone", fork_with_clone},     {"vfork", first_in_vfork},
    {"files", limit_files},         {"lock", lock_memory},
    {"addresses", limit_addresses}, {"descriptors", lack_descriptors},
    {"root", change_root},          {"user", change_user},
    {"prctl", filter_with_prctl},   {"syscall", filter_with_syscall},
    {"refused", filter_refused},    {"strict", strict},
};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc >= 2 && i < sizeof ways / sizeof ways[0]; i++)
        if (strcmp(argv[1], ways[i].name) == 0)
            return ways[i].run(argv[2]);
    return 2;
}

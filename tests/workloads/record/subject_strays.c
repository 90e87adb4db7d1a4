/*
 * subject_strays.c - processes that leave the sight, the user, the root or the name that they began with.
 *
 * Usage: subject_strays HOW [NUMBER]
 *   daemon TENTHS   ends with 3; a child twice removed lives for so many tenths of a second, 1000 allocations
 * each name            writes over its own arguments, as servers do user            a child gives up its user
 * before its first allocation (root only) root            a child changes its root before its first
 * allocation (root only) descriptors     takes every descriptor before its first allocation many COUNT so
 * many children, five allocations each, and its own before them sigsys          ends by SIGSYS nothing TENTHS
 * lives for so long and allocates nothing
 *   filtered CALL PROGRAM...   runs it under a filter that is the end of who calls reboot or mremap
 */
#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void *volatile block;

static void allocate(int count)
{
    for (int i = 0; i < count; i++) {
        block = malloc((size_t)i % 100 + 1);
        free(block);
    }
}

/* Those who wait for its output need not wait for a daemon. */
static int run_daemon(int tenths)
{
    int null = open("/dev/null", O_RDWR);

    allocate(10);
    if (fork() != 0)
        return 3;
    setsid();
    if (fork() != 0)
        _exit(0);
    for (int i = 0; i < 3; i++)
        dup2(null, i);
    for (int i = 0; i < tenths; i++) {
        allocate(1000);
        usleep(100000);
    }
    return 0;
}

static int run_renamed(char **arguments)
{
    memset(arguments[0], 'x', strlen(arguments[0]));
    allocate(100);
    return 0;
}

/* As the kernel knows it; and it ends without a word. */
static int run_titled(void)
{
    allocate(100);
    prctl(PR_SET_NAME, "worker\n\033[7m");
    _exit(0);
}

/* In a child of a process that has allocated nothing. */
static int run_child(int change(void))
{
    int status = 0;

    if (fork() == 0) {
        int result = change();

        for (int i = 0; result == 0 && i < 5; i++) {
            allocate(1000);
            usleep(100000);
        }
        _exit(result);
    }
    wait(&status);
    return status != 0;
}

static int change_user(void)
{
    return setgroups(0, NULL) != 0 || setgid(65534) != 0 || setuid(65534) != 0;
}

static int change_root(void)
{
    return chroot("/proc") != 0 || chdir("/") != 0;
}

static int run_without_descriptors(void)
{
    struct rlimit limit = {20, 20};

    setrlimit(RLIMIT_NOFILE, &limit);
    while (open("/dev/null", O_RDONLY) >= 0)
        continue;
    allocate(1000);
    return 0;
}

static int run_many(int count)
{
    allocate(1);
    for (int i = 0; i < count; i++) {
        if (fork() == 0) {
            allocate(5);
            _exit(0);
        }
        while (i % 16 == 15 && waitpid(-1, NULL, WNOHANG) > 0)
            continue;
    }
    while (wait(NULL) > 0)
        continue;
    return 0;
}

static int run_filtered(int call, char *const *program)
{
    struct sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {.len = sizeof steps / sizeof steps[0], .filter = steps};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0)
        execvp(program[0], program);
    return 77;
}

int main(int argc, char **argv)
{
    const char *how = argc > 1 ? argv[1] : "";
    int number = argc > 2 ? atoi(argv[2]) : 0;

    if (strcmp(how, "daemon") == 0)
        return run_daemon(number);
    if (strcmp(how, "name") == 0)
        return run_renamed(argv);
    if (strcmp(how, "title") == 0)
        return run_titled();
    if (strcmp(how, "user") == 0)
        return run_child(change_user);
    if (strcmp(how, "root") == 0)
        return run_child(change_root);
    if (strcmp(how, "descriptors") == 0)
        return run_without_descriptors();
    if (strcmp(how, "many") == 0)
        return run_many(number);
    if (strcmp(how, "sigsys") == 0) {
        allocate(10);
        raise(SIGSYS);
    }
    if (strcmp(how, "filtered") == 0 && argc > 3)
        return run_filtered(strcmp(argv[2], "mremap") == 0 ? SYS_mremap : SYS_reboot, argv + 3);
    if (strcmp(how, "nothing") == 0)
        usleep((useconds_t)number * 100000);
    return 0;
}

/*
 * subject_endings.c - counted allocations, and then an end of one kind or another.
 *
 * Usage: subject_endings HOW COUNT [FILE]. Before the end there are COUNT mallocs of COUNTED_BYTES in blocks
 * of which each tenth is freed; children that it makes do as many of CHILD_BYTES, and free them all.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "subjects.h"

static void *volatile kept;

/* Nothing may be taken away by the compiler: the blocks pass through a volatile. */
static void allocate(unsigned long count, size_t bytes, unsigned long free_each)
{
    for (unsigned long i = 1; i <= count; i++) {
        kept = malloc(bytes);
        if (i % free_each == 0)
            free(kept);
    }
}

__attribute__((constructor)) static void before_main(void)
{
    kept = malloc(CONSTRUCTOR_BYTES);
}

__attribute__((destructor)) static void after_main(void)
{
    kept = malloc(DESTRUCTOR_BYTES);
}

static void at_exit(void)
{
    kept = malloc(ATEXIT_BYTES);
}

static int wait_for(pid_t pid)
{
    int status = -1;

    waitpid(pid, &status, 0);
    return status == 0 ? 0 : 1;
}

static int end_in_child(pid_t pid, unsigned long count)
{
    if (pid < 0)
        return 1;
    if (pid == 0) {
        allocate(count, CHILD_BYTES, 1);
        _exit(0);
    }
    allocate(count, COUNTED_BYTES, 10);
    return wait_for(pid);
}

/* fork without the handlers that fork runs. */
static pid_t bare_fork(void)
{
    return (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
}

static int end_in_grandchildren(unsigned long count)
{
    pid_t child = fork();

    if (child == 0) {
        pid_t grandchild = fork();

        _exit(grandchild == 0 ? (allocate(count, CHILD_BYTES, 1), 0) : wait_for(grandchild));
    }
    return child < 0 ? 1 : wait_for(child);
}

/* The child of vfork runs on the parent's memory: what it allocates is the parent's. */
static int end_with_vfork(unsigned long count)
{
    pid_t pid = vfork();

    if (pid == 0) {
        allocate(count, CHILD_BYTES, 1);
        _exit(0);
    }
    allocate(count, COUNTED_BYTES, 10);
    return pid < 0 ? 1 : wait_for(pid);
}

/* Closes every descriptor, then has files of its own under the numbers that come free. */
static int end_without_descriptors(unsigned long count, const char *path)
{
    static const char text[] = "the program's own";
    char back[sizeof text] = "";
    int fd;

    allocate(1000, COUNTED_BYTES, 10);
    for (int i = 0; i < 1024; i++)
        close(i);
    for (int i = 0; i < 8; i++)
        fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (fd != 7 || write(fd, text, sizeof text) != (ssize_t)sizeof text)
        return 1;
    allocate(count - 1000, COUNTED_BYTES, 10);
    if (lseek(fd, 0, SEEK_END) != (off_t)sizeof text ||
        pread(fd, back, sizeof back, 0) != (ssize_t)sizeof back)
        return 1;
    return memcmp(back, text, sizeof text) == 0 ? 0 : 1;
}

/* The next descriptor is the one it would be without a recorder. */
static int check_descriptors(unsigned long count)
{
    int before = dup(0), after;

    allocate(count, COUNTED_BYTES, 10);
    after = dup(0);
    return before >= 0 && after == before + 1 ? 0 : 1;
}

static int end(const char *how, unsigned long count, char **argv)
{
    if (strcmp(how, "fork") == 0)
        return end_in_child(fork(), count);
    if (strcmp(how, "clone") == 0)
        return end_in_child(bare_fork(), count);
    if (strcmp(how, "grandchildren") == 0)
        return end_in_grandchildren(count);
    if (strcmp(how, "vfork") == 0)
        return end_with_vfork(count);
    if (strcmp(how, "descriptors") == 0)
        return check_descriptors(count);
    if (strcmp(how, "closeall") == 0)
        return end_without_descriptors(count, argv[3]);
    allocate(count, COUNTED_BYTES, 10);
    if (strcmp(how, "sigkill") == 0)
        raise(SIGKILL);
    if (strcmp(how, "_exit") == 0)
        _exit(0);
    if (strcmp(how, "quick_exit") == 0)
        quick_exit(0);
    if (strcmp(how, "abort") == 0)
        abort();
    if (strcmp(how, "segv") == 0)
        raise(SIGSEGV);
    if (strcmp(how, "exec") == 0)
        execl(argv[0], argv[0], "return", argv[2], (char *)NULL);
    return strcmp(how, "return") == 0 ? 0 : 2;
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    atexit(at_exit);
    return end(argv[1], strtoul(argv[2], NULL, 10), argv);
}

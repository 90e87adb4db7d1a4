/*
 * heap_probe.c - preloaded into a program: when it ends, writes its time, and what is known of its memory.
 *
 * The file named $HEAP_PROBE.PID gets "cpu_us N" and "faults N", the process's own, taken before anything
 * else is done; /proc/self/status; /proc/self/smaps; "object START END" for each object that is loaded; and
 * last "arenas N": the bytes that glibc's arenas had from the system at their most, as malloc_info() has
 * them. Blocks with a mapping of their own are not among them. A process that is killed, or that has no
 * HEAP_PROBE, leaves nothing. Used by tests/trust/reality.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <link.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif

static char text[1 << 16];

/* The last of malloc_info's is the sum over all arenas. */
static uint64_t most_in_arenas(void)
{
    static const char mark[] = "<system type=\"max\" size=\"";
    FILE *out = fmemopen(text, sizeof text - 1, "w");
    const char *last = NULL;

    if (out == NULL)
        return 0;
    malloc_info(0, out);
    fclose(out);
    for (const char *at = text; (at = strstr(at, mark)) != NULL; at++)
        last = at + strlen(mark);
    return last != NULL ? strtoull(last, NULL, 10) : 0;
}

static void copy_file(const char *path, int to)
{
    int from = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t bytes;

    if (from < 0)
        return;
    while ((bytes = read(from, text, sizeof text)) > 0)
        if (write(to, text, (size_t)bytes) != bytes)
            break;
    close(from);
}

/* A line for each object that the loader has mapped: where it begins and ends, what is zero at first
 * included. */
static int write_object(struct dl_phdr_info *object, size_t bytes, void *fd)
{
    uint64_t start = UINT64_MAX, end = 0;

    (void)bytes;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        uint64_t first = object->dlpi_addr + segment->p_vaddr;

        if (segment->p_type != PT_LOAD)
            continue;
        start = first < start ? first : start;
        end = first + segment->p_memsz > end ? first + segment->p_memsz : end;
    }
    if (end > start)
        dprintf(*(const int *)fd, "object %" PRIx64 " %" PRIx64 "\n", start, end);
    return 0;
}

struct usage {
    int64_t cpu_us, faults;
};

static struct usage take_usage(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (struct usage){((int64_t)usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
                              usage.ru_utime.tv_usec + usage.ru_stime.tv_usec,
                          usage.ru_minflt + usage.ru_majflt};
}

/* A line of /proc/self/maps: faults in what is a file's and only read. */
static void populate(const char *line)
{
    uint64_t start, end, inode;
    char access[8];

    if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s %*s %*s %" SCNu64, &start, &end, access, &inode) == 4 &&
        inode != 0 && access[0] == 'r' && access[1] == '-' && access[3] == 'p')
        madvise((void *)(uintptr_t)start, end - start, MADV_POPULATE_READ); /* NOLINT: an address in text */
}

/* Without a heap, which is to be as the program will find it. */
static void populate_all(void)
{
    int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    size_t length = 0;
    ssize_t bytes;

    if (fd < 0)
        return;
    while ((bytes = read(fd, text + length, sizeof text - 1 - length)) > 0)
        length += (size_t)bytes;
    close(fd);
    text[length] = '\0';
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        populate(line);
    }
}

static struct usage populating;

/*
 * The kernel's high-water mark is of all memory. So that only the heap moves it from here on, the pages of
 * the program and its libraries are there from the start; what that takes is no part of what is reported.
 */
__attribute__((constructor)) static void at_start(void)
{
    const struct usage before = take_usage();

    if (getenv("HEAP_PROBE") != NULL)
        populate_all();
    populating = take_usage();
    populating.cpu_us -= before.cpu_us;
    populating.faults -= before.faults;
}

/* The heap comes last: what asks for it allocates. */
static void write_all(void)
{
    const char *name = getenv("HEAP_PROBE");
    const struct usage usage = take_usage();
    char path[4096];
    int fd;

    snprintf(path, sizeof path, "%s.%d", name != NULL ? name : "", (int)getpid());
    fd = name != NULL ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
    if (fd < 0)
        return;
    dprintf(fd, "cpu_us %" PRId64 "\nfaults %" PRId64 "\n", usage.cpu_us - populating.cpu_us,
            usage.faults - populating.faults);
    copy_file("/proc/self/status", fd);
    copy_file("/proc/self/smaps", fd);
    dl_iterate_phdr(write_object, &fd);
    dprintf(fd, "arenas %" PRIu64 "\n", most_in_arenas());
    close(fd);
}

__attribute__((destructor)) static void at_exit(void)
{
    write_all();
}

/* So end the processes in which heapbench takes samples, and some programs. */
_Noreturn void _exit(int status)
{
    write_all();
    for (;;)
        syscall(SYS_exit_group, status);
}

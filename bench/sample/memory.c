/*
 * memory.c - the few numbers of /proc that say what memory a heap took.
 */
#include "bench/sample/memory.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/pages.h"

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif

enum { STATUS_BYTES = 8192, MAPS_BYTES = 1 << 20 };

/* In pages. */
struct statm {
    uint64_t resident;
    uint64_t shared; /* file-backed and shared */
};

/* Faults a page in and gives it back: older kernels then add up what they have counted for this thread. */
static void settle_counters(void)
{
    void *page = hb_pages_alloc(1);

    hb_pages_free(page, 1);
}

/* Ends the process where the library under test has closed the file: it has no figures, and must not get
 * zeros. */
static struct statm read_statm(int fd)
{
    struct statm statm = {0, 0};
    char text[256];
    char *at = text;
    ssize_t length = pread(fd, text, sizeof text - 1, 0);

    if (length <= 0)
        _exit(EXIT_FAILURE);
    text[length] = '\0';
    strtoull(at, &at, 10); /* the size of the address space */
    statm.resident = strtoull(at, &at, 10);
    statm.shared = strtoull(at, &at, 10);
    return statm;
}

static uint64_t private_bytes(int statm_fd)
{
    struct statm statm;

    settle_counters();
    statm = read_statm(statm_fd);
    return (statm.resident - statm.shared) * hb_page_bytes();
}

/* Reads a small file of /proc whole; false when it cannot. `text` has `capacity` bytes. */
static bool read_proc(const char *path, char *text, size_t capacity)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t length = 0;
    ssize_t got;

    if (fd < 0)
        return false;
    while (length < capacity - 1 && (got = read(fd, text + length, capacity - 1 - length)) > 0)
        length += (size_t)got;
    close(fd);
    text[length] = '\0';
    return length > 0;
}

/* The number behind `key` in the text of a file; `missing` when there is none. */
static uint64_t number_behind(const char *path, const char *key, uint64_t missing)
{
    char text[STATUS_BYTES], *end;
    const char *at;
    uint64_t number;

    if (!read_proc(path, text, sizeof text))
        return missing;
    at = strstr(text, key);
    if (at == NULL)
        return missing;
    number = strtoull(at + strlen(key), &end, 10);
    return end > at + strlen(key) ? number : missing;
}

/* A line "key:   123 kB" of /proc/self/status, in bytes; 0 when there is none. */
static uint64_t status_bytes(const char *key)
{
    return number_behind("/proc/self/status", key, 0) * 1024;
}

static uint64_t fault_count(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)usage.ru_minflt + (uint64_t)usage.ru_majflt;
}

/* "start-end perms offset device inode path": maps in the pages of a file that are only read. */
static void populate_mapping(const char *line)
{
    char *at;
    unsigned long start = strtoul(line, &at, 16);
    unsigned long end = strtoul(at + 1, &at, 16);
    const char *permissions = at + 1;
    const char *device = strchr(permissions, ':');

    if (device == NULL || strncmp(permissions, "r-", 2) != 0 || permissions[3] != 'p')
        return;
    strtoul(device + 1, &at, 16); /* the device's minor number; the inode follows */
    if (strtoul(at, NULL, 10) != 0)
        madvise((void *)start, end - start, MADV_POPULATE_READ); /* NOLINT: an address in text */
}

static void populate_text(void)
{
    char *maps = hb_pages_reserve(MAPS_BYTES);

    if (maps != NULL && read_proc("/proc/self/maps", maps, MAPS_BYTES))
        for (char *line = maps; line != NULL && *line != '\0'; line = strchr(line, '\n')) {
            line += *line == '\n';
            populate_mapping(line);
        }
    hb_pages_free(maps, MAPS_BYTES);
}

/* Makes the kernel's high-water mark what is resident now, where that is permitted. */
static void reset_high_water(void)
{
    int fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);

    if (fd < 0)
        return;
    if (write(fd, "5", 1) < 0) {
        /* hb_memory_peak notices: the mark is then high already, and does not move */
    }
    close(fd);
}

/* A line "Key:   123 kB" of `text`, in bytes; HB_MEMORY_NOT_KNOWN when there is none. */
static uint64_t line_bytes(const char *text, const char *key)
{
    const char *at = strstr(text, key);

    return at == NULL ? HB_MEMORY_NOT_KNOWN : strtoull(at + strlen(key), NULL, 10) * 1024;
}

static uint64_t over(uint64_t bytes, uint64_t base)
{
    return bytes > base ? bytes - base : 0;
}

/* What is not known stays so. */
static uint64_t known_over(uint64_t bytes, uint64_t base)
{
    return bytes == HB_MEMORY_NOT_KNOWN || base == HB_MEMORY_NOT_KNOWN ? bytes : over(bytes, base);
}

bool hb_memory_look(pid_t pid, const struct hb_memory_look *base, struct hb_memory_look *look)
{
    char path[64] = "/proc/self/smaps_rollup", text[STATUS_BYTES];

    if (pid != 0)
        snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
    if (!read_proc(path, text, sizeof text))
        return false;
    look->lazy_free_bytes = line_bytes(text, "\nLazyFree:");
    look->huge_bytes = line_bytes(text, "\nAnonHugePages:");
    look->resident_bytes = line_bytes(text, "\nAnonymous:");
    if (look->resident_bytes != HB_MEMORY_NOT_KNOWN && look->lazy_free_bytes != HB_MEMORY_NOT_KNOWN)
        look->resident_bytes = over(look->resident_bytes, look->lazy_free_bytes);
    if (base != NULL) {
        look->lazy_free_bytes = known_over(look->lazy_free_bytes, base->lazy_free_bytes);
        look->huge_bytes = known_over(look->huge_bytes, base->huge_bytes);
        look->resident_bytes = known_over(look->resident_bytes, base->resident_bytes);
    }
    return look->resident_bytes != HB_MEMORY_NOT_KNOWN;
}

enum hb_status hb_memory_begin(struct hb_memory *memory, struct hb_error *error)
{
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return hb_error_set_errno(error, HB_ERR_IO, "cannot open /proc/self/statm");
    *memory = (struct hb_memory){.statm_fd = fd};
    status_bytes("VmHWM:"); /* faults in the stack and the code that are used later */
    memory->base_bytes = private_bytes(fd);
    if (!hb_memory_look(0, NULL, &memory->base_look))
        memory->base_look = (struct hb_memory_look){0, 0, 0};
    return HB_OK;
}

/* 0: no limit. */
static bool set_limit(uint64_t bytes)
{
    struct rlimit limit;

    getrlimit(RLIMIT_DATA, &limit);
    limit.rlim_cur = bytes != 0 ? bytes : limit.rlim_max;
    return setrlimit(RLIMIT_DATA, &limit) == 0;
}

void hb_memory_end(struct hb_memory *memory)
{
    if (memory->limit_bytes != 0)
        set_limit(0);
    if (memory->statm_fd >= 0)
        close(memory->statm_fd);
}

void hb_memory_begin_peak(struct hb_memory *memory)
{
    populate_text();
    settle_counters();
    reset_high_water();
    memory->mark_bytes = status_bytes("VmHWM:");
    memory->base_faults = fault_count();
}

uint64_t hb_memory_resident_bytes(const struct hb_memory *memory)
{
    return over(private_bytes(memory->statm_fd), memory->base_bytes);
}

void hb_memory_peak(const struct hb_memory *memory, struct hb_memory_peak *peak)
{
    uint64_t faults = fault_count() - memory->base_faults;
    uint64_t now = hb_memory_resident_bytes(memory);
    /* The mark covers file-backed pages as well; they have not changed since hb_memory_begin_peak mapped
     * them. */
    uint64_t shared = read_statm(memory->statm_fd).shared * hb_page_bytes();
    uint64_t mark = status_bytes("VmHWM:");
    uint64_t marked = over(over(mark, shared), memory->base_bytes);

    peak->resident_bytes = mark > memory->mark_bytes && marked > now ? marked : now;
    peak->end_bytes = now;
    peak->page_faults = faults;
}

enum hb_status hb_memory_limit(struct hb_memory *memory, uint64_t budget_bytes, struct hb_error *error)
{
    memory->limit_bytes = status_bytes("VmData:") + budget_bytes;
    if (!set_limit(memory->limit_bytes))
        return hb_error_set_errno(error, HB_ERR_IO, "cannot limit private memory to %llu bytes",
                                  (unsigned long long)memory->limit_bytes);
    return HB_OK;
}

void hb_memory_pause_limit(struct hb_memory *memory)
{
    if (memory->limit_bytes == 0)
        return;
    memory->paused_bytes = status_bytes("VmData:");
    set_limit(0);
}

void hb_memory_resume_limit(struct hb_memory *memory)
{
    if (memory->limit_bytes == 0)
        return;
    memory->limit_bytes += status_bytes("VmData:") - memory->paused_bytes;
    set_limit(memory->limit_bytes);
}

/* -- what there is to have -- */

/* The two generations of cgroups: where they are, and what their files are called. */
static const struct cgroup_kind {
    const char *mark; /* in its line of /proc/self/cgroup, before the group's path */
    const char *root, *limit, *used, *cached;
} cgroup_kinds[] = {
    {"0::", "/sys/fs/cgroup", "memory.max", "memory.current", "\ninactive_file "},
    {":memory:", "/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes",
     "\ntotal_inactive_file "},
};

/* What a file of the group at `folder` says; `missing` where it says no number, such as "max". */
static uint64_t cgroup_number(const char *folder, const char *file, const char *key, uint64_t missing)
{
    char path[PATH_MAX];

    if (snprintf(path, sizeof path, "%s/%s", folder, file) >= (int)sizeof path)
        return missing;
    return number_behind(path, key, missing);
}

/* What one group leaves; of what it uses, cached files are given back when memory is asked for. */
static uint64_t cgroup_room(const struct cgroup_kind *kind, const char *folder)
{
    uint64_t limit = cgroup_number(folder, kind->limit, "", UINT64_MAX);
    uint64_t used = cgroup_number(folder, kind->used, "", 0);

    return limit == UINT64_MAX
               ? limit
               : over(limit, over(used, cgroup_number(folder, "memory.stat", kind->cached, 0)));
}

/* The least that this process's group and those around it leave. A path that is not there, as in a container
 * that does not see what is around it, has no limits. */
static uint64_t cgroups_room(const struct cgroup_kind *kind, const char *root)
{
    char text[STATUS_BYTES], folder[PATH_MAX];
    uint64_t least = UINT64_MAX;
    size_t root_bytes;
    const char *group;
    char *end;

    snprintf(folder, sizeof folder, "%s/proc/self/cgroup", root);
    group = read_proc(folder, text, sizeof text) ? strstr(text, kind->mark) : NULL;
    if (group == NULL)
        return UINT64_MAX;
    group += strlen(kind->mark);
    root_bytes = (size_t)snprintf(folder, sizeof folder, "%s%s", root, kind->root);
    if (snprintf(folder, sizeof folder, "%s%s%.*s", root, kind->root, (int)strcspn(group, "\n"), group) >=
        (int)sizeof folder)
        return UINT64_MAX;
    for (end = folder + strlen(folder); end != NULL && end >= folder + root_bytes;
         end = strrchr(folder, '/')) {
        uint64_t room;

        *end = '\0';
        room = cgroup_room(kind, folder);
        if (room < least)
            least = room;
    }
    return least;
}

uint64_t hb_memory_available(const char *root)
{
    char path[PATH_MAX];
    uint64_t least, kib;

    snprintf(path, sizeof path, "%s/proc/meminfo", root);
    kib = number_behind(path, "MemAvailable:", UINT64_MAX);
    least = kib > UINT64_MAX / 1024 ? UINT64_MAX : kib * 1024;
    for (size_t i = 0; i < sizeof cgroup_kinds / sizeof cgroup_kinds[0]; i++) {
        uint64_t room = cgroups_room(&cgroup_kinds[i], root);

        if (room < least)
            least = room;
    }
    return least;
}

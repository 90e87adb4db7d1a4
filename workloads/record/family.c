/*
 * family.c - the descendants of a recorded program, found in /proc: who runs, who has ended, who is not
 * recorded.
 */
#include "workloads/record/family.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

/* So long after exec the loader has surely loaded what it was told to, or never will. */
static const uint64_t loading_ns = 200000000;

/* The same of one that was told to load the recorder: it may only be slow, where much else runs. */
static const uint64_t slow_loading_ns = 1000000000;

static bool append(struct hb_processes *list, const struct hb_process *process)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? 64 : list->capacity * 2;
        struct hb_process *grown = reallocarray(list->items, capacity, sizeof *grown);

        if (grown == NULL)
            return false;
        list->items = grown;
        list->capacity = capacity;
    }
    list->items[list->count++] = *process;
    return true;
}

static void clear(struct hb_processes *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i].program);
    free(list->items);
    *list = (struct hb_processes){0};
}

/* The whole of a small file in /proc. */
static bool read_small(uint32_t pid, const char *name, char *text, size_t capacity)
{
    char path[64];
    size_t bytes;
    FILE *file;

    snprintf(path, sizeof path, "/proc/%" PRIu32 "/%s", pid, name);
    file = fopen(path, "re");
    if (file == NULL)
        return false;
    bytes = fread(text, 1, capacity - 1, file);
    text[bytes] = '\0';
    fclose(file);
    return bytes > 0;
}

/* A process that has ended and only waits to be noticed runs no more. The name is in parentheses, and may
 * hold some itself. */
static bool read_process(uint32_t pid, struct hb_process *process)
{
    char text[1024], state;
    const char *begin, *end;

    if (!read_small(pid, "stat", text, sizeof text))
        return false;
    begin = strchr(text, '(');
    end = strrchr(text, ')');
    *process = (struct hb_process){.pid = pid};
    /* parent is field 4, the start 22, the stack's bottom 28 */
    if (begin == NULL || end == NULL ||
        sscanf(end + 1,
               " %c %" SCNu32 " %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %" SCNu64
               " %*s %*s %*s %*s %*s %" SCNu64,
               &state, &process->parent, &process->started, &process->stack) != 4)
        return false;
    snprintf(process->name, sizeof process->name, "%.*s", (int)(end - begin - 1), begin + 1);
    return strchr("ZXx", state) == NULL;
}

static int compare_pids(const void *a, const void *b)
{
    const struct hb_process *x = a, *y = b;

    return (x->pid > y->pid) - (x->pid < y->pid);
}

static void read_all_processes(struct hb_processes *all)
{
    DIR *folder = opendir("/proc");
    const struct dirent *entry;

    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        struct hb_process process;

        if (isdigit((unsigned char)entry->d_name[0]) &&
            read_process((uint32_t)strtoul(entry->d_name, NULL, 10), &process))
            append(all, &process);
    }
    if (folder != NULL)
        closedir(folder);
    if (all->count > 0)
        qsort(all->items, all->count, sizeof *all->items, compare_pids);
}

static struct hb_process *find(const struct hb_processes *list, uint32_t pid)
{
    struct hb_process key = {.pid = pid};

    return list->count == 0 ? NULL : bsearch(&key, list->items, list->count, sizeof key, compare_pids);
}

static bool is_stranger(const struct hb_family *family, uint32_t pid)
{
    for (size_t i = 0; i < family->stranger_count; i++)
        if (family->strangers[i] == (pid_t)pid)
            return true;
    return false;
}

/* Children mostly have higher numbers than their parents, so one pass or two do. */
static void mark_ours(const struct hb_family *family, struct hb_processes *all)
{
    uint32_t self = (uint32_t)getpid();
    bool changed = true;

    while (changed) {
        changed = false;
        for (size_t i = 0; i < all->count; i++) {
            struct hb_process *process = &all->items[i];
            const struct hb_process *parent;

            if (process->is_ours || is_stranger(family, process->pid))
                continue;
            parent = find(all, process->parent);
            process->is_ours = process->parent == self || (parent != NULL && parent->is_ours);
            changed = changed || process->is_ours;
        }
    }
}

/* Whether the recorder is mapped there. */
static enum hb_process_state look_for(uint32_t pid, const char *recorder)
{
    enum hb_process_state state = HB_PROCESS_UNLOADED;
    char path[64], line[PATH_MAX + 128];
    FILE *file;

    snprintf(path, sizeof path, "/proc/%" PRIu32 "/maps", pid);
    file = fopen(path, "re");
    if (file == NULL)
        return errno == EACCES || errno == EPERM ? HB_PROCESS_HIDDEN : HB_PROCESS_UNKNOWN;
    while (state == HB_PROCESS_UNLOADED && fgets(line, sizeof line, file) != NULL)
        if (strstr(line, recorder) != NULL)
            state = HB_PROCESS_LOADED;
    /* There is nothing of a process that ends just now. */
    if (ferror(file) || (state == HB_PROCESS_UNLOADED && ftell(file) == 0))
        state = HB_PROCESS_UNKNOWN;
    fclose(file);
    return state;
}

/* Whether the environment that it was started with names the recorder. */
static bool names_recorder(uint32_t pid, const char *recorder)
{
    static const char name[] = "LD_PRELOAD=";
    char path[64], *entry = NULL;
    size_t capacity = 0;
    bool is_named = false;
    FILE *file;

    snprintf(path, sizeof path, "/proc/%" PRIu32 "/environ", pid);
    file = fopen(path, "re");
    while (!is_named && file != NULL && getdelim(&entry, &capacity, '\0', file) > 0)
        is_named = strncmp(entry, name, sizeof name - 1) == 0 && strstr(entry, recorder) != NULL;
    free(entry);
    if (file != NULL)
        fclose(file);
    return is_named;
}

static void read_program(struct hb_process *process)
{
    char path[64], target[PATH_MAX];
    struct stat info, root, own_root;
    ssize_t bytes;

    snprintf(path, sizeof path, "/proc/%" PRIu32 "/exe", process->pid);
    bytes = readlink(path, target, sizeof target - 1);
    if (bytes > 0) {
        target[bytes] = '\0';
        free(process->program);
        process->program = strdup(target);
        snprintf(process->name, sizeof process->name, "%.*s", HB_PROCESS_NAME - 1, basename(target));
    }
    snprintf(path, sizeof path, "/proc/%" PRIu32, process->pid);
    if (stat(path, &info) == 0)
        process->user = info.st_uid;
    snprintf(path, sizeof path, "/proc/%" PRIu32 "/root/.", process->pid);
    process->is_elsewhere = stat(path, &root) == 0 && stat("/", &own_root) == 0 &&
                            (root.st_ino != own_root.st_ino || root.st_dev != own_root.st_dev);
}

/* Right after exec the loader has not come to the recorder yet. A user that changes later is noticed too. */
static void look_into(const struct hb_family *family, struct hb_process *process)
{
    enum hb_process_state state = look_for(process->pid, family->recorder);

    read_program(process);
    process->names_recorder = state == HB_PROCESS_UNLOADED && names_recorder(process->pid, family->recorder);
    if (state != HB_PROCESS_UNLOADED ||
        hb_clock_ns() - process->seen_ns > (process->names_recorder ? slow_loading_ns : loading_ns))
        process->state = state;
}

static bool is_same_program(const struct hb_process *a, const struct hb_process *b)
{
    return a->pid == b->pid && a->started == b->started &&
           (a->stack == b->stack || a->stack == 0 || b->stack == 0);
}

/* What was known of each that still runs, and those that do not, to the past. */
static void compare_with_last_look(struct hb_family *family, struct hb_processes *now)
{
    for (size_t i = 0; i < family->running.count; i++) {
        struct hb_process *before = &family->running.items[i], *after = find(now, before->pid);

        if (after != NULL && is_same_program(before, after)) {
            uint32_t parent = after->parent;

            *after = *before;
            after->parent = parent;
        } else if (!append(&family->past, before)) {
            free(before->program);
        }
    }
    free(family->running.items);
    family->running = *now;
}

void hb_family_look(struct hb_family *family)
{
    struct hb_processes all = {0}, ours = {0};

    read_all_processes(&all);
    mark_ours(family, &all);
    for (size_t i = 0; i < all.count; i++)
        if (all.items[i].is_ours)
            append(&ours, &all.items[i]);
    clear(&all);
    compare_with_last_look(family, &ours);
    for (size_t i = 0; i < family->running.count; i++) {
        struct hb_process *process = &family->running.items[i];

        if (process->seen_ns == 0)
            process->seen_ns = hb_clock_ns();
        if (process->state == HB_PROCESS_UNKNOWN)
            look_into(family, process);
    }
}

void hb_family_init(struct hb_family *family, const char *recorder)
{
    struct hb_processes all = {0};

    *family = (struct hb_family){.recorder = recorder};
    read_all_processes(&all);
    family->strangers = calloc(all.count + 1, sizeof *family->strangers);
    for (size_t i = 0; family->strangers != NULL && i < all.count; i++)
        if (all.items[i].parent == (uint32_t)getpid())
            family->strangers[family->stranger_count++] = (pid_t)all.items[i].pid;
    clear(&all);
}

void hb_family_clear(struct hb_family *family)
{
    clear(&family->running);
    clear(&family->past);
    free(family->ended);
    free(family->strangers);
    *family = (struct hb_family){0};
}

/* Processor time of a process that has ended and is not waited for yet. */
static uint64_t cpu_of(pid_t pid)
{
    struct timespec time;
    clockid_t clock;

    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) != 0)
        return 0;
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void note_end(struct hb_family *family, const struct hb_ended *ended)
{
    if (family->ended_count == family->ended_capacity) {
        size_t capacity = family->ended_capacity == 0 ? 64 : family->ended_capacity * 2;
        struct hb_ended *grown = reallocarray(family->ended, capacity, sizeof *grown);

        if (grown == NULL)
            return;
        family->ended = grown;
        family->ended_capacity = capacity;
    }
    family->ended[family->ended_count++] = *ended;
}

bool hb_family_reap(struct hb_family *family, int *status)
{
    bool found = false;

    for (;;) {
        siginfo_t info = {0};
        struct hb_process last = {0};
        struct hb_ended ended = {0};

        if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0)
            return found;
        ended.pid = (uint32_t)info.si_pid;
        ended.cpu_ns = cpu_of(info.si_pid);
        ended.end_ns = hb_clock_ns();
        if (read_process(ended.pid, &last) || last.pid == ended.pid)
            snprintf(ended.name, sizeof ended.name, "%.*s", (int)sizeof ended.name - 1, last.name);
        if (waitpid(info.si_pid, &ended.status, 0) != info.si_pid)
            return found;
        if (ended.pid == family->program) {
            *status = ended.status;
            found = true;
        }
        note_end(family, &ended);
    }
}

/*
 * collect.c - the images of a recording, and those that could not be recorded, read from its folder.
 */
#include "workloads/record/collect.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/number.h"

static enum hb_status out_of_memory(const char *folder, struct hb_error *error)
{
    return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", folder);
}

/* What the header says; it is a stranger's, and sums must not pass for small ones. */
static uint64_t add(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t losses_of(const struct hb_capture_header *header)
{
    return add(add(header->lost_nested, header->lost_space), add(header->lost_sealed, header->lost_early));
}

static uint64_t weight(const struct hb_collected *item)
{
    return add(item->events, item->lost);
}

static int compare_items(const void *a, const void *b)
{
    const struct hb_collected *x = a, *y = b;
    uint32_t x_pid = x->capture->header->pid, y_pid = y->capture->header->pid;

    if (weight(x) != weight(y))
        return weight(x) < weight(y) ? 1 : -1;
    if (x_pid != y_pid)
        return x_pid < y_pid ? -1 : 1;
    return (x->image > y->image) - (x->image < y->image);
}

static enum hb_status take_captures(struct hb_collection *collection, const char *folder,
                                    struct hb_error *error)
{
    const struct hb_capture_file *file = collection->file;

    collection->items = calloc(file->count + 1, sizeof *collection->items);
    if (collection->items == NULL)
        return out_of_memory(folder, error);
    for (size_t i = 0; i < file->count; i++) {
        struct hb_capture *capture = &file->captures[i];

        if (capture->damage.status != HB_OK) {
            if (collection->damaged++ == 0)
                collection->first_damage = capture->damage;
            continue;
        }
        collection->items[collection->count++] = (struct hb_collected){.capture = capture,
                                                                       .events = capture->events,
                                                                       .lost = losses_of(capture->header),
                                                                       .image = capture->exec};
    }
    return HB_OK;
}

static bool add_unrecorded(struct hb_collection *collection, size_t *capacity,
                           const struct hb_unrecorded *unrecorded)
{
    if (collection->unrecorded_count == *capacity) {
        size_t larger = *capacity == 0 ? 16 : *capacity * 2;
        struct hb_unrecorded *grown = reallocarray(collection->unrecorded, larger, sizeof *grown);

        if (grown == NULL)
            return false;
        collection->unrecorded = grown;
        *capacity = larger;
    }
    collection->unrecorded[collection->unrecorded_count++] = *unrecorded;
    return true;
}

static bool take_refused(struct hb_collection *collection, size_t *capacity)
{
    for (size_t i = 0; i < HB_CAPTURE_REFUSED; i++) {
        const struct hb_capture_refused *refused = &collection->file->shared->refused[i];
        struct hb_unrecorded unrecorded = {.pid = atomic_load(&refused->pid),
                                           .reason = refused->reason,
                                           .lost = atomic_load(&refused->lost)};

        memcpy(unrecorded.program, refused->program, sizeof unrecorded.program);
        unrecorded.program[sizeof unrecorded.program - 1] = '\0';
        if (unrecorded.pid != 0 && !add_unrecorded(collection, capacity, &unrecorded))
            return false;
    }
    return true;
}

/* PID.refused */
static bool is_refused_name(const char *name, uint32_t *pid)
{
    int used = 0;

    return sscanf(name, "%" SCNu32 ".refused%n", pid, &used) == 1 && used > 0 && name[used] == '\0';
}

/* The target of the link is an errno. */
static int read_reason(int folder, const char *name)
{
    char text[16] = "";
    uint64_t reason;

    if (readlinkat(folder, name, text, sizeof text - 1) < 0 || !hb_number_parse(text, &reason) ||
        reason > INT_MAX)
        return EIO;
    return (int)reason;
}

static bool take_links(struct hb_collection *collection, const char *folder, size_t *capacity)
{
    DIR *open_folder = opendir(folder);
    const struct dirent *entry;
    bool done = true;

    while (done && open_folder != NULL && (entry = readdir(open_folder)) != NULL) {
        struct hb_unrecorded unrecorded = {0};

        if (!is_refused_name(entry->d_name, &unrecorded.pid))
            continue;
        unrecorded.reason = read_reason(dirfd(open_folder), entry->d_name);
        done = add_unrecorded(collection, capacity, &unrecorded);
    }
    if (open_folder != NULL)
        closedir(open_folder);
    return done;
}

static int compare_unrecorded(const void *a, const void *b)
{
    const struct hb_unrecorded *x = a, *y = b;

    if (x->lost != y->lost)
        return x->lost < y->lost ? 1 : -1;
    return (x->pid > y->pid) - (x->pid < y->pid);
}

static int compare_ended(const void *a, const void *b)
{
    const struct hb_ended *x = a, *y = b;

    if (x->pid != y->pid)
        return x->pid < y->pid ? -1 : 1;
    return (x->end_ns > y->end_ns) - (x->end_ns < y->end_ns);
}

static int compare_begin(const void *a, const void *b)
{
    const struct hb_capture *x = ((const struct hb_collected *)a)->capture,
                            *y = ((const struct hb_collected *)b)->capture;

    if (x->header->pid != y->header->pid)
        return x->header->pid < y->header->pid ? -1 : 1;
    return (x->header->begin_ns > y->header->begin_ns) - (x->header->begin_ns < y->header->begin_ns);
}

/*
 * Who waited for a process knows better than its last chunk when it ended. Images and ends go in the same
 * order, by process and then by time, for the numbers of processes are used again; the end belongs to the
 * last image that began before it.
 */
static void take_ends(struct hb_collection *collection, const struct hb_family *family)
{
    size_t next = 0;

    if (family->ended_count == 0 || collection->count == 0)
        return;
    qsort(family->ended, family->ended_count, sizeof *family->ended, compare_ended);
    qsort(collection->items, collection->count, sizeof *collection->items, compare_begin);
    for (size_t i = 0; i < family->ended_count; i++) {
        const struct hb_ended *ended = &family->ended[i];
        struct hb_capture *last = NULL;
        uint64_t cpu_ns;

        for (; next < collection->count; next++) {
            struct hb_capture *capture = collection->items[next].capture;
            const struct hb_capture_header *header = capture->header;

            if (header->pid > ended->pid || (header->pid == ended->pid && header->begin_ns > ended->end_ns))
                break;
            if (header->pid == ended->pid)
                last = capture;
        }
        if (last == NULL || last->header->last_ns > ended->end_ns)
            continue;
        last->wall_ns = ended->end_ns - last->header->begin_ns;
        cpu_ns = hb_capture_cpu_since_begin(last, ended->cpu_ns);
        if (cpu_ns > last->cpu_ns)
            last->cpu_ns = cpu_ns;
    }
}

static int compare_pids(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

static bool list_pids(struct hb_collection *collection)
{
    size_t count = 0;

    collection->pids = calloc(collection->count + collection->unrecorded_count + 1, sizeof *collection->pids);
    if (collection->pids == NULL)
        return false;
    for (size_t i = 0; i < collection->count; i++)
        collection->pids[count++] = collection->items[i].capture->header->pid;
    for (size_t i = 0; i < collection->unrecorded_count; i++)
        collection->pids[count++] = collection->unrecorded[i].pid;
    collection->pid_count = count;
    qsort(collection->pids, count, sizeof *collection->pids, compare_pids);
    return true;
}

bool hb_collection_has(const struct hb_collection *collection, uint32_t pid)
{
    return bsearch(&pid, collection->pids, collection->pid_count, sizeof pid, compare_pids) != NULL;
}

static bool may_grow(const char *path, const struct hb_family *family)
{
    struct hb_capture_file *file;
    bool runs = false;

    if (family != NULL)
        return family->running.count > 0;
    if (hb_capture_file_open(path, false, &file, NULL) != HB_OK)
        return false;
    for (size_t i = 0; i < file->count && !runs; i++) {
        uint32_t pid = file->captures[i].header->pid;

        runs = pid > 0 && pid <= INT_MAX && (kill((pid_t)pid, 0) == 0 || errno == EPERM);
    }
    hb_capture_file_close(file);
    return runs;
}

static enum hb_status collect(const char *folder, const char *path, const struct hb_family *family,
                              struct hb_collection *collection, struct hb_error *error)
{
    enum hb_status status = hb_capture_file_open(path, may_grow(path, family), &collection->file, error);
    size_t capacity = 0;

    if (status == HB_OK)
        status = take_captures(collection, folder, error);
    if (status != HB_OK)
        return status;
    if (!take_refused(collection, &capacity) || !take_links(collection, folder, &capacity) ||
        !list_pids(collection))
        return out_of_memory(folder, error);
    if (family != NULL)
        take_ends(collection, family);
    if (collection->count > 0)
        qsort(collection->items, collection->count, sizeof *collection->items, compare_items);
    if (collection->unrecorded_count > 0)
        qsort(collection->unrecorded, collection->unrecorded_count, sizeof *collection->unrecorded,
              compare_unrecorded);
    return HB_OK;
}

enum hb_status hb_collect(const char *folder, const struct hb_family *family,
                          struct hb_collection *collection, struct hb_error *error)
{
    char path[PATH_MAX];
    enum hb_status status;

    *collection = (struct hb_collection){0};
    if (snprintf(path, sizeof path, "%s/" HB_CAPTURE_NAME, folder) >= (int)sizeof path)
        return hb_error_set(error, HB_ERR_IO, "%s: the name is too long", folder);
    status = collect(folder, path, family, collection, error);
    if (status != HB_OK)
        hb_collection_clear(collection);
    return status;
}

void hb_collection_clear(struct hb_collection *collection)
{
    hb_capture_file_close(collection->file);
    free(collection->items);
    free(collection->unrecorded);
    free(collection->pids);
    *collection = (struct hb_collection){0};
}

void hb_collected_name(const struct hb_collected *item, char *name, size_t capacity)
{
    const struct hb_capture_header *header = item->capture->header;
    char path[sizeof header->program + 1];

    memcpy(path, header->program, sizeof header->program);
    path[sizeof header->program] = '\0';
    snprintf(name, capacity, "%s", basename(path));
}

void hb_collect_folder_remove(const char *folder)
{
    DIR *open_folder = opendir(folder);
    const struct dirent *entry;

    if (open_folder == NULL)
        return;
    while ((entry = readdir(open_folder)) != NULL) {
        uint32_t pid;

        if (strcmp(entry->d_name, HB_CAPTURE_NAME) == 0 || is_refused_name(entry->d_name, &pid))
            unlinkat(dirfd(open_folder), entry->d_name, 0);
    }
    closedir(open_folder);
    rmdir(folder);
}

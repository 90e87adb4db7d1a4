/*
 * belongings.c - what /proc says of this process before and after a library was in it.
 */
#include "bench/sample/check_parts.h"

#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/number.h"

enum { MOMENTS = 50, MOMENT_US = 4000 };

static DIR *open_list(const char *path, struct hb_error *error)
{
    DIR *list = opendir(path);

    if (list == NULL)
        hb_error_set_errno(error, HB_ERR_IO, "cannot read %s", path);
    return list;
}

static enum hb_status take_descriptors(struct hb_belongings *belongings, struct hb_error *error)
{
    DIR *list = open_list("/proc/self/fd", error);
    const struct dirent *entry;
    struct stat stat;
    uint64_t fd;

    if (list == NULL)
        return HB_ERR_IO;
    belongings->open_count = 0;
    while ((entry = readdir(list)) != NULL && belongings->open_count < HB_BELONGINGS_MAX) {
        if (!hb_number_parse(entry->d_name, &fd) || (int)fd == dirfd(list) || fstat((int)fd, &stat) != 0)
            continue;
        belongings->open[belongings->open_count].fd = (int)fd;
        belongings->open[belongings->open_count].device = stat.st_dev;
        belongings->open[belongings->open_count++].file = stat.st_ino;
    }
    closedir(list);
    return HB_OK;
}

static enum hb_status count_threads(unsigned *threads, struct hb_error *error)
{
    DIR *list = open_list("/proc/self/task", error);
    const struct dirent *entry;

    if (list == NULL)
        return HB_ERR_IO;
    *threads = 0;
    while ((entry = readdir(list)) != NULL)
        *threads += entry->d_name[0] != '.';
    closedir(list);
    return HB_OK;
}

enum hb_status hb_belongings_take(struct hb_belongings *belongings, struct hb_error *error)
{
    enum hb_status status = count_threads(&belongings->threads, error);

    prctl(PR_SET_CHILD_SUBREAPER, 1); /* children of what the library starts are to be seen too */
    return status == HB_OK ? take_descriptors(belongings, error) : status;
}

/* Is descriptor `index` of `belongings` there in `others` too, and leads to the same file? */
static bool has_same(const struct hb_belongings *others, const struct hb_belongings *belongings,
                     unsigned index)
{
    for (unsigned i = 0; i < others->open_count; i++)
        if (others->open[i].fd == belongings->open[index].fd)
            return others->open[i].device == belongings->open[index].device &&
                   others->open[i].file == belongings->open[index].file;
    return false;
}

static enum hb_status say_open(int fd, struct hb_error *error)
{
    char link[40], path[120];
    ssize_t bytes;

    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    bytes = readlink(link, path, sizeof path - 1);
    path[bytes > 0 ? bytes : 0] = '\0';
    for (char *at = path; *at != '\0'; at++)
        if (*at < ' ' || *at > '~')
            *at = '?';
    return hb_error_set(error, HB_ERR_BROKEN, "leaves descriptor %d open (%s)", fd, path);
}

static enum hb_status compare_descriptors(const struct hb_belongings *before,
                                          const struct hb_belongings *after, struct hb_error *error)
{
    for (unsigned i = 0; i < before->open_count; i++)
        if (!has_same(after, before, i))
            return hb_error_set(error, HB_ERR_BROKEN, "closes descriptor %d, which is not its own",
                                before->open[i].fd);
    for (unsigned i = 0; i < after->open_count; i++)
        if (!has_same(before, after, i))
            return say_open(after->open[i].fd, error);
    return HB_OK;
}

static enum hb_status compare_threads(const struct hb_belongings *before, struct hb_error *error)
{
    unsigned threads = 0, left;
    enum hb_status status = count_threads(&threads, error);

    for (int moment = 0; status == HB_OK && threads > before->threads && moment < MOMENTS; moment++) {
        usleep(MOMENT_US);
        status = count_threads(&threads, error);
    }
    if (status != HB_OK || threads <= before->threads)
        return status;
    left = threads - before->threads;
    return hb_error_set(error, HB_ERR_BROKEN, "leaves %u thread%s running", left, left == 1 ? "" : "s");
}

static bool has_children(void)
{
    siginfo_t info;

    return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

static void end_children_of(const char *thread)
{
    char path[64], pids[4096], *rest = pids;
    FILE *list;
    size_t bytes;
    uint64_t pid;

    snprintf(path, sizeof path, "/proc/self/task/%.20s/children", thread);
    list = fopen(path, "re");
    if (list == NULL)
        return;
    bytes = fread(pids, 1, sizeof pids - 1, list);
    pids[bytes] = '\0';
    for (const char *word; (word = strsep(&rest, " ")) != NULL;)
        if (rest != NULL && hb_number_parse(word, &pid))
            kill((pid_t)pid, SIGKILL);
    fclose(list);
}

/* In a session of its own too, where our parent, which ends our process group, does not reach. */
static void end_children(void)
{
    for (int moment = 0; has_children() && moment < MOMENTS; moment++) {
        DIR *threads = opendir("/proc/self/task");
        const struct dirent *entry;

        while (threads != NULL && (entry = readdir(threads)) != NULL)
            end_children_of(entry->d_name);
        if (threads != NULL)
            closedir(threads);
        usleep(MOMENT_US);
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
    }
}

/* Before the library, this process had no children. `status` is what was found before, and comes first. */
static enum hb_status check_children(enum hb_status status, struct hb_error *error)
{
    if (!has_children())
        return status;
    end_children();
    return status == HB_OK ? hb_error_set(error, HB_ERR_BROKEN, "leaves a process behind") : status;
}

enum hb_status hb_belongings_compare(const struct hb_belongings *before, struct hb_error *error)
{
    struct hb_belongings *after = malloc(sizeof *after);
    enum hb_status status;

    if (after == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "no memory for what a library left behind");
    status = take_descriptors(after, error);
    if (status == HB_OK)
        status = compare_descriptors(before, after, error);
    if (status == HB_OK)
        status = compare_threads(before, error);
    free(after);
    return check_children(status, error);
}

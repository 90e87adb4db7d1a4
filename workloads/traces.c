/*
 * traces.c - the folder of shipped traces, and what a bare name on the command line stands for.
 */
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/place.h"
#include "base/printable.h"
#include "workloads/workload.h"

const char *hb_traces_folder(void)
{
    return hb_place_of(HB_PLACE_TRACES);
}

static bool ends_with(const char *text, const char *ending)
{
    size_t length = strlen(text), tail = strlen(ending);

    return length >= tail && strcmp(text + length - tail, ending) == 0;
}

static bool is_file(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

static bool is_folder(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* For scandir: what may be a workload by its name. */
static int looks_like_workload(const struct dirent *entry)
{
    const char *name = entry->d_name;

    return name[0] != '.' && !ends_with(name, ".md") && !ends_with(name, ".part");
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static char *join(const char *folder, const char *name)
{
    char *path = NULL;

    return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

/* Appends the entries that are no folders; false when out of memory. */
static bool keep_files(struct dirent *const *entries, int found, const char *folder, char **paths,
                       size_t *count)
{
    for (int i = 0; i < found; i++) {
        char *path = join(folder, entries[i]->d_name);

        if (path == NULL)
            return false;
        if (!is_folder(path))
            paths[(*count)++] = path;
        else
            free(path);
    }
    return true;
}

/* Appends what is in `folder` to `*paths`, an array from malloc that NULL ends, or NULL. */
static enum hb_status add_folder(const char *folder, char ***paths, size_t *count, struct hb_error *error)
{
    struct dirent **entries = NULL;
    int found = scandir(folder, &entries, looks_like_workload, by_name);
    char **grown;
    size_t kept = *count;
    bool complete = false;

    if (found < 0)
        return hb_error_set_errno(error, errno == ENOMEM ? HB_ERR_MEMORY : HB_ERR_IO,
                                  "%s: the folder of traces cannot be read", folder);
    grown = calloc(*count + (size_t)found + 1, sizeof *grown);
    if (grown != NULL) {
        if (*count > 0)
            memcpy(grown, *paths, *count * sizeof *grown);
        complete = keep_files(entries, found, folder, grown, &kept);
        free(*paths);
        *paths = grown;
        *count = kept;
    }
    for (int i = 0; i < found; i++)
        free(entries[i]);
    free(entries);
    return complete ? HB_OK : hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", folder);
}

static enum hb_status find(bool all, char ***paths, size_t *count, struct hb_error *error)
{
    char **kept = NULL, *more = NULL;
    size_t kept_count = 0;
    enum hb_status status = add_folder(hb_traces_folder(), &kept, &kept_count, error);

    if (status == HB_OK && all && (more = join(hb_traces_folder(), HB_TRACES_MORE)) == NULL)
        status = hb_error_set(error, HB_ERR_MEMORY, "out of memory for the folder of traces");
    if (status == HB_OK && more != NULL && is_folder(more))
        status = add_folder(more, &kept, &kept_count, error);
    free(more);
    if (status != HB_OK) {
        hb_traces_free(kept);
        return status;
    }
    *paths = kept;
    *count = kept_count;
    return HB_OK;
}

enum hb_status hb_traces_find(char ***paths, size_t *count, struct hb_error *error)
{
    return find(false, paths, count, error);
}

enum hb_status hb_traces_find_all(char ***paths, size_t *count, struct hb_error *error)
{
    return find(true, paths, count, error);
}

void hb_traces_free(char **paths)
{
    if (paths == NULL)
        return;
    for (size_t i = 0; paths[i] != NULL; i++)
        free(paths[i]);
    free(paths);
}

/* Whether `path`'s file would be called `name` without its ending. */
static bool is_called(const char *path, const char *name)
{
    const char *base = basename(path);

    return strlen(name) == hb_workload_stem_bytes(base) && strncmp(base, name, strlen(name)) == 0;
}

static const char *find_file(char *const *paths, const char *name)
{
    for (; *paths != NULL; paths++)
        if (strcmp(basename(*paths), name) == 0)
            return *paths;
    return NULL;
}

/* Nothing is called so, but something may be nearly. */
static enum hb_status refuse_name(char *const *paths, const char *name, struct hb_error *error)
{
    struct hb_unknown unknown = {.name = name};
    char stem[NAME_MAX + 1];

    for (; *paths != NULL; paths++) {
        const char *base = basename(*paths);

        snprintf(stem, sizeof stem, "%.*s", (int)hb_workload_stem_bytes(base), base);
        hb_unknown_offer(&unknown, stem);
    }
    return hb_error_set(error, HB_ERR_IO,
                        "%s: no such file, and no trace of that name in %s%s; 'heapbench list' shows them",
                        name, hb_traces_folder(), unknown.hint);
}

/* The one of `paths` called `name`. HB_ERR_IO when there is none, HB_ERR_USAGE when there are two. */
static enum hb_status choose(char *const *paths, const char *name, const char **out, struct hb_error *error)
{
    char *const *all = paths;
    const char *match = find_file(paths, name);

    for (bool whole = match != NULL; *paths != NULL && !whole; paths++) {
        if (!is_called(*paths, name))
            continue;
        if (match != NULL)
            return hb_error_set(error, HB_ERR_USAGE, "'%s' may be %s or %s; give the path of one", name,
                                match, *paths);
        match = *paths;
    }
    if (match == NULL)
        return refuse_name(all, name, error);
    *out = match;
    return HB_OK;
}

static enum hb_status keep_path(const char *path, char **out, struct hb_error *error)
{
    *out = strdup(path);
    return *out != NULL ? HB_OK : hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", path);
}

enum hb_status hb_workload_locate(const char *path_or_name, char **path, struct hb_error *error)
{
    char **paths = NULL;
    size_t count;
    const char *match = path_or_name;
    enum hb_status status;

    if (strchr(path_or_name, '/') != NULL || is_file(path_or_name))
        return keep_path(path_or_name, path, error);
    status = hb_traces_find_all(&paths, &count, error);
    if (paths == NULL)
        return status;
    status = choose(paths, path_or_name, &match, error);
    if (status == HB_OK ||
        (status == HB_ERR_IO && access(path_or_name, F_OK) == 0)) /* a folder: it says so */
        status = keep_path(match, path, error);
    hb_traces_free(paths);
    return status;
}

enum hb_status hb_workload_load(const char *path_or_name, struct hb_workload **out, struct hb_error *error)
{
    char *path = NULL;
    enum hb_status status = hb_workload_locate(path_or_name, &path, error);

    if (status != HB_OK)
        return status;
    assert(path != NULL);
    status = hb_workload_load_as(path, HB_FORMAT_ANY, out, error);
    free(path);
    return status;
}

#include "workloads/record/collect.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* PID.N.capture */
static bool is_capture_name(const char *name, uint32_t *image)
{
    uint32_t pid;
    int used = 0;

    return sscanf(name, "%" SCNu32 ".%" SCNu32 ".capture%n", &pid, image, &used) == 2 && used > 0 &&
           name[used] == '\0';
}

static enum hb_status add(struct hb_collection *collection, const char *path, uint32_t image,
                          struct hb_error *error)
{
    struct hb_collected item = {.image = image};
    struct hb_error damage;
    enum hb_status status = hb_capture_open(path, &item.capture, &damage);
    struct hb_collected *grown;

    if (status == HB_OK)
        status = hb_capture_count(item.capture, &item.events, &damage);
    if (status != HB_OK) {
        if (collection->damaged++ == 0)
            collection->first_damage = damage;
        hb_capture_close(item.capture);
        return HB_OK;
    }
    grown = reallocarray(collection->items, collection->count + 1, sizeof *grown);
    if (grown == NULL) {
        hb_capture_close(item.capture);
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", path);
    }
    collection->items = grown;
    grown[collection->count++] = item;
    return HB_OK;
}

static int compare(const void *a, const void *b)
{
    const struct hb_collected *x = a, *y = b;
    uint32_t x_pid = x->capture->header->pid, y_pid = y->capture->header->pid;

    if (x->events != y->events)
        return x->events < y->events ? 1 : -1;
    if (x_pid != y_pid)
        return x_pid < y_pid ? -1 : 1;
    return (x->image > y->image) - (x->image < y->image);
}

enum hb_status hb_collect(const char *folder, struct hb_collection *collection, struct hb_error *error)
{
    DIR *open_folder = opendir(folder);
    enum hb_status status = HB_OK;
    const struct dirent *entry;

    *collection = (struct hb_collection){0};
    if (open_folder == NULL)
        return hb_error_set_errno(error, HB_ERR_IO, "%s: captures cannot be read", folder);
    while (status == HB_OK && (entry = readdir(open_folder)) != NULL) {
        char path[PATH_MAX];
        uint32_t image;

        if (is_capture_name(entry->d_name, &image) &&
            snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) < (int)sizeof path)
            status = add(collection, path, image, error);
    }
    closedir(open_folder);
    if (status != HB_OK)
        hb_collection_clear(collection);
    else if (collection->count > 0)
        qsort(collection->items, collection->count, sizeof *collection->items, compare);
    return status;
}

void hb_collection_clear(struct hb_collection *collection)
{
    for (size_t i = 0; i < collection->count; i++)
        hb_capture_close(collection->items[i].capture);
    free(collection->items);
    *collection = (struct hb_collection){0};
}

/* Makes PREFIX-XXXXXX; its absolute name from malloc, or NULL with errno. */
static char *make_folder(const char *prefix)
{
    char *name = NULL, *absolute = NULL;

    if (asprintf(&name, "%s-XXXXXX", prefix) < 0)
        return NULL;
    if (mkdtemp(name) != NULL)
        absolute = realpath(name, NULL);
    free(name);
    return absolute;
}

/* A device or a pipe, beside which captures have no place. */
static bool is_special(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && !S_ISREG(info.st_mode);
}

enum hb_status hb_collect_folder_create(const char *out, char **folder, struct hb_error *error)
{
    const char *temporary = getenv("TMPDIR");
    char prefix[PATH_MAX];

    if (is_special(out))
        snprintf(prefix, sizeof prefix, "%s/heapbench", temporary != NULL ? temporary : "/tmp");
    else
        snprintf(prefix, sizeof prefix, "%s.raw", out);
    *folder = make_folder(prefix);
    if (*folder == NULL)
        return hb_error_set_errno(error, HB_ERR_IO, "%s-XXXXXX: the folder for captures cannot be made",
                                  prefix);
    return HB_OK;
}

void hb_collect_folder_remove(const char *folder)
{
    DIR *open_folder = opendir(folder);
    const struct dirent *entry;

    if (open_folder == NULL)
        return;
    while ((entry = readdir(open_folder)) != NULL) {
        uint32_t image;

        if (is_capture_name(entry->d_name, &image))
            unlinkat(dirfd(open_folder), entry->d_name, 0);
    }
    closedir(open_folder);
    rmdir(folder);
}

/*
 * output.c - what may be lost at a path is found before anything is run.
 */
#include "workloads/record/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "workloads/trace/trace_format.h"

/* What was recorded or imported here can be recorded again; of anything else nobody knows. */
static bool is_trace_or_empty(const char *path)
{
    unsigned char magic[HB_TRACE_MAGIC_BYTES];
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    ssize_t bytes = descriptor >= 0 ? read(descriptor, magic, sizeof magic) : -1;

    if (descriptor >= 0)
        close(descriptor);
    return bytes == 0 || (bytes == (ssize_t)sizeof magic && memcmp(magic, hb_trace_magic, sizeof magic) == 0);
}

static enum hb_status check_folder(const char *path, struct hb_error *error)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash == NULL ? strdup(".") : strndup(path, slash == path ? 1 : (size_t)(slash - path));
    enum hb_status status = HB_OK;

    if (folder == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", path);
    if (slash != NULL && slash[1] == '\0')
        status = hb_error_set(error, HB_ERR_IO, "%s: names a folder; name a file in it", path);
    else if (access(folder, W_OK | X_OK) != 0)
        status = hb_error_set_errno(error, HB_ERR_IO, "%s: no file can be made in %s", path, folder);
    free(folder);
    return status;
}

static enum hb_status check_file(const char *path, const struct stat *info, struct hb_error *error)
{
    if (S_ISCHR(info->st_mode))
        return HB_OK;
    if (S_ISDIR(info->st_mode))
        return hb_error_set(error, HB_ERR_IO, "%s: is a folder; name a file in it", path);
    if (!S_ISREG(info->st_mode))
        return hb_error_set(error, HB_ERR_IO, "%s: is a %s, and a trace is a file", path,
                            S_ISFIFO(info->st_mode)   ? "pipe"
                            : S_ISSOCK(info->st_mode) ? "socket"
                                                      : "block device");
    if (access(path, W_OK) != 0)
        return hb_error_set_errno(error, HB_ERR_IO, "%s: cannot be written", path);
    if (!is_trace_or_empty(path))
        return hb_error_set(error, HB_ERR_LIMIT, "%s: is there already and no trace; --force overwrites it",
                            path);
    return check_folder(path, error);
}

enum hb_status hb_output_check(const char *path, struct hb_error *error)
{
    struct stat info;

    if (*path == '\0')
        return hb_error_set(error, HB_ERR_IO, "the trace's name is empty");
    if (stat(path, &info) == 0)
        return check_file(path, &info, error);
    if (errno != ENOENT)
        return hb_error_set_errno(error, HB_ERR_IO, "%s: cannot be written", path);
    if (lstat(path, &info) == 0)
        return hb_error_set(error, HB_ERR_IO, "%s: is a link to a file that is not there", path);
    return check_folder(path, error);
}

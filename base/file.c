/*
 * file.c - files that appear whole or not at all.
 */
#include "base/file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct hb_file {
    FILE *stream;
    char *path;
    char *temporary; /* NULL where `path` is a device or a pipe, which is written directly */
    bool nameless;   /* until it is complete, and has the temporary name */
    bool complete;
    bool holds_ends; /* while it has the temporary name */
};

static void file_free(struct hb_file *file)
{
    if (file == NULL)
        return;
    free(file->path);
    free(file->temporary);
    free(file);
}

/* A name beside `path` that no other run uses at the same time. */
static char *temporary_name(const char *path)
{
    char *name = NULL;

    if (asprintf(&name, "%s.%ld.part", path, (long)getpid()) < 0)
        return NULL;
    return name;
}

/* The file behind a symbolic link, so that the link stays; else the path itself. From malloc. */
static char *resolve(const char *path)
{
    char *real = realpath(path, NULL);

    return real != NULL ? real : strdup(path);
}

/* A device or a pipe is written to directly: renaming over /dev/null would remove it. */
static bool is_special(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode);
}

/* Why `path` is nothing to write to, or NULL. A disk, a socket and a folder are not meant, whoever may write
 * there. */
static const char *refusal(const char *path)
{
    struct stat info;

    if (stat(path, &info) != 0)
        return NULL;
    if (S_ISDIR(info.st_mode))
        return "it is a folder";
    if (S_ISBLK(info.st_mode))
        return "it is a disk";
    return S_ISSOCK(info.st_mode) ? "it is a socket" : NULL;
}

/* A pipe that nobody reads is refused, where fopen would wait for a reader. */
static FILE *open_special(const char *path)
{
    int descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    FILE *stream = NULL;

    if (descriptor < 0)
        return NULL;
    if (fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK) == 0)
        stream = fdopen(descriptor, "w");
    if (stream == NULL)
        close(descriptor);
    return stream;
}

/* The folder that `path` is in. From malloc. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    if (slash == NULL)
        return strdup(".");
    return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

/* A file in the folder of `path` that has no name, so that nothing is left of it however this process ends.
 * -1 where there are none: it depends on the file system, and on /proc, through which it is named later. */
static int open_nameless(const char *path)
{
    char *folder = folder_of(path);
    int descriptor = -1;

    if (folder != NULL && access("/proc/self/fd", X_OK) == 0)
        descriptor = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
    free(folder);
    return descriptor;
}

static FILE *open_stream(struct hb_file *file)
{
    int descriptor = file->temporary != NULL ? open_nameless(file->path) : -1;
    FILE *stream;

    if (file->temporary == NULL)
        return open_special(file->path);
    if (descriptor < 0)
        return fopen(file->temporary, "we");
    file->nameless = true;
    stream = fdopen(descriptor, "w");
    if (stream == NULL)
        close(descriptor);
    return stream;
}

enum hb_status hb_file_begin(const char *path, struct hb_file **out, struct hb_error *error)
{
    struct hb_file *file = calloc(1, sizeof *file);
    enum hb_status status = HB_ERR_MEMORY;

    if (file == NULL)
        goto fail;
    file->path = resolve(path);
    if (file->path == NULL)
        goto fail;
    if (refusal(file->path) != NULL) {
        status = hb_error_set(error, HB_ERR_IO, "%s: cannot be written: %s", path, refusal(file->path));
        goto fail;
    }
    if (!is_special(file->path)) {
        file->temporary = temporary_name(file->path);
        if (file->temporary == NULL)
            goto fail;
    }
    file->stream = open_stream(file);
    if (file->stream == NULL) {
        status = errno == ENXIO
                     ? hb_error_set(error, HB_ERR_IO, "%s: cannot be written: nobody reads this pipe", path)
                     : hb_error_set_errno(error, HB_ERR_IO, "%s: cannot be written", path);
        goto fail;
    }
    *out = file;
    return HB_OK;
fail:
    if (status == HB_ERR_MEMORY)
        hb_error_set(error, status, "%s: out of memory", path);
    file_free(file);
    return status;
}

FILE *hb_file_stream(struct hb_file *file)
{
    return file->stream;
}

/* True when everything that was printed is on its way to the disk. */
static bool flush_stream(FILE *stream)
{
    if (ferror(stream)) {
        errno = errno != 0 ? errno : EIO;
        return false;
    }
    return fflush(stream) == 0 && (fsync(fileno(stream)) == 0 || errno == EINVAL || errno == EROFS);
}

const int hb_ends[HB_ENDS] = {SIGINT, SIGTERM, SIGHUP};

static _Thread_local unsigned holds;
static _Thread_local sigset_t unheld;

void hb_ends_hold(void)
{
    sigset_t set;

    if (holds++ > 0)
        return;
    sigemptyset(&set);
    for (size_t i = 0; i < HB_ENDS; i++)
        sigaddset(&set, hb_ends[i]);
    pthread_sigmask(SIG_BLOCK, &set, &unheld);
}

void hb_ends_release(void)
{
    assert(holds > 0);
    if (--holds == 0)
        pthread_sigmask(SIG_SETMASK, &unheld, NULL);
}

bool hb_ends_wait(void)
{
    sigset_t pending;
    bool found = false;

    sigpending(&pending);
    for (size_t i = 0; i < HB_ENDS && holds > 0; i++)
        found = found || (sigismember(&pending, hb_ends[i]) == 1 && sigismember(&unheld, hb_ends[i]) == 0);
    return found;
}

/* True when the file can be renamed: nothing can be given the name of a file that is there. */
static bool give_name(struct hb_file *file)
{
    char self[64];

    if (!file->nameless)
        return true;
    snprintf(self, sizeof self, "/proc/self/fd/%d", fileno(file->stream));
    unlink(file->temporary);
    hb_ends_hold();
    file->holds_ends = true;
    file->nameless = linkat(AT_FDCWD, self, AT_FDCWD, file->temporary, AT_SYMLINK_FOLLOW) != 0;
    return !file->nameless;
}

static bool move_into_place(const struct hb_file *file)
{
    return file->temporary == NULL || rename(file->temporary, file->path) == 0;
}

static void remove_temporary(const struct hb_file *file)
{
    int saved = errno;

    if (file->temporary != NULL)
        unlink(file->temporary);
    errno = saved;
}

static enum hb_status not_kept(const struct hb_file *file, struct hb_error *error)
{
    return hb_error_set_errno(error, HB_ERR_IO, "%s: cannot be written, nothing was kept", file->path);
}

enum hb_status hb_file_complete(struct hb_file *file, struct hb_error *error)
{
    file->complete = file->complete || (flush_stream(file->stream) && give_name(file));
    return file->complete ? HB_OK : not_kept(file, error);
}

enum hb_status hb_file_commit(struct hb_file *file, struct hb_error *error)
{
    enum hb_status status = hb_file_complete(file, error);
    bool closed = fclose(file->stream) == 0;

    if (status == HB_OK && (!closed || !move_into_place(file)))
        status = not_kept(file, error);
    if (status != HB_OK)
        remove_temporary(file);
    if (file->holds_ends)
        hb_ends_release();
    file_free(file);
    return status;
}

void hb_file_abandon(struct hb_file *file)
{
    if (file == NULL)
        return;
    fclose(file->stream);
    remove_temporary(file);
    if (file->holds_ends)
        hb_ends_release();
    file_free(file);
}

/* Reads to the end of `stream`, growing by doubling; NULL with errno set (EFBIG when over `max_bytes`). */
static char *read_stream(FILE *stream, size_t max_bytes, size_t *bytes)
{
    size_t capacity = 4096, used = 0;
    char *data = malloc(capacity + 1);

    while (data != NULL) {
        char *grown;

        used += fread(data + used, 1, capacity - used, stream);
        if (used > max_bytes) {
            free(data);
            errno = EFBIG;
            return NULL;
        }
        if (used < capacity)
            break;
        capacity *= 2;
        grown = realloc(data, capacity + 1);
        if (grown == NULL)
            free(data);
        data = grown;
    }
    if (data == NULL)
        return NULL;
    if (ferror(stream)) {
        free(data);
        return NULL;
    }
    data[used] = '\0';
    *bytes = used;
    return data;
}

static const char *kind_of(mode_t mode)
{
    if (S_ISDIR(mode))
        return "a folder";
    if (S_ISFIFO(mode))
        return "a pipe; save what it gives as a file first";
    return S_ISSOCK(mode) ? "a socket" : "a device";
}

enum hb_status hb_file_open(const char *path, FILE **out, struct hb_error *error)
{
    struct stat info;
    FILE *stream = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    int failure = errno;

    /* A socket cannot even be opened. */
    if ((fd >= 0 ? fstat(fd, &info) : stat(path, &info)) == 0 && !S_ISREG(info.st_mode)) {
        if (fd >= 0)
            close(fd);
        return hb_error_set(error, HB_ERR_IO, "%s: cannot be read: it is %s", path, kind_of(info.st_mode));
    }
    errno = failure;
    if (fd >= 0)
        stream = fdopen(fd, "r");
    if (stream == NULL) {
        hb_error_set_errno(error, HB_ERR_IO, "%s: cannot be read", path);
        if (fd >= 0)
            close(fd);
        return HB_ERR_IO;
    }
    *out = stream;
    return HB_OK;
}

enum hb_status hb_file_read(const char *path, size_t max_bytes, char **data, size_t *bytes,
                            struct hb_error *error)
{
    FILE *stream = NULL;
    enum hb_status status = hb_file_open(path, &stream, error);
    char *text;

    if (stream == NULL)
        return status;
    text = read_stream(stream, max_bytes, bytes);
    if (text != NULL)
        *data = text;
    else if (errno == EFBIG)
        status = hb_error_set(error, HB_ERR_LIMIT, "%s: larger than %zu bytes", path, max_bytes);
    else
        status = hb_error_set_errno(error, errno == ENOMEM ? HB_ERR_MEMORY : HB_ERR_IO, "%s: cannot be read",
                                    path);
    fclose(stream);
    return status;
}

/* mkdir, content with a folder that is there already. */
static bool make_folder(const char *path)
{
    struct stat info;

    if (mkdir(path, 0777) == 0)
        return true;
    if (errno != EEXIST || stat(path, &info) != 0)
        return false;
    errno = ENOTDIR;
    return S_ISDIR(info.st_mode);
}

enum hb_status hb_folder_create(const char *path, struct hb_error *error)
{
    char *copy = strdup(path);
    enum hb_status status = HB_OK;

    if (copy == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", path);
    for (char *slash = copy; slash != NULL && status == HB_OK;) {
        slash = strchr(slash + (*slash != '\0'), '/');
        if (slash != NULL)
            *slash = '\0';
        if (!make_folder(copy))
            status = hb_error_set_errno(error, HB_ERR_IO, "%s: folder cannot be made", copy);
        if (slash != NULL)
            *slash = '/';
    }
    free(copy);
    return status;
}

void hb_file_hold_standard(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            (void)!open("/dev/null", (fd == STDERR_FILENO ? O_WRONLY : O_RDONLY) | O_CLOEXEC); /* is `fd` */
}

#include "workloads/source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *kind_of(mode_t mode)
{
    if (S_ISDIR(mode))
        return "a folder";
    if (S_ISFIFO(mode))
        return "a pipe; save what it gives as a file first";
    return S_ISSOCK(mode) ? "a socket" : "a device";
}

enum hb_status hb_source_open(const char *path, FILE **out, struct hb_error *error)
{
    struct stat info;
    FILE *stream;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (fd < 0)
        return hb_error_set_errno(error, HB_ERR_IO, "%s: cannot be read", path);
    if (fstat(fd, &info) == 0 && !S_ISREG(info.st_mode)) {
        close(fd);
        return hb_error_set(error, HB_ERR_IO, "%s: cannot be read: it is %s", path, kind_of(info.st_mode));
    }
    stream = fdopen(fd, "r");
    if (stream == NULL) {
        close(fd);
        return hb_error_set_errno(error, HB_ERR_IO, "%s: cannot be read", path);
    }
    *out = stream;
    return HB_OK;
}

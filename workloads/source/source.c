/*
 * source.c - a file opened to be read, unpacked on the way where it is packed.
 */
#include "workloads/source/source.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "workloads/source/unpack.h"

struct hb_source {
    char *path;
    FILE *file;                 /* as it lies on the disk */
    FILE *stream;               /* what it holds; `file` itself where nothing is packed */
    struct hb_unpack *unpacked; /* NULL where nothing is packed */
};

static enum hb_status open_file(const char *path, FILE **out, struct hb_error *error)
{
    return hb_file_open(path, out, error);
}

/* Sets `stream` to what the file holds. */
static enum hb_status look_inside(struct hb_source *source, struct hb_error *error)
{
    uint8_t head[4];
    size_t got = fread(head, 1, sizeof head, source->file);
    enum hb_archive packing = hb_unpack_recognise(head, got);

    if (ferror(source->file))
        return hb_error_set_errno(error, HB_ERR_IO, "%s: cannot be read", source->path);
    rewind(source->file);
    if (packing != HB_ARCHIVE_NONE)
        return hb_unpack_open(source->path, source->file, packing, &source->unpacked, &source->stream, error);
    source->stream = source->file;
    return HB_OK;
}

enum hb_status hb_source_open(const char *path, struct hb_source **out, struct hb_error *error)
{
    struct hb_source *source = calloc(1, sizeof *source);
    enum hb_status status = HB_ERR_MEMORY;

    if (source == NULL || (source->path = strdup(path)) == NULL)
        hb_error_set(error, status, "%s: out of memory", path);
    else
        status = open_file(path, &source->file, error);
    if (status == HB_OK)
        status = look_inside(source, error);
    if (status == HB_OK)
        *out = source;
    else
        hb_source_close(source);
    return status;
}

void hb_source_close(struct hb_source *source)
{
    if (source == NULL)
        return;
    if (source->stream != NULL && source->stream != source->file)
        fclose(source->stream);
    hb_unpack_close(source->unpacked);
    if (source->file != NULL)
        fclose(source->file);
    free(source->path);
    free(source);
}

FILE *hb_source_stream(const struct hb_source *source)
{
    return source->stream;
}

enum hb_status hb_source_fault(const struct hb_source *source, struct hb_error *error)
{
    const char *fault = source->unpacked != NULL ? hb_unpack_fault(source->unpacked) : NULL;

    if (fault != NULL)
        return hb_error_set(error, HB_ERR_FORMAT, "%s: %s", source->path, fault);
    return hb_error_set_errno(error, HB_ERR_IO, "%s: cannot be read", source->path);
}

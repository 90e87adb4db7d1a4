/*
 * unpack.c - gzip, zstd and zip as a stream to be read (fopencookie), unpacked a buffer at a time.
 */
#include "workloads/source/unpack.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <zlib.h>
#include <zstd.h>

#include <minizip/unzip.h>

enum {
    PIECE_BYTES = HB_FUZZING ? 256 : 1 << 16, /* a fuzzer's inputs are short, and are to reach its end */
    GZIP_WINDOW_BITS = 15 + 16,               /* zlib's way to ask for gzip and nothing else */
    ZSTD_WINDOW_LOG = 27,
    ZIP_END_BYTES = 22 /* of the record that ends a .zip, before its comment */
};

struct hb_unpack {
    FILE *file;
    enum hb_archive packing;
    z_stream gzip;
    bool gzip_begun;
    ZSTD_DCtx *zstd;
    unzFile zip;
    bool whole; /* between one packed piece (a gzip member, a zstd frame) and the next: the file may end here
                 */
    bool begun; /* a piece was unpacked */
    char fault[200];
    size_t next, end; /* of `piece`, what is not unpacked yet */
    uint8_t piece[PIECE_BYTES];
};

static const char *const names[] = {
    [HB_ARCHIVE_GZIP] = "gzip", [HB_ARCHIVE_ZSTD] = "zstd", [HB_ARCHIVE_ZIP] = "zip"};

enum hb_archive hb_unpack_recognise(const uint8_t *head, size_t bytes)
{
    if (bytes >= 3 && memcmp(head, "\x1f\x8b\x08", 3) == 0)
        return HB_ARCHIVE_GZIP;
    if (bytes >= 4 && memcmp(head, "\x28\xb5\x2f\xfd", 4) == 0)
        return HB_ARCHIVE_ZSTD;
    if (bytes >= 4 && (memcmp(head, "PK\3\4", 4) == 0 || memcmp(head, "PK\5\6", 4) == 0))
        return HB_ARCHIVE_ZIP;
    return HB_ARCHIVE_NONE;
}

const char *hb_unpack_fault(const struct hb_unpack *unpack)
{
    return unpack->fault[0] != '\0' ? unpack->fault : NULL;
}

/* For a cookie's read function: the sentence, and its return value for an error. */
static ssize_t fail(struct hb_unpack *unpack, const char *what, const char *why)
{
    snprintf(unpack->fault, sizeof unpack->fault, "the %s data is %s%s%s", names[unpack->packing], what,
             why != NULL ? ": " : "", why != NULL ? why : "");
    errno = EBADMSG;
    return -1;
}

/* Makes sure that there are packed bytes to work on. 0: the file is at its end; negative: an error. */
static ssize_t fill_piece(struct hb_unpack *unpack)
{
    if (unpack->next == unpack->end) {
        unpack->next = 0;
        unpack->end = fread(unpack->piece, 1, sizeof unpack->piece, unpack->file);
        if (ferror(unpack->file))
            return -1;
    }
    if (unpack->next < unpack->end)
        return 1;
    return unpack->whole ? 0 : fail(unpack, "cut off", NULL);
}

/* Unpacks some of the piece; returns the bytes that came out, or a negative number. */
static ssize_t inflate_some(struct hb_unpack *unpack, char *out, size_t room)
{
    z_stream *gzip = &unpack->gzip;
    int result;

    if (unpack->whole && inflateReset(gzip) != Z_OK)
        return fail(unpack, "damaged", "zlib cannot begin anew");
    gzip->next_in = unpack->piece + unpack->next;
    gzip->avail_in = (uInt)(unpack->end - unpack->next);
    gzip->next_out = (Bytef *)out;
    gzip->avail_out = (uInt)(room < PIECE_BYTES ? room : PIECE_BYTES);
    room = gzip->avail_out;
    result = inflate(gzip, Z_NO_FLUSH);
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
        return fail(unpack, "damaged", gzip->msg);
    unpack->next = unpack->end - gzip->avail_in;
    unpack->whole = result == Z_STREAM_END;
    return (ssize_t)(room - gzip->avail_out);
}

static ssize_t decompress_some(struct hb_unpack *unpack, char *out, size_t room)
{
    ZSTD_inBuffer in = {unpack->piece, unpack->end, unpack->next};
    ZSTD_outBuffer to = {out, room, 0};
    size_t result = ZSTD_decompressStream(unpack->zstd, &to, &in);

    if (ZSTD_isError(result))
        return fail(unpack, "damaged, or asks for more than 128 MiB", ZSTD_getErrorName(result));
    unpack->next = in.pos;
    unpack->whole = result == 0;
    return (ssize_t)to.pos;
}

/* What follows a whole piece must be another one. */
static bool is_next_piece(const struct hb_unpack *unpack)
{
    uint8_t first = unpack->piece[unpack->next];

    if (unpack->packing == HB_ARCHIVE_GZIP)
        return first == 0x1f;
    return first == 0x28 || (first & 0xf0) == 0x50; /* a frame, or one to be skipped */
}

static ssize_t read_pieces(void *cookie, char *out, size_t room)
{
    struct hb_unpack *unpack = cookie;
    ssize_t got = 0;

    while (got == 0 && unpack->fault[0] == '\0') {
        ssize_t more = fill_piece(unpack);

        if (more <= 0)
            return more;
        if (unpack->whole && unpack->begun && !is_next_piece(unpack))
            return fail(unpack, "followed by something else", NULL);
        unpack->begun = true;
        got = (unpack->packing == HB_ARCHIVE_GZIP ? inflate_some : decompress_some)(unpack, out, room);
    }
    return unpack->fault[0] == '\0' ? got : -1;
}

static ssize_t read_zip(void *cookie, char *out, size_t room)
{
    struct hb_unpack *unpack = cookie;
    int got = unzReadCurrentFile(unpack->zip, out, (unsigned)(room < PIECE_BYTES ? room : PIECE_BYTES));

    if (got < 0)
        return ferror(unpack->file) ? -1 : fail(unpack, "damaged or cut off", NULL);
    if (got == 0 && !unpack->whole) {
        unpack->whole = true;
        if (unzCloseCurrentFile(unpack->zip) == UNZ_CRCERROR)
            return fail(unpack, "damaged", "its checksum does not match");
    }
    return got;
}

/* minizip opens files by itself; it is given ours, and told not to close it. */
static voidpf give_file(voidpf opaque, const void *name, int mode)
{
    (void)name;
    (void)mode;
    return opaque;
}

static int keep_file(voidpf opaque, voidpf stream)
{
    (void)opaque;
    (void)stream;
    return 0;
}

/* Folders, and what macOS adds to every .zip of its own. */
static bool is_aside(const char *name)
{
    size_t length = strlen(name);

    return length == 0 || name[length - 1] == '/' || strncmp(name, "__MACOSX/", 9) == 0;
}

static void make_printable(char *name)
{
    for (; *name != '\0'; name++)
        if (*name < ' ' || *name > '~')
            *name = '?';
}

/* What lies in a .zip: how many files, the names of the first two, where the first is. */
struct contents {
    unsigned files;
    char names[2][100];
    unz64_file_pos position;
    unz_file_info64 info;
};

static bool list_contents(unzFile zip, struct contents *contents)
{
    int result = unzGoToFirstFile(zip);

    for (; result == UNZ_OK; result = unzGoToNextFile(zip)) {
        char name[sizeof contents->names[0]] = "";
        unz_file_info64 info;

        if (unzGetCurrentFileInfo64(zip, &info, name, sizeof name - 1, NULL, 0, NULL, 0) != UNZ_OK)
            return false;
        if (is_aside(name))
            continue;
        make_printable(name);
        if (contents->files < 2)
            memcpy(contents->names[contents->files], name, sizeof name);
        if (contents->files++ == 0 && unzGetFilePos64(zip, &contents->position) != UNZ_OK)
            return false;
        if (contents->files == 1)
            contents->info = info;
    }
    return result == UNZ_END_OF_LIST_OF_FILE;
}

/* Whether the record that ends a .zip, with its comment, ends the file. */
static bool ends_with_zip(FILE *file, unzFile zip)
{
    unz_global_info64 info;
    char magic[4];

    return unzGetGlobalInfo64(zip, &info) == UNZ_OK &&
           fseek(file, -(long)(ZIP_END_BYTES + info.size_comment), SEEK_END) == 0 &&
           fread(magic, 1, sizeof magic, file) == sizeof magic && memcmp(magic, "PK\5\6", 4) == 0;
}

static enum hb_status choose_file(struct hb_unpack *unpack, const char *path, struct hb_error *error)
{
    struct contents contents = {0};

    if (!list_contents(unpack->zip, &contents))
        return hb_error_set(error, HB_ERR_FORMAT, "%s: the list of files in this zip is damaged or cut off",
                            path);
    if (contents.files == 0)
        return hb_error_set(error, HB_ERR_FORMAT, "%s: a zip with no file in it", path);
    if (contents.files > 1)
        return hb_error_set(error, HB_ERR_FORMAT,
                            "%s: a zip of %u files (%s, %s%s); heapbench reads one that holds one: unpack it "
                            "and give the file",
                            path, contents.files, contents.names[0], contents.names[1],
                            contents.files > 2 ? ", ..." : "");
    if ((contents.info.flag & 1) != 0)
        return hb_error_set(error, HB_ERR_FORMAT, "%s: %s in this zip is encrypted; unpack it first", path,
                            contents.names[0]);
    if (!ends_with_zip(unpack->file, unpack->zip))
        return hb_error_set(error, HB_ERR_FORMAT, "%s: the zip data is cut off or followed by something else",
                            path);
    if (unzGoToFilePos64(unpack->zip, &contents.position) != UNZ_OK ||
        unzOpenCurrentFile(unpack->zip) != UNZ_OK)
        return hb_error_set(error, HB_ERR_FORMAT,
                            "%s: %s in this zip is damaged, or packed by a method that is not deflate", path,
                            contents.names[0]);
    return HB_OK;
}

static enum hb_status open_zip(struct hb_unpack *unpack, const char *path, struct hb_error *error)
{
    zlib_filefunc64_def functions;

    fill_fopen64_filefunc(&functions);
    functions.zopen64_file = give_file;
    functions.zclose_file = keep_file;
    functions.opaque = unpack->file;
    unpack->zip = unzOpen2_64(path, &functions);
    if (unpack->zip == NULL)
        return hb_error_set(error, HB_ERR_FORMAT, "%s: the zip data is damaged or cut off", path);
    return choose_file(unpack, path, error);
}

static enum hb_status begin(struct hb_unpack *unpack, const char *path, struct hb_error *error)
{
    bool ready = true;

    switch (unpack->packing) {
    case HB_ARCHIVE_GZIP:
        ready = unpack->gzip_begun = inflateInit2(&unpack->gzip, GZIP_WINDOW_BITS) == Z_OK;
        break;
    case HB_ARCHIVE_ZSTD:
        unpack->zstd = ZSTD_createDCtx();
        ready = unpack->zstd != NULL &&
                !ZSTD_isError(ZSTD_DCtx_setParameter(unpack->zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG));
        break;
    default:
        return open_zip(unpack, path, error);
    }
    return ready ? HB_OK : hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", path);
}

enum hb_status hb_unpack_open(const char *path, FILE *file, enum hb_archive packing, struct hb_unpack **out,
                              FILE **stream, struct hb_error *error)
{
    struct hb_unpack *unpack = malloc(sizeof *unpack);
    cookie_io_functions_t functions = {.read = packing == HB_ARCHIVE_ZIP ? read_zip : read_pieces};
    enum hb_status status;

    if (unpack == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", path);
    memset(unpack, 0, offsetof(struct hb_unpack, piece));
    unpack->file = file;
    unpack->packing = packing;
    status = begin(unpack, path, error);
    if (status == HB_OK && (*stream = fopencookie(unpack, "r", functions)) == NULL)
        status = hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", path);
    if (status == HB_OK)
        *out = unpack;
    else
        hb_unpack_close(unpack);
    return status;
}

void hb_unpack_close(struct hb_unpack *unpack)
{
    if (unpack == NULL)
        return;
    if (unpack->gzip_begun)
        inflateEnd(&unpack->gzip);
    ZSTD_freeDCtx(unpack->zstd);
    if (unpack->zip != NULL)
        unzClose(unpack->zip);
    free(unpack);
}

/*
 * platform.c - what WebAssembly lacks: the rooms below call it, and find here what they would find on Linux.
 *
 * There is one file: the bytes that the page was given (lab_trace.c). There are no pages to
 * reserve: memory comes from malloc. All that a heap consists of lies below lab_end(), which is kept in that
 * memory itself, so that a copy of the memory up to there is a copy of the heap, to go back to.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "base/file.h"
#include "base/pages.h"
#include "base/progress.h"
#include "plots/lab/module/lab.h"
#include "plots/lab/module/unzstd.h"
#include "workloads/source/unpack.h"

/* -- memory -- */

enum { WASM_PAGE = 65536, SMALL_TABLE = 32768 };

#define MOST_INPUT_BYTES \
    (UINT64_C(1) << 30) /* of one trace: a tab has 4 GiB at most, and two heaps want theirs */

static uintptr_t end; /* 0: nobody has asked yet */

static uintptr_t memory_bytes(void)
{
    return (uintptr_t)__builtin_wasm_memory_size(0) * WASM_PAGE;
}

/* In place of the C library's, which takes the end of memory for the end of the heap; memory does not shrink
 * when an earlier heap is put back, and would grow at each such step. */
void *sbrk(intptr_t increment)
{
    uintptr_t old = end != 0 ? end : memory_bytes(), wanted = old + (uintptr_t)increment;

    if (increment < 0 || wanted < old) {
        errno = ENOMEM;
        return (void *)-1;
    }
    if (wanted > memory_bytes() &&
        __builtin_wasm_memory_grow(0, (wanted - memory_bytes() + WASM_PAGE - 1) / WASM_PAGE) == (size_t)-1) {
        errno = ENOMEM;
        return (void *)-1;
    }
    end = wanted;
    return (void *)old;
}

LAB_EXPORT uint32_t lab_end(void)
{
    return (uint32_t)(uintptr_t)sbrk(0);
}

uint64_t hb_half_of_memory(void)
{
    return MOST_INPUT_BYTES;
}

void *hb_pages_reserve(size_t bytes)
{
    return calloc(1, bytes);
}

void *hb_pages_grow(void *pages, size_t old_bytes, size_t new_bytes)
{
    char *grown = realloc(pages, new_bytes);

    if (grown != NULL && new_bytes > old_bytes)
        memset(grown + old_bytes, 0, new_bytes - old_bytes);
    return grown;
}

void hb_pages_free(void *pages, size_t bytes)
{
    (void)bytes;
    free(pages);
}

/* The smallest table has room for all that one operation may add to it. */
size_t hb_table_room(size_t bytes)
{
    return bytes == 0 ? 0 : bytes < SMALL_TABLE ? SMALL_TABLE : bytes;
}

void *hb_table_grow(void *table, size_t old_bytes, size_t new_bytes)
{
    return hb_pages_grow(table, table != NULL ? hb_table_room(old_bytes) : 0, hb_table_room(new_bytes));
}

void hb_table_free(void *table, size_t bytes)
{
    hb_pages_free(table, bytes);
}

/* -- the one file -- */

enum hb_status hb_file_open(const char *path, FILE **out, struct hb_error *error)
{
    struct lab_bytes input = lab_input();
    FILE *stream = fmemopen((void *)input.bytes, input.length, "r");

    if (stream == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", path);
    *out = stream;
    return HB_OK;
}

/* What is packed is not unpacked here, and is told apart by who knows what is foreign. */
enum hb_archive hb_unpack_recognise(const uint8_t *head, size_t bytes)
{
    (void)head, (void)bytes;
    return HB_ARCHIVE_NONE;
}

enum hb_status hb_unpack_open(const char *path, FILE *file, enum hb_archive archive, struct hb_unpack **out,
                              FILE **stream, struct hb_error *error)
{
    (void)file, (void)archive, (void)out, (void)stream;
    return hb_error_set(error, HB_ERR_UNAVAILABLE, "%s: packed", path);
}

void hb_unpack_close(struct hb_unpack *unpack)
{
    (void)unpack;
}

const char *hb_unpack_fault(const struct hb_unpack *unpack)
{
    (void)unpack;
    return NULL;
}

/* There is no file of that name. */
int stat(const char *restrict path, struct stat *restrict info)
{
    (void)path, (void)info;
    errno = ENOENT;
    return -1;
}

char *basename(const char *path)
{
    const char *slash = strrchr(path, '/');

    return (char *)(slash != NULL ? slash + 1 : path);
}

/* -- nobody looks at progress -- */

void hb_progress_begin(const char *what)
{
    (void)what;
}

void hb_progress_end(void)
{
}

void hb_progress_set(void *unused, uint64_t done)
{
    (void)unused, (void)done;
}

/* -- as much of libzstd as the reader of traces calls -- */

struct ZSTD_DCtx_s {
    int unused;
};

ZSTD_DCtx *ZSTD_createDCtx(void)
{
    return calloc(1, sizeof(ZSTD_DCtx));
}

size_t ZSTD_freeDCtx(ZSTD_DCtx *context)
{
    free(context);
    return 0;
}

size_t ZSTD_findFrameCompressedSize(const void *from, size_t bytes)
{
    return hb_unzstd_frame_bytes(from, bytes);
}

size_t ZSTD_decompressDCtx(ZSTD_DCtx *context, void *to, size_t room, const void *from, size_t bytes)
{
    (void)context;
    return hb_unzstd(to, room, from, bytes);
}

unsigned ZSTD_isError(size_t code)
{
    return code == HB_UNZSTD_FAULT;
}

#include "workloads/record/capture_file.h"

#include <assert.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static enum hb_status map_file(struct hb_capture *capture, struct hb_error *error)
{
    int fd = open(capture->path, O_RDONLY | O_CLOEXEC);
    struct stat info;
    void *data = MAP_FAILED;
    bool foreign = false;

    if (fd < 0)
        return hb_error_set_errno(error, HB_ERR_IO, "%s: cannot be read", capture->path);
    if (fstat(fd, &info) == 0) {
        foreign = !S_ISREG(info.st_mode) || info.st_size < HB_CAPTURE_HEADER_BYTES;
        if (!foreign)
            data = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_SHARED, fd, 0);
    }
    close(fd);
    if (foreign)
        return hb_error_set(error, HB_ERR_FORMAT, "%s: not a capture of heapbench record", capture->path);
    if (data == MAP_FAILED)
        return hb_error_set_errno(error, HB_ERR_IO, "%s: cannot be mapped", capture->path);
    capture->data = data;
    capture->bytes = (size_t)info.st_size;
    capture->header = data;
    return HB_OK;
}

static enum hb_status check_header(const struct hb_capture *capture, struct hb_error *error)
{
    const struct hb_capture_header *header = capture->header;
    uint32_t page;

    assert(header != NULL);
    page = header->page_bytes;
    if (memcmp(header->magic, HB_CAPTURE_MAGIC, sizeof header->magic) != 0)
        return hb_error_set(error, HB_ERR_FORMAT, "%s: not a capture of this version of heapbench record",
                            capture->path);
    if (page < HB_CAPTURE_HEADER_BYTES || (page & (page - 1)) != 0 || page > 1u << 24)
        return hb_error_set(error, HB_ERR_FORMAT, "%s: damaged at byte 8: pages of %" PRIu32 " bytes",
                            capture->path, page);
    return HB_OK;
}

static enum hb_status add_piece(struct hb_capture *capture, const struct hb_capture_chunk *chunk,
                                struct hb_error *error)
{
    if (capture->piece_count == capture->piece_capacity) {
        size_t capacity = capture->piece_capacity == 0 ? 64 : capture->piece_capacity * 2;
        struct hb_capture_piece *grown = reallocarray(capture->pieces, capacity, sizeof *grown);

        if (grown == NULL)
            return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", capture->path);
        capture->pieces = grown;
        capture->piece_capacity = capacity;
    }
    capture->pieces[capture->piece_count++] = (struct hb_capture_piece){
        .offset = chunk->offset, .bytes = chunk->bytes, .stream = chunk->stream, .sequence = chunk->sequence};
    return HB_OK;
}

/* A chunk says where it is, so that text which happens to look like one does not pass. */
static bool is_chunk(const struct hb_capture *capture, const struct hb_capture_chunk *chunk, size_t offset)
{
    return chunk->magic == HB_CAPTURE_CHUNK_MAGIC && chunk->offset == offset && chunk->stream != 0 &&
           chunk->bytes >= capture->header->page_bytes && chunk->bytes % capture->header->page_bytes == 0;
}

static enum hb_status find_pieces(struct hb_capture *capture, struct hb_error *error)
{
    size_t page = capture->header->page_bytes;
    size_t offset = page;

    while (offset < capture->bytes && capture->bytes - offset >= sizeof(struct hb_capture_chunk)) {
        struct hb_capture_chunk chunk;
        enum hb_status status;

        memcpy(&chunk, capture->data + offset, sizeof chunk);
        if (!is_chunk(capture, &chunk, offset)) {
            offset += page; /* reserved, and never signed */
            continue;
        }
        if (chunk.bytes > capture->bytes - offset)
            return hb_error_set(error, HB_ERR_FORMAT, "%s: truncated in the chunk at byte %zu", capture->path,
                                offset);
        status = add_piece(capture, &chunk, error);
        if (status != HB_OK)
            return status;
        offset += chunk.bytes;
    }
    return HB_OK;
}

static int compare_pieces(const void *a, const void *b)
{
    const struct hb_capture_piece *x = a, *y = b;

    if (x->stream != y->stream)
        return x->stream < y->stream ? -1 : 1;
    return (x->sequence > y->sequence) - (x->sequence < y->sequence);
}

/* Each stream's chunks are numbered from 0 without a gap. */
static enum hb_status find_streams(struct hb_capture *capture, struct hb_error *error)
{
    uint32_t expected = 0;

    if (capture->piece_count > 0)
        qsort(capture->pieces, capture->piece_count, sizeof *capture->pieces, compare_pieces);
    capture->streams = calloc(capture->piece_count + 1, sizeof *capture->streams);
    if (capture->streams == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", capture->path);
    for (size_t i = 0; i < capture->piece_count; i++) {
        const struct hb_capture_piece *piece = &capture->pieces[i];

        if (i == 0 || piece->stream != piece[-1].stream) {
            capture->streams[capture->stream_count++] = i;
            expected = 0;
        }
        if (piece->sequence != expected++)
            return hb_error_set(error, HB_ERR_FORMAT,
                                "%s: damaged: chunk %" PRIu32 " of stream %" PRIu32 " at byte %" PRIu64
                                " does not follow the one before",
                                capture->path, piece->sequence, piece->stream, piece->offset);
    }
    capture->streams[capture->stream_count] = capture->piece_count;
    return HB_OK;
}

enum hb_status hb_capture_open(const char *path, struct hb_capture **out, struct hb_error *error)
{
    struct hb_capture *capture = calloc(1, sizeof *capture);
    enum hb_status status;

    if (capture != NULL)
        capture->path = strdup(path);
    if (capture == NULL || capture->path == NULL) {
        status = hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", path);
        goto fail;
    }
    status = map_file(capture, error);
    if (status == HB_OK)
        status = check_header(capture, error);
    if (status == HB_OK)
        status = find_pieces(capture, error);
    if (status == HB_OK)
        status = find_streams(capture, error);
    if (status != HB_OK)
        goto fail;
    *out = capture;
    return HB_OK;
fail:
    hb_capture_close(capture);
    return status;
}

void hb_capture_close(struct hb_capture *capture)
{
    if (capture == NULL)
        return;
    if (capture->data != NULL)
        munmap((void *)(uintptr_t)capture->data, capture->bytes);
    free(capture->pieces);
    free(capture->streams);
    free(capture->path);
    free(capture);
}

static bool is_plain(const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%^";

    return *word != '\0' && word[strspn(word, plain)] == '\0';
}

/* Appends a word in single quotes where it needs them. */
static void append_quoted(FILE *out, const char *word)
{
    if (is_plain(word)) {
        fputs(word, out);
        return;
    }
    fputc('\'', out);
    for (; *word != '\0'; word++) {
        if (*word == '\'')
            fputs("'\\''", out);
        else
            fputc(*word, out);
    }
    fputc('\'', out);
}

char *hb_capture_command(const struct hb_capture *capture)
{
    const struct hb_capture_header *header = capture->header;
    size_t bytes = header->command_bytes;
    char words[sizeof header->command + 1];
    char *text = NULL;
    size_t length;
    FILE *out;

    if (bytes == 0 || bytes > sizeof header->command)
        return NULL;
    memcpy(words, header->command, bytes);
    words[bytes] = '\0';
    out = open_memstream(&text, &length);
    if (out == NULL)
        return NULL;
    for (const char *word = words; word < words + bytes; word += strlen(word) + 1) {
        if (word != words)
            fputc(' ', out);
        append_quoted(out, word);
    }
    return fclose(out) == 0 ? text : NULL;
}

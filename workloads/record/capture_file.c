/*
 * capture_file.c - finds the images, streams and chunks of a file of captures.
 */
#include "workloads/record/capture_file.h"

#include <assert.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Stands in for the header of an image that has none. */
static const struct hb_capture_header no_header;

static enum hb_status out_of_memory(const struct hb_capture_file *file, struct hb_error *error)
{
    return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", file->path);
}

/* The part of what is mapped that chunks may be in. */
static size_t used_bytes(const struct hb_capture_file *file)
{
    uint64_t end = atomic_load_explicit(&file->shared->end, memory_order_acquire);

    return end < file->mapped_bytes ? (size_t)end : file->mapped_bytes;
}

/* Up to its end, as it says itself: the file is sparse, and far larger than what is in it. */
static size_t bytes_to_map(int fd, const struct stat *info)
{
    uint64_t end = 0;

    if (pread(fd, &end, sizeof end, offsetof(struct hb_capture_shared, end)) != (ssize_t)sizeof end ||
        end < HB_CAPTURE_SHARED_BYTES)
        return HB_CAPTURE_SHARED_BYTES;
    return end < (uint64_t)info->st_size ? (size_t)end : (size_t)info->st_size;
}

static enum hb_status map_file(struct hb_capture_file *file, int fd, struct hb_error *error)
{
    struct stat info;
    size_t bytes;
    void *data;

    if (fstat(fd, &info) != 0)
        return hb_error_set_errno(error, HB_ERR_IO, "%s: cannot be read", file->path);
    if (!S_ISREG(info.st_mode) || info.st_size < HB_CAPTURE_SHARED_BYTES)
        return hb_error_set(error, HB_ERR_FORMAT, "%s: not a capture of heapbench record", file->path);
    bytes = bytes_to_map(fd, &info);
    data = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);
    if (data == MAP_FAILED)
        return hb_error_set_errno(error, HB_ERR_IO, "%s: cannot be mapped", file->path);
    file->data = data;
    file->mapped_bytes = bytes;
    file->shared = data;
    return HB_OK;
}

static enum hb_status check_shared(const struct hb_capture_file *file, struct hb_error *error)
{
    const struct hb_capture_shared *shared = file->shared;
    uint32_t page;

    assert(shared != NULL);
    page = shared->page_bytes;
    if (memcmp(shared->magic, HB_CAPTURE_MAGIC, sizeof shared->magic) != 0)
        return hb_error_set(error, HB_ERR_FORMAT, "%s: not a capture of this version of heapbench record",
                            file->path);
    if (page < HB_CAPTURE_HEADER_BYTES || (page & (page - 1)) != 0 || page > HB_CAPTURE_SHARED_BYTES)
        return hb_error_set(error, HB_ERR_FORMAT, "%s: damaged at byte 8: pages of %" PRIu32 " bytes",
                            file->path, page);
    return HB_OK;
}

static enum hb_status add_piece(struct hb_capture_file *file, const struct hb_capture_chunk *chunk,
                                struct hb_error *error)
{
    if (file->piece_count == file->piece_capacity) {
        size_t capacity = file->piece_capacity == 0 ? 64 : file->piece_capacity * 2;
        struct hb_capture_piece *grown = reallocarray(file->pieces, capacity, sizeof *grown);

        if (grown == NULL)
            return out_of_memory(file, error);
        file->pieces = grown;
        file->piece_capacity = capacity;
    }
    file->pieces[file->piece_count++] = (struct hb_capture_piece){.offset = chunk->offset,
                                                                  .bytes = chunk->bytes,
                                                                  .image = chunk->image,
                                                                  .stream = chunk->stream,
                                                                  .sequence = chunk->sequence};
    return HB_OK;
}

/* A chunk says where it is, so that text which happens to look like one does not pass. */
static bool is_chunk(const struct hb_capture_file *file, const struct hb_capture_chunk *chunk, size_t offset)
{
    uint32_t page = file->shared->page_bytes;

    return chunk->magic == HB_CAPTURE_CHUNK_MAGIC && chunk->offset == offset && chunk->image != 0 &&
           chunk->bytes >= page && chunk->bytes % page == 0;
}

/* The next page behind `offset` that may hold something: what was taken and never written is a hole. */
static size_t skip_unsigned(const struct hb_capture_file *file, int fd, size_t offset)
{
    size_t page = file->shared->page_bytes;
    off_t data = lseek(fd, (off_t)(offset + page), SEEK_DATA);

    return data > 0 && (size_t)data > offset + page ? (size_t)data / page * page : offset + page;
}

static enum hb_status find_pieces(struct hb_capture_file *file, int fd, struct hb_error *error)
{
    size_t offset = HB_CAPTURE_SHARED_BYTES;

    file->piece_count = 0;
    file->bytes = used_bytes(file);
    while (offset < file->bytes && file->bytes - offset >= sizeof(struct hb_capture_chunk)) {
        struct hb_capture_chunk chunk;
        enum hb_status status;

        /* Not through the mapping: on a full tmpfs to look at a hole is a SIGBUS. */
        if (pread(fd, &chunk, sizeof chunk, (off_t)offset) != (ssize_t)sizeof chunk)
            memset(&chunk, 0, sizeof chunk);
        if (!is_chunk(file, &chunk, offset)) {
            offset = skip_unsigned(file, fd, offset);
            continue;
        }
        if (chunk.bytes > file->bytes - offset)
            return hb_error_set(error, HB_ERR_FORMAT, "%s: truncated in the chunk at byte %zu", file->path,
                                offset);
        status = add_piece(file, &chunk, error);
        if (status != HB_OK)
            return status;
        offset += chunk.bytes;
    }
    return HB_OK;
}

static int compare_pieces(const void *a, const void *b)
{
    const struct hb_capture_piece *x = a, *y = b;

    if (x->image != y->image)
        return x->image < y->image ? -1 : 1;
    if (x->stream != y->stream)
        return x->stream < y->stream ? -1 : 1;
    return (x->sequence > y->sequence) - (x->sequence < y->sequence);
}

/*
 * Of a file that grows, the chunks of a stream from the first gap on are left out: a chunk whose place had
 * been passed was signed, and filled, while those behind it were looked for.
 */
static void drop_behind_gaps(struct hb_capture_file *file)
{
    uint32_t expected = 0;
    size_t kept = 0;

    for (size_t i = 0; i < file->piece_count; i++) {
        struct hb_capture_piece piece = file->pieces[i];

        if (kept == 0 || piece.image != file->pieces[kept - 1].image ||
            piece.stream != file->pieces[kept - 1].stream)
            expected = 0;
        if (piece.sequence == expected) {
            file->pieces[kept++] = piece;
            expected++;
        }
    }
    file->piece_count = kept;
}

/* The images' pieces are told apart; their streams are not looked at. */
static enum hb_status find_captures(struct hb_capture_file *file, struct hb_error *error)
{
    file->captures = calloc(file->piece_count + 1, sizeof *file->captures);
    if (file->captures == NULL)
        return out_of_memory(file, error);
    for (size_t i = 0; i < file->piece_count; i++) {
        const struct hb_capture_piece *piece = &file->pieces[i];
        struct hb_capture *capture = &file->captures[file->count];

        if (i > 0 && piece->image == piece[-1].image) {
            capture[-1].piece_count++;
            continue;
        }
        *capture = (struct hb_capture){
            .path = file->path, .data = file->data, .pieces = piece, .piece_count = 1, .header = &no_header};
        file->count++;
    }
    return HB_OK;
}

uint64_t hb_capture_cpu_since_begin(const struct hb_capture *capture, uint64_t cpu_ns)
{
    uint64_t begin_ns = capture->header->begin_cpu_ns;

    return cpu_ns > begin_ns ? cpu_ns - begin_ns : 0;
}

/* Takes the piece of stream 0. */
static enum hb_status take_header(struct hb_capture *capture, struct hb_error *error)
{
    const struct hb_capture_piece *first = capture->pieces;

    if (first->stream != 0)
        return hb_error_set(error, HB_ERR_FORMAT, "%s: damaged: process image %" PRIu32 " has no header",
                            capture->path, first->image);
    capture->header = (const struct hb_capture_header *)(const void *)(capture->data + first->offset);
    capture->wall_ns = capture->header->last_ns - capture->header->begin_ns;
    capture->cpu_ns = hb_capture_cpu_since_begin(capture, capture->header->cpu_ns);
    capture->pieces++;
    capture->piece_count--;
    if (capture->piece_count > 0 && capture->pieces->stream == 0)
        return hb_error_set(error, HB_ERR_FORMAT, "%s: damaged at byte %" PRIu64 ": a second header",
                            capture->path, capture->pieces->offset);
    return HB_OK;
}

/* Each stream's chunks are numbered from 0 without a gap. */
static enum hb_status find_streams(struct hb_capture *capture, struct hb_error *error)
{
    uint32_t expected = 0;

    capture->streams = calloc(capture->piece_count + 1, sizeof *capture->streams);
    capture->stream_ends = calloc(capture->piece_count + 1, sizeof *capture->stream_ends);
    capture->stream_items = calloc(capture->piece_count + 1, sizeof *capture->stream_items);
    if (capture->streams == NULL || capture->stream_ends == NULL || capture->stream_items == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", capture->path);
    for (size_t i = 0; i < capture->piece_count; i++) {
        const struct hb_capture_piece *piece = &capture->pieces[i];

        if (i == 0 || piece->stream != piece[-1].stream) {
            capture->stream_ends[capture->stream_count] = UINT64_MAX;
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

/* Where each stream ends now, and how much is in it. */
static enum hb_status measure_streams(struct hb_capture *capture, struct hb_error *error)
{
    for (size_t i = 0; i < capture->stream_count; i++) {
        struct hb_capture_cursor cursor;
        struct hb_capture_event event;

        hb_capture_cursor_begin(&cursor, capture, i);
        for (;;) {
            enum hb_status status = hb_capture_cursor_next(&cursor, &event, error);

            if (status != HB_OK)
                return status;
            if (event.kind == HB_CAPTURE_END)
                break;
            capture->stream_items[i]++;
            capture->events += event.kind != HB_CAPTURE_MARK;
        }
        capture->stream_ends[i] = (uint64_t)(cursor.at - capture->data);
    }
    return HB_OK;
}

/* A damaged image is kept without its streams; only a lack of memory ends it all. */
static enum hb_status read_capture(struct hb_capture *capture, struct hb_error *error)
{
    enum hb_status status = take_header(capture, &capture->damage);

    if (status == HB_OK)
        status = find_streams(capture, &capture->damage);
    if (status == HB_OK)
        status = measure_streams(capture, &capture->damage);
    if (status == HB_OK)
        return HB_OK;
    capture->stream_count = 0;
    capture->events = 0;
    if (status == HB_ERR_MEMORY && error != NULL)
        *error = capture->damage;
    return status == HB_ERR_MEMORY ? status : HB_OK;
}

static void forget_captures(struct hb_capture_file *file)
{
    for (size_t i = 0; i < file->count; i++) {
        free(file->captures[i].streams);
        free(file->captures[i].stream_ends);
        free(file->captures[i].stream_items);
    }
    free(file->captures);
    file->captures = NULL;
    file->count = 0;
}

static enum hb_status read_captures(struct hb_capture_file *file, int fd, bool may_grow,
                                    struct hb_error *error)
{
    enum hb_status status = find_pieces(file, fd, error);

    if (status != HB_OK)
        return status;
    if (file->piece_count > 0)
        qsort(file->pieces, file->piece_count, sizeof *file->pieces, compare_pieces);
    if (may_grow)
        drop_behind_gaps(file);
    status = find_captures(file, error);
    for (size_t i = 0; status == HB_OK && i < file->count; i++)
        status = read_capture(&file->captures[i], error);
    return status;
}

static uint32_t image_of(const struct hb_capture *capture)
{
    return capture->header->chunk.image;
}

static uint32_t stream_of(const struct hb_capture *capture, size_t stream)
{
    return capture->pieces[capture->streams[stream]].stream;
}

/* What there was of each stream at the first look; nothing of one that came later. */
static void take_earlier_items(struct hb_capture *capture, const struct hb_capture *earlier)
{
    size_t at = 0;

    for (size_t i = 0; i < capture->stream_count; i++) {
        while (at < earlier->stream_count && stream_of(earlier, at) < stream_of(capture, i))
            at++;
        capture->stream_items[i] =
            at < earlier->stream_count && stream_of(earlier, at) == stream_of(capture, i)
                ? earlier->stream_items[at]
                : 0;
    }
}

/* The second look, at a file that may have grown. */
static enum hb_status look_again(struct hb_capture_file *file, int fd, struct hb_error *error)
{
    static const struct hb_capture nothing;
    struct hb_capture_file first = *file;
    enum hb_status status;
    size_t at = 0;

    file->pieces = NULL;
    file->piece_count = file->piece_capacity = 0;
    file->captures = NULL;
    file->count = 0;
    file->data = NULL;
    status = map_file(file, fd, error);
    if (status == HB_OK)
        status = read_captures(file, fd, true, error);
    for (size_t i = 0; status == HB_OK && i < file->count; i++) {
        struct hb_capture *capture = &file->captures[i];

        while (at < first.count && image_of(&first.captures[at]) < image_of(capture))
            at++;
        take_earlier_items(capture, at < first.count && image_of(&first.captures[at]) == image_of(capture)
                                        ? &first.captures[at]
                                        : &nothing);
    }
    forget_captures(&first);
    munmap((void *)(uintptr_t)first.data, first.mapped_bytes);
    free(first.pieces);
    return status;
}

static int compare_processes(const void *a, const void *b)
{
    const struct hb_capture *x = *(struct hb_capture *const *)a, *y = *(struct hb_capture *const *)b;

    if (x->header->pid != y->header->pid)
        return x->header->pid < y->header->pid ? -1 : 1;
    return (x > y) - (x < y);
}

/* An exec ends an image that did not see it come. Two processes may have had the same number, one after the
 * other, or none that is known. */
static void end_by_exec(struct hb_capture *image, const struct hb_capture *next)
{
    const struct hb_capture_header *before = image->header, *after = next->header;

    if (before->pid == 0 || before->has_ended || after->begin_ns < before->last_ns ||
        after->begin_cpu_ns < before->cpu_ns)
        return;
    image->wall_ns = after->begin_ns - before->begin_ns;
    image->cpu_ns = hb_capture_cpu_since_begin(image, after->begin_cpu_ns);
}

static enum hb_status number_execs(struct hb_capture_file *file, struct hb_error *error)
{
    struct hb_capture **sorted = calloc(file->count + 1, sizeof(struct hb_capture *));

    if (sorted == NULL)
        return out_of_memory(file, error);
    for (size_t i = 0; i < file->count; i++)
        sorted[i] = &file->captures[i];
    if (file->count > 0)
        qsort(sorted, file->count, sizeof *sorted, compare_processes);
    for (size_t i = 1; i < file->count; i++)
        if (sorted[i]->header->pid == sorted[i - 1]->header->pid) {
            sorted[i]->exec = sorted[i - 1]->exec + 1;
            end_by_exec(sorted[i - 1], sorted[i]);
        }
    free(sorted);
    return HB_OK;
}

static enum hb_status read_file(struct hb_capture_file *file, bool may_grow, struct hb_error *error)
{
    int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    enum hb_status status;

    if (fd < 0)
        return hb_error_set_errno(error, HB_ERR_IO, "%s: cannot be read", file->path);
    status = map_file(file, fd, error);
    if (status == HB_OK)
        status = check_shared(file, error);
    if (status == HB_OK)
        status = read_captures(file, fd, may_grow, error);
    if (status == HB_OK && may_grow)
        status = look_again(file, fd, error);
    close(fd);
    return status == HB_OK ? number_execs(file, error) : status;
}

enum hb_status hb_capture_file_open(const char *path, bool may_grow, struct hb_capture_file **out,
                                    struct hb_error *error)
{
    struct hb_capture_file *file = calloc(1, sizeof *file);
    enum hb_status status;

    if (file != NULL)
        file->path = strdup(path);
    if (file == NULL || file->path == NULL)
        status = hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", path);
    else
        status = read_file(file, may_grow, error);
    if (status != HB_OK) {
        hb_capture_file_close(file);
        return status;
    }
    *out = file;
    return HB_OK;
}

void hb_capture_file_close(struct hb_capture_file *file)
{
    if (file == NULL)
        return;
    forget_captures(file);
    if (file->data != NULL)
        munmap((void *)(uintptr_t)file->data, file->mapped_bytes);
    free(file->pieces);
    free(file->path);
    free(file);
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

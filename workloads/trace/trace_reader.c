/*
 * trace_reader.c - a trace, read block by block, in memory that does not depend on its length.
 *
 * Each length that the file claims is held against the format's limits before anything is read into memory,
 * and each section's checksum is verified before anything in it is believed.
 */
#include "workloads/trace/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "workloads/source/source.h"
#include "workloads/trace/trace_format.h"

/* Operations handed out at a time: what a second-level cache holds. A fuzzer's inputs are short, and are to
 * reach its end. */
enum { CHUNK_OPS = HB_FUZZING ? 64 : 16384 };

struct hb_trace_reader {
    struct hb_source *source;
    FILE *stream; /* of the source */
    char *path;
    struct hb_trace_info info;
    struct hb_trace_totals totals;
    ZSTD_DCtx *zstd;
    uint64_t offset;       /* in the file, of the next section */
    uint64_t block_offset; /* of the one being decoded */
    uint64_t block_end_op; /* the index after its last operation */
    uint64_t raw_bytes;    /* of all blocks before it and itself */
    struct hb_trace_decoder decoder;
    bool ended;
    struct hb_op ops[CHUNK_OPS];
    uint8_t packed[HB_TRACE_BLOCK_BYTES + HB_TRACE_MAX_PACKED_BYTES + HB_TRACE_CHECKSUM_BYTES];
    uint8_t raw[HB_TRACE_MAX_RAW_BYTES + HB_TRACE_PADDING_BYTES];
};

/* "PATH: byte OFFSET: ..." */
static enum hb_status damaged(const struct hb_trace_reader *reader, uint64_t offset, struct hb_error *error,
                              const char *what)
{
    return hb_error_set(error, HB_ERR_FORMAT, "%s: byte %llu: %s", reader->path, (unsigned long long)offset,
                        what);
}

/* Reads exactly `length` bytes of the section that began at reader->offset. */
static enum hb_status read_bytes(struct hb_trace_reader *reader, void *out, size_t length,
                                 struct hb_error *error)
{
    if (fread(out, 1, length, reader->stream) == length)
        return HB_OK;
    if (ferror(reader->stream))
        return hb_source_fault(reader->source, error);
    return damaged(reader, reader->offset, error, "the section that begins here is cut off");
}

static char *copy_text(const uint8_t *bytes, size_t length)
{
    char *text = malloc(length + 1);

    if (text == NULL)
        return NULL;
    memcpy(text, bytes, length);
    text[length] = '\0';
    return text;
}

/* The two texts: from the packed buffer, where the header was read. Empty ones stay NULL. */
static enum hb_status keep_info(struct hb_trace_reader *reader, const struct hb_trace_header *header,
                                struct hb_error *error)
{
    const uint8_t *command = reader->packed + HB_TRACE_HEADER_BYTES;
    const uint8_t *origin = command + header->command_bytes;

    if (memchr(command, '\0', (size_t)header->command_bytes + header->origin_bytes) != NULL)
        return damaged(reader, HB_TRACE_HEADER_BYTES, error, "a text in the header has a NUL in it");
    reader->info.suggested_heap_bytes = header->suggested_heap_bytes;
    reader->info.touched = header->version == HB_TRACE_TOUCHED_VERSION;
    if (header->command_bytes > 0)
        reader->info.command = copy_text(command, header->command_bytes);
    if (header->origin_bytes > 0)
        reader->info.origin = copy_text(origin, header->origin_bytes);
    if ((header->command_bytes > 0 && reader->info.command == NULL) ||
        (header->origin_bytes > 0 && reader->info.origin == NULL))
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", reader->path);
    return HB_OK;
}

static enum hb_status read_header(struct hb_trace_reader *reader, struct hb_error *error)
{
    struct hb_trace_header header;
    size_t length = HB_TRACE_HEADER_BYTES;
    enum hb_status status;

    if (fread(reader->packed, 1, HB_TRACE_MAGIC_BYTES, reader->stream) < HB_TRACE_MAGIC_BYTES &&
        ferror(reader->stream))
        return hb_source_fault(reader->source, error);
    if (memcmp(reader->packed, hb_trace_magic, HB_TRACE_MAGIC_BYTES) != 0)
        return damaged(reader, 0, error, "not a heapbench trace");
    status = read_bytes(reader, reader->packed + HB_TRACE_MAGIC_BYTES, length - HB_TRACE_MAGIC_BYTES, error);
    if (status != HB_OK)
        return status;
    if (!hb_trace_unpack_header(reader->packed, &header)) {
        if (header.version >= 1 && header.version <= HB_TRACE_TOUCHED_VERSION)
            return damaged(reader, 0, error, "the header is damaged");
        return hb_error_set(error, HB_ERR_FORMAT,
                            "%s: byte 8: a trace of version %u; this heapbench reads versions 1 to %d",
                            reader->path, header.version, HB_TRACE_TOUCHED_VERSION);
    }
    length += header.command_bytes + header.origin_bytes;
    status = read_bytes(reader, reader->packed + HB_TRACE_HEADER_BYTES,
                        length + HB_TRACE_CHECKSUM_BYTES - HB_TRACE_HEADER_BYTES, error);
    if (status != HB_OK)
        return status;
    if (!hb_trace_sealed(reader->packed, length))
        return damaged(reader, 0, error, "the header is damaged: its checksum does not match");
    reader->offset = length + HB_TRACE_CHECKSUM_BYTES;
    reader->decoder.version = header.version;
    return keep_info(reader, &header, error);
}

enum hb_status hb_trace_reader_open(const char *path, struct hb_trace_reader **out, struct hb_error *error)
{
    struct hb_trace_reader *reader = malloc(sizeof *reader);
    enum hb_status status = HB_ERR_MEMORY;

    if (reader == NULL)
        return hb_error_set(error, status, "%s: out of memory", path);
    memset(reader, 0, offsetof(struct hb_trace_reader, ops));
    memset(reader->packed, 0, HB_TRACE_MAGIC_BYTES); /* of a file that is shorter */
    reader->path = strdup(path);
    reader->zstd = ZSTD_createDCtx();
    if (reader->path == NULL || reader->zstd == NULL) {
        hb_error_set(error, status, "%s: out of memory", path);
        goto fail;
    }
    status = hb_source_open(path, &reader->source, error);
    if (status != HB_OK)
        goto fail;
    reader->stream = hb_source_stream(reader->source);
    status = read_header(reader, error);
    if (status != HB_OK)
        goto fail;
    *out = reader;
    return HB_OK;
fail:
    hb_trace_reader_close(reader);
    return status;
}

void hb_trace_reader_close(struct hb_trace_reader *reader)
{
    if (reader == NULL)
        return;
    hb_source_close(reader->source);
    ZSTD_freeDCtx(reader->zstd);
    free(reader->info.command);
    free(reader->info.origin);
    free(reader->path);
    free(reader);
}

const struct hb_trace_info *hb_trace_reader_info(const struct hb_trace_reader *reader)
{
    return &reader->info;
}

static bool same_state(const struct hb_trace_state *a, const struct hb_trace_state *b)
{
    return a->next_op == b->next_op && a->next_object == b->next_object && a->thread == b->thread &&
           a->threads == b->threads && a->time_us == b->time_us;
}

/* Unpacks the verified payload and sets the decoder on it. */
static enum hb_status begin_block(struct hb_trace_reader *reader, const struct hb_trace_block *block,
                                  struct hb_error *error)
{
    size_t head_bytes = hb_trace_block_bytes(reader->decoder.version), raw_bytes;
    const uint8_t *payload = reader->packed + head_bytes;

    if (!same_state(&block->state, &reader->decoder.state))
        return damaged(reader, reader->offset, error,
                       "this block does not continue the one before it: blocks are missing or out of order");
    if (ZSTD_findFrameCompressedSize(payload, block->packed_bytes) != block->packed_bytes)
        return damaged(reader, reader->offset, error, "this block is not one zstd frame");
    raw_bytes =
        ZSTD_decompressDCtx(reader->zstd, reader->raw, block->raw_bytes, payload, block->packed_bytes);
    if (ZSTD_isError(raw_bytes) || raw_bytes != block->raw_bytes)
        return damaged(reader, reader->offset, error,
                       "this block does not unpack to the length that it claims");
    memset(reader->raw + raw_bytes, 0, HB_TRACE_PADDING_BYTES);
    reader->decoder.next = reader->raw;
    reader->decoder.end = reader->raw + raw_bytes;
    reader->block_end_op = block->state.next_op + block->ops;
    reader->block_offset = reader->offset;
    reader->raw_bytes += raw_bytes;
    reader->offset += head_bytes + (uint64_t)block->packed_bytes + HB_TRACE_CHECKSUM_BYTES;
    return HB_OK;
}

/* The bytes from `from` to `to` of a section whose first are in the packed buffer already. */
static enum hb_status read_rest(struct hb_trace_reader *reader, size_t from, size_t to,
                                struct hb_error *error)
{
    return read_bytes(reader, reader->packed + from, to - from, error);
}

/* A block, whose first HB_TRACE_SECTION_BYTES are in the packed buffer. */
static enum hb_status read_block(struct hb_trace_reader *reader, struct hb_error *error)
{
    size_t length = hb_trace_block_bytes(reader->decoder.version), head_bytes = length;
    struct hb_trace_block block;
    enum hb_status status = read_rest(reader, HB_TRACE_SECTION_BYTES, head_bytes, error);

    if (status != HB_OK)
        return status;
    if (!hb_trace_unpack_block(reader->packed, reader->decoder.version, &block))
        return damaged(reader, reader->offset, error, "this block claims more than a block may hold");
    length += block.packed_bytes;
    status = read_rest(reader, head_bytes, length + HB_TRACE_CHECKSUM_BYTES, error);
    if (status != HB_OK)
        return status;
    if (!hb_trace_sealed(reader->packed, length))
        return damaged(reader, reader->offset, error, "this block is damaged: its checksum does not match");
    return begin_block(reader, &block, error);
}

static enum hb_status read_end(struct hb_trace_reader *reader, struct hb_error *error)
{
    const struct hb_trace_state *state = &reader->decoder.state;
    uint32_t version = reader->decoder.version;
    size_t length = hb_trace_end_bytes(version);
    struct hb_trace_totals totals;
    enum hb_status status =
        read_rest(reader, HB_TRACE_SECTION_BYTES, length + HB_TRACE_CHECKSUM_BYTES, error);

    if (status != HB_OK)
        return status;
    if (!hb_trace_sealed(reader->packed, length) || !hb_trace_unpack_end(reader->packed, version, &totals))
        return damaged(reader, reader->offset, error, "the end of the trace is damaged");
    if (totals.ops != state->next_op || totals.objects != state->next_object ||
        totals.threads != state->threads || totals.time_us != state->time_us)
        return damaged(reader, reader->offset, error,
                       "the totals at the end are not those of the operations before it");
    if (fgetc(reader->stream) != EOF)
        return damaged(reader, reader->offset + length + HB_TRACE_CHECKSUM_BYTES, error,
                       "something follows the end of the trace");
    if (ferror(reader->stream)) /* a packed file that is cut off behind the trace is not whole either */
        return hb_source_fault(reader->source, error);
    reader->totals = totals;
    reader->ended = true;
    return HB_OK;
}

static enum hb_status read_section(struct hb_trace_reader *reader, struct hb_error *error)
{
    size_t got = fread(reader->packed, 1, HB_TRACE_SECTION_BYTES, reader->stream);

    if (ferror(reader->stream))
        return hb_source_fault(reader->source, error);
    if (got == 0)
        return damaged(reader, reader->offset, error,
                       "the trace ends without its trailer: it was cut off, or its writer was killed");
    if (got < HB_TRACE_SECTION_BYTES)
        return damaged(reader, reader->offset, error, "the section that begins here is cut off");
    switch (hb_trace_section_kind(reader->packed)) {
    case HB_SECTION_BLOCK:
        return read_block(reader, error);
    case HB_SECTION_END:
        return read_end(reader, error);
    case HB_SECTION_UNKNOWN:
        break;
    }
    return damaged(reader, reader->offset, error, "neither a block nor the end of the trace begins here");
}

/* Decodes the next chunk of the current block. */
static enum hb_status decode_chunk(struct hb_trace_reader *reader, size_t *count, struct hb_error *error)
{
    struct hb_trace_decoder *decoder = &reader->decoder;
    size_t decoded = hb_trace_decode(decoder, reader->ops, CHUNK_OPS);

    if (decoder->fault != NULL)
        return hb_error_set(error, HB_ERR_FORMAT, "%s: byte %llu: in this block, operation %llu %s",
                            reader->path, (unsigned long long)reader->block_offset,
                            (unsigned long long)decoder->state.next_op, decoder->fault);
    if (decoder->state.next_op > reader->block_end_op ||
        (decoder->next == decoder->end && decoder->state.next_op != reader->block_end_op))
        return damaged(reader, reader->block_offset, error,
                       "this block does not hold as many operations as it claims");
    *count = decoded;
    return HB_OK;
}

enum hb_status hb_trace_reader_next(struct hb_trace_reader *reader, const struct hb_op **ops, size_t *count,
                                    struct hb_error *error)
{
    size_t decoded = 0;
    enum hb_status status = HB_OK;

    while (status == HB_OK && decoded == 0 && !reader->ended) {
        if (reader->decoder.next == reader->decoder.end)
            status = read_section(reader, error);
        if (status == HB_OK && !reader->ended)
            status = decode_chunk(reader, &decoded, error);
    }
    if (status != HB_OK)
        return status;
    *ops = reader->ops;
    *count = decoded;
    return HB_OK;
}

uint32_t hb_trace_reader_version(const struct hb_trace_reader *reader)
{
    return reader->decoder.version;
}

const struct hb_wait *hb_trace_reader_waits(const struct hb_trace_reader *reader, size_t *count)
{
    const struct hb_trace_decoder *decoder = &reader->decoder;
    size_t all = decoder->wait_count;
    size_t later = all > 0 && decoder->waits[all - 1].before_op == decoder->state.next_op;

    *count = reader->ended ? later : all - later;
    return reader->ended ? decoder->waits + all - later : decoder->waits;
}

const struct hb_touched *hb_trace_reader_touched(const struct hb_trace_reader *reader, size_t *count)
{
    *count = reader->ended ? 0 : reader->decoder.touched_count;
    return reader->decoder.touched;
}

const struct hb_trace_totals *hb_trace_reader_totals(const struct hb_trace_reader *reader)
{
    return &reader->totals;
}

uint64_t hb_trace_reader_raw_bytes(const struct hb_trace_reader *reader)
{
    return reader->raw_bytes;
}

/*
 * trace_writer.c - a trace, written block by block as operations come.
 *
 * It holds one block, whatever the length of the trace. The file appears under its name only when it is whole
 * (base/file.h). What it is given is checked before it is coded, so that what it writes can be read.
 */
#include "workloads/trace/trace.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "base/file.h"
#include "workloads/trace/trace_format.h"

enum { DEFAULT_LEVEL = 19 };

#define NOTHING_SAID UINT64_MAX

struct hb_trace_writer {
    struct hb_file *file;
    char *path;
    ZSTD_CCtx *zstd;
    struct hb_trace_state state;       /* after the last operation */
    struct hb_trace_state block_state; /* before the first of this block */
    uint64_t waited_us;                /* since the last operation, and not yet written */
    uint64_t touched;                  /* of the block that the next operation gives, or NOTHING_SAID */
    bool may_touch;                    /* the header says that this is a trace of what is touched */
    uint64_t dropped;
    uint64_t wall_ns, cpu_ns;
    size_t raw_bytes; /* of this block so far */
    uint8_t raw[HB_TRACE_MAX_RAW_BYTES];
    uint8_t packed[HB_TRACE_BLOCK_BYTES + HB_TRACE_MAX_PACKED_BYTES + HB_TRACE_CHECKSUM_BYTES];
};

static_assert(ZSTD_COMPRESSBOUND(HB_TRACE_MAX_RAW_BYTES) <= HB_TRACE_MAX_PACKED_BYTES,
              "a block that does not compress fits");

/* Seals bytes[0, length), for which the checksum must have room behind, and writes both. */
static void write_section(struct hb_trace_writer *writer, uint8_t *bytes, size_t length)
{
    hb_trace_seal(bytes, length);
    fwrite(bytes, 1, length + HB_TRACE_CHECKSUM_BYTES, hb_file_stream(writer->file));
}

static size_t text_bytes(const char *text)
{
    return text == NULL ? 0 : strnlen(text, HB_TRACE_MAX_TEXT_BYTES);
}

static enum hb_status write_header(struct hb_trace_writer *writer, const struct hb_trace_info *info,
                                   struct hb_error *error)
{
    struct hb_trace_header header = {.version = HB_TRACE_VERSION};
    size_t length;
    uint8_t *bytes;

    if (info != NULL) {
        header.command_bytes = (uint32_t)text_bytes(info->command);
        header.origin_bytes = (uint32_t)text_bytes(info->origin);
        header.suggested_heap_bytes = info->suggested_heap_bytes;
        if (info->touched)
            header.version = HB_TRACE_TOUCHED_VERSION;
        writer->may_touch = info->touched;
    }
    length = HB_TRACE_HEADER_BYTES + header.command_bytes + header.origin_bytes;
    bytes = malloc(length + HB_TRACE_CHECKSUM_BYTES);
    if (bytes == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", writer->path);
    hb_trace_pack_header(&header, bytes);
    if (header.command_bytes > 0)
        memcpy(bytes + HB_TRACE_HEADER_BYTES, info->command, header.command_bytes);
    if (header.origin_bytes > 0)
        memcpy(bytes + HB_TRACE_HEADER_BYTES + header.command_bytes, info->origin, header.origin_bytes);
    write_section(writer, bytes, length);
    free(bytes);
    return HB_OK;
}

static bool prepare_zstd(struct hb_trace_writer *writer, int level)
{
    writer->zstd = ZSTD_createCCtx();
    return writer->zstd != NULL && !ZSTD_isError(ZSTD_CCtx_setParameter(writer->zstd, ZSTD_c_compressionLevel,
                                                                        level == 0 ? DEFAULT_LEVEL : level));
}

enum hb_status hb_trace_writer_open(const char *path, const struct hb_trace_info *info, int level,
                                    struct hb_trace_writer **out, struct hb_error *error)
{
    struct hb_trace_writer *writer;
    enum hb_status status;

    if (level < 0 || level > 19)
        return hb_error_set(error, HB_ERR_USAGE, "compression level %d is not 1 to 19", level);
    writer = malloc(sizeof *writer);
    if (writer == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", path);
    memset(writer, 0, offsetof(struct hb_trace_writer, raw));
    writer->touched = NOTHING_SAID;
    writer->path = strdup(path);
    status = writer->path != NULL && prepare_zstd(writer, level) ? HB_OK : HB_ERR_MEMORY;
    if (status != HB_OK) {
        hb_error_set(error, status, "%s: out of memory", path);
        goto fail;
    }
    status = hb_file_begin(path, &writer->file, error);
    if (status == HB_OK)
        status = write_header(writer, info, error);
    if (status != HB_OK)
        goto fail;
    *out = writer;
    return HB_OK;
fail:
    hb_trace_writer_abandon(writer);
    return status;
}

static enum hb_status flush_block(struct hb_trace_writer *writer, struct hb_error *error)
{
    struct hb_trace_block block = {.raw_bytes = (uint32_t)writer->raw_bytes, .state = writer->block_state};
    uint8_t *payload = writer->packed + HB_TRACE_BLOCK_BYTES;
    size_t packed_bytes;

    if (writer->raw_bytes == 0)
        return HB_OK;
    packed_bytes =
        ZSTD_compress2(writer->zstd, payload, HB_TRACE_MAX_PACKED_BYTES, writer->raw, writer->raw_bytes);
    if (ZSTD_isError(packed_bytes))
        return hb_error_set(error, HB_ERR_MEMORY, "%s: compression failed: %s", writer->path,
                            ZSTD_getErrorName(packed_bytes));
    block.packed_bytes = (uint32_t)packed_bytes;
    block.ops = (uint32_t)(writer->state.next_op - writer->block_state.next_op);
    hb_trace_pack_block(&block, writer->packed);
    write_section(writer, writer->packed, HB_TRACE_BLOCK_BYTES + packed_bytes);
    writer->raw_bytes = 0;
    writer->block_state = writer->state;
    if (ferror(hb_file_stream(writer->file)))
        return hb_error_set_errno(error, HB_ERR_IO, "%s: cannot be written", writer->path);
    return HB_OK;
}

/* So that one operation with what is said of it, or one wait, can be coded into the block. */
static enum hb_status make_room(struct hb_trace_writer *writer, struct hb_error *error)
{
    size_t wanted = HB_TRACE_MAX_OP_BYTES + (writer->touched != NOTHING_SAID ? HB_TRACE_TOUCHED_BYTES : 0);

    return writer->raw_bytes > sizeof writer->raw - wanted ? flush_block(writer, error) : HB_OK;
}

enum hb_status hb_trace_writer_touch(struct hb_trace_writer *writer, uint64_t bytes, struct hb_error *error)
{
    if (!writer->may_touch || writer->touched != NOTHING_SAID || bytes > HB_TRACE_MAX_SIZE)
        return hb_error_set(
            error, HB_ERR_FORMAT,
            "%s: what operation %llu touches can be said once, below 2^63, in a trace of such", writer->path,
            (unsigned long long)writer->state.next_op);
    writer->touched = bytes;
    return HB_OK;
}

/* What was said of the operation that comes now. NULL, or what is wrong. */
static const char *write_touched(struct hb_trace_writer *writer, const struct hb_op *op)
{
    const char *fault = hb_trace_touched_fault(op, writer->touched);

    if (fault == NULL)
        writer->raw_bytes += hb_trace_encode_touched(writer->touched, writer->raw + writer->raw_bytes);
    writer->touched = NOTHING_SAID;
    return fault;
}

/* One operation that has no fault of its own. */
static enum hb_status write_op(struct hb_trace_writer *writer, const struct hb_op *op, struct hb_error *error)
{
    enum hb_status status = make_room(writer, error);
    const char *fault = NULL;

    if (status == HB_OK && writer->touched != NOTHING_SAID)
        fault = write_touched(writer, op);
    if (fault != NULL)
        return hb_error_set(error, HB_ERR_FORMAT, "%s: operation %llu %s", writer->path,
                            (unsigned long long)writer->state.next_op, fault);
    if (status == HB_OK)
        writer->raw_bytes += hb_trace_encode(&writer->state, op, writer->raw + writer->raw_bytes);
    return status;
}

enum hb_status hb_trace_writer_pass_time(struct hb_trace_writer *writer, uint64_t us, struct hb_error *error)
{
    uint64_t all;

    if (__builtin_add_overflow(writer->waited_us, us, &all) || all > UINT64_MAX - writer->state.time_us)
        return hb_error_set(error, HB_ERR_FORMAT,
                            "%s: operation %llu comes more than 2^64 microseconds after the first",
                            writer->path, (unsigned long long)writer->state.next_op);
    writer->waited_us = all;
    return HB_OK;
}

/* What has passed since the last operation. All of it is one wait: so a trace has one form. */
static enum hb_status write_wait(struct hb_trace_writer *writer, struct hb_error *error)
{
    enum hb_status status;

    if (writer->waited_us == 0)
        return HB_OK;
    status = make_room(writer, error);
    if (status != HB_OK)
        return status;
    writer->raw_bytes +=
        hb_trace_encode_wait(&writer->state, writer->waited_us, writer->raw + writer->raw_bytes);
    writer->waited_us = 0;
    return HB_OK;
}

enum hb_status hb_trace_writer_append(struct hb_trace_writer *writer, const struct hb_op *ops, size_t count,
                                      struct hb_error *error)
{
    enum hb_status status = count > 0 ? write_wait(writer, error) : HB_OK;

    for (size_t i = 0; status == HB_OK && i < count; i++) {
        const char *fault = hb_trace_op_fault(&writer->state, &ops[i]);

        if (fault != NULL)
            return hb_error_set(error, HB_ERR_FORMAT, "%s: operation %llu %s", writer->path,
                                (unsigned long long)writer->state.next_op, fault);
        status = write_op(writer, &ops[i], error);
    }
    return status;
}

void hb_trace_writer_set_dropped(struct hb_trace_writer *writer, uint64_t dropped)
{
    writer->dropped = dropped;
}

void hb_trace_writer_set_times(struct hb_trace_writer *writer, uint64_t wall_ns, uint64_t cpu_ns)
{
    writer->wall_ns = wall_ns;
    writer->cpu_ns = cpu_ns;
}

static void write_end(struct hb_trace_writer *writer)
{
    struct hb_trace_totals totals = {.ops = writer->state.next_op,
                                     .objects = writer->state.next_object,
                                     .threads = writer->state.threads,
                                     .dropped = writer->dropped,
                                     .time_us = writer->state.time_us,
                                     .wall_ns = writer->wall_ns,
                                     .cpu_ns = writer->cpu_ns};
    uint8_t bytes[HB_TRACE_END_BYTES + HB_TRACE_CHECKSUM_BYTES];

    hb_trace_pack_end(&totals, bytes);
    write_section(writer, bytes, HB_TRACE_END_BYTES);
}

enum hb_status hb_trace_writer_finish(struct hb_trace_writer *writer, struct hb_error *error)
{
    enum hb_status status = write_wait(writer, error);

    assert(writer->touched == NOTHING_SAID);
    if (status == HB_OK)
        status = flush_block(writer, error);
    if (status == HB_OK) {
        write_end(writer);
        status = hb_file_commit(writer->file, error);
        writer->file = NULL; /* the commit freed it, whatever came of it */
    }
    hb_trace_writer_abandon(writer);
    return status;
}

void hb_trace_writer_abandon(struct hb_trace_writer *writer)
{
    if (writer == NULL)
        return;
    hb_file_abandon(writer->file);
    ZSTD_freeCCtx(writer->zstd);
    free(writer->path);
    free(writer);
}

/*
 * capture_cursor.c - one stream of a capture, read event by event; nothing in it is believed.
 */
#include "workloads/record/capture_file.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

enum {
    /* No event, with what an 8-byte load takes behind it, is longer; no writer begins one nearer
     * to the end. */
    LONGEST_EVENT = 32,
};

static void enter_piece(struct hb_capture_cursor *cursor)
{
    const struct hb_capture_piece *piece = &cursor->capture->pieces[cursor->piece];

    cursor->at = cursor->capture->data + piece->offset + sizeof(struct hb_capture_chunk);
    cursor->end = cursor->capture->data + piece->offset + piece->bytes;
}

void hb_capture_cursor_begin(struct hb_capture_cursor *cursor, const struct hb_capture *capture,
                             size_t stream)
{
    *cursor = (struct hb_capture_cursor){.capture = capture,
                                         .piece = capture->streams[stream],
                                         .piece_end = capture->streams[stream + 1],
                                         .stream_end = capture->stream_ends[stream]};
    enter_piece(cursor);
}

static enum hb_status damaged(const struct hb_capture_cursor *cursor, const char *what,
                              struct hb_error *error)
{
    return hb_error_set(error, HB_ERR_FORMAT, "%s: damaged at byte %" PRIu64 ": %s", cursor->capture->path,
                        (uint64_t)(cursor->at - cursor->capture->data), what);
}

/* A little-endian number of `length` bytes, 1 to 8; eight may be read. */
static uint64_t load(const unsigned char *at, unsigned length)
{
    uint64_t value;

    memcpy(&value, at, sizeof value);
    return value & (UINT64_MAX >> (64 - 8 * length));
}

static void read_mark(struct hb_capture_cursor *cursor, struct hb_capture_event *event, unsigned tag)
{
    unsigned length = (tag >> 3 & 7) + 1;

    cursor->at++;
    event->kind = HB_CAPTURE_MARK;
    event->mark = (uint8_t)(tag >> 6);
    if (event->mark == HB_CAPTURE_MARK_ORDER) {
        event->shard = (uint32_t)load(cursor->at, 2) & (HB_CAPTURE_SHARDS - 1);
        cursor->at += 2;
    }
    if (event->mark == HB_CAPTURE_MARK_BARE) {
        event->number = length - 1;
        if (event->number == HB_CAPTURE_BARE_TOUCHED) {
            event->address = load(cursor->at, 8);
            event->size = load(cursor->at + 8, 8);
            cursor->at += 16;
        }
        return;
    }
    event->number = load(cursor->at, length);
    cursor->at += length;
}

static void read_address(struct hb_capture_cursor *cursor, struct hb_capture_event *event, unsigned length)
{
    uint64_t zigzag = load(cursor->at, length);

    cursor->at += length;
    cursor->last += (zigzag >> 1) ^ (0 - (zigzag & 1));
    event->number = cursor->last << HB_CAPTURE_ADDRESS_SHIFT;
    event->shard = hb_capture_shard(event->number);
}

static void read_size(struct hb_capture_cursor *cursor, struct hb_capture_event *event, unsigned length)
{
    event->size = load(cursor->at, length);
    cursor->at += length;
    if (event->kind == HB_CAPTURE_ALIGNED)
        event->align_log2 = *cursor->at++ & 63;
}

/* On to the stream's next chunk. */
static enum hb_status next_piece(struct hb_capture_cursor *cursor, struct hb_error *error)
{
    if (cursor->end - cursor->at > HB_CAPTURE_MARGIN)
        return damaged(cursor, "the chunk ends early", error);
    cursor->piece++;
    enter_piece(cursor);
    return HB_OK;
}

/* Of a process that still runs, more may follow than was there when the stream was measured. */
static bool is_at_end(const struct hb_capture_cursor *cursor)
{
    return (uint64_t)(cursor->at - cursor->capture->data) == cursor->stream_end;
}

/* The next tag; 0 at the end of the stream. */
static enum hb_status find_tag(struct hb_capture_cursor *cursor, unsigned *tag, struct hb_error *error)
{
    enum hb_status status = HB_OK;

    *tag = 0;
    while (status == HB_OK && !is_at_end(cursor)) {
        if (cursor->end - cursor->at >= LONGEST_EVENT) {
            *tag = __atomic_load_n(cursor->at, __ATOMIC_ACQUIRE);
            if ((*tag & 7) != HB_CAPTURE_END)
                return HB_OK;
            if (*tag != 0)
                return damaged(cursor, "no such event", error);
        }
        if (cursor->piece + 1 >= cursor->piece_end)
            return HB_OK;
        status = next_piece(cursor, error);
    }
    return status;
}

enum hb_status hb_capture_cursor_next(struct hb_capture_cursor *cursor, struct hb_capture_event *event,
                                      struct hb_error *error)
{
    unsigned tag;
    enum hb_status status = find_tag(cursor, &tag, error);

    memset(event, 0, sizeof *event);
    if (status != HB_OK || tag == 0)
        return status;
    if ((tag & 7) == HB_CAPTURE_MARK) {
        read_mark(cursor, event, tag);
        return HB_OK;
    }
    event->kind = (uint8_t)(tag & 7);
    cursor->at++;
    read_address(cursor, event, (tag >> 3 & 7) + 1);
    if (event->kind != HB_CAPTURE_FREE && event->kind != HB_CAPTURE_REALLOC_OLD)
        read_size(cursor, event, 1u << (tag >> 6));
    return event->size > HB_CAPTURE_MAX_SIZE ? damaged(cursor, "more than 2^63 bytes", error) : HB_OK;
}

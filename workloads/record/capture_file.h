/*
 * capture_file.h - a capture opened for reading: its header, and its events stream by stream.
 *
 * A capture is mapped and not copied. Nothing in it is believed: chunks that overlap the end of the file,
 * come twice or miss a predecessor are HB_ERR_FORMAT with the byte offset. A chunk whose writer was killed
 * before it could sign it is skipped, as is the space behind a stream's last event.
 */
#ifndef HB_WORKLOADS_RECORD_CAPTURE_FILE_H
#define HB_WORKLOADS_RECORD_CAPTURE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "workloads/record/capture.h"

struct hb_capture_piece {
    uint64_t offset; /* of the chunk in the file */
    uint32_t bytes;
    uint32_t stream;
    uint32_t sequence;
};

struct hb_capture {
    char *path;
    const unsigned char *data;
    size_t bytes;
    const struct hb_capture_header *header;
    struct hb_capture_piece *pieces; /* by stream, then by sequence */
    size_t piece_count, piece_capacity;
    size_t *streams; /* stream i has the pieces [streams[i], streams[i + 1]) */
    size_t stream_count;
};

struct hb_capture_event {
    uint64_t number; /* the address; of a mark, its number */
    uint64_t size;
    uint32_t shard; /* of the address; of HB_CAPTURE_MARK_ORDER, the shard that was taken */
    uint8_t kind;   /* enum hb_capture_kind; HB_CAPTURE_END at the end of the stream */
    uint8_t mark;   /* enum hb_capture_mark, of HB_CAPTURE_MARK */
    uint8_t align_log2;
};

/* A place in one stream. */
struct hb_capture_cursor {
    const struct hb_capture *capture;
    size_t piece, piece_end;
    const unsigned char *at, *end;
    uint64_t last;
};

/* HB_ERR_IO; HB_ERR_FORMAT: not a capture, or damaged; HB_ERR_MEMORY. Free with hb_capture_close. */
enum hb_status hb_capture_open(const char *path, struct hb_capture **out, struct hb_error *error);
void hb_capture_close(struct hb_capture *capture); /* NULL does nothing */

/* The command line, quoted for a shell, from malloc; NULL where there is none, or no memory. */
char *hb_capture_command(const struct hb_capture *capture);

void hb_capture_cursor_begin(struct hb_capture_cursor *cursor, const struct hb_capture *capture,
                             size_t stream);

/* The next event of the stream. HB_ERR_FORMAT: the stream is damaged; the byte offset is said. */
enum hb_status hb_capture_cursor_next(struct hb_capture_cursor *cursor, struct hb_capture_event *event,
                                      struct hb_error *error);

#endif

/*
 * capture_file.h - a file of captures opened for reading: its images, and the events of each, stream by
 * stream.
 *
 * The file is mapped and not copied. Nothing in it is believed: chunks that overlap the end of the file, come
 * twice or miss a predecessor make their image damaged, with the byte offset. A chunk whose writer was killed
 * before it could sign it is skipped, as is the space behind a stream's last event.
 *
 * A process that still runs goes on writing. So the ends are taken when the file is opened, and no later pass
 * sees more. They are taken twice, one stream after the other: what was there at the first look, and with it
 * all that the second found to have come before any of it, is a state in which the program really was
 * (order.c computes it).
 */
#ifndef HB_WORKLOADS_RECORD_CAPTURE_FILE_H
#define HB_WORKLOADS_RECORD_CAPTURE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "workloads/record/capture.h"

struct hb_capture_piece {
    uint64_t offset; /* of the chunk in the file */
    uint32_t bytes;
    uint32_t image;
    uint32_t stream;
    uint32_t sequence;
};

/* One image: a process, from one exec to the next. Part of its file. */
struct hb_capture {
    const char *path;
    const unsigned char *data;
    const struct hb_capture_header *header;
    const struct hb_capture_piece *pieces; /* of the streams from 1 on: by stream, then by sequence */
    size_t piece_count;
    size_t *streams;        /* stream i has the pieces [streams[i], streams[i + 1]) */
    uint64_t *stream_ends;  /* offset in the file of the byte behind the last event of stream i */
    uint64_t *stream_items; /* events and marks of stream i that were there at the first look */
    size_t stream_count;
    uint64_t events;        /* in all streams, without marks */
    uint32_t exec;          /* how many earlier images of this process the file holds */
    uint64_t wall_ns;       /* that the image ran, by its header; the caller may know better. 0: not known */
    uint64_t cpu_ns;        /* that it was on a processor; likewise */
    struct hb_error damage; /* why the streams cannot be read; its status is HB_OK where they can */
};

struct hb_capture_file {
    char *path;
    const unsigned char *data;
    size_t bytes; /* up to the last chunk */
    size_t mapped_bytes;
    const struct hb_capture_shared *shared;
    struct hb_capture_piece *pieces; /* by image, stream and sequence */
    size_t piece_count, piece_capacity;
    struct hb_capture *captures; /* by image */
    size_t count;
};

/*
 * `may_grow`: some process that writes to the file still runs. HB_ERR_IO; HB_ERR_FORMAT: not a file of
 * captures, or its first pages are damaged; HB_ERR_MEMORY. An image that is damaged is there, with `damage`
 * set and no streams. Free with hb_capture_file_close.
 */
enum hb_status hb_capture_file_open(const char *path, bool may_grow, struct hb_capture_file **out,
                                    struct hb_error *error);
void hb_capture_file_close(struct hb_capture_file *file); /* NULL does nothing */

struct hb_capture_event {
    uint64_t number;  /* the address; of a mark, its number */
    uint64_t size;    /* of HB_CAPTURE_BARE_TOUCHED, the bytes */
    uint64_t address; /* of HB_CAPTURE_BARE_TOUCHED */
    uint32_t shard;   /* of the address; of HB_CAPTURE_MARK_ORDER, the shard that was taken */
    uint8_t kind;     /* enum hb_capture_kind; HB_CAPTURE_END at the end of the stream */
    uint8_t mark; /* enum hb_capture_mark, of HB_CAPTURE_MARK; its `number` may be an enum hb_capture_bare */
    uint8_t align_log2;
};

/* A place in one stream. */
struct hb_capture_cursor {
    const struct hb_capture *capture;
    size_t piece, piece_end;
    const unsigned char *at, *end;
    uint64_t stream_end;
    uint64_t last;
};

/* Of a processor time of the process, what the image has of it: less that of the images before it. */
uint64_t hb_capture_cpu_since_begin(const struct hb_capture *capture, uint64_t cpu_ns);

/* The command line, quoted for a shell, from malloc; NULL where there is none, or no memory. */
char *hb_capture_command(const struct hb_capture *capture);

void hb_capture_cursor_begin(struct hb_capture_cursor *cursor, const struct hb_capture *capture,
                             size_t stream);

/* The next event of the stream. HB_ERR_FORMAT: the stream is damaged; the byte offset is said. */
enum hb_status hb_capture_cursor_next(struct hb_capture_cursor *cursor, struct hb_capture_event *event,
                                      struct hb_error *error);

#endif

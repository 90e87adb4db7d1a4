/*
 * line_reader.h - the lines of a text that somebody else wrote, one by one, each of a bounded length. Private
 * to workloads/.
 *
 * A carriage return before the end of a line and a byte order mark before the first one are left out.
 */
#ifndef HB_WORKLOADS_SOURCE_LINE_READER_H
#define HB_WORKLOADS_SOURCE_LINE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "workloads/source/source.h"

struct hb_line_reader {
    const char *path;
    struct hb_source *source;
    uint64_t line; /* the number of this one; the first is 1 */
    char *bytes;   /* of this line, without its end */
    size_t room;
    bool unended; /* the file ends in this line, without a newline */
};

/* `path` must stay valid; a line may have `room` - 1 bytes. HB_ERR_MEMORY, and those of hb_source_open. */
enum hb_status hb_line_reader_open(struct hb_line_reader *reader, const char *path, size_t room,
                                   struct hb_error *error);
void hb_line_reader_close(struct hb_line_reader *reader); /* an all-zero struct is a closed one */

/* The next line; `*more` is false at the end. HB_ERR_FORMAT: a NUL, or a line too long; else hb_source_fault.
 */
enum hb_status hb_line_reader_next(struct hb_line_reader *reader, bool *more, struct hb_error *error);

/* "PATH:LINE: ...", HB_ERR_FORMAT; control characters of the file's own words become '?'. */
enum hb_status hb_line_fault(const struct hb_line_reader *reader, struct hb_error *error, const char *format,
                             ...) __attribute__((format(printf, 3, 4)));

#endif

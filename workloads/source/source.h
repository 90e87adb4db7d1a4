/*
 * source.h - opening a file that somebody else made, unpacked on the fly. Private to workloads/.
 *
 * gzip, zstd and a .zip that holds one file are recognised by their first bytes and read as what they hold,
 * so that no reader knows of them. One layer is taken off: what is packed twice is for its owner to unpack.
 */
#ifndef HB_WORKLOADS_SOURCE_SOURCE_H
#define HB_WORKLOADS_SOURCE_SOURCE_H

#include <stdio.h>

#include "base/error.h"

struct hb_source;

/*
 * Opens a regular file for reading. A folder, a pipe or a device is HB_ERR_IO at once: a pipe that nobody
 * writes to would be waited for, and what is no file has no length to hold claims against. HB_ERR_FORMAT: a
 * .zip that does not hold one file; HB_ERR_MEMORY.
 */
enum hb_status hb_source_open(const char *path, struct hb_source **out, struct hb_error *error);
void hb_source_close(struct hb_source *source); /* NULL does nothing */

/* What the file holds, from its beginning. Valid until the source is closed. */
FILE *hb_source_stream(const struct hb_source *source);

/*
 * Why reading failed, for a stream whose error indicator is set: HB_ERR_IO, the operating system refused;
 * HB_ERR_FORMAT, what is packed is damaged or cut off, or something else follows it.
 */
enum hb_status hb_source_fault(const struct hb_source *source, struct hb_error *error);

#endif

/*
 * unpack.h - a stream of what a packed file holds. Private to source.c.
 *
 * zlib, zstd and minizip do the work, piece by piece: memory does not depend on how much comes out. zstd may
 * claim a window of at most 128 MiB, which is what its own tool grants.
 */
#ifndef HB_WORKLOADS_SOURCE_UNPACK_H
#define HB_WORKLOADS_SOURCE_UNPACK_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

enum hb_archive { HB_ARCHIVE_NONE, HB_ARCHIVE_GZIP, HB_ARCHIVE_ZSTD, HB_ARCHIVE_ZIP };

/* By the first four bytes of a file. */
enum hb_archive hb_unpack_recognise(const uint8_t *head, size_t bytes);

struct hb_unpack;

/*
 * `file`, at its beginning, stays the caller's and open for as long as `*out`. `*stream` is to be closed
 * before hb_unpack_close. HB_ERR_FORMAT: a .zip that does not hold one file; HB_ERR_MEMORY.
 */
enum hb_status hb_unpack_open(const char *path, FILE *file, enum hb_archive packing, struct hb_unpack **out,
                              FILE **stream, struct hb_error *error);
void hb_unpack_close(struct hb_unpack *unpack); /* NULL does nothing */

/* What is wrong with the packed bytes, as part of a sentence; NULL when the operating system refused. */
const char *hb_unpack_fault(const struct hb_unpack *unpack);

#endif

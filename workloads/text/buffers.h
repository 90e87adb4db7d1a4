/*
 * buffers.h - CSV of buffers and their lifetimes, as those exchange it who pack them offline. Private to
 * workloads/. FORMAT.md describes it.
 */
#ifndef HB_WORKLOADS_TEXT_BUFFERS_H
#define HB_WORKLOADS_TEXT_BUFFERS_H

#include <stdbool.h>

#include "workloads/whole/builder.h"

/* Whether the beginning of a text, which ends with a NUL, is that of such a file. */
bool hb_buffers_recognise(const char *head);

/*
 * Reads the whole file, in memory that follows its rows. HB_ERR_FORMAT, with file and line; HB_ERR_LIMIT;
 * HB_ERR_IO; HB_ERR_MEMORY.
 */
enum hb_status hb_buffers_read(struct hb_builder *builder, const char *path, struct hb_error *error);

#endif

/*
 * text_reader.h - .rep and the project's own text form. Private to workloads/. FORMAT.md describes both.
 */
#ifndef HB_WORKLOADS_TEXT_TEXT_READER_H
#define HB_WORKLOADS_TEXT_TEXT_READER_H

#include <stdbool.h>

#include "workloads/whole/builder.h"

/* Whether the beginning of a file is text of one of the two forms, and which: a .rep begins with a number. */
bool hb_text_recognise(const uint8_t *head, size_t bytes, enum hb_workload_format *out);

/*
 * Reads the whole file; `format` is HB_FORMAT_REP or HB_FORMAT_TEXT. HB_ERR_FORMAT, with file and line;
 * HB_ERR_LIMIT; HB_ERR_IO; HB_ERR_MEMORY.
 */
enum hb_status hb_text_read(struct hb_builder *builder, const char *path, enum hb_workload_format format,
                            struct hb_error *error);

#endif

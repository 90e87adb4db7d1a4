/*
 * output.h - whether a trace may be written to a place: asked before a program runs for an hour.
 */
#ifndef HB_WORKLOADS_RECORD_OUTPUT_H
#define HB_WORKLOADS_RECORD_OUTPUT_H

#include <stdbool.h>

#include "base/error.h"

/*
 * HB_OK: nothing is at `path` but perhaps a trace, an empty file or a character device such as /dev/null.
 * HB_ERR_LIMIT: there is another file, which would be lost. HB_ERR_IO: a folder, a pipe, a block device; or
 * the folder is missing or cannot be written to.
 */
enum hb_status hb_output_check(const char *path, struct hb_error *error);

#endif

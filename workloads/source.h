/*
 * source.h - opening a file that somebody else made. Private to workloads/.
 */
#ifndef HB_WORKLOADS_SOURCE_H
#define HB_WORKLOADS_SOURCE_H

#include <stdio.h>

#include "base/error.h"

/*
 * Opens a regular file for reading; fclose ends it. A folder, a pipe or a device is HB_ERR_IO at once: a pipe
 * that nobody writes to would be waited for, and what is no file has no length to hold claims against.
 */
enum hb_status hb_source_open(const char *path, FILE **out, struct hb_error *error);

#endif

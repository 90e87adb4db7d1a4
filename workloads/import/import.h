/*
 * import.h - other people's records of allocations, as operations on objects.
 *
 * Four formats, told apart by content; each is a text of one event a line, with addresses in place of
 * objects. They are read as a .trace is (trace.h): some operations at a time, in memory that follows the
 * blocks that live and not the file. What is not in order, or not whole, is repaired and counted (repair.h).
 */
#ifndef HB_WORKLOADS_IMPORT_IMPORT_H
#define HB_WORKLOADS_IMPORT_IMPORT_H

#include <stdbool.h>

#include "workloads/whole/whole.h"

struct hb_import;

/* Whether the beginning of a text is of one of the formats, and which; `head` ends with a NUL. */
bool hb_import_recognise(const char *head, enum hb_workload_format *out);

/* "android", "mtrace", "heaptrack", "valgrind": as --from takes it. NULL for a format that is not imported.
 */
const char *hb_import_format_name(enum hb_workload_format format);

/*
 * Opens a file and reads to its first operations, so that what stands before them is known.
 * HB_ERR_FORMAT, with the line at fault; HB_ERR_IO; HB_ERR_MEMORY.
 */
enum hb_status hb_import_open(const char *path, enum hb_workload_format format, struct hb_import **out,
                              struct hb_error *error);
void hb_import_close(struct hb_import *import); /* NULL does nothing */

/*
 * The next operations, some thousands: `*ops` stays valid until the next call; `*count` is 0 at the end.
 * After a failure the import is good for hb_import_close only. Errors as those of hb_import_open.
 */
enum hb_status hb_import_next(struct hb_import *import, const struct hb_op **ops, size_t *count,
                              struct hb_error *error);

/*
 * The waits before the operations that hb_import_next gave last, ascending, none twice; at the end, those
 * after the last operation. A wait is a millisecond or more: what is less is kept for the next. Valid as long
 * as those operations are.
 */
const struct hb_wait *hb_import_waits(const struct hb_import *import, size_t *count);

/* The program's command line, where the file has it. Valid until the import is closed. */
const struct hb_trace_info *hb_import_info(const struct hb_import *import);

/* Counted so far; complete once hb_import_next has given a count of 0. */
const struct hb_repairs *hb_import_repairs(const struct hb_import *import);

#endif

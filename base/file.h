/*
 * file.h - files that are written whole or not at all, and read with a bound.
 *
 * A file is written in the same folder without a name, or under a temporary one where the file system must
 * have one, and gets its own when it is complete: a reader never sees half of one, and neither a full disk
 * nor an interrupt leaves anything behind.
 */
#ifndef HB_BASE_FILE_H
#define HB_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/error.h"

struct hb_file;

/*
 * Begins writing `path`. On success `*out` is to be ended by hb_file_commit or hb_file_abandon. A terminal or
 * another character device is written to as it is, and so is a pipe that somebody reads; one that nobody
 * reads, a folder, a disk and a socket are HB_ERR_IO. HB_ERR_MEMORY.
 */
enum hb_status hb_file_begin(const char *path, struct hb_file **out, struct hb_error *error);

/* The stream to write to. Write errors need no checking: the commit reports them. */
FILE *hb_file_stream(struct hb_file *file);

/* Flushes, checks for errors and syncs: what is left for the commit is the name, so that several files are
 * committed after all have room. Nothing is to be written to it afterwards; it is to be ended on failure,
 * too. HB_ERR_IO. */
enum hb_status hb_file_complete(struct hb_file *file, struct hb_error *error);

/* Completes and renames; on failure removes the temporary file. Frees `file` either way. HB_ERR_IO. */
enum hb_status hb_file_commit(struct hb_file *file, struct hb_error *error);

/* Removes the temporary file and frees `file`. NULL does nothing. */
void hb_file_abandon(struct hb_file *file);

/*
 * Opens a regular file for reading; fclose ends it. A folder, a pipe or a device is HB_ERR_IO at once: a pipe
 * that nobody writes to would be waited for, and what is no file has no length to hold claims against.
 */
enum hb_status hb_file_open(const char *path, FILE **out, struct hb_error *error);

/*
 * Reads a whole file into memory from malloc; the caller frees `*data`. A terminating NUL, not counted in
 * `*bytes`, is added. HB_ERR_LIMIT where the file is larger than `max_bytes`; HB_ERR_IO, as hb_file_open;
 * HB_ERR_MEMORY.
 */
enum hb_status hb_file_read(const char *path, size_t max_bytes, char **data, size_t *bytes,
                            struct hb_error *error);

/*
 * For the start of a program: a standard stream that is closed leads nowhere from now on, so that no file of
 * ours gets its number. Standard output still fails when it is written to; programs that are started have
 * them closed.
 */
void hb_file_hold_standard(void);

/* mkdir -p. HB_ERR_IO, naming the part that could not be made. */
enum hb_status hb_folder_create(const char *path, struct hb_error *error);

/* The signals by which a user, a session or a supervisor ends a program: SIGINT, SIGTERM, SIGHUP. */
enum { HB_ENDS = 3 };
extern const int hb_ends[HB_ENDS];

/* They wait, in this thread, until as many releases as holds: none comes half-way through what must be whole.
 * A file is held so while it has its temporary name. */
void hb_ends_hold(void);
void hb_ends_release(void);
bool hb_ends_wait(void); /* has one come since they are held? */

#endif

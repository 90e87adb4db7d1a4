/*
 * host.h - the folder and the file of one recording, kept by `heapbench record` while the program runs.
 *
 * The file (capture.h) is sparse and far larger than the disk: a process takes chunks of it with one atomic
 * addition and asks nobody. This side makes it, keeps its clock and reserves blocks ahead of its end, which
 * is only for speed. When the recording ends and processes still run, the file is closed to them: what they
 * took stays theirs, and they get no more.
 */
#ifndef HB_WORKLOADS_RECORD_HOST_H
#define HB_WORKLOADS_RECORD_HOST_H

#include <stdbool.h>

#include "base/error.h"

struct hb_host;

/*
 * Makes the folder OUT.raw-XXXXXX beside the file `out`, in $TMPDIR or /tmp where `out` is a device, and the
 * file in it. Root's may be used by every user who knows its name, since servers give their rights up.
 * HB_ERR_IO: it cannot be made, or the disk or the limit on file sizes leaves no room; HB_ERR_MEMORY. End
 * with hb_host_close.
 */
enum hb_status hb_host_create(const char *out, struct hb_host **out_host, struct hb_error *error);

const char *hb_host_folder(const struct hb_host *host); /* absolute */

/* Before the program runs: its recorder is to note what is touched of each large block. False: the kernel
 * does not say, for a seccomp filter perhaps, and nothing is noted. */
bool hb_host_note_touch(struct hb_host *host);

/* Sets the clock and prepares chunks: to be called each millisecond. */
void hb_host_tick(struct hb_host *host);

/*
 * Closes the file to all that still run: what they took stays theirs, and they get no more. Removes the
 * folder, unless `keep`: then the file is cut to what is in it. NULL does nothing.
 */
void hb_host_close(struct hb_host *host, bool keep);

#endif

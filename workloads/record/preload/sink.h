/*
 * sink.h - where events go: pieces of the recording's one file, mapped one out of the other.
 *
 * The file is opened by name once in an image, and closed again at once: a program that closes all of its
 * descriptors, or counts them, finds none of ours. Every further piece is a copy of a mapping that is there
 * (mremap of no bytes), so it needs no descriptor, no path and no permission, and no limit on files applies:
 * a child of fork that changed its user or its root goes on recording. A piece is populated before it is
 * used, so a full disk is a refusal here and not a SIGBUS in the program. Only bare system calls are made
 * (the C library's open is a cancellation point, and others may have interposed it); errno may change.
 */
#ifndef HB_WORKLOADS_RECORD_PRELOAD_SINK_H
#define HB_WORKLOADS_RECORD_PRELOAD_SINK_H

#include "workloads/record/preload/recorder.h"

/* The folder for captures, from the environment: NULL where this process is not to be recorded. */
const char *hb_sink_folder(void);

/* Maps the file in `folder`, unless it is mapped already. False, with errno; the folder then says so. */
bool hb_sink_open(const char *folder);

/* Gives this process an image, hb_recorder.header. False, with errno. */
bool hb_sink_begin_image(void);

/* Replaces the stream's chunk by a fresh one, larger than the last. False, with errno: there is no room. */
bool hb_sink_next_chunk(struct hb_record_stream *stream);

/* Unmaps the chunk that a child of fork has inherited with its thread. */
void hb_sink_drop_inherited(void);

/* An event could not be recorded before there was an image; `reason` is an errno. Counts it where it can. */
void hb_sink_count_early(int reason);

/* Writes the time, and the processor time, into the image's header. */
void hb_sink_note_times(void);

/* Maps what hb_sink_next_chunk takes once hb_sink_is_sealed. */
void hb_sink_reserve(void);

/* Whether no system call may be made any more. */
extern _Atomic bool hb_sink_is_sealed __attribute__((visibility("hidden")));

#endif

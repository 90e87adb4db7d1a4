/*
 * sink.h - where events go: a file of the process's own, mapped piece by piece.
 *
 * No descriptor is kept: a program that closes all of its descriptors, or counts them, finds none of ours.
 * The file is opened by name for each piece and closed again. Space is reserved before it is mapped, so a
 * full disk is a refusal here and not a SIGBUS in the program. Only bare system calls are made (the C
 * library's open is a cancellation point, and others may have interposed it); errno may change.
 */
#ifndef HB_WORKLOADS_RECORD_SINK_H
#define HB_WORKLOADS_RECORD_SINK_H

#include "workloads/record/recorder.h"

/* The folder for captures, from the environment: NULL where this process is not to be recorded. */
const char *hb_sink_folder(void);

/* Creates this process's file in `folder`, under a name that nobody has, and maps its header. */
bool hb_sink_open(const char *folder);

/* Replaces the stream's chunk by a fresh one, larger than the last. False, with errno: there is no room. */
bool hb_sink_next_chunk(struct hb_stream *stream);

#endif

/*
 * record_words.h - what `heapbench record` says of a recording: what was kept, what was lost and why, who
 * still runs. Everything goes to standard error.
 */
#ifndef HB_BENCH_TOOL_RECORD_WORDS_H
#define HB_BENCH_TOOL_RECORD_WORDS_H

#include "workloads/record/collect.h"

/* The name that a person would call the image's program, printable. */
enum { HB_WORDS_PROGRAM = 256 };
const char *hb_words_program(const struct hb_collected *item, char name[static HB_WORDS_PROGRAM]);

/* A trace was written: how large it is, and what was left out of it or made up. */
void hb_words_kept(const struct hb_collected *item, const struct hb_capture_summary *summary,
                   const char *out);

/* More than one image was recorded, and one kept. */
void hb_words_others(const struct hb_collection *collection, const struct hb_collected *kept);

/* The program has ended, and these run on: what is waited for. */
void hb_words_waiting(const struct hb_family *family);

void hb_words_running(const struct hb_family *family);

/* Of whom nothing was recorded. `family` may be NULL. `kept_weight`: the events of the image that is kept.
 * True where the program itself is among them. */
bool hb_words_unrecorded(const struct hb_collection *collection, const struct hb_family *family,
                         uint64_t kept_weight);

/* Of all images, the events that were not recorded, each with the reason. */
void hb_words_losses(const struct hb_collection *collection);

/* Who was ended by a signal that the recorder may be to blame for. */
void hb_words_endings(const struct hb_family *family);

/* Where a capture is that could not become a trace: its folder. */
#define HB_WORDS_KEPT "heapbench: the capture is kept: heapbench record --convert %s -o OUT.trace"

/* From here to hb_words_ended_no_more one of the ends (base/file.h) says HB_WORDS_KEPT before it ends this
 * process, where it would end it without a word. */
void hb_words_when_ended(const char *folder);
void hb_words_ended_no_more(void);

#endif

/*
 * heirs.h - which threads free what another one had, of a trace.
 *
 * Blocks are told apart by their size and the thread that had them last; of each such kind some of the
 * threads that freed one are kept, as often as they did. Memory is fixed: kinds may share a cell.
 */
#ifndef HB_WORKLOADS_GENERATE_LIKE_HEIRS_H
#define HB_WORKLOADS_GENERATE_LIKE_HEIRS_H

#include "base/random.h"
#include "workloads/generate/generate.h"

struct hb_heirs;

/* Reads the trace once: what lives longer than a part of it counts, and of the rest the more the longer it
 * lives. As hb_stream_open and hb_stream_next. */
enum hb_status hb_heirs_learn(const struct hb_generate_settings *settings, struct hb_random *random,
                              struct hb_heirs **out, struct hb_error *error);
void hb_heirs_free(struct hb_heirs *heirs); /* NULL does nothing */

/* A thread that may free a block of this kind: one that did, by chance, or `thread` itself where none did. */
uint16_t hb_heirs_draw(const struct hb_heirs *heirs, uint64_t size, uint16_t thread,
                       struct hb_random *random);

#endif

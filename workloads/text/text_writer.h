/*
 * text_writer.h - a workload written as text: as a .rep for other people's tools, or in the project's own
 * form, from which the same trace can be made again. FORMAT.md describes both.
 */
#ifndef HB_WORKLOADS_TEXT_TEXT_WRITER_H
#define HB_WORKLOADS_TEXT_TEXT_WRITER_H

#include <stdbool.h>
#include <stdio.h>

#include "workloads/whole/whole.h"

/* What a .rep cannot say of a workload. */
struct hb_rep_losses {
    uint64_t callocs;  /* written as plain allocations */
    uint64_t aligned;  /* likewise */
    uint64_t switches; /* of threads; all operations are written as those of one */
    uint64_t waits;    /* between operations */
    uint64_t touched;  /* blocks of which it is known what is touched */
    bool run_times;    /* how long the program ran, and was on a processor */
};

/* Write errors need no checking here: they stay in the stream (ferror). */
void hb_text_write(const struct hb_workload *workload, FILE *out);
void hb_text_write_rep(const struct hb_workload *workload, FILE *out, struct hb_rep_losses *losses);

#endif

/*
 * repairs.h - what had to be done to somebody else's file before it could be replayed, counted.
 *
 * A file of addresses is not always in the order in which things happened, nor whole. What is repaired is
 * said, and makes the trace one that is not sound.
 */
#ifndef HB_WORKLOADS_WHOLE_REPAIRS_H
#define HB_WORKLOADS_WHOLE_REPAIRS_H

#include <stddef.h>
#include <stdint.h>

struct hb_repairs {
    uint64_t unknown_frees; /* left out: frees and reallocs of blocks that nobody was seen to get */
    uint64_t late_frees;    /* moved: frees that came after the next allocation at their address */
    uint64_t made_up_frees; /* added: nobody was seen to free a block whose address was given out again */
    uint64_t lost_calls;    /* left out: calls whose result is not there, a last line that is cut off */
    uint64_t excess_births; /* left out: beyond the 2^32 - 1 objects that a trace can number */
    /* These take nothing from a trace: it is of one process; realloc(NULL) is a malloc, free(NULL) is
     * nothing. */
    uint64_t other_processes; /* of a valgrind log: lines of other processes than its first */
    uint64_t null_reallocs;   /* of a .rep: reallocs of ids that were never used */
    uint64_t null_frees;      /* of a .rep: frees of ids that were never used, or of -1 */
};

/* Events that a faithful trace would have otherwise: what a trace keeps as `dropped`. */
uint64_t hb_repairs_dropped(const struct hb_repairs *repairs);

/* "3 frees of unknown addresses left out, 1 free made up"; empty when nothing was repaired. Into `out`. */
const char *hb_repairs_describe(const struct hb_repairs *repairs, char *out, size_t bytes);

#endif

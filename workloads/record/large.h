/*
 * large.h - the large blocks of a capture, and how much of each the program touched.
 *
 * A block's row is made when it is born, and what was touched is found out when it dies: by the first of two
 * passes over a capture. The second reads the rows in their order.
 */
#ifndef HB_WORKLOADS_RECORD_LARGE_H
#define HB_WORKLOADS_RECORD_LARGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "workloads/trace/trace.h"

#define HB_LARGE_UNKNOWN UINT64_MAX

/* A large block as an operation gives it. */
struct hb_large {
    uint64_t op, size;
    uint64_t before;  /* size of the large block that the thread was given before the run; 0: none */
    uint32_t nth;     /* of the run, from 1 */
    uint64_t touched; /* HB_LARGE_UNKNOWN: nobody has measured it */
    uint8_t kind;     /* of the operation */
    bool is_likened;  /* what is touched of it is that of its like */
};

/* Large blocks of one size that a thread was given, and freed no large one meanwhile. */
struct hb_large_run {
    uint64_t size, before;
    uint32_t length;
};

struct hb_large_table {
    struct hb_large *rows; /* by operation, ascending */
    size_t count, capacity;
    size_t next;               /* the second pass has come so far */
    struct hb_map row_of;      /* by object, its last */
    bool is_filling;           /* the first pass */
    struct hb_large_run *runs; /* by thread, the last of each */
    size_t run_count;
};

/* False: out of memory. Clear it in any case. */
bool hb_large_init(struct hb_large_table *table);
void hb_large_clear(struct hb_large_table *table);

/* The operation, which has this index and gives a large block. False: out of memory. */
bool hb_large_add(struct hb_large_table *table, uint64_t index, const struct hb_op *op);

/* The operation frees a block: where that is a large one, the next that its thread is given begins a run. */
void hb_large_end_run(struct hb_large_table *table, const struct hb_op *op);

/* So much is touched of the object's last block; HB_LARGE_UNKNOWN takes back what was said. Nothing is
 * believed of more than the block has, and nothing in the second pass. */
void hb_large_note(struct hb_large_table *table, uint32_t object, uint64_t bytes);

/*
 * Between the passes: a block that was not measured, since measuring is paid for from a small part of the
 * program's time, is touched as one of the nearest that were measured of the same size, from the same
 * function and in the same place of the same run, each of up to 16 in its turn; where there are none in that
 * place, of those in all others: whoever takes several buffers of one size uses each in its own way (the four
 * of zlib's deflateInit are touched by one page, one, sixteen and two). One that is like no other stays
 * unknown. Out of memory, all of them do.
 */
void hb_large_liken(struct hb_large_table *table);

/* Of the second pass, which asks for every large operation in order: its row; NULL where it gives none. */
const struct hb_large *hb_large_take(struct hb_large_table *table, uint64_t index);

#endif

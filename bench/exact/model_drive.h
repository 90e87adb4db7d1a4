/* model_drive.h - the operations of a prepared workload on a model heap, without the contract's table in
 * between. */
#ifndef HB_BENCH_EXACT_MODEL_DRIVE_H
#define HB_BENCH_EXACT_MODEL_DRIVE_H

#include "allocator/model/model.h"
#include "bench/replay/prepare.h"

struct hb_drive {
    struct hb_model *model;
    uint32_t *blocks; /* by slot; HB_MODEL_NO_BLOCK: absent */
    uint64_t slots;
};

/* A fresh heap for `prepared`. Errors as hb_model_create. On failure nothing is left to close. */
enum hb_status hb_drive_open(struct hb_drive *drive, const struct hb_prepared *prepared,
                             const struct hb_model_options *options, struct hb_error *error);
void hb_drive_close(struct hb_drive *drive);

/* Does one operation by the rules of replay.h; false iff it asked for bytes and got none. */
bool hb_drive_step(struct hb_drive *drive, const struct hb_op *op);

/* HB_ERR_MEMORY where the model ran out of memory: what it said since is worthless. */
enum hb_status hb_drive_check_broken(const struct hb_drive *drive, const struct hb_prepared *prepared,
                                     struct hb_error *error);

/* Sets `error` and returns HB_ERR_MEMORY: there was no table of the trace's objects to be had. */
enum hb_status hb_drive_no_memory(const struct hb_prepared *prepared, struct hb_error *error);

#endif

/*
 * exact_run.h - one run of a trace on a model heap, operation by operation, and the account of what is live.
 */
#ifndef HB_BENCH_EXACT_EXACT_RUN_H
#define HB_BENCH_EXACT_EXACT_RUN_H

#include "allocator/model/model.h"
#include "bench/replay/foretell.h"
#include "bench/replay/replay_ledger.h"
#include "bench/replay/windows.h"

struct hb_exact_run {
    const struct hb_prepared *prepared;
    struct hb_model_options options;
    struct hb_windows windows;
    struct hb_allocator table; /* of the model */
    struct hb_model *model;
    struct hb_foretold foretold;
    struct hb_error error;   /* of the windows */
    struct hb_ledger ledger; /* with the block that each slot holds */
};

/* A fresh heap for `prepared`, which must not be moved. Errors as hb_model_create; nothing is left to close
 * then. */
enum hb_status hb_exact_run_open(struct hb_exact_run *run, const struct hb_prepared *prepared,
                                 const struct hb_model_options *options, struct hb_error *error);
void hb_exact_run_close(struct hb_exact_run *run);

/* The next operation, which hb_exact_run_step does: valid until it has. NULL where a streamed workload cannot
 * be read on; hb_exact_run_check says why. There must be one. */
const struct hb_op *hb_exact_run_next(struct hb_exact_run *run);

/* Does the next operation, by the rules of replay.h, and enters it in the ledger; false iff it asked for
 * bytes and got none. */
bool hb_exact_run_step(struct hb_exact_run *run);

/* The block that the object of `op` holds; NULL: it is absent. */
static inline void *hb_exact_run_block(const struct hb_exact_run *run, const struct hb_op *op)
{
    return run->ledger.held[op->object].block;
}

/* The error of a streamed workload that could not be read on; HB_ERR_MEMORY where the model ran out of
 * memory, HB_ERR_LIMIT where an infinite heap became longer than can be counted: what it said since is
 * worthless. */
enum hb_status hb_exact_run_check(const struct hb_exact_run *run, struct hb_error *error);

#endif

/* curve_run.h - one run of a curve's trace on a model heap, and the account of what is live in it. */
#ifndef HB_BENCH_CURVE_RUN_H
#define HB_BENCH_CURVE_RUN_H

#include "bench/curve.h"
#include "bench/model_drive.h"
#include "bench/replay_ledger.h"

struct hb_curve_run {
    struct hb_drive drive;
    struct hb_ledger ledger;
};

/* A fresh heap of `heap_bytes`, 0 for an infinite one. Errors as hb_model_create; nothing is left to close
 * then. */
enum hb_status hb_curve_run_open(struct hb_curve_run *run, const struct hb_curve *curve, uint64_t heap_bytes,
                                 struct hb_error *error);
void hb_curve_run_close(struct hb_curve_run *run);

/* Sets `error` and returns HB_ERR_MEMORY. */
enum hb_status hb_curve_out_of_memory(const struct hb_curve *curve, struct hb_error *error);

#endif

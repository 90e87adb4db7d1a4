/* model_run.h - one run of a trace on a model heap, and the account of what is live in it. */
#ifndef HB_BENCH_EXACT_MODEL_RUN_H
#define HB_BENCH_EXACT_MODEL_RUN_H

#include "bench/exact/model_drive.h"
#include "bench/replay/replay_ledger.h"

struct hb_model_run {
    struct hb_drive drive;
    struct hb_ledger ledger;
};

/* A fresh heap for `prepared`. Errors as hb_model_create; nothing is left to close then. */
enum hb_status hb_model_run_open(struct hb_model_run *run, const struct hb_prepared *prepared,
                                 const struct hb_model_options *options, struct hb_error *error);
void hb_model_run_close(struct hb_model_run *run);

#endif

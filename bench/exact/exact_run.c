/*
 * exact_run.c - the model behind the contract's table, led through a prepared trace.
 */
#include "bench/exact/exact_run.h"

#include "base/progress.h"
#include "bench/replay/operation.h"

enum { PROGRESS_OPS = 1024 };

enum hb_status hb_exact_run_open(struct hb_exact_run *run, const struct hb_prepared *prepared,
                                 const struct hb_model_options *options, struct hb_error *error)
{
    enum hb_status status;

    *run = (struct hb_exact_run){.prepared = prepared, .options = *options};
    hb_windows_open(&run->windows, prepared);
    hb_model_allocator(&run->options, &run->table);
    status = hb_model_create(options, &run->model, error);
    if (status != HB_OK)
        return status;
    status = hb_foretell(prepared, &run->table, run->model, &run->foretold, error);
    if (status == HB_OK && hb_ledger_init(&run->ledger, prepared->slots))
        return HB_OK;
    hb_exact_run_close(run);
    return status != HB_OK ? status
                           : hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory for %llu objects",
                                          prepared->name, (unsigned long long)prepared->slots);
}

void hb_exact_run_close(struct hb_exact_run *run)
{
    hb_windows_close(&run->windows);
    hb_ledger_clear(&run->ledger);
    hb_model_destroy(run->model);
    run->model = NULL;
    hb_foretold_clear(&run->foretold);
}

const struct hb_op *hb_exact_run_next(struct hb_exact_run *run)
{
    assert(run->ledger.ops < run->prepared->op_count);
    if (hb_windows_reach(&run->windows, run->ledger.ops, &run->error) != HB_OK)
        return NULL;
    return hb_windows_op(&run->windows, run->ledger.ops);
}

bool hb_exact_run_step(struct hb_exact_run *run)
{
    const struct hb_op *op = hb_exact_run_next(run);
    bool served;

    if (op == NULL)
        return false;
    served = hb_operation_do(&run->table, run->model, op, &run->ledger.held[op->object].block);
    hb_ledger_enter(&run->ledger, op, !served);
    if (run->ledger.ops % PROGRESS_OPS == 0)
        hb_progress_set(NULL, run->ledger.ops);
    return served;
}

enum hb_status hb_exact_run_check(const struct hb_exact_run *run, struct hb_error *error)
{
    enum hb_status status = hb_model_broken(run->model);

    if (run->error.status != HB_OK) {
        if (error != NULL)
            *error = run->error;
        return run->error.status;
    }
    if (status == HB_ERR_MEMORY)
        return hb_error_set(error, status, "%s: out of memory for a model heap", run->prepared->name);
    if (status != HB_OK)
        return hb_error_set(error, status, "%s: %s", run->prepared->name, HB_MODEL_BROKEN_END);
    return HB_OK;
}

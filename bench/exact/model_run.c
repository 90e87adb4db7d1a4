/* model_run.c - see model_run.h. */
#include "bench/exact/model_run.h"

enum hb_status hb_model_run_open(struct hb_model_run *run, const struct hb_prepared *prepared,
                                 const struct hb_model_options *options, struct hb_error *error)
{
    enum hb_status status = hb_drive_open(&run->drive, prepared, options, error);

    if (status != HB_OK)
        return status;
    if (hb_ledger_init(&run->ledger, prepared->slots))
        return HB_OK;
    hb_drive_close(&run->drive);
    return hb_drive_no_memory(prepared, error);
}

void hb_model_run_close(struct hb_model_run *run)
{
    hb_ledger_clear(&run->ledger);
    hb_drive_close(&run->drive);
}

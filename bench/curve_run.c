/* curve_run.c - see curve_run.h. */
#include "bench/curve_run.h"

enum hb_status hb_curve_out_of_memory(const struct hb_curve *curve, struct hb_error *error)
{
    return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory for the failure curve",
                        curve->prepared->name);
}

enum hb_status hb_curve_run_open(struct hb_curve_run *run, const struct hb_curve *curve, uint64_t heap_bytes,
                                 struct hb_error *error)
{
    struct hb_model_options options = curve->options;
    enum hb_status status;

    options.heap_bytes = heap_bytes;
    status = hb_drive_open(&run->drive, curve->prepared, &options, error);
    if (status != HB_OK)
        return status;
    if (hb_ledger_init(&run->ledger, curve->prepared->slots))
        return HB_OK;
    hb_drive_close(&run->drive);
    return hb_curve_out_of_memory(curve, error);
}

void hb_curve_run_close(struct hb_curve_run *run)
{
    hb_ledger_clear(&run->ledger);
    hb_drive_close(&run->drive);
}

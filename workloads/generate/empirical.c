/*
 * empirical.c - the sizes that a real program asked for, gathered from its trace.
 */
#include "workloads/generate/empirical.h"

#include <stdbool.h>

#include "base/pages.h"
#include "workloads/workload.h"

static bool is_birth(const struct hb_op *op)
{
    return op->kind != HB_OP_FREE && op->kind != HB_OP_REALLOC && op->size > 0;
}

static enum hb_status take_sizes(const struct hb_workload *workload, struct hb_generate_settings *settings,
                                 struct hb_error *error)
{
    uint64_t *sizes;
    uint64_t count = 0;

    for (uint64_t i = 0; i < workload->op_count; i++)
        count += is_birth(&workload->ops[i]);
    if (count == 0)
        return hb_error_set(error, HB_ERR_FORMAT, "%s allocates nothing: there are no sizes to draw from",
                            workload->path);
    sizes = hb_pages_alloc(count * sizeof *sizes);
    if (sizes == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "no memory for the sizes in %s", workload->path);
    settings->empirical = sizes;
    settings->empirical_count = count;
    for (uint64_t i = 0; i < workload->op_count; i++)
        if (is_birth(&workload->ops[i]))
            *sizes++ = workload->ops[i].size;
    return HB_OK;
}

enum hb_status hb_generate_load_sizes(struct hb_generate_settings *settings, struct hb_error *error)
{
    struct hb_workload *workload;
    enum hb_status status;

    if (settings->empirical_name == NULL || settings->sizes != HB_SIZES_EMPIRICAL)
        return HB_OK;
    status = hb_workload_load(settings->empirical_name, &workload, error);
    if (status != HB_OK)
        return status;
    status = take_sizes(workload, settings, error);
    hb_workload_free(workload);
    return status;
}

void hb_generate_free_sizes(struct hb_generate_settings *settings)
{
    hb_pages_free((void *)(uintptr_t)settings->empirical,
                  settings->empirical_count * sizeof *settings->empirical);
    settings->empirical = NULL;
    settings->empirical_count = 0;
}

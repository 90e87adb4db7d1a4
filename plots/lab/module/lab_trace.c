/*
 * lab_trace.c - a workload in any format that heapbench reads, from bytes that the page was given.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/pages.h"
#include "plots/lab/module/lab.h"
#include "workloads/workload.h"

/* Of the workload that was read last; the page reads them as doubles, in this order. */
struct lab_trace_facts {
    double ops, objects, peak_live_bytes, suggested_heap_bytes, threads, dropped, lost;
};

static struct {
    char *name; /* for sentences */
    uint8_t *bytes;
    size_t length;
    struct hb_workload *workload;
    uint32_t *births,
        *ends; /* by object: the operations that make and free it; their number where none frees it */
    struct hb_error error;
    struct lab_trace_facts facts;
} trace;

struct lab_bytes lab_input(void)
{
    return (struct lab_bytes){.bytes = trace.bytes, .length = trace.length};
}

static void forget_input(void)
{
    free(trace.name);
    free(trace.bytes);
    trace.name = NULL;
    trace.bytes = NULL;
}

/* Room for a file of `length` bytes, and before it for its name of `name_length`, at the place that is
 * returned; NULL when there is none. What was read before is gone. */
LAB_EXPORT char *lab_name_room(uint32_t name_length)
{
    forget_input();
    trace.name = calloc(1, (size_t)name_length + 1);
    return trace.name;
}

LAB_EXPORT uint8_t *lab_room(uint32_t length)
{
    free(trace.bytes);
    trace.length = length;
    trace.bytes = malloc(length > 0 ? length : 1);
    return trace.bytes;
}

LAB_EXPORT const char *lab_error(void)
{
    return trace.error.text;
}

/* When each object begins and ends. False when out of memory. */
static bool find_lives(void)
{
    const struct hb_workload *w = trace.workload;

    trace.births = malloc((w->object_count + 1) * sizeof *trace.births);
    trace.ends = malloc((w->object_count + 1) * sizeof *trace.ends);
    if (trace.births == NULL || trace.ends == NULL)
        return false;
    for (uint64_t i = 0; i < w->object_count; i++)
        trace.ends[i] = (uint32_t)w->op_count;
    for (uint64_t i = 0; i < w->op_count; i++)
        if (w->ops[i].kind == HB_OP_FREE)
            trace.ends[w->ops[i].object] = (uint32_t)i;
        else if (w->ops[i].kind != HB_OP_REALLOC)
            trace.births[w->ops[i].object] = (uint32_t)i;
    return true;
}

static void state_facts(void)
{
    const struct hb_workload *w = trace.workload;

    trace.facts = (struct lab_trace_facts){
        .ops = (double)w->op_count,
        .objects = (double)w->object_count,
        .peak_live_bytes = (double)w->peak_live_bytes,
        .suggested_heap_bytes = (double)w->suggested_heap_bytes,
        .threads = w->threads,
        .dropped = (double)w->dropped,
    };
}

static void forget_trace(void)
{
    hb_workload_free(trace.workload);
    free(trace.births);
    free(trace.ends);
    trace.workload = NULL;
    trace.births = NULL;
    trace.ends = NULL;
}

/* Reads what is in the room; an enum hb_status, and lab_error() says why where it is not HB_OK. */
LAB_EXPORT int lab_read(void)
{
    enum hb_status status;

    forget_trace();
    if (trace.name == NULL || trace.bytes == NULL)
        return (int)hb_error_set(&trace.error, HB_ERR_MEMORY, "out of memory");
    if (trace.length == 0)
        status = hb_error_set(&trace.error, HB_ERR_FORMAT, "%s: the file is empty", trace.name);
    else
        status = hb_workload_load_as(trace.name, HB_FORMAT_ANY, &trace.workload, &trace.error);
    forget_input();
    if (status != HB_OK)
        return (int)status;
    if (!find_lives())
        return (int)hb_error_set(&trace.error, HB_ERR_MEMORY, "%s: out of memory", trace.workload->path);
    state_facts();
    return HB_OK;
}

LAB_EXPORT const struct hb_op *lab_ops(void)
{
    return trace.workload->ops;
}

LAB_EXPORT const uint32_t *lab_births(void)
{
    return trace.births;
}

LAB_EXPORT const uint32_t *lab_ends(void)
{
    return trace.ends;
}

LAB_EXPORT const struct lab_trace_facts *lab_facts(void)
{
    return &trace.facts;
}

/* The recorded program's command line; empty where it is not known. */
LAB_EXPORT const char *lab_command(void)
{
    return trace.workload->info.command != NULL ? trace.workload->info.command : "";
}

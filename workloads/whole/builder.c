/*
 * builder.c - operations appended and checked one by one, and the figures that are kept on the way.
 */
#include "workloads/whole/builder.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/pages.h"
#include "base/printable.h"
#include "base/progress.h"
#include "workloads/trace/trace_format.h"

#define DEAD UINT64_MAX

enum { FIRST_BYTES = 1 << 16 };

#define MAX_OPS (UINT64_C(1) << 31)

size_t hb_workload_stem_bytes(const char *base)
{
    const char *dot = strrchr(base, '.');

    return dot != NULL && dot != base ? (size_t)(dot - base) : strlen(base);
}

char *hb_workload_name_of(const char *path)
{
    const char *base = basename(path);
    char *stem = strndup(base, hb_workload_stem_bytes(base));
    char *name = stem != NULL ? hb_printable_copy(stem, "\\") : NULL;

    free(stem);
    return name;
}

enum hb_status hb_builder_begin(struct hb_builder *builder, const char *path, struct hb_error *error)
{
    struct hb_workload *workload = calloc(1, sizeof *workload);

    *builder =
        (struct hb_builder){.workload = workload, .max_ops = MAX_OPS, .max_bytes = hb_half_of_memory()};
    if (workload == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", path);
    workload->name = hb_workload_name_of(path);
    workload->path = strdup(path);
    workload->ops = hb_pages_reserve(FIRST_BYTES);
    workload->ops_capacity_bytes = FIRST_BYTES;
    builder->sizes = hb_pages_reserve(FIRST_BYTES);
    builder->sizes_bytes = FIRST_BYTES;
    if (workload->name == NULL || workload->path == NULL || workload->ops == NULL || builder->sizes == NULL) {
        hb_builder_abandon(builder);
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", path);
    }
    return HB_OK;
}

/* Doubles a table, which may be none yet, until `bytes` fit; false when there is no memory. */
static bool grow(void **table, size_t *capacity, uint64_t bytes)
{
    size_t wanted = *table != NULL ? *capacity : FIRST_BYTES;
    void *grown;

    while (wanted < bytes)
        wanted *= 2;
    if (*table != NULL && wanted == *capacity)
        return true;
    grown = *table != NULL ? hb_pages_grow(*table, *capacity, wanted) : hb_pages_reserve(wanted);
    if (grown == NULL)
        return false;
    *table = grown;
    *capacity = wanted;
    return true;
}

/* Room for the sizes of slots, of which a stream has at most so many. */
static enum hb_status make_room_for_slots(struct hb_builder *builder, const struct hb_op *ops, size_t count,
                                          struct hb_error *error)
{
    void *sizes = builder->sizes;
    uint64_t slots = 0;

    for (size_t i = 0; i < count; i++)
        slots = ops[i].object >= slots ? (uint64_t)ops[i].object + 1 : slots;
    if (!grow(&sizes, &builder->sizes_bytes, slots * sizeof *builder->sizes))
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", builder->workload->path);
    builder->sizes = sizes;
    return HB_OK;
}

/* Whether all tables together stay within the limit when there are so many operations, and rows beside them.
 */
static enum hb_status check_bytes(const struct hb_builder *builder, uint64_t ops, uint64_t rows,
                                  struct hb_error *error)
{
    const struct hb_workload *workload = builder->workload;
    uint64_t kept = builder->counts_only ? 0 : 1; /* of what is counted only the rows are kept */

    if (kept * ops * sizeof *workload->ops +
            (workload->wait_count + workload->touched_count + rows) * sizeof(struct hb_wait) +
            kept * workload->object_count * sizeof *builder->sizes <=
        builder->max_bytes)
        return HB_OK;
    return hb_error_set(error, HB_ERR_LIMIT,
                        "%s: more operations than fit half of this machine's memory (%llu MiB)",
                        workload->path, (unsigned long long)(builder->max_bytes >> 20));
}

/* Room for `count` operations more, each of which may be a birth. */
static enum hb_status make_room(struct hb_builder *builder, size_t count, struct hb_error *error)
{
    struct hb_workload *workload = builder->workload;
    uint64_t ops = workload->op_count + count, objects = workload->object_count + count;
    void *table = workload->ops, *sizes = builder->sizes;
    enum hb_status status;
    bool grown;

    if (ops > builder->max_ops)
        return hb_error_set(error, HB_ERR_LIMIT, "%s: more than %llu operations", workload->path,
                            (unsigned long long)builder->max_ops);
    status = check_bytes(builder, ops, 0, error);
    if (status != HB_OK)
        return status;
    grown = grow(&table, &workload->ops_capacity_bytes, ops * sizeof *workload->ops) &&
            grow(&sizes, &builder->sizes_bytes, objects * sizeof *builder->sizes);
    workload->ops = table;
    builder->sizes = sizes;
    if (!grown)
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", workload->path);
    return HB_OK;
}

static const char *apply_birth(struct hb_builder *builder, const struct hb_op *op)
{
    if (!builder->counts_only && op->object != builder->workload->object_count)
        return "gives birth to an object whose number is not the next";
    if (__builtin_add_overflow(builder->live_bytes, op->size, &builder->live_bytes))
        return "brings the live bytes above 2^64";
    builder->workload->object_count++;
    builder->sizes[op->object] = op->size;
    builder->live_objects++;
    return NULL;
}

static const char *apply_other(struct hb_builder *builder, const struct hb_op *op)
{
    uint64_t *size;

    if (op->object >= builder->workload->object_count)
        return "names an object that was never born";
    size = &builder->sizes[op->object];
    if (*size == DEAD)
        return "names an object that was freed before";
    builder->live_bytes -= *size;
    if (op->kind == HB_OP_FREE) {
        builder->live_objects--;
        *size = DEAD;
        return NULL;
    }
    if (__builtin_add_overflow(builder->live_bytes, op->size, &builder->live_bytes))
        return "brings the live bytes above 2^64";
    *size = op->size;
    return NULL;
}

/* NULL, or what is wrong with `op` as the next one. */
static const char *apply(struct hb_builder *builder, const struct hb_op *op)
{
    struct hb_workload *workload = builder->workload;
    bool birth = op->kind != HB_OP_FREE && op->kind != HB_OP_REALLOC;
    const char *fault = birth ? apply_birth(builder, op) : apply_other(builder, op);

    if (fault != NULL)
        return fault;
    if (builder->live_bytes > workload->peak_live_bytes)
        workload->peak_live_bytes = builder->live_bytes;
    if (builder->live_objects > workload->peak_live_objects)
        workload->peak_live_objects = builder->live_objects;
    if (op->thread >= workload->threads)
        workload->threads = op->thread + 1u;
    return NULL;
}

/* What was said of operation `index`; NULL: nothing. */
static const struct hb_touched *said_of(const struct hb_workload *workload, uint64_t index)
{
    const struct hb_touched *last;

    if (workload->touched_count == 0)
        return NULL;
    last = &workload->touched[workload->touched_count - 1];
    return last->op == index ? last : NULL;
}

/* NULL, or what is wrong with `op` after what was said of it. */
static const char *touched_fault(const struct hb_workload *workload, const struct hb_op *op)
{
    const struct hb_touched *said = said_of(workload, workload->op_count);

    return said != NULL ? hb_trace_touched_fault(op, said->bytes) : NULL;
}

enum hb_status hb_builder_append(struct hb_builder *builder, const struct hb_op *ops, size_t count,
                                 struct hb_error *error)
{
    struct hb_workload *workload = builder->workload;
    enum hb_status status = builder->counts_only ? make_room_for_slots(builder, ops, count, error)
                                                 : make_room(builder, count, error);

    for (size_t i = 0; i < count && status == HB_OK; i++) {
        const char *fault = apply(builder, &ops[i]);

        if (fault == NULL)
            fault = touched_fault(workload, &ops[i]);
        if (fault != NULL)
            return hb_error_set(error, HB_ERR_FORMAT, "%s: operation %llu %s", workload->path,
                                (unsigned long long)workload->op_count, fault);
        if (!builder->counts_only)
            workload->ops[workload->op_count] = ops[i];
        workload->op_count++;
    }
    hb_progress_set(NULL, workload->op_count);
    return status;
}

static enum hb_status add_wait(struct hb_builder *builder, struct hb_wait wait, struct hb_error *error)
{
    struct hb_workload *workload = builder->workload;
    uint64_t count = workload->wait_count + 1;
    enum hb_status status = check_bytes(builder, workload->op_count, 1, error);
    void *table = workload->waits;

    if (status != HB_OK)
        return status;
    if (!grow(&table, &workload->waits_capacity_bytes, count * sizeof wait))
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", workload->path);
    workload->waits = table;
    workload->waits[workload->wait_count++] = wait;
    return HB_OK;
}

enum hb_status hb_builder_pass_time(struct hb_builder *builder, uint64_t us, struct hb_error *error)
{
    struct hb_workload *workload = builder->workload;
    struct hb_wait *last = workload->wait_count > 0 ? &workload->waits[workload->wait_count - 1] : NULL;
    struct hb_wait wait = {.before_op = workload->op_count, .us = us};
    enum hb_status status = HB_OK;

    if (us == 0)
        return HB_OK;
    if (us > UINT64_MAX - workload->time_us)
        return hb_error_set(error, HB_ERR_FORMAT,
                            "%s: operation %llu comes more than 2^64 microseconds after the first",
                            workload->path, (unsigned long long)workload->op_count);
    if (last != NULL && last->before_op == wait.before_op)
        last->us += us;
    else
        status = add_wait(builder, wait, error);
    if (status == HB_OK)
        workload->time_us += us;
    return status;
}

enum hb_status hb_builder_touch(struct hb_builder *builder, uint64_t bytes, struct hb_error *error)
{
    struct hb_workload *workload = builder->workload;
    uint64_t count = workload->touched_count + 1;
    enum hb_status status = check_bytes(builder, workload->op_count, 1, error);
    void *table = workload->touched;

    if (said_of(workload, workload->op_count) != NULL)
        return hb_error_set(error, HB_ERR_FORMAT, "%s: it is said twice what operation %llu touches",
                            workload->path, (unsigned long long)workload->op_count);
    if (status != HB_OK)
        return status;
    if (!grow(&table, &workload->touched_capacity_bytes, count * sizeof *workload->touched))
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", workload->path);
    workload->touched = table;
    workload->touched[workload->touched_count++] =
        (struct hb_touched){.op = workload->op_count, .bytes = bytes};
    workload->info.touched = true;
    return HB_OK;
}

enum { NAMES_MOST = 1 << 16, NAME_BYTES = 64 };

static void forget_names(struct hb_workload *workload)
{
    for (size_t i = 0; workload->names != NULL && workload->names[i] != NULL; i++)
        free(workload->names[i]);
    free(workload->names);
    workload->names = NULL;
}

/* Room for the name of `object` and the NULL behind it: twice as much whenever that is a power of two. */
static char **grow_names(char **names, uint64_t object)
{
    uint64_t held = object + 1;

    if (held >= NAMES_MOST)
        return NULL;
    return (held & (held - 1)) == 0 ? realloc(names, 2 * held * sizeof *names) : names;
}

void hb_builder_name(struct hb_builder *builder, uint64_t object, const char *word)
{
    struct hb_workload *workload = builder->workload;
    char **grown;

    if (object > 0 && workload->names == NULL)
        return; /* they were too many */
    grown = grow_names(workload->names, object);
    if (grown == NULL) {
        forget_names(workload);
        return;
    }
    workload->names = grown;
    grown[object] = strndup(word, NAME_BYTES - 1);
    if (grown[object] == NULL)
        forget_names(workload);
    else
        grown[object + 1] = NULL;
}

struct hb_workload *hb_builder_finish(struct hb_builder *builder)
{
    struct hb_workload *workload = builder->workload;

    workload->live_objects_at_end = builder->live_objects;
    workload->live_bytes_at_end = builder->live_bytes;
    builder->workload = NULL;
    hb_builder_abandon(builder);
    return workload;
}

void hb_builder_abandon(struct hb_builder *builder)
{
    hb_workload_free(builder->workload);
    hb_pages_free(builder->sizes, builder->sizes_bytes);
    builder->workload = NULL;
    builder->sizes = NULL;
}

void hb_workload_free(struct hb_workload *workload)
{
    if (workload == NULL)
        return;
    hb_pages_free(workload->ops, workload->ops_capacity_bytes);
    hb_pages_free(workload->waits, workload->waits_capacity_bytes);
    hb_pages_free(workload->touched, workload->touched_capacity_bytes);
    forget_names(workload);
    free(workload->info.command);
    free(workload->info.origin);
    free(workload->name);
    free(workload->path);
    free(workload);
}

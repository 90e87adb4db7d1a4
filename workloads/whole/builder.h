/*
 * builder.h - a workload that grows operation by operation, checked as it grows. Private to workloads/.
 *
 * Every way to come by a workload ends here, so that the promises of whole.h are kept in one place.
 */
#ifndef HB_WORKLOADS_WHOLE_BUILDER_H
#define HB_WORKLOADS_WHOLE_BUILDER_H

#include "workloads/whole/whole.h"

struct hb_builder {
    struct hb_workload *workload;
    uint64_t *sizes; /* by object: bytes, or DEAD; from hb_pages_reserve */
    size_t sizes_bytes;
    bool
        counts_only; /* operations are checked and counted and not kept; their objects are slots (stream.h) */
    uint64_t live_objects;
    uint64_t live_bytes;
    uint64_t max_ops;
    uint64_t
        max_bytes; /* of operations, sizes and waits together; half of the machine's memory, else a test's */
};

/* HB_ERR_MEMORY. `path` is for the workload's name and for sentences. End with finish or abandon. */
enum hb_status hb_builder_begin(struct hb_builder *builder, const char *path, struct hb_error *error);

/* Appends operations. HB_ERR_FORMAT, with the index of the one at fault; HB_ERR_LIMIT; HB_ERR_MEMORY. */
enum hb_status hb_builder_append(struct hb_builder *builder, const struct hb_op *ops, size_t count,
                                 struct hb_error *error);

/*
 * So many microseconds passed between the operations appended so far and those to come. What is told twice at
 * one place is added up; 0 is nothing. HB_ERR_FORMAT: all together are beyond 2^64; HB_ERR_LIMIT;
 * HB_ERR_MEMORY.
 */
enum hb_status hb_builder_pass_time(struct hb_builder *builder, uint64_t us, struct hb_error *error);

/* So many bytes are touched of the block that the next operation gives; hb_builder_append says where it gives
 * none, or a smaller one. HB_ERR_FORMAT: it was said already; HB_ERR_LIMIT; HB_ERR_MEMORY. */
enum hb_status hb_builder_touch(struct hb_builder *builder, uint64_t bytes, struct hb_error *error);

/*
 * The next birth's object is called `word` in its file. Names are for people who look at short files: where
 * there are more births than a few, or no memory, none is kept.
 */
void hb_builder_name(struct hb_builder *builder, uint64_t object, const char *word);

/* The finished workload; the builder is empty afterwards. */
struct hb_workload *hb_builder_finish(struct hb_builder *builder);
void hb_builder_abandon(struct hb_builder *builder);

#endif

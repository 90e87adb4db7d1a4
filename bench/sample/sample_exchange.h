/*
 * sample_exchange.h - what a sample's parent and child write to each other: one shared memory file.
 *
 * The parent fills the request before the child starts; the child fills the result and sets `done` last. A
 * child that crashes leaves `done` false. Shared memory is not private memory, so none of this counts as the
 * child's own. Both are the same program, so the layout is the same.
 */
#ifndef HB_BENCH_SAMPLE_SAMPLE_EXCHANGE_H
#define HB_BENCH_SAMPLE_SAMPLE_EXCHANGE_H

#include <stdint.h>
#include <sys/types.h>

#include "bench/sample/sample.h"

/* The argument that marks a child: --heapbench-sample=IMAGE,EXCHANGE, two descriptors. */
#define HB_SAMPLE_ARGUMENT "--heapbench-sample="

struct hb_exchange {
    pid_t parent;
    struct hb_sample_request request; /* `prepared` and `allocator` mean nothing in another process */
    char allocator[4096];
    struct hb_sample_result result; /* `points` likewise */
    int done;
    /* For counting within one process; the child of a sample has none. As in struct hb_count_options. */
    void (*progress)(void *context, uint64_t ops_done);
    struct hb_point points[]; /* request.points of them */
};

/* Does the sample that `exchange` asks for, in this process, and fills the result. */
void hb_sample_work(struct hb_exchange *exchange, const struct hb_prepared *prepared);

#endif

/*
 * sample_exchange.h - what a sample's parent asks and what its child answers, in memory that they share.
 */
#ifndef HB_BENCH_SAMPLE_SAMPLE_EXCHANGE_H
#define HB_BENCH_SAMPLE_SAMPLE_EXCHANGE_H

#include "bench/sample/child.h"
#include "bench/sample/sample.h"

struct hb_sample_exchange {
    struct hb_child_exchange child;
    struct hb_sample_request request; /* its pointers mean nothing in another process */
    char allocator[4096];
    struct hb_sample_result result; /* `points` likewise */
    struct hb_course course;
    uint64_t feed_at;         /* of a streamed workload: how many bytes on its feed begins; else 0 */
    struct hb_point points[]; /* request.points of them */
};

/* NULL: the workload is held whole. */
static inline struct hb_feed *hb_sample_exchange_feed(struct hb_sample_exchange *exchange)
{
    return exchange->feed_at == 0 ? NULL : (struct hb_feed *)(void *)((char *)exchange + exchange->feed_at);
}

/* What LATENCY finds stands where points would. */
static inline struct hb_latency *hb_sample_exchange_latency(struct hb_sample_exchange *exchange)
{
    return (struct hb_latency *)(void *)exchange->points;
}

/* Does the sample that `exchange` asks for, in this process, and fills the result. */
void hb_sample_work(struct hb_sample_exchange *exchange, const struct hb_prepared *prepared);

#endif

/*
 * together.h - several samples at the same time, each of which mostly sleeps; and what they hold meanwhile.
 *
 * They are begun one after another: each when the one before it sleeps for the first time, or a few seconds
 * later, so that few are at work at once, and as far as there is memory for it. They are looked at from
 * outside, in /proc.
 */
#ifndef HB_BENCH_SAMPLE_TOGETHER_H
#define HB_BENCH_SAMPLE_TOGETHER_H

#include "bench/sample/sample.h"

/* A sample at one moment. */
struct hb_together_look {
    uint64_t time_ns; /* since its first operation */
    enum hb_stage stage;
    uint64_t live_bytes;
    struct hb_memory_look memory; /* over the harness's own */
};

struct hb_together_member {
    struct hb_sample_run run;
    bool is_running;
    uint64_t begun_ns;
    struct hb_sample_result result; /* once it has ended */
    struct hb_together_look *looks; /* the first, those that differ from the one before or are a second
                                       later, and the last */
    size_t look_count, look_room;
    struct hb_together_look latest;
};

struct hb_together {
    struct hb_together_member **members; /* in the order in which they were added */
    size_t count;
    uint64_t look_ms; /* so often each is looked at; 0: not at all */
    uint64_t next_look_ns;
    /* Called many times a second while something is waited for. False ends all of them at once: they have
     * crashed then, with what they had found so far. */
    bool (*goes_on)(void *context);
    void *context;
};

/* Begins one more, and waits until that may be. HB_ERR_CHILD, HB_ERR_MEMORY. What the request points to can
 * be freed afterwards, but for its texts. */
enum hb_status hb_together_add(struct hb_together *together, const struct hb_sample_request *request,
                               struct hb_error *error);

/* Waits until all have ended. HB_ERR_MEMORY. */
enum hb_status hb_together_finish(struct hb_together *together, struct hb_error *error);

/* Ends what still runs. Takes one to which nothing was added. */
void hb_together_close(struct hb_together *together);

#endif

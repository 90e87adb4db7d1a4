/*
 * idle.h - what a heap holds while nothing is asked of it: in the silences of a trace, and when all is freed.
 *
 * A silence is a wait of HB_SILENCE_US or more in a trace, which a paced replay sleeps through (schedule.h).
 * After the last operation what is left is freed, and the process sleeps again; it looks at its own memory
 * then. What it is at stands in a course, which its parent reads from outside meanwhile.
 */
#ifndef HB_BENCH_SAMPLE_IDLE_H
#define HB_BENCH_SAMPLE_IDLE_H

#include "bench/sample/memory.h"

enum { HB_IDLE_LOOKS = 4, HB_SILENCE_US = 10000 };

/* Memory when all has been freed for so long. */
struct hb_idle_look {
    uint64_t after_ms;
    struct hb_memory_look memory;
};

struct hb_idle {
    uint32_t count; /* looks so far */
    struct hb_idle_look looks[HB_IDLE_LOOKS];
};

enum hb_stage {
    HB_STAGE_LOADING,
    HB_STAGE_WORK,    /* operations */
    HB_STAGE_SILENCE, /* nothing, or fewer than HB_STAGE_BEAT operations between two silences */
    HB_STAGE_FREED,   /* likewise, and nothing is live */
    HB_STAGES
};

enum { HB_STAGE_BEAT = 4096 };

/* Where a sample is; written by the child. */
struct hb_course {
    volatile uint32_t stage;    /* enum hb_stage */
    volatile uint64_t begun_ns; /* when its first operation was about to be done; 0: not yet */
    volatile uint64_t op;       /* operations done */
    volatile uint64_t live_bytes;
    struct hb_memory_look base; /* the harness's own */
};

/* "loading", "work", "silence", "freed". */
const char *hb_stage_name(enum hb_stage stage);

/* When memory is looked at: at once and after 1 s, 10 s and `idle_ms`, as far as it is no longer than that.
 * Returns how many these are. */
uint32_t hb_idle_moments(uint64_t idle_ms, uint64_t after_ms[HB_IDLE_LOOKS]);

/* Sleeps for `idle_ms` and looks at this process's memory meanwhile, over `base`. */
void hb_idle_wait(uint64_t idle_ms, const struct hb_memory_look *base, struct hb_idle *idle);

/* Sleeps for so many milliseconds, whatever signals come. */
void hb_idle_sleep(uint64_t ms);

#endif

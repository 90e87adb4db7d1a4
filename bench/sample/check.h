/*
 * check.h - is an allocator right? One replay, not timed, that verifies what every user of malloc relies on.
 *
 * Verified are: no block overlaps a live one, its usable bytes included; its alignment; its contents, until
 * it is freed and over a realloc; calloc's zeros; that the usable size is no less than what was asked for;
 * and that the library prints nothing and leaves descriptors and threads as they were. A NULL is not wrong:
 * it is counted.
 *
 * Alignment: 8 for a block of less than 16 bytes and else 16, as C has it; glibc, jemalloc, mimalloc,
 * tcmalloc and tbbmalloc give no less. More is to be had where it was asked for. mimalloc 2.0.9 gives less
 * now and then where the size is a power of two: fewer than half of the requests that are not met are a
 * warning.
 */
#ifndef HB_BENCH_SAMPLE_CHECK_H
#define HB_BENCH_SAMPLE_CHECK_H

#include "bench/replay/replay.h"

#define HB_CHECK_NO_OP UINT64_MAX

struct hb_check_plan {
    const struct hb_prepared *prepared;
    const struct hb_allocator *allocator; /* not HB_CAP_UNTOUCHABLE */
    void *heap;                           /* just created */
    uint64_t ops;                         /* the first so many are done */
    bool sparse; /* --touch none: of a large block, write only the ends and not a byte a page */
    int output;  /* a pipe that standard output and error lead to; -1: what is printed is no matter */
    uint64_t deadline_ns; /* as hb_clock_ns counts; the replay ends then, and is right so far. 0: none */
};

struct hb_check_result {
    uint64_t op;       /* being done, or at which the wrong was found; HB_CHECK_NO_OP: none, or not known */
    struct hb_op call; /* what `op` is, while it is being done; the size of a free is that of its block */
    bool printed;      /* the wrong is that it prints */
    bool stuck;        /* the wrong is that operation `op` does not come back */
    uint64_t requests; /* for an alignment, that were served */
    uint64_t unmet;    /* how many of them with less; of the first of these: */
    uint64_t unmet_op, unmet_object, unmet_asked, unmet_given;
};

/*
 * Replays and verifies. `result->op` and `call` are kept up to date all the while, so that whoever shares
 * that memory knows where a crash was. `counts` gets ops (done and right), allocs, served, failures and the
 * first one, live and peak bytes. HB_ERR_BROKEN: the allocator is wrong, and `error` says in which way;
 * HB_ERR_MEMORY.
 */
enum hb_status hb_check_run(const struct hb_check_plan *plan, struct hb_check_result *result,
                            struct hb_counts *counts, struct hb_error *error);

#endif

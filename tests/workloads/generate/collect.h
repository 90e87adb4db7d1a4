/*
 * collect.h - a sink that checks every operation and counts, and a one-line way to run a generator into it.
 */
#ifndef HB_TESTS_WORKLOADS_GENERATE_COLLECT_H
#define HB_TESTS_WORKLOADS_GENERATE_COLLECT_H

#include <stdbool.h>

#include "workloads/generate/generate.h"

enum { COLLECT_PHASES = 4096, COLLECT_THREADS = 512 };

struct hands {
    uint16_t maker, last;
    bool handed;
};

struct collect {
    uint64_t ops, births, frees;
    uint64_t digest; /* of every operation, in order */
    uint64_t live_bytes, peak_live_bytes;
    uint64_t live_objects, peak_live_objects;
    uint64_t smallest, largest;
    uint64_t phases;
    uint64_t phase_live[COLLECT_PHASES]; /* bytes live at the end of a phase */
    uint64_t phase_size[COLLECT_PHASES];
    uint64_t *sizes;     /* by object; UINT64_MAX once freed */
    struct hands *hands; /* by object: who had it */
    uint64_t capacity;
    uint64_t threads;
    uint64_t handed_objects, handovers; /* as heapbench info counts them */
    uint64_t thread_ops[COLLECT_THREADS];
    uint64_t fail_after; /* operations; the sink then refuses. 0: never */
};

/* Generates "name key=value key=value ..." and checks that births are numbered in order, that only live
 * objects are freed, and that the generator's own count of births was exact. */
enum hb_status collect_run(struct collect *collect, const char *line, struct hb_error *error);
void collect_clear(struct collect *collect);

#endif

/*
 * minimum_heap.h - the smallest heap that serves a whole trace (results/README.md, "Failure points").
 *
 * Feasibility is not monotone: a heap that serves a trace may become one that does not by a byte more
 * (workloads/THEORY.md, "Every heap size from one pass"). How much is known of the smallest one therefore
 * depends on the allocator, and is said beside it:
 *
 * exact    No smaller heap serves the trace: one pass of first fit decides every size (curve.h), or those it
 *          leaves open were simulated. None is left open where the alignment is no shorter than the record:
 *          lengths are multiples of it, and a heap's odd bytes at its end are of no use.
 * decided  No smaller heap serves it among those that the pass decides; of those it leaves open the largest
 *          were simulated, as far as the effort goes.
 * tried    It serves the trace, and so did every larger one that was tried; the largest that was tried and
 *          did not is `failing_bytes`, at most 1 part in 64 below. In between nothing is known.
 */
#ifndef HB_BENCH_QUESTION_PLANS_MINIMUM_HEAP_H
#define HB_BENCH_QUESTION_PLANS_MINIMUM_HEAP_H

#include "bench/question/session.h"
#include "bench/results/results.h"

enum hb_minimum_how {
    HB_MINIMUM_NOT_KNOWN,
    HB_MINIMUM_EXACT,
    HB_MINIMUM_DECIDED,
    HB_MINIMUM_TRIED,
};

struct hb_minimum_heap {
    enum hb_minimum_how how;
    uint64_t bytes;
    uint64_t failing_bytes; /* TRIED */
};

/*
 * Looks for the minimum heap of `candidate` on the trace at `trace`. `ample`: its count in ample room
 * (hb_cuts_count). NOT_KNOWN where the candidate takes no heap, where the count is not of the whole trace,
 * or where some allocation failed even in ample room. Errors: those of hb_session_sample and HB_ERR_MEMORY.
 */
enum hb_status hb_minimum_heap_find(struct hb_session *session, size_t trace,
                                    const struct hb_candidate *candidate, const struct hb_counts *ample,
                                    struct hb_minimum_heap *out, struct hb_error *error);

/* "exact", "decided", "tried"; NULL where it is not known. */
const char *hb_minimum_how_name(enum hb_minimum_how how);

/* Is it first fit over all ranges, as simple is? One pass decides its smallest heap. A rung that keeps a list
 * of the free ranges beside has the heap of the rung before it. */
bool hb_minimum_heap_is_simples_kind(const struct hb_candidate *candidate);

/* Sets minimum_how, minimum_bytes and failing_bytes, as far as they are known. */
void hb_minimum_heap_put(const struct hb_minimum_heap *minimum, struct hb_results *out);

#endif

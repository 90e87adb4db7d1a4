/*
 * curve.h - the first failure of every heap size from one pass (workloads/THEORY.md).
 *
 * First fit is run once in an infinite heap. Let W be the high-water mark after each operation. In a heap of
 * N bytes the run is the same, placement for placement, up to the first operation that takes W past N, which
 * is the first to fail, provided that no W seen before it lies in (N - h, N), h being the smallest rest that
 * is split off: there the heap's last range is handed out with up to h - 1 bytes more, its slack, and things
 * may differ. Most often they do not, and the pass says when: it follows the last range and notes from which
 * slack on an operation would have gone another way. Those sizes are *undecided*, and are
 * simulated one by one.
 *
 * Feasibility is not monotone: a size above one that completes may fail. Those sizes are *anomalous*.
 */
#ifndef HB_BENCH_EXACT_CURVE_H
#define HB_BENCH_EXACT_CURVE_H

#include "allocator/model/model.h"
#include "bench/exact/size_spans.h"
#include "bench/replay/replay.h"

/* The high-water mark after operation `op`, which raised it; for an aligned allocation what it asked for
 * (hb_model_reach). */
struct hb_curve_step {
    uint64_t op;
    uint64_t high_water_bytes;
};

struct hb_curve {
    const struct hb_prepared *prepared; /* the caller's; must outlive the curve */
    struct hb_model_options options;    /* of first fit; heap_bytes 0 */
    struct hb_curve_step *steps;        /* ascending in both */
    size_t count;
    struct hb_size_spans undecided; /* sorted */
    uint64_t split_bytes;           /* h */
    uint64_t high_water_bytes;      /* W at the end; what aligned allocations asked for may be more */
    uint64_t peak_with_records;     /* the most bytes ever live, a record for each object included: no heap of
                                       fewer completes, however it is run */
};

/* How one heap size fares. */
struct hb_curve_point {
    uint64_t heap_bytes;
    bool simulated;          /* undecided by the one pass */
    struct hb_failure first; /* .op is HB_NO_FAILURE where nothing fails; else all of it, reason included */
};

/*
 * The one pass. `options`: policy first, anything else free; heap_bytes is ignored. HB_ERR_USAGE: another
 * policy or an option out of its range; HB_ERR_LIMIT: an operation asks for more than any heap has;
 * HB_ERR_MEMORY. Free with hb_curve_free.
 */
enum hb_status hb_curve_build(const struct hb_prepared *prepared, const struct hb_model_options *options,
                              struct hb_curve **out, struct hb_error *error);
void hb_curve_free(struct hb_curve *curve); /* NULL does nothing */

/* The last step: every size that is h above it or more completes. 0 where nothing was allocated. */
uint64_t hb_curve_reach(const struct hb_curve *curve);

/* The index of the first step that takes W past `heap_bytes`; curve->count where none does. */
size_t hb_curve_step_past(const struct hb_curve *curve, uint64_t heap_bytes);

/* False where `heap_bytes` is undecided; else the first operation to fail, or HB_NO_FAILURE. O(log steps). */
bool hb_curve_decides(const struct hb_curve *curve, uint64_t heap_bytes, uint64_t *first_failure);

/*
 * Fills the points, whose heap_bytes the caller has set in ascending order: one more pass for all that are
 * decided, a simulation for each that is not. HB_ERR_USAGE: a heap too small for one record; HB_ERR_MEMORY.
 */
enum hb_status hb_curve_fill(const struct hb_curve *curve, struct hb_curve_point *points, size_t count,
                             struct hb_error *error);

/*
 * Runs a heap of point->heap_bytes to its first failure, which it fills in. `*ops_done` (may be NULL) says
 * how many operations that took. HB_ERR_USAGE, HB_ERR_MEMORY.
 */
enum hb_status hb_curve_simulate(const struct hb_curve *curve, struct hb_curve_point *point,
                                 uint64_t *ops_done, struct hb_error *error);

struct hb_anomalies {
    struct hb_size_spans failing; /* sizes that fail although a smaller one completes; sorted */
    uint64_t least_bytes;         /* the smallest size that completes, of those decided or simulated */
    uint64_t undecided;           /* sizes that the pass leaves open */
    uint64_t hopeless;  /* how many of them have fewer bytes than the peak with records: they fail */
    uint64_t simulated; /* how many of the others were simulated, from the largest down */
};

/*
 * Lists the anomalous sizes, simulating undecided sizes until about `ops_limit` operations (0: no limit) have
 * been spent on it. Where undecided = hopeless + simulated the list is complete. Free `failing.at`, which is
 * NULL after an error. HB_ERR_MEMORY.
 */
enum hb_status hb_curve_anomalies(const struct hb_curve *curve, uint64_t ops_limit, struct hb_anomalies *out,
                                  struct hb_error *error);

/* -- all that there is to say of one trace -- */

struct hb_curve_study {
    struct hb_curve *curve;
    struct hb_anomalies anomalies;
    struct hb_curve_point *points; /* ascending */
    size_t count;
};

/*
 * The pass and the anomalies; points are yet to be chosen. `ops_limit` as for hb_curve_anomalies. Errors as
 * hb_curve_build. Clear with hb_curve_study_clear, which takes a zeroed one.
 */
enum hb_status hb_curve_study_begin(struct hb_curve_study *study, const struct hb_prepared *prepared,
                                    const struct hb_model_options *options, uint64_t ops_limit,
                                    struct hb_error *error);
void hb_curve_study_clear(struct hb_curve_study *study);

/* Fills `count` points, 2 or more, evenly on a logarithmic scale, the last one at the high-water mark. */
enum hb_status hb_curve_study_list(struct hb_curve_study *study, size_t count, struct hb_error *error);

/*
 * Fills the points of a picture with `count` columns up to the high-water mark: the right edge of each; the
 * smallest size that fares alike, which is where the step under that edge begins; and both ends of every
 * anomalous span, with the sizes beside it.
 */
enum hb_status hb_curve_study_draw(struct hb_curve_study *study, size_t count, struct hb_error *error);

#endif

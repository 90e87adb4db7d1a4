/*
 * adversary.h - programs that do to an allocator the worst that is known, and what theory says of it.
 *
 * An adversary is handed an allocator, sees where its blocks lie, and frees and allocates accordingly; the
 * generators with a known outcome (workloads/generate) are driven the same way, blindly. After each phase the
 * memory that the allocator needs is put beside what the literature gives for it: the heap's high-water mark
 * where it can be inspected, else resident memory over the harness's own.
 *
 * M is the most that is ever live, n the largest block over the smallest, u the smallest block in bytes,
 * header included: a block of s units is a request for s u - header bytes, and starts at its pointer less the
 * header.
 */
#ifndef HB_BENCH_ADVERSARY_ADVERSARY_H
#define HB_BENCH_ADVERSARY_ADVERSARY_H

#include <stdbool.h>
#include <stdint.h>

#include "allocator/allocator.h"
#include "bench/results/results.h"
#include "bench/sample/child.h"

enum {
    HB_ADVERSARY_PHASES = 64,
    HB_ADVERSARY_UNIT = 32,
    HB_ADVERSARY_UNIT_MAX = 1 << 20,
    HB_ADVERSARY_HEADER = 8,
};

/* For the header: what the allocator says of itself, HB_ADVERSARY_HEADER where it does not. */
#define HB_ADVERSARY_ASK UINT64_MAX

/* What to do to which allocator. Plain data: it crosses into a child process. */
struct hb_adversary_plan {
    char name[32];
    char allocator[4096];         /* as hb_allocator_open takes it */
    uint64_t live;                /* M in units, or in objects for steady and sawtooth */
    uint64_t ratio;               /* n */
    bool live_given, ratio_given; /* 0 is what was asked for, and not the adversary's default */
    uint64_t unit;                /* bytes; 0: HB_ADVERSARY_UNIT */
    uint64_t header;              /* bytes, or HB_ADVERSARY_ASK */
    uint64_t heap_bytes;          /* 0: as much as the allocator likes */
    uint32_t timeout_s;           /* 0: none */
    char settings[512];           /* of a generator, "key=value key=value"; empty for the adaptive ones */
};

/* What a bound says. */
enum hb_bound {
    HB_BOUND_NONE,
    HB_BOUND_LEAST, /* no allocator that cannot move blocks needs less */
    HB_BOUND_MOST,  /* the policy that is attacked never needs more, whatever is done to it */
};

/*
 * The end of a phase. Of many phases those with a size that is a power of two are kept, and the last.
 */
struct hb_adversary_phase {
    uint64_t index;
    uint64_t size; /* largest block so far, in units; for steady the steps done */
    uint64_t live_blocks;
    uint64_t live_bytes;     /* headers included */
    uint64_t measured_bytes; /* extent or resident memory */
    uint64_t expected_bytes; /* of the policy that is attacked; 0: not known */
    uint64_t bound_bytes;    /* 0: none */
};

enum hb_adversary_outcome {
    HB_ADVERSARY_OK,
    HB_ADVERSARY_FAILED, /* some allocation got NULL; the phases are those before */
    HB_ADVERSARY_CRASHED,
    HB_ADVERSARY_TIMED_OUT,
    HB_ADVERSARY_UNAVAILABLE,
};

struct hb_adversary_result {
    enum hb_adversary_outcome outcome;
    struct hb_error error;              /* when the outcome is not OK */
    uint64_t live, ratio, unit, header; /* as they were used */
    uint64_t most_live_bytes;           /* M in bytes, what ratios are of */
    bool inspected;                     /* measured_bytes are high-water marks; else resident memory */
    enum hb_bound bound;
    uint64_t allocations;
    uint64_t elapsed_ns;
    uint32_t phase_count;
    struct hb_adversary_phase phases[HB_ADVERSARY_PHASES];
    struct hb_library_info library;
};

/* One of them, for lists and help. */
struct hb_adversary_info {
    const char *name;
    const char *summary;
    const char *expects;  /* what the expected figures are those of */
    uint64_t live, ratio; /* defaults; ratio 0: it has none */
};

/* All, adaptive ones first. */
const struct hb_adversary_info *hb_adversaries(size_t *count);

/* NULL, with a sentence that lists the names, where none is called that. */
const struct hb_adversary_info *hb_adversary_info(const char *name, struct hb_error *error);

/*
 * Fills in defaults and refuses what is out of range or beyond this machine's memory. HB_ERR_USAGE, with the
 * valid range.
 */
enum hb_status hb_adversary_check(struct hb_adversary_plan *plan, struct hb_error *error);

/*
 * Carries out a checked plan in this process, on `allocator`; where that is NULL, the plan's is opened. An
 * allocator without room is an outcome; HB_ERR_USAGE (a header that is no less than the unit), HB_ERR_MEMORY,
 * HB_ERR_IO, and what hb_allocator_open and create() return are failures.
 */
enum hb_status hb_adversary_drive(const struct hb_adversary_plan *plan, const struct hb_allocator *allocator,
                                  struct hb_adversary_result *result, struct hb_error *error);

/*
 * Carries out a checked plan in a process of its own. Fails only when no process could be started; all else
 * is an outcome.
 */
enum hb_status hb_adversary_run(const struct hb_adversary_plan *plan, struct hb_adversary_result *result,
                                struct hb_error *error);

/*
 * Robson's lower bound (1974; workloads/THEORY.md has the proof): the extent, in units, to which his
 * adversary brings any allocator that cannot move blocks by the end of its phase of blocks of `size`. `live`
 * is M, 1 to 2^58 units; `size` is a power of two, `live` at most.
 */
uint64_t hb_adversary_robson_units(uint64_t live, uint64_t size);

/*
 * What some program makes any such allocator need that never has more than `live_bytes` live, in blocks of
 * `smallest_bytes` to `largest_bytes`: 1 at least, and `live_bytes` at most. The worst over the phases, and
 * over all such programs: of one that does something else it says nothing. 0: `live_bytes` is beyond 2^58.
 */
uint64_t hb_adversary_robson_bytes(uint64_t live_bytes, uint64_t smallest_bytes, uint64_t largest_bytes);

/* What is done in that process, for hb_child_main. */
extern const struct hb_child_job hb_adversary_job;

/* "ok", "failed", "crashed", "timeout", "unavailable"; "", "least", "most". */
const char *hb_adversary_outcome_name(enum hb_adversary_outcome outcome);
const char *hb_bound_name(enum hb_bound bound);

/* -- every adversary against the allocators that it tells apart, and the results as a file -- */

/*
 * The `index`-th plan of the suite into `plan`, unchecked; false when there are no more. Only those of
 * adversary `name`, unless it is NULL. Live sizes are chosen so that a walking allocator takes seconds.
 */
bool hb_adversary_suite(uint32_t index, const char *name, struct hb_adversary_plan *plan);

/* Results of schema adversary/1; NULL when out of memory. */
struct hb_results *hb_adversary_results_begin(void);
void hb_adversary_results_add(struct hb_results *results, const struct hb_adversary_plan *plan,
                              const struct hb_adversary_result *result);

#endif

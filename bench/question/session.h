/*
 * session.h - one run of a question: what there is to measure, the options, and what was learned on the way.
 *
 * The simple allocator's walk is O(n) in the ranges of its heap, so its longest traces take minutes. A
 * session therefore cuts a trace, for an allocator that walks, after the operations that a given number of
 * steps (ranges examined) allows. Steps are exact and machine-free, so everybody's cut is at the same
 * operation. What was cut is noted in the provenance, with the way to ask for the whole. Counts, which no
 * clock is part of, need no cut where the exact model computes them.
 */
#ifndef HB_BENCH_QUESTION_SESSION_H
#define HB_BENCH_QUESTION_SESSION_H

#include "base/progress.h"
#include "bench/question/discover.h"
#include "bench/results/provenance.h"
#include "bench/sample/sample.h"

/* What times are compared with. */
#define HB_REFERENCE "glibc"

struct hb_session_options {
    const char *allocators; /* comma-separated; NULL: every one */
    char **traces;          /* NULL-terminated; NULL: every shipped one */
    uint64_t step_limit;    /* 0: none */
    uint64_t heap_bytes;    /* of every heap, or of a budget where none can be given; 0: ample */
    uint32_t rounds;        /* 1 or more */
    uint64_t seed;
    enum hb_touch touch;
    uint64_t timeout_ms; /* of a sample or a check; 0: hb_session_limit says */
    bool unchecked;      /* strange libraries are measured as they are */
};

struct hb_session_baseline;

struct hb_session {
    struct hb_session_options options;
    struct hb_discovery found;
    struct hb_provenance provenance;
    struct hb_progress progress;
    double *null_ns;               /* of each trace, per operation; 0: not measured yet */
    uint64_t *null_ops;            /* how many operations that is of */
    uint64_t *cuts;                /* of each trace and candidate: operations; 0: not known yet */
    struct hb_sample_result count; /* the last one of hb_session_count, and what it is of */
    const struct hb_candidate *count_candidate;
    size_t count_trace;
    uint32_t count_points;
    size_t unusable_traces;                /* of those that hb_session_open_trace was asked for */
    struct hb_session_baseline *baselines; /* of each trace */
    struct hb_sample_result **checks;      /* of each trace and candidate; NULL: not checked */
};

/*
 * Finds what there is to measure. `argc` and `argv` go into the provenance. HB_ERR_* as hb_discover. On
 * failure nothing is left to close.
 */
enum hb_status hb_session_open(struct hb_session *session, const struct hb_session_options *options, int argc,
                               char *const *argv, struct hb_error *error);
void hb_session_close(struct hb_session *session);

/*
 * Loads the trace at `trace`, which is to be asked for once. A file that is damaged, or no trace, is left
 * out, as the provenance then says, and the others go on: `*usable` is false, and `error` says why. HB_OK;
 * where no trace at all is usable, the error of the last.
 */
enum hb_status hb_session_open_trace(struct hb_session *session, size_t trace, bool *usable,
                                     struct hb_error *error);

/*
 * Runs one sample of `candidate` on the trace at `trace`: `request` says what; its trace, allocator, touch
 * and timeout are filled in here. A library that nobody vouches for is checked before its first sample; one
 * that is wrong has no sample, and what the check found is the result. One that in ample room returns NULL
 * more often than the reference has HB_SAMPLE_FAILED, with its figures. Errors: those of loading the trace,
 * and HB_ERR_CHILD. Clear `result` afterwards.
 */
enum hb_status hb_session_sample(struct hb_session *session, size_t trace,
                                 const struct hb_candidate *candidate, struct hb_sample_request *request,
                                 struct hb_sample_result *result, struct hb_error *error);

/*
 * How many operations of the trace `candidate` is timed on: all, or, where it walks and the step limit ends
 * it early, what the limit leaves, rounded down to three leading digits. A cut is noted in the provenance.
 */
enum hb_status hb_session_cut(struct hb_session *session, size_t trace, const struct hb_candidate *candidate,
                              uint64_t *ops, struct hb_error *error);

/*
 * The count (struct hb_counts) of `candidate` in ample room, in `points` windows: of the whole trace
 * where the exact model computes it, else of the operations that its cut leaves; in `points` windows (0:
 * none; never more than there are operations). It belongs to the session and is valid until this is asked for
 * something else. Where the sample has no figures, so does `*result`.
 */
enum hb_status hb_session_count(struct hb_session *session, size_t trace,
                                const struct hb_candidate *candidate, uint32_t points,
                                const struct hb_sample_result **result, struct hb_error *error);

/* The operations on which the times of all allocators are compared: those that the subject's cut leaves,
 * where it is among them. */
enum hb_status hb_session_common_ops(struct hb_session *session, size_t trace, uint64_t *ops,
                                     struct hb_error *error);

/* Measures the null allocator on the trace, for the provenance's floor, unless it is known already. */
enum hb_status hb_session_measure_floor(struct hb_session *session, size_t trace, struct hb_error *error);

/* Puts the median over traces of the null allocator's figure into the provenance. */
void hb_session_note_floor(struct hb_session *session);

/*
 * The next candidate of the plan, from `*index` on, which is then moved past it; NULL at the end. Extra ones
 * are left out, and the provenance says so.
 */
const struct hb_candidate *hb_session_next_candidate(struct hb_session *session, size_t *index);

/* Operations of the trace. Loads it. */
enum hb_status hb_session_trace_ops(struct hb_session *session, size_t trace, uint64_t *ops,
                                    struct hb_error *error);

/* The `status` of results: "stopped" where `cut`, "failed" where some allocation got NULL, else the
 * outcome's. */
const char *hb_session_status(const struct hb_sample_result *result, bool cut);

/* True where the result has figures: it ran to its end or to a limit. */
bool hb_session_has_figures(const struct hb_sample_result *result);

/* True where the allocator is to have no rank, with figures (HB_SAMPLE_FAILED) or without. */
bool hb_session_is_problem(const struct hb_sample_result *result);

/* What the problem is, in a few words: "crashed (signal 11, operation 57)". */
void hb_session_describe(const struct hb_sample_result *result, char *out, size_t bytes);

/* What a check found that is not wrong, in a sentence; empty where there is nothing. */
void hb_session_warn(const struct hb_sample_result *check, char *out, size_t bytes);

/* -- checks: session_check.c -- */

/* False when out of memory. */
bool hb_session_open_checks(struct hb_session *session);
void hb_session_close_checks(struct hb_session *session);

/* Checks `candidate`, which must be usable, on the trace, unless that was done. As hb_session_sample. The
 * result belongs to the session. */
enum hb_status hb_session_check(struct hb_session *session, size_t trace,
                                const struct hb_candidate *candidate, const struct hb_sample_result **out,
                                struct hb_error *error);

/* The check that was done; NULL where none was. */
const struct hb_sample_result *hb_session_known_check(const struct hb_session *session, size_t trace,
                                                      const struct hb_candidate *candidate);

/*
 * Sets the request's time limit: what the user said; else, for what is a process's own heap, ten times what
 * the reference takes for the trace and no less than 10 s (60 s within a budget, where each failure takes
 * system calls); for what is built in, none where it walks and else 600 s.
 */
enum hb_status hb_session_limit(struct hb_session *session, size_t trace,
                                const struct hb_candidate *candidate, struct hb_sample_request *request,
                                struct hb_error *error);

/* Before a sample: is there to be none, since the allocator is not usable, or wrong? Then `result` says why.
 */
enum hb_status hb_session_refuse(struct hb_session *session, size_t trace,
                                 const struct hb_candidate *candidate, struct hb_sample_result *result,
                                 bool *refused, struct hb_error *error);

/* After a sample: HB_SAMPLE_FAILED where it is one, and the operation of a crash where it can be found. */
enum hb_status hb_session_judge(struct hb_session *session, size_t trace,
                                const struct hb_candidate *candidate, const struct hb_sample_request *request,
                                struct hb_sample_result *result, struct hb_error *error);

#endif

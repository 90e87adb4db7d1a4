/*
 * checks.h - is an allocator to be measured at all? Its check, its time limit, and what it failed at.
 *
 * Of the libraries that are known by name a version each, the C library, and what is built in are vouched for
 * by tests. Any other library is checked once on each trace, before its first sample there. What a sample may
 * take, and which NULLs are the trace's own fault, is told by one replay of the reference.
 */
#ifndef HB_BENCH_QUESTION_CHECKS_H
#define HB_BENCH_QUESTION_CHECKS_H

#include "bench/question/found/discover.h"
#include "bench/sample/sample.h"

struct hb_session;
struct hb_baseline;

struct hb_checks {
    struct hb_baseline *baselines;     /* of each trace: the reference's replay */
    struct hb_sample_result **results; /* of each trace and candidate; NULL: not checked */
    size_t result_count;
};

bool hb_checks_open(struct hb_checks *checks,
                    const struct hb_discovery *found); /* false when out of memory */
void hb_checks_close(struct hb_checks *checks);

/* Checks `candidate`, which must be usable, on the trace, unless that was done. As hb_session_sample. The
 * result is kept. */
enum hb_status hb_checks_run(struct hb_session *session, size_t trace, const struct hb_candidate *candidate,
                             const struct hb_sample_result **out, struct hb_error *error);

/* The check that was done; NULL where none was. */
const struct hb_sample_result *hb_checks_known(const struct hb_session *session, size_t trace,
                                               const struct hb_candidate *candidate);

/*
 * Sets the request's time limit: what the user said; else, for what is a process's own heap, ten times what
 * the reference takes for the trace and no less than 10 s (60 s within a budget, where each failure takes
 * system calls); for what is built in, none where it walks and else 600 s.
 */
enum hb_status hb_checks_limit(struct hb_session *session, size_t trace, const struct hb_candidate *candidate,
                               struct hb_sample_request *request, struct hb_error *error);

/* Before a sample: is there to be none, since the allocator is not usable, or wrong? Then `result` says why.
 */
enum hb_status hb_checks_refuse(struct hb_session *session, size_t trace,
                                const struct hb_candidate *candidate, struct hb_sample_result *result,
                                bool *refused, struct hb_error *error);

/* After a sample: HB_SAMPLE_FAILED where it is one, and the operation of a crash where it can be found. */
enum hb_status hb_checks_judge(struct hb_session *session, size_t trace, const struct hb_candidate *candidate,
                               const struct hb_sample_request *request, struct hb_sample_result *result,
                               struct hb_error *error);

#endif

/*
 * session.h - one run of a question: the options, what there is to measure, and what was learned on the way.
 *
 * Each part has its own header, and functions that are given the session: what was found (discover.h), which
 * allocators are right (checks.h), how far those go that walk (cuts.h), what the harness costs (floor.h).
 */
#ifndef HB_BENCH_QUESTION_SESSION_H
#define HB_BENCH_QUESTION_SESSION_H

#include "base/progress.h"
#include "bench/question/checks.h"
#include "bench/question/cuts.h"
#include "bench/question/discover.h"
#include "bench/question/floor.h"
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
    uint64_t timeout_ms; /* of a sample or a check; 0: hb_checks_limit says */
    bool unchecked;      /* strange libraries are measured as they are */
};

struct hb_session {
    struct hb_session_options options;
    struct hb_discovery found;
    struct hb_provenance provenance;
    struct hb_progress progress;
    struct hb_checks checks;
    struct hb_cuts cuts;
    struct hb_floor floor;
    size_t unusable_traces; /* of those that hb_session_open_trace was asked for */
};

/*
 * Finds what there is to measure. `argc` and `argv` go into the provenance. HB_ERR_* as hb_discover. On
 * failure nothing is left to close.
 */
enum hb_status hb_session_open(struct hb_session *session, const struct hb_session_options *options, int argc,
                               char *const *argv, struct hb_error *error);
void hb_session_close(struct hb_session *session);

/* Makes ready for another question of the same allocators and traces, with its own step limit (none where the
 * last had none), one round, ample heaps, and nothing left out yet. HB_ERR_MEMORY. */
enum hb_status hb_session_turn(struct hb_session *session, uint64_t step_limit, struct hb_error *error);

/*
 * Loads the trace at `trace`, which is to be asked for once a question. A file that is damaged, or no trace,
 * is left out, as the provenance then says, and the others go on: `*usable` is false, and `error` says why.
 * HB_OK; where no trace at all is usable, the error of the last.
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

/* Operations of the trace. Loads it. */
enum hb_status hb_session_trace_ops(struct hb_session *session, size_t trace, uint64_t *ops,
                                    struct hb_error *error);

#endif

/*
 * session.h - one run of a question: the options, what there is to measure, and what was learned on the way.
 *
 * Each part has its own header, and functions that are given the session: what was found (discover.h), which
 * allocators are right (checks.h), how far those go that walk (cuts.h), what the harness costs (floor.h).
 */
#ifndef HB_BENCH_QUESTION_SESSION_H
#define HB_BENCH_QUESTION_SESSION_H

#include "base/option.h"
#include "base/progress.h"
#include "bench/question/checks.h"
#include "bench/question/cuts.h"
#include "bench/question/floor.h"
#include "bench/question/found/discover.h"
#include "bench/results/provenance.h"
#include "bench/sample/sample.h"

/* What times are compared with, unless the user has chosen. */
#define HB_REFERENCE "glibc"

/* Of a comparison that goes on until it is known well enough. */
enum { HB_ROUNDS_LEAST = 10, HB_ROUNDS_MOST = 10000, HB_BUDGET_MS = 15000 };
#define HB_UNTIL 0.008

struct hb_session_options {
    const char *allocators; /* comma-separated; NULL: every one */
    char **variants;        /* of them, as hb_candidate_choice has them */
    bool known_variants, decay_variants;
    const struct hb_recipe *recipes; /* workloads to be generated, where `traces` are not given */
    char **traces;                   /* NULL-terminated; NULL: the chosen few of the shipped ones */
    bool all_traces;                 /* in their place: all shipped ones */
    uint64_t step_limit;             /* 0: none */
    uint64_t heap_bytes;             /* of every heap, or of a budget where none can be given; 0: ample */
    const char
        *baseline; /* what times are compared with, a name or path of `allocators`; NULL: HB_REFERENCE */
    bool
        any_baseline; /* where HB_REFERENCE is not among them: the first of two or more that are processes' */
    uint32_t rounds_least; /* 1 or more, whatever the budget */
    uint32_t rounds_most;  /* no fewer */
    double until; /* more than the least until intervals of ratios are so wide, 0.01 is 1 %; 0: no matter */
    uint64_t budget_ms; /* more than the least until so much time went into a trace; 0: no matter */
    uint64_t extra_ms;  /* beyond the budget, where a verdict hangs by a thread */
    uint64_t seed;
    enum hb_touch touch;
    uint64_t timeout_ms;            /* of a sample or a check; 0: hb_checks_limit says */
    struct hb_threads_plan threads; /* of replays that are timed as a whole */
    double pace;                    /* of replays that are timed, but for checks; 0: as fast as can be */
    uint64_t idle_ms;               /* beside the rounds, memory so long after all is freed; 0: not asked */
    enum hb_library_clock clock;
    bool unchecked; /* strange libraries are measured as they are */
};

/* Puts a prefix where libraries look for it (allocator/library/made.h); wrong usage where it cannot be one.
 */
void hb_session_take_prefix(const struct argp_state *state, void *values, char *text);

/* Rows of a table of options: all shipped traces, a prefix, and the variants of a struct hb_session_options.
 */
/* clang-format off */
#define HB_SESSION_ALL_TRACES(type, member) \
    {HB_OPTION_FLAG, 0, "all", NULL, HB_AT(type, member.all_traces), \
     .help = "all shipped traces, in place of the few that stand for them (workloads/CATALOGUE.md)"}
#define HB_SESSION_PREFIX \
    {HB_OPTION_CALL, 0, "prefix", "P", .take = hb_session_take_prefix, \
     .help = "what the names of your own library's functions begin with: simple_, if they are simple_malloc and " \
             "simple_free. A calloc and a realloc that it lacks are made of these; simple_heap_init is called first"}
#define HB_SESSION_VARIANTS(type, member) \
    {HB_OPTION_LIST, 0, "variant", "V", HB_AT(type, member.variants), \
     .help = "also a library with settings of its own, NAME=LIBRARY and environment as a shell has it: " \
             "'eager=jemalloc MALLOC_CONF=dirty_decay_ms:0'. May be given again"}, \
    {HB_OPTION_FLAG, 0, "variants", NULL, HB_AT(type, member.known_variants), \
     .help = "also the settings worth knowing of each library (allocator/library/variants.list)"}
/* clang-format on */

struct hb_session {
    struct hb_session_options options;
    struct hb_discovery found;
    struct hb_provenance provenance;
    struct hb_progress progress;
    struct hb_checks checks;
    struct hb_cuts cuts;
    struct hb_floor floor;
    const struct hb_candidate *reference; /* what times are compared with; NULL: nothing */
    size_t unusable_traces;               /* of those that hb_session_open_trace was asked for */
    uint64_t begun_ns;                    /* hb_clock_ns() when it was opened */
};

/*
 * Finds what there is to measure. `argc` and `argv` go into the provenance. HB_ERR_* as hb_discover. On
 * failure nothing is left to close.
 */
enum hb_status hb_session_open(struct hb_session *session, const struct hb_session_options *options, int argc,
                               char *const *argv, struct hb_error *error);
void hb_session_close(struct hb_session *session);

/* Makes ready for another question of the same allocators and traces, with its own step limit (none where the
 * last had none), one round, no pace, ample heaps, and nothing left out yet. HB_ERR_MEMORY. */
enum hb_status hb_session_turn(struct hb_session *session, uint64_t step_limit, struct hb_error *error);

/*
 * Says how many rounds there are: `rounds` on each trace; 0: as many as it takes until the intervals of the
 * ratios are as narrow as `until` (0.01 is 1 %; 0: HB_UNTIL), HB_ROUNDS_LEAST at least. With `budget_ms` they
 * end when so much time went into a trace, as soon as one is complete; 0: HB_BUDGET_MS when neither of the
 * others is said, and as much again where a verdict hangs by a thread, else no end.
 */
void hb_session_plan_rounds(struct hb_session_options *options, uint32_t rounds, double until,
                            uint64_t budget_ms);

/*
 * From now on a wish to end (SIGINT) ends the sample that is running, and functions of this session return
 * HB_ERR_INTERRUPTED; a second one ends the process.
 */
void hb_session_catch_interrupts(void);

bool hb_session_is_interrupted(void);

/* Runs a sample, as hb_sample_run. HB_ERR_INTERRUPTED. */
enum hb_status hb_session_run_sample(const struct hb_sample_request *request, struct hb_sample_result *result,
                                     struct hb_error *error);

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

/* Fills in what hb_session_sample would, for a sample that is begun by whoever asks. Errors: those of loading
 * the trace and of checks. */
enum hb_status hb_session_fill(struct hb_session *session, size_t trace, const struct hb_candidate *candidate,
                               struct hb_sample_request *request, struct hb_error *error);

/* Operations of the trace. Loads it. */
enum hb_status hb_session_trace_ops(struct hb_session *session, size_t trace, uint64_t *ops,
                                    struct hb_error *error);

#endif

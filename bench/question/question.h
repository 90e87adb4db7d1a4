/*
 * question.h - the questions that heapbench answers, each as a benchmark and as files of results.
 *
 * A question is a const table (plans/). `measure` is one repetition of one benchmark,
 * <question>/<allocator>/<trace>. The rest is its plan: which files it writes, and what is asked of each
 * allocator on each trace. One engine runs every plan: it opens the traces and goes through the allocators,
 * runs the rounds, says what it is at, measures the floor and writes the files. The Google Benchmark mains
 * register the first and offer the second as --results=DIR; `heapbench run` is the plan of throughput.
 *
 * On each trace, in this order: begin; the floor; look, for each allocator; timed_ops, for each allocator;
 * pair, and all rounds; put, for each allocator that was timed; finish. Each may be NULL. Last of all: end.
 */
#ifndef HB_BENCH_QUESTION_QUESTION_H
#define HB_BENCH_QUESTION_QUESTION_H

#include "bench/question/question_program.h"
#include "bench/question/rounds.h"
#include "bench/question/session.h"
#include "bench/results/results.h"

/* A plan that is being run. */
struct hb_plan {
    const struct hb_question *question;
    struct hb_session *session;
    struct hb_results **files; /* one a schema of the question's, in that order */
    unsigned timed_traces;     /* on which there were rounds */
    unsigned failed_cells;     /* allocators without figures on a trace, and traces that are none */
    size_t whole_traces;       /* of which there is something to keep */

    /* The trace at hand. */
    size_t trace;
    const char *name;
    uint64_t trace_ops;
    uint64_t ops;                         /* those that `begin` chose; all of them, unless it did */
    const struct hb_sample_result *count; /* the subject's; NULL where it is not there or has no figures */
    void *state;                          /* of all traces; the question's own */
    void *looked;                         /* what `look` found of each allocator: looked_bytes each, zeroed */
    struct hb_rounds rounds;              /* those of `timed_ops`: a cell an allocator, then references */
};

/* `measurement` is zeroed by the caller. `variant`: one of the question's, or 0. */
typedef enum hb_status hb_question_measure(struct hb_session *session, const struct hb_candidate *candidate,
                                           size_t trace, unsigned variant, struct hb_measurement *measurement,
                                           struct hb_error *error);

/* Before all else, or after all else, on a trace. */
typedef enum hb_status hb_plan_step(struct hb_plan *plan, struct hb_error *error);

/* Asks `candidate`, the index-th of the plan's, what no clock is part of, or what takes no rounds; counts it
 * among the failed cells where it has no figures. */
typedef enum hb_status hb_plan_look(struct hb_plan *plan, size_t index, const struct hb_candidate *candidate,
                                    struct hb_error *error);

/* How many operations of the trace `candidate` is timed on. */
typedef enum hb_status hb_plan_ops(struct hb_plan *plan, const struct hb_candidate *candidate, uint64_t *ops,
                                   struct hb_error *error);

/* Puts the rows of the index-th allocator of the plan, whose rounds are `cell`. */
typedef void hb_plan_put(struct hb_plan *plan, size_t index, const struct hb_rounds_cell *cell);

enum { HB_PLAN_FILES_MAX = 3 };

struct hb_question {
    const char *name;
    const struct hb_schema
        *schemas[HB_PLAN_FILES_MAX + 1]; /* of the files that --results writes; ended by NULL */
    uint64_t step_limit;                 /* by default */
    uint32_t rounds;                     /* by default; 0: HB_ROUNDS_LEAST, and as many more as it takes */

    /* The benchmark. */
    const char *variant_name;        /* NULL: there are none */
    const unsigned *variants;        /* ended by 0 */
    bool takes_untouchable;          /* is of interest for allocators that hand out no memory */
    bool of_processes;               /* is of interest only for what programs run on */
    const struct hb_recipe *recipes; /* workloads of its own, before the shipped traces; NULL: none */
    bool decay_variants;             /* takes the known variants that change when memory is given back */
    bool bounds_memory;              /* is of interest only for those that a heap or a budget can bound */
    hb_question_measure *measure;

    /* The plan. */
    bool plans_extras; /* has in it those that walk, too, which are else to be asked for by name */
    size_t looked_bytes;
    uint32_t windows;  /* of each timed replay; 0: it is timed as a whole */
    bool times_calls;  /* its rounds time each call alone */
    bool by_threads;   /* is of traces that several threads made, and as many replay them */
    bool counts_calls; /* has those counted, beside the rounds, that give memory back */
    bool pairs_null;   /* the null allocator takes part in the rounds, which are the floor then */
    hb_plan_step *begin;
    hb_plan_look *look;
    hb_plan_ops *timed_ops;
    hb_plan_step *pair; /* adds cells that are timed beside, for comparisons: one an allocator at most */
    hb_plan_put *put;
    hb_plan_step *finish;
    hb_plan_step *end; /* once, after all traces and whatever happened */
};

/* Is the question of interest for that allocator? */
bool hb_question_takes(const struct hb_question *question, const struct hb_candidate *candidate);

/* "a.csv, b.csv and c.csv": the files of the question. */
void hb_question_files(const struct hb_question *question, char *out, size_t bytes);

/* Who is told of each trace as it is begun and done; each function may be NULL. */
struct hb_plan_watch {
    void *context;
    void (*begin)(void *context, const struct hb_plan *plan);
    enum hb_status (*done)(void *context, const struct hb_plan *plan, struct hb_error *error);
    /* The trace of that name is none, as `why` says: the others go on. */
    enum hb_status (*unusable)(void *context, const char *trace, const struct hb_error *why,
                               struct hb_error *error);
};

/*
 * Runs the plan on everything that the session found, and writes its files into `folder`, unless that is
 * NULL, or it was interrupted with nothing to keep. `watch` may be NULL. `*failed_cells` counts what has no
 * figures: a crash, an allocator that is not there, a file that is no trace. Errors: those of samples, and of
 * hb_results_write.
 */
enum hb_status hb_question_answer(const struct hb_question *question, struct hb_session *session,
                                  const char *folder, const struct hb_plan_watch *watch,
                                  unsigned *failed_cells, struct hb_error *error);

/* Puts what `question` says of rounds that were not run for it, all the rows of their trace, into `out`, of
 * its first schema. */
void hb_question_put(const struct hb_question *question, const struct hb_rounds *rounds,
                     struct hb_results *out);

/* For plans: counts the subject in so many windows, into plan->count. */
enum hb_status hb_plan_count_subject(struct hb_plan *plan, uint32_t windows, struct hb_error *error);

void hb_measurement_count(struct hb_measurement *measurement, const char *name, double value);

/*
 * The times of a sample, the operations that they are of, ns_per_op, cpu_ns_per_op, failures and
 * first_failure where there is one; and, where it is of fewer operations than `trace_ops`, or something got
 * NULL, a label that says so.
 */
void hb_measurement_take(struct hb_measurement *measurement, const struct hb_sample_result *result,
                         uint64_t trace_ops);

/* Puts what is of interest of a sample without problems into a measurement, beside what hb_measurement_take
 * does. */
typedef void hb_measure_take(const struct hb_sample_result *result, struct hb_measurement *measurement);

/* One sample, as hb_session_sample has it: what hb_measurement_take and `take` take of it, or its problem. */
enum hb_status hb_measure_sample(struct hb_session *session, const struct hb_candidate *candidate,
                                 size_t trace, struct hb_sample_request *request, hb_measure_take *take,
                                 struct hb_measurement *measurement, struct hb_error *error);

/*
 * One timed replay of the first `ops` operations (0: all), in ample room: what hb_measurement_take takes of
 * it, peak_resident_bytes and page_faults.
 */
enum hb_status hb_measure_time(struct hb_session *session, const struct hb_candidate *candidate, size_t trace,
                               uint64_t ops, struct hb_measurement *measurement, struct hb_error *error);

/* The `timed_ops` of plans that time as many operations as the step limit leaves. Errors as hb_cuts_ops. */
enum hb_status hb_plan_cut_ops(struct hb_plan *plan, const struct hb_candidate *candidate, uint64_t *ops,
                               struct hb_error *error);

/* Into the row at hand of the plan's first file, what plans of a row a round have in common: ops, elapsed_ns,
 * cpu_ns, failures, peak_live_bytes, peak_resident_bytes, page_faults; reference, reference_ns and null_ns
 * where they are. */
void hb_plan_set_round(struct hb_plan *plan, const struct hb_rounds_cell *cell, uint32_t index);

#endif

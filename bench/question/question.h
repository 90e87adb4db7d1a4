/*
 * question.h - the questions that heapbench answers, each as a benchmark and as files of results.
 *
 * A question is a const table: `measure` is one repetition of one benchmark, <question>/<allocator>/<trace>;
 * `answer` runs its whole default plan and writes its files (results/README.md). The Google Benchmark mains
 * register the first and offer the second as --results=DIR.
 */
#ifndef HB_BENCH_QUESTION_QUESTION_H
#define HB_BENCH_QUESTION_QUESTION_H

#include "bench/question/question_program.h"
#include "bench/question/session.h"

/* `measurement` is zeroed by the caller. `variant`: one of the question's, or 0. */
typedef enum hb_status hb_question_measure(struct hb_session *session, const struct hb_candidate *candidate,
                                           size_t trace, unsigned variant, struct hb_measurement *measurement,
                                           struct hb_error *error);

/* `*failed_cells` counts samples without figures: a crash, an allocator that is not there. */
typedef enum hb_status hb_question_answer(struct hb_session *session, const char *folder,
                                          unsigned *failed_cells, struct hb_error *error);

struct hb_question {
    const char *name;
    const char *files;        /* that --results writes */
    const char *variant_name; /* NULL: there are none */
    const unsigned *variants; /* ended by 0 */
    uint64_t step_limit;      /* by default */
    uint32_t rounds;          /* by default */
    bool takes_untouchable;   /* is of interest for allocators that hand out no memory */
    bool bounds_memory;       /* is of interest only for those that a heap or a budget can bound */
    hb_question_measure *measure;
    hb_question_answer *answer;
};

/* Is the question of interest for that allocator? */
bool hb_question_takes(const struct hb_question *question, const struct hb_candidate *candidate);

void hb_measurement_count(struct hb_measurement *measurement, const char *name, double value);

/*
 * One timed replay of the first `ops` operations (0: all) in a heap of `heap_bytes` (0: ample): fills
 * seconds, ops, and the counters every question has: ns_per_op, failures, first_failure where there is one,
 * peak_resident_bytes, page_faults.
 */
enum hb_status hb_measure_time(struct hb_session *session, const struct hb_candidate *candidate, size_t trace,
                               uint64_t ops, uint64_t heap_bytes, struct hb_measurement *measurement,
                               struct hb_error *error);

#endif

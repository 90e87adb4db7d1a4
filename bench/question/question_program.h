/*
 * question_program.h - a question as a program of benchmarks: all of it but Google Benchmark.
 *
 * The only header of the project's that C++ reads, so it includes none of the others. It is in C because the
 * rest is: a benchmark main only hands Google's library the names, the measurements and the context that it
 * finds here.
 */
#ifndef HB_BENCH_QUESTION_QUESTION_PROGRAM_H
#define HB_BENCH_QUESTION_QUESTION_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct hb_question;

extern const struct hb_question hb_question_walk_cost;
extern const struct hb_question hb_question_fragmentation;
extern const struct hb_question hb_question_failure_points;
extern const struct hb_question hb_question_ladder;
extern const struct hb_question hb_question_throughput;
extern const struct hb_question hb_question_latency;
extern const struct hb_question hb_question_threads;
extern const struct hb_question hb_question_return;

enum { HB_COUNTERS_MAX = 16 };

struct hb_measured_counter {
    const char *name;
    double value;
};

/* What one repetition of one benchmark found. */
struct hb_measurement {
    double seconds;
    double cpu_seconds; /* processor time of the same, in its own process */
    uint64_t ops;
    struct hb_measured_counter counters[HB_COUNTERS_MAX];
    unsigned counter_count;
    char label[160];   /* what is to be known beside them: what was cut, why something failed; often empty */
    char problem[600]; /* why there are no figures; empty where there are */
};

struct hb_program_kind;
struct hb_provenance;

/* A program of benchmarks. Whoever opens one has it as the first member of his own. */
struct hb_program {
    const struct hb_program_kind *kind;
    const char *name;
    bool has_answer; /* --results was given */
    /* From `discover` on: */
    struct hb_provenance *provenance;
    char **benchmarks; /* their names, each from malloc: <question>/<allocator>/<trace> */
    size_t benchmark_count;
    unsigned problems; /* that measuring them had */
};

/* Who is told of a line of the context. */
typedef void hb_context_visit(void *context, const char *key, const char *text);

struct hb_program_kind {
    bool in_nanoseconds;     /* show times so, and not in milliseconds */
    int problem_exit_status; /* when some measurement had a problem */
    /* Frees the program but for what is in struct hb_program. */
    void (*close)(struct hb_program *program);
    /* Prints what our options are, on standard output. */
    void (*help)(const struct hb_program *program);
    /* Finds what there is to measure. False, with a line on standard error and an exit status, when that
     * fails. */
    bool (*discover)(struct hb_program *program, int *exit_status);
    /* Measures the null allocator for the provenance; NULL: there is no floor. */
    void (*measure_floor)(struct hb_program *program);
    /* Tells what of the context is its own, after `discover`; NULL: nothing is. */
    void (*tell)(const struct hb_program *program, hb_context_visit *visit, void *context);
    /* One repetition of the index-th benchmark. `measurement` is zeroed by the caller. */
    void (*measure)(struct hb_program *program, size_t index, struct hb_measurement *measurement);
    /* Runs the plan and writes its files, as --results asks. Returns the exit status. */
    int (*answer)(struct hb_program *program);
};

/*
 * A question's. To be called first of all in main: where this process is a sample's child it does the sample
 * and does not return. Else takes our options out of the command line, and leaves Google's. NULL, with a line
 * on standard error and the exit status in `*exit_status`, when they are wrong.
 */
struct hb_program *hb_question_open(int *argc, char **argv, const struct hb_question *question,
                                    int *exit_status);

/* For whoever opens a program: takes what is not Google's out of the command line, into an array from malloc
 * of `*our_count` that begins with argv[0]. NULL when out of memory. */
char **hb_program_take_ours(int *argc, char **argv, int *our_count);

void hb_program_close(struct hb_program *program); /* NULL does nothing */

/* Adds a benchmark. False when out of memory. */
bool hb_program_add(struct hb_program *program, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* One repetition of the index-th benchmark. `*measurement` is written whole; false where it has a problem
 * instead of figures. */
bool hb_program_measure(struct hb_program *program, size_t index, struct hb_measurement *measurement);

/* Calls `visit` for each line of the provenance, and of what the program has to say beside. With
 * `measure_floor`, the null allocator is measured for it. */
void hb_program_context(struct hb_program *program, bool measure_floor, hb_context_visit *visit,
                        void *context);

/* The rest of main, in question_main.cc: Google's options and library. `program` may be NULL, which nothing
 * is done for; else it is closed. Returns the exit status. */
int hb_program_main(int argc, char **argv, struct hb_program *program, int exit_status);

#ifdef __cplusplus
}
#endif

#endif

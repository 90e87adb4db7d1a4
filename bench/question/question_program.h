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

enum { HB_COUNTERS_MAX = 16 };

struct hb_measured_counter {
    const char *name;
    double value;
};

/* What one repetition of one benchmark found. */
struct hb_measurement {
    double seconds;
    uint64_t ops;
    struct hb_measured_counter counters[HB_COUNTERS_MAX];
    unsigned counter_count;
    char problem[600]; /* why there are no figures; empty where there are */
};

struct hb_program;

/*
 * To be called first of all in main: where this process is a sample's child it does the sample and does not
 * return. Else takes our options out of the command line, and leaves Google's. NULL, with a line on standard
 * error and the exit status in `*exit_status`, when they are wrong. Close with hb_program_close.
 */
struct hb_program *hb_program_open(int *argc, char **argv, const struct hb_question *question,
                                   int *exit_status);
void hb_program_close(struct hb_program *program); /* NULL does nothing */

/* Prints what our options are, on standard output. */
void hb_program_help(const struct hb_program *program);

/* Finds allocators and traces. False, with a line on standard error and an exit status, when that fails. */
bool hb_program_discover(struct hb_program *program, int *exit_status);

/* Was --results given? Then hb_program_answer runs the plan and returns the exit status. */
bool hb_program_has_answer(const struct hb_program *program);
int hb_program_answer(struct hb_program *program);

/* The benchmarks there are: <question>/<allocator>/<trace>, and their names. */
size_t hb_program_count(const struct hb_program *program);
const char *hb_program_name(const struct hb_program *program, size_t index);

/* One repetition of one. `*measurement` is written whole; false where it has a problem instead of figures. */
bool hb_program_measure(struct hb_program *program, size_t index, struct hb_measurement *measurement);

/* Calls `visit` for each line of the provenance. With `measure_floor`, the null allocator is
 * measured for it. */
void hb_program_context(struct hb_program *program, bool measure_floor,
                        void (*visit)(void *context, const char *key, const char *text), void *context);

/* The whole of main, in question_main.cc. Returns the exit status. */
int hb_question_main(int argc, char **argv, const struct hb_question *question);

/* 3 when some measurement had a problem, else 0. */
int hb_program_exit_status(const struct hb_program *program);

#ifdef __cplusplus
}
#endif

#endif

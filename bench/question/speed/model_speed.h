/*
 * model_speed.h - what the exact model takes for an operation, and what walking takes for the same one, in a
 * heap of so many ranges.
 *
 * A heap of that many ranges (heap_layout.h) is laid out in the allocator, in a process of its own; then one
 * block at random is freed and another allocated in its stead, over and over: a round to warm up, then the
 * rounds that are timed. A heap that never merges gets more ranges by that; so whenever a tenth as many
 * replacements as there are ranges have been done, the heap is laid out anew, off the clock. Nothing else
 * happens while the clock runs.
 *
 * Both sides of a pair get the same replacements; the walking side does the first of them, as many as there
 * is time for. Before each new layout and at the end, every range and every block that was replaced must be
 * where a model has it that was driven beforehand and asked after every operation: else there is an error and
 * no figure.
 */
#ifndef HB_BENCH_QUESTION_SPEED_MODEL_SPEED_H
#define HB_BENCH_QUESTION_SPEED_MODEL_SPEED_H

#include "bench/question/speed/heap_layout.h"
#include "bench/sample/child.h"

enum hb_speed_side { HB_SPEED_WALKING, HB_SPEED_MODEL, HB_SPEED_SIDES };

/* An allocator that walks and the model of it. */
struct hb_speed_pair {
    const char *name[HB_SPEED_SIDES];
    enum hb_layout_order walking_order;   /* a model is laid out in any order alike */
    uint64_t most_ranges[HB_SPEED_SIDES]; /* of the benchmarks that there are */
};

/* All of them, `*count`. */
const struct hb_speed_pair *hb_speed_pairs(size_t *count);

enum { HB_SPEED_ROUNDS_MAX = 100 };

/* A pair and a number of ranges: what both sides are to do, and where it leads. */
struct hb_speed_load;

/*
 * Makes the heap and follows all replacements on the model. `ranges`: HB_LAYOUT_RANGES_MIN to _MAX; `rounds`:
 * 1 to HB_SPEED_ROUNDS_MAX. `pair` must outlive the load. HB_ERR_USAGE for an allocator that is not built in,
 * HB_ERR_MEMORY.
 */
enum hb_status hb_speed_load_open(const struct hb_speed_pair *pair, uint64_t ranges, uint32_t rounds,
                                  uint64_t seed, struct hb_speed_load **out, struct hb_error *error);
void hb_speed_load_close(struct hb_speed_load *load); /* NULL does nothing */

struct hb_speed_round {
    uint64_t elapsed_ns;
    uint64_t cpu_ns;                    /* processor time of the same */
    uint64_t walk_total;                /* over the round's allocations */
    uint64_t ranges_least, ranges_most; /* after any of its replacements, the tail included */
};

struct hb_speed_result {
    uint64_t live;           /* blocks, at any time */
    uint64_t ops;            /* of a round: as many frees as allocations */
    uint64_t resident_bytes; /* after the last round, over the harness's own; whole pages */
    uint32_t round_count;
    struct hb_speed_round rounds[HB_SPEED_ROUNDS_MAX];
};

/*
 * Times one side. HB_ERR_CHILD: its process could not be started or ended early. HB_ERR_MEMORY.
 * HB_ERR_FORMAT: it did not place as the model did.
 */
enum hb_status hb_speed_run(const struct hb_speed_load *load, enum hb_speed_side side,
                            struct hb_speed_result *result, struct hb_error *error);

/* What is done in that process, for hb_child_main: of every main that calls hb_speed_run. */
extern const struct hb_child_job hb_speed_job;

struct hb_program;

/* The program of benchmarks, as hb_question_open opens one. */
struct hb_program *hb_speed_open(int *argc, char **argv, int *exit_status);

/* The medians over rounds, of elapsed and of processor time. */
double hb_speed_ns_per_op(const struct hb_speed_result *result);
double hb_speed_cpu_ns_per_op(const struct hb_speed_result *result);

/* Ranges that an allocation examined, on average over all rounds. */
double hb_speed_walk_mean(const struct hb_speed_result *result);

#endif

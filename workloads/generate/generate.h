/*
 * generate.h - operations that no program made: workloads whose outcome is known, or whose shape is chosen.
 *
 * A generator is a name, a table of keys with their ranges, and a function that streams operations into a
 * sink in bounded memory: a few bytes for each object that is live, whatever the length. It never sees an
 * address and knows nothing of allocators; the adversaries that do are in bench/adversary/adversary.h. The
 * same keys and the same seed give the same operations on every machine.
 *
 * Sizes    the literature counts a block's size with its header, in units of the smallest block. Where a
 *          generator has the keys `unit` and `header`, a block of s units is therefore a request for
 *          s * unit - header bytes, and fills a range of exactly s units in an allocator with such a header.
 */
#ifndef HB_WORKLOADS_GENERATE_GENERATE_H
#define HB_WORKLOADS_GENERATE_GENERATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "workloads/whole/whole.h"

/* How the next object to be freed is chosen. */
enum hb_generate_order { HB_ORDER_RANDOM, HB_ORDER_OLDEST, HB_ORDER_NEWEST, HB_ORDERS };

enum hb_generate_sizes { HB_SIZES_UNIFORM, HB_SIZES_LOG_UNIFORM, HB_SIZES_EMPIRICAL, HB_SIZES_KINDS };

/* Every key of every generator, as a value; a generator reads those in its own table. */
struct hb_generate_settings {
    uint64_t live;   /* the most that is live: units, or objects (steady, sawtooth; larson: of each thread) */
    uint64_t ratio;  /* the largest block over the smallest */
    uint64_t unit;   /* bytes of the smallest block, header included */
    uint64_t header; /* bytes of a block that the allocator under test takes for itself */
    uint64_t size;   /* two-size: of the smaller blocks, in units */
    uint64_t cycles;
    uint64_t steps; /* replacements */
    uint64_t threads;
    uint64_t batch;     /* objects that are made together */
    uint64_t depth;     /* batches or messages that wait for a thread */
    uint64_t hops;      /* pool: threads that a message goes through */
    uint64_t keep;      /* sawtooth: percent of the objects that are left at the foot of a tooth */
    uint64_t hold;      /* storm: milliseconds at a peak */
    uint64_t silence;   /* storm: milliseconds at the foot of a tooth */
    uint64_t heartbeat; /* storm: milliseconds between two beats in a silence; 0: none */
    uint64_t beat;      /* storm: objects that a beat allocates and frees */
    uint64_t smallest;  /* bytes asked for, in a uniform or log-uniform distribution */
    uint64_t largest;
    uint64_t seed;
    uint64_t order;            /* enum hb_generate_order */
    uint64_t sizes;            /* enum hb_generate_sizes */
    const uint64_t *empirical; /* sizes to draw from, each alike; the caller's, for HB_SIZES_EMPIRICAL */
    uint64_t empirical_count;
    const char *empirical_name; /* where they come from: empirical=NAME; NULL where they were not asked for */
    const char *like;           /* the trace to be like; NULL for other generators */
    uint64_t scale;             /* how often each part of it is done */
    uint64_t block;             /* operations in a part, at least */
    uint64_t like_ops, like_births; /* of that trace, as hb_generate_load found them */
    uint32_t like_threads;
    bool like_touched; /* it says what is touched of its blocks */
};

/* One key: a number within bounds, or, where `words` is not NULL, one of those words. */
struct hb_generate_key {
    const char *name;
    const char *summary;
    size_t offset; /* of its value in struct hb_generate_settings */
    uint64_t initial;
    uint64_t low, high;       /* valid values, both included */
    const char *const *words; /* high + 1 of them */
};

/* Where operations go. Both return a status, and anything but HB_OK ends the generation with it. */
struct hb_generate_sink {
    void *context;
    enum hb_status (*append)(void *context, const struct hb_op *ops, size_t count, struct hb_error *error);
    /* May be NULL. Phase `index` is over (each generator says what its phases are, and what `size` is), and
     * all its operations have been appended. */
    enum hb_status (*phase)(void *context, uint64_t index, uint64_t size, struct hb_error *error);
    /* May be NULL. So many microseconds pass between what was appended so far and what is to come. */
    enum hb_status (*pass_time)(void *context, uint64_t us, struct hb_error *error);
    /* May be NULL. So many bytes are touched of the block that the next operation gives. */
    enum hb_status (*touch)(void *context, uint64_t bytes, struct hb_error *error);
};

struct hb_emitter;

struct hb_generator {
    const char *name;
    const char *summary;
    const char *notes;                  /* lines for --help, below its name; may be NULL */
    const struct hb_generate_key *keys; /* ends with a NULL name */
    /* What no bound of a single key can say. HB_ERR_USAGE; may be NULL. */
    enum hb_status (*check)(const struct hb_generate_settings *settings, struct hb_error *error);
    /* Reads the file that the settings name, before the generator can run. May be NULL. */
    enum hb_status (*load)(struct hb_generate_settings *settings, struct hb_error *error);
    uint64_t (*births)(const struct hb_generate_settings *settings); /* exact; UINT64_MAX when it overflows */
    enum hb_status (*run)(const struct hb_generate_settings *settings, struct hb_emitter *emitter,
                          struct hb_error *error);
};

/* The most objects that a trace can number. */
#define HB_GENERATE_MAX_BIRTHS UINT32_MAX

/* All of them, in the order of presentation. */
const struct hb_generator *const *hb_generators(size_t *count);

/* The generator that "NAME" names, or "NAME=TRACE" where it is one that takes a trace. NULL, with a sentence
 * that lists the names, where none is called that. */
const struct hb_generator *hb_generator_find(const char *name, struct hb_error *error);

/* Every key of the generator at its default. */
void hb_generate_defaults(const struct hb_generator *generator, struct hb_generate_settings *settings);

/*
 * Takes one "key=value". Sizes and counts take K, M and G, powers of 1024. empirical=NAME is left for the
 * caller to read into `empirical`. HB_ERR_USAGE: no such key, or a value out of range, with the range.
 */
enum hb_status hb_generate_set(const struct hb_generator *generator, const char *setting,
                               struct hb_generate_settings *settings, struct hb_error *error);

/* Checks the settings as a whole: HB_ERR_USAGE, with what would be valid. */
enum hb_status hb_generate_check(const struct hb_generator *generator,
                                 const struct hb_generate_settings *settings, struct hb_error *error);

/*
 * Reads what the settings name: the trace of like=TRACE, and the sizes of empirical=TRACE (empirical.h, where
 * they are freed). To be called before hb_generate_run; what was read may need another hb_generate_check,
 * which this does. Errors as those of hb_workload_load.
 */
enum hb_status hb_generate_load(const struct hb_generator *generator, struct hb_generate_settings *settings,
                                struct hb_error *error);

/*
 * Streams the operations into `sink`. The settings must have passed hb_generate_check. HB_ERR_MEMORY, or
 * what the sink returned.
 */
enum hb_status hb_generate_run(const struct hb_generator *generator,
                               const struct hb_generate_settings *settings,
                               const struct hb_generate_sink *sink, struct hb_error *error);

/*
 * The workload that `text` describes, "storm live=1000 heartbeat=100", in memory and called `name`. Errors:
 * those of setting it up, and of hb_generate_run. Free with hb_workload_free.
 */
enum hb_status hb_generate_workload(const char *text, const char *name, struct hb_workload **out,
                                    struct hb_error *error);

/* "ramp live=65536 ratio=256 ..." : all its settings, so that the same can be made again.
 * Truncated to fit. */
void hb_generate_describe(const struct hb_generator *generator, const struct hb_generate_settings *settings,
                          char *text, size_t bytes);

#endif

/* keys.h - the keys that several generators have, so that each means and allows the same everywhere. */
#ifndef HB_WORKLOADS_GENERATE_KEYS_H
#define HB_WORKLOADS_GENERATE_KEYS_H

#include "workloads/generate/generate.h"

/* clang-format off */
#define HB_KEY(field, text, initial, low, high) \
    {#field, text, offsetof(struct hb_generate_settings, field), (initial), (low), (high), NULL}
#define HB_KEY_WORD(field, text, initial, count, list) \
    {#field, text, offsetof(struct hb_generate_settings, field), (initial), 0, (count) - 1, list}
/* clang-format on */

/* Units that are live at most: as many objects could still be numbered in one phase. */
#define HB_MAX_LIVE_UNITS   (UINT64_C(1) << 28)
#define HB_MAX_LIVE_OBJECTS (UINT64_C(1) << 26)
#define HB_MAX_RATIO        (UINT64_C(1) << 20)
#define HB_MAX_UNIT         (UINT64_C(1) << 20)
#define HB_MAX_SIZE         (UINT64_C(1) << 40)
#define HB_MAX_SILENCE_MS   UINT64_C(86400000)
#define HB_MAX_THREADS      UINT64_C(64)
#define HB_MAX_BATCH        (UINT64_C(1) << 20)

#define HB_KEY_UNIT           HB_KEY(unit, "bytes of the smallest block, header included", 16, 1, HB_MAX_UNIT)
#define HB_KEY_HEADER         HB_KEY(header, "the allocator's own bytes in a block", 8, 0, HB_MAX_UNIT - 1)
#define HB_KEY_THREADS(least) HB_KEY(threads, "at work at a time (k)", 4, least, HB_MAX_THREADS)
#define HB_KEY_SEED           HB_KEY(seed, "of the random numbers", 1, 0, UINT64_MAX)

#define HB_KEYS_SIZES                                                                              \
    HB_KEY_WORD(sizes, "uniform, log-uniform, or empirical", HB_SIZES_LOG_UNIFORM, HB_SIZES_KINDS, \
                hb_size_names),                                                                    \
        HB_KEY(smallest, "bytes asked for, at least (not with empirical)", 16, 1, HB_MAX_SIZE),    \
        HB_KEY(largest, "bytes asked for, at most (not with empirical)", 4096, 1, HB_MAX_SIZE)

#define HB_KEYS_END                  \
    {                                \
        NULL, NULL, 0, 0, 0, 0, NULL \
    }

extern const char *const hb_size_names[HB_SIZES_KINDS];
extern const char *const hb_order_names[HB_ORDERS];

extern const struct hb_generator hb_generator_ramp;
extern const struct hb_generator hb_generator_shredding;
extern const struct hb_generator hb_generator_two_size;
extern const struct hb_generator hb_generator_steady;
extern const struct hb_generator hb_generator_sawtooth;
extern const struct hb_generator hb_generator_storm;
extern const struct hb_generator hb_generator_larson;
extern const struct hb_generator hb_generator_threadtest;
extern const struct hb_generator hb_generator_producer_consumer;
extern const struct hb_generator hb_generator_pool;
extern const struct hb_generator hb_generator_like;

/* The generator's key of that name, or NULL. */
const struct hb_generate_key *hb_generate_key_find(const struct hb_generator *generator, const char *name);

#endif

/*
 * producer_consumer.c - what one thread allocates another one frees: every object is handed over.
 *
 * Half of the threads produce: each makes batches of `batch` objects for the one consumer that it has. A
 * queue holds `depth` batches; when it is full, the consumer frees the oldest batch, object by object, before
 * the next one is made. When all `cycles` batches are made the consumers free the rest. The threads of a half
 * take turns, an operation each.
 *
 * A phase is one batch of each producer; it ends when the batch is made, and its size is the batches so far.
 */
#include <inttypes.h>

#include "workloads/generate/emit.h"
#include "workloads/generate/keys.h"
#include "workloads/generate/sizes.h"

static enum hb_status producer_consumer_check(const struct hb_generate_settings *settings,
                                              struct hb_error *error)
{
    if (settings->threads % 2 != 0)
        return hb_error_set(error, HB_ERR_USAGE,
                            "threads=%" PRIu64 ": it must be even, since each producer has its own consumer",
                            settings->threads);
    return HB_OK;
}

static uint64_t producer_consumer_births(const struct hb_generate_settings *settings)
{
    uint64_t births;

    if (__builtin_mul_overflow(settings->threads / 2 * settings->batch, settings->cycles, &births))
        return UINT64_MAX;
    return births;
}

/* Objects are numbered as they are born: the batches one after the other, in each the producers in turn. */
static void consume(const struct hb_generate_settings *settings, struct hb_emitter *emitter, uint64_t batch)
{
    uint64_t pairs = settings->threads / 2, count = pairs * settings->batch;

    for (uint64_t i = 0; i < count; i++) {
        emitter->thread = (uint16_t)(pairs + i % pairs);
        hb_emit_free(emitter, (uint32_t)(batch * count + i));
    }
}

static void produce(const struct hb_generate_settings *settings, struct hb_emitter *emitter,
                    const struct hb_sizes *sizes, struct hb_random *random)
{
    uint64_t pairs = settings->threads / 2;

    for (uint64_t i = 0; i < pairs * settings->batch; i++) {
        emitter->thread = (uint16_t)(i % pairs);
        hb_emit_alloc(emitter, hb_sizes_draw(sizes, random));
    }
}

static enum hb_status producer_consumer_run(const struct hb_generate_settings *settings,
                                            struct hb_emitter *emitter, struct hb_error *error)
{
    uint64_t consumed = 0;
    struct hb_random random;
    struct hb_sizes sizes;

    (void)error;
    hb_random_seed(&random, settings->seed);
    hb_sizes_init(&sizes, settings);
    for (uint64_t batch = 0; batch < settings->cycles && hb_emit_ok(emitter); batch++) {
        if (batch - consumed == settings->depth)
            consume(settings, emitter, consumed++);
        produce(settings, emitter, &sizes, &random);
        hb_emit_phase(emitter, batch, batch + 1);
    }
    while (consumed < settings->cycles && hb_emit_ok(emitter))
        consume(settings, emitter, consumed++);
    return HB_OK;
}

static const struct hb_generate_key producer_consumer_keys[] = {
    HB_KEY_THREADS(2),
    HB_KEY(batch, "objects that are handed over together (b)", 64, 1, HB_MAX_BATCH),
    HB_KEY(depth, "batches that wait in a full queue (d)", 16, 1, HB_MAX_BATCH),
    HB_KEY(cycles, "batches of each producer (c)", 1000, 1, HB_GENERATE_MAX_BIRTHS),
    HB_KEYS_SIZES,
    HB_KEY_SEED,
    HB_KEYS_END,
};

const struct hb_generator hb_generator_producer_consumer = {
    .name = "producer-consumer",
    .summary = "half the threads allocate, half free: all changes hands",
    .keys = producer_consumer_keys,
    .check = producer_consumer_check,
    .births = producer_consumer_births,
    .run = producer_consumer_run,
};

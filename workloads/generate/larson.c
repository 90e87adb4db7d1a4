/*
 * larson.c - a server whose threads come and go: each replaces objects in its slots, then hands them on.
 *
 * In the tradition of Larson and Krishnan (ISMM 1998). Each of the first `threads` threads fills `live`
 * slots. A thread frees the object in a random slot and allocates another in its stead, `steps` times; it
 * comes to no slot again before it has been at all of them. Then it ends, and its successor, a thread of its
 * own number, goes on with its slots, `cycles` threads in all. So a successor's first min(steps, live) frees,
 * and no others, are of objects that an earlier thread made. The threads take turns, a replacement each.
 *
 * A phase is the time of one set of threads; its size is the sets so far. What lives in the end stays.
 */
#include <inttypes.h>

#include "base/pages.h"
#include "workloads/generate/emit.h"
#include "workloads/generate/keys.h"
#include "workloads/generate/sizes.h"

static uint64_t larson_births(const struct hb_generate_settings *settings)
{
    uint64_t births;

    if (__builtin_mul_overflow(settings->steps, settings->cycles, &births) ||
        __builtin_add_overflow(settings->live, births, &births) ||
        __builtin_mul_overflow(settings->threads, births, &births))
        return UINT64_MAX;
    return births;
}

struct server {
    const struct hb_generate_settings *settings;
    struct hb_emitter *emitter;
    struct hb_sizes sizes;
    struct hb_random random;
    uint32_t *slots; /* `live` of each thread, one thread after the other */
};

static uint32_t allocate(struct server *server, uint64_t thread)
{
    server->emitter->thread = (uint16_t)thread;
    return hb_emit_alloc(server->emitter, hb_sizes_draw(&server->sizes, &server->random));
}

/* The slots before `done` were replaced in this round: one of the others comes next, and then lies before. */
static void replace(struct server *server, uint64_t thread, uint32_t *slots, uint64_t done)
{
    uint64_t chosen = done + hb_random_below(&server->random, server->settings->live - done);
    uint32_t object = slots[chosen];

    slots[chosen] = slots[done];
    server->emitter->thread = (uint16_t)thread;
    hb_emit_free(server->emitter, object);
    slots[done] = allocate(server, thread);
}

static void serve(struct server *server, uint64_t cycle)
{
    const struct hb_generate_settings *settings = server->settings;

    for (uint64_t step = 0; step < settings->steps && hb_emit_ok(server->emitter); step++)
        for (uint64_t t = 0; t < settings->threads; t++)
            replace(server, cycle * settings->threads + t, server->slots + t * settings->live,
                    step % settings->live);
    hb_emit_phase(server->emitter, cycle, cycle + 1);
}

static enum hb_status larson_run(const struct hb_generate_settings *settings, struct hb_emitter *emitter,
                                 struct hb_error *error)
{
    struct server server = {.settings = settings, .emitter = emitter};
    size_t bytes = settings->threads * settings->live * sizeof *server.slots;

    server.slots = hb_pages_alloc(bytes);
    if (server.slots == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "no memory for a table of %" PRIu64 " live objects",
                            settings->threads * settings->live);
    hb_random_seed(&server.random, settings->seed);
    hb_sizes_init(&server.sizes, settings);
    for (uint64_t slot = 0; slot < settings->live; slot++)
        for (uint64_t t = 0; t < settings->threads; t++)
            server.slots[t * settings->live + slot] = allocate(&server, t);
    for (uint64_t cycle = 0; cycle < settings->cycles && hb_emit_ok(emitter); cycle++)
        serve(&server, cycle);
    hb_pages_free(server.slots, bytes);
    return HB_OK;
}

/* A trace can number 65536 threads. */
enum { MAX_SETS = 65536 / 64 };

static const struct hb_generate_key larson_keys[] = {
    HB_KEY_THREADS(1),
    HB_KEY(live, "objects of each (n)", 1000, 1, HB_MAX_LIVE_OBJECTS / HB_MAX_THREADS),
    HB_KEY(steps, "replacements by each (s)", 5000, 1, HB_GENERATE_MAX_BIRTHS),
    HB_KEY(cycles, "threads on the same slots, one after the other (g)", 8, 1, MAX_SETS),
    HB_KEYS_SIZES,
    HB_KEY_SEED,
    HB_KEYS_END,
};

const struct hb_generator hb_generator_larson = {
    .name = "larson",
    .summary = "a server's threads replace objects, then hand all to a successor",
    .keys = larson_keys,
    .births = larson_births,
    .run = larson_run,
};

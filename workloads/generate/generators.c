/*
 * generators.c - the list of them, and the run of any.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "workloads/generate/emit.h"
#include "workloads/generate/keys.h"

static const struct hb_generator *const generators[] = {
    &hb_generator_ramp,       &hb_generator_shredding,         &hb_generator_two_size,
    &hb_generator_steady,     &hb_generator_sawtooth,          &hb_generator_larson,
    &hb_generator_threadtest, &hb_generator_producer_consumer, &hb_generator_pool,
};

enum { GENERATORS = sizeof generators / sizeof generators[0] };

const struct hb_generator *const *hb_generators(size_t *count)
{
    *count = GENERATORS;
    return generators;
}

const struct hb_generator *hb_generator_find(const char *name, struct hb_error *error)
{
    struct hb_unknown unknown = {.name = name};

    for (size_t i = 0; i < GENERATORS; i++) {
        if (strcmp(generators[i]->name, name) == 0)
            return generators[i];
        hb_unknown_offer(&unknown, generators[i]->name);
    }
    hb_error_set(error, HB_ERR_USAGE, "no generator is called '%.60s'%s; there are %s", name, unknown.hint,
                 unknown.known);
    return NULL;
}

enum hb_status hb_generate_run(const struct hb_generator *generator,
                               const struct hb_generate_settings *settings,
                               const struct hb_generate_sink *sink, struct hb_error *error)
{
    struct hb_emitter *emitter = malloc(sizeof *emitter);
    enum hb_status status;

    if (emitter == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "no memory to generate %s", generator->name);
    emitter->sink = sink;
    emitter->error = error;
    emitter->status = HB_OK;
    emitter->births = 0;
    emitter->thread = 0;
    emitter->count = 0;
    status = generator->run(settings, emitter, error);
    hb_emit_flush(emitter);
    if (status == HB_OK)
        status = emitter->status;
    free(emitter);
    return status;
}

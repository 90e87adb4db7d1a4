/*
 * generators.c - the list of them, and the run of any.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "workloads/generate/emit.h"
#include "workloads/generate/empirical.h"
#include "workloads/generate/keys.h"
#include "workloads/whole/builder.h"

static const struct hb_generator *const generators[] = {
    &hb_generator_ramp,   &hb_generator_shredding,  &hb_generator_two_size,
    &hb_generator_steady, &hb_generator_sawtooth,   &hb_generator_larson,
    &hb_generator_storm,  &hb_generator_threadtest, &hb_generator_producer_consumer,
    &hb_generator_pool,   &hb_generator_like,
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
        size_t length = strlen(generators[i]->name);

        if (strcmp(generators[i]->name, name) == 0 ||
            (generators[i]->load != NULL && strncmp(generators[i]->name, name, length) == 0 &&
             name[length] == '='))
            return generators[i];
        hb_unknown_offer(&unknown, generators[i]->name);
    }
    hb_error_set(error, HB_ERR_USAGE, "no generator is called '%.60s'%s; there are %s", name, unknown.hint,
                 unknown.known);
    return NULL;
}

enum hb_status hb_generate_load(const struct hb_generator *generator, struct hb_generate_settings *settings,
                                struct hb_error *error)
{
    enum hb_status status = hb_generate_load_sizes(settings, error);

    if (status != HB_OK || generator->load == NULL)
        return status;
    status = generator->load(settings, error);
    return status == HB_OK ? hb_generate_check(generator, settings, error) : status;
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

/* -- in memory -- */

static enum hb_status build(void *builder, const struct hb_op *ops, size_t count, struct hb_error *error)
{
    return hb_builder_append(builder, ops, count, error);
}

static enum hb_status build_touched(void *builder, uint64_t bytes, struct hb_error *error)
{
    return hb_builder_touch(builder, bytes, error);
}

static enum hb_status build_time(void *builder, uint64_t us, struct hb_error *error)
{
    return hb_builder_pass_time(builder, us, error);
}

/* The generator that `text`, which is cut into words, names, with its settings; NULL where they are wrong. */
static const struct hb_generator *read_words(char *text, struct hb_generate_settings *settings,
                                             struct hb_error *error)
{
    char *rest = NULL, *word = strtok_r(text, " ", &rest);
    const struct hb_generator *generator = hb_generator_find(word != NULL ? word : "", error);

    if (generator == NULL)
        return NULL;
    hb_generate_defaults(generator, settings);
    if (word != NULL && strchr(word, '=') != NULL &&
        hb_generate_set(generator, word, settings, error) != HB_OK)
        return NULL;
    while ((word = strtok_r(NULL, " ", &rest)) != NULL)
        if (hb_generate_set(generator, word, settings, error) != HB_OK)
            return NULL;
    return hb_generate_check(generator, settings, error) == HB_OK ? generator : NULL;
}

enum hb_status hb_generate_workload(const char *text, const char *name, struct hb_workload **out,
                                    struct hb_error *error)
{
    const struct hb_generator *generator;
    struct hb_generate_settings settings;
    struct hb_builder builder;
    const struct hb_generate_sink sink = {
        .context = &builder, .append = build, .pass_time = build_time, .touch = build_touched};
    char *words = strdup(text);
    enum hb_status status;

    if (words == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "no memory to generate %s", name);
    generator = read_words(words, &settings, error);
    status = generator != NULL ? hb_generate_load(generator, &settings, error) : error->status;
    if (status == HB_OK)
        status = hb_builder_begin(&builder, name, error);
    if (status != HB_OK) {
        free(words);
        return status;
    }
    assert(generator != NULL);
    status = hb_generate_run(generator, &settings, &sink, error);
    hb_generate_free_sizes(&settings);
    free(words); /* what the settings name is in them */
    if (status == HB_OK)
        *out = hb_builder_finish(&builder);
    else
        hb_builder_abandon(&builder);
    return status;
}

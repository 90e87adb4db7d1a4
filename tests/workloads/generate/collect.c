/*
 * collect.c - what a generator gives, kept in an array.
 */
#include "collect.h"

#include <stdlib.h>
#include <string.h>

#include "tests/check.h"

static void grow(struct collect *c)
{
    c->capacity = c->capacity == 0 ? 1024 : 2 * c->capacity;
    c->sizes = realloc(c->sizes, c->capacity * sizeof *c->sizes);
    assert_non_null(c->sizes);
    c->hands = realloc(c->hands, c->capacity * sizeof *c->hands);
    assert_non_null(c->hands);
}

static void birth(struct collect *c, const struct hb_op *op)
{
    assert_int_equal(op->object, c->births);
    assert_true(op->size < UINT64_MAX);
    if (c->births == c->capacity)
        grow(c);
    c->hands[c->births] = (struct hands){.maker = op->thread, .last = op->thread};
    c->sizes[c->births++] = op->size;
    c->smallest = c->births == 1 || op->size < c->smallest ? op->size : c->smallest;
    c->largest = op->size > c->largest ? op->size : c->largest;
    c->live_bytes += op->size;
    c->live_objects++;
    if (c->live_bytes > c->peak_live_bytes)
        c->peak_live_bytes = c->live_bytes;
    if (c->live_objects > c->peak_live_objects)
        c->peak_live_objects = c->live_objects;
}

/* A realloc or a free of what lives. */
static void touch(struct collect *c, const struct hb_op *op)
{
    struct hands *hands;

    assert_true(op->object < c->births);
    assert_true(c->sizes[op->object] != UINT64_MAX);
    hands = &c->hands[op->object];
    c->handovers += op->thread != hands->last;
    c->handed_objects += op->thread != hands->maker && !hands->handed;
    hands->handed |= op->thread != hands->maker;
    hands->last = op->thread;
}

static void resize(struct collect *c, const struct hb_op *op)
{
    assert_true(op->size > 0);
    touch(c, op);
    c->live_bytes += op->size - c->sizes[op->object];
    c->sizes[op->object] = op->size;
    if (c->live_bytes > c->peak_live_bytes)
        c->peak_live_bytes = c->live_bytes;
}

static void count_thread(struct collect *c, const struct hb_op *op)
{
    assert_true(op->thread <= c->threads && op->thread < COLLECT_THREADS);
    if (op->thread == c->threads)
        c->threads++;
    c->thread_ops[op->thread]++;
}

static void death(struct collect *c, const struct hb_op *op)
{
    assert_int_equal(op->size, 0);
    touch(c, op);
    c->live_bytes -= c->sizes[op->object];
    c->sizes[op->object] = UINT64_MAX;
    c->live_objects--;
    c->frees++;
}

static enum hb_status append(void *context, const struct hb_op *ops, size_t count, struct hb_error *error)
{
    struct collect *c = context;

    for (size_t i = 0; i < count; i++) {
        const struct hb_op *op = &ops[i];

        assert_true(op->kind == HB_OP_MALLOC || op->kind == HB_OP_FREE || op->kind == HB_OP_REALLOC);
        count_thread(c, op);
        if (op->kind == HB_OP_MALLOC)
            birth(c, op);
        else if (op->kind == HB_OP_REALLOC)
            resize(c, op);
        else
            death(c, op);
        c->ops++;
        c->digest = (c->digest ^ (op->size * 4 + op->object * 2 + op->kind + ((uint64_t)op->thread << 40))) *
                    UINT64_C(0x100000001b3);
        if (c->fail_after != 0 && c->ops >= c->fail_after)
            return hb_error_set(error, HB_ERR_IO, "the disk is full");
    }
    return HB_OK;
}

static enum hb_status phase(void *context, uint64_t index, uint64_t size, struct hb_error *error)
{
    struct collect *c = context;

    (void)error;
    assert_int_equal(index, c->phases);
    assert_true(c->phases < COLLECT_PHASES);
    c->phase_live[c->phases] = c->live_bytes;
    c->phase_size[c->phases++] = size;
    return HB_OK;
}

static enum hb_status run(struct collect *c, char *line, struct hb_error *error)
{
    struct hb_generate_sink sink = {.context = c, .append = append, .phase = phase};
    struct hb_generate_settings settings;
    const struct hb_generator *generator = hb_generator_find(strtok(line, " "), error);
    enum hb_status status;

    if (generator == NULL)
        return HB_ERR_USAGE;
    hb_generate_defaults(generator, &settings);
    for (char *setting; (setting = strtok(NULL, " ")) != NULL;) {
        status = hb_generate_set(generator, setting, &settings, error);
        if (status != HB_OK)
            return status;
    }
    status = hb_generate_check(generator, &settings, error);
    if (status != HB_OK)
        return status;
    status = hb_generate_run(generator, &settings, &sink, error);
    if (status == HB_OK)
        assert_int_equal(c->births, generator->births(&settings));
    return status;
}

enum hb_status collect_run(struct collect *c, const char *line, struct hb_error *error)
{
    char *copy = strdup(line);
    enum hb_status status;

    assert_non_null(copy);
    status = run(c, copy, error);
    free(copy);
    return status;
}

void collect_clear(struct collect *c)
{
    free(c->sizes);
    free(c->hands);
    memset(c, 0, sizeof *c);
}

/*
 * like.c - a longer workload that stresses an allocator as a recorded one does.
 *
 * The trace is done part by part, each part `scale` times before the next. A doing is the trace's own
 * operations in their own order: sizes, kinds, threads, reallocs, times and what follows what are the
 * program's. Where one doing of a part ends and the next begins is moved at random, each time anew, to where
 * little lives. (A block bootstrap of a nonstationary series, as by Paparoditis and Politis, Comptes Rendus
 * 335, 2002, with each block drawn equally often.)
 *
 * An object of the trace is in memory once at most. A second birth comes with a free directly before it: of
 * the oldest of a few blocks that are alike, for which the one from the birth before now stands. So what
 * lives long is replaced now and then, as old as it comes, and not at once by the next doing. A free or a
 * realloc of what does not live is left out. Hence there are exactly `scale` times the births of each kind
 * and size; what lives at a time is what lives in the trace, passed through more slowly; and at the end lives
 * what lives at its end. For that it is enough that each doing comes to all operations in order: what happens
 * to an object last is what happens to it last in the trace.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/random.h"
#include "workloads/generate/emit.h"
#include "workloads/generate/keys.h"
#include "workloads/generate/like/alive.h"
#include "workloads/generate/like/heirs.h"
#include "workloads/generate/like/source.h"

/* Longer parts distort what lives at a time, shorter ones how long: LIKE.md has both. */
enum { BLOCK = 512, LONGEST_BLOCK = 1 << 20, MAX_SCALE = 1 << 20 };

/* -- the trace is read once to check and to count it -- */

static enum hb_status count_ops(struct hb_stream *stream, struct hb_generate_settings *settings,
                                struct hb_error *error)
{
    uint64_t bytes = 0;
    const struct hb_op *ops;
    size_t count;

    do {
        enum hb_status status = hb_stream_next(stream, &ops, &count, error);

        if (status != HB_OK)
            return status;
        for (size_t i = 0; i < count; i++) {
            if (__builtin_add_overflow(bytes, ops[i].size, &bytes))
                return hb_error_set(error, HB_ERR_LIMIT, "%s: its sizes add up to more than 2^64 bytes",
                                    settings->like);
            if (ops[i].thread >= settings->like_threads)
                settings->like_threads = ops[i].thread + 1u;
        }
        settings->like_touched |= hb_stream_run(stream)->touched_count > 0;
        settings->like_ops += count;
    } while (count > 0);
    settings->like_births = hb_stream_objects(stream);
    return HB_OK;
}

static enum hb_status like_load(struct hb_generate_settings *settings, struct hb_error *error)
{
    struct hb_stream *stream;
    enum hb_status status = hb_stream_open(settings->like, &stream, error);

    if (status != HB_OK)
        return status;
    status = count_ops(stream, settings, error);
    hb_stream_close(stream);
    return status;
}

static enum hb_status like_check(const struct hb_generate_settings *settings, struct hb_error *error)
{
    if (settings->like == NULL || settings->like[0] == '\0')
        return hb_error_set(error, HB_ERR_USAGE, "like which trace? like=TRACE");
    return HB_OK;
}

static uint64_t like_births(const struct hb_generate_settings *settings)
{
    uint64_t births;

    return __builtin_mul_overflow(settings->like_births, settings->scale, &births) ? UINT64_MAX : births;
}

/* -- and once to be done -- */

struct doing {
    const struct hb_generate_settings *settings;
    struct hb_emitter *emitter;
    struct hb_error *error;
    struct hb_like_source *source;
    struct hb_random random;
    struct hb_alive alive;
    struct hb_heirs *heirs; /* of a trace of several threads */
    uint32_t threads;       /* that have done anything */
    uint64_t parts;
    uint64_t length; /* of a part, or one operation less */
    uint64_t *done;  /* of each of the `scale` times: operations done so far */
};

static void say_touched(struct doing *d, const struct hb_like_op *like)
{
    if (like->touched != HB_LIKE_NOT_SAID)
        hb_emit_touch(d->emitter, like->touched);
}

/* What stands for the object from now on, which was born or reallocated. */
static bool keep(struct doing *d, const struct hb_op *op, uint32_t given)
{
    return hb_alive_put(&d->alive, op->object, given, op->size, op->thread);
}

/* The thread that frees what is replaced: one that frees such objects, once it is there. */
static uint16_t choose_heir(struct doing *d, uint32_t number)
{
    uint16_t thread = hb_alive_thread(&d->alive, number), heir;

    if (d->heirs == NULL)
        return thread;
    heir = hb_heirs_draw(d->heirs, hb_alive_size(&d->alive, number), thread, &d->random);
    return heir < d->threads ? heir : thread;
}

static void replace(struct doing *d, const struct hb_op *birth)
{
    d->emitter->thread = choose_heir(d, birth->object);
    hb_alive_exchange(&d->alive, birth->object, &d->random);
    hb_emit_free(d->emitter, hb_alive_take(&d->alive, birth->object));
    d->emitter->thread = birth->thread;
}

static bool do_birth(struct doing *d, const struct hb_like_op *like)
{
    if (hb_alive_holds(&d->alive, like->op.object))
        replace(d, &like->op);
    say_touched(d, like);
    return keep(d, &like->op, hb_emit_birth(d->emitter, &like->op));
}

/* False when out of memory. */
static bool do_op(struct doing *d, const struct hb_like_op *like)
{
    uint32_t given;

    hb_emit_wait(d->emitter, like->wait_us);
    d->emitter->thread = like->op.thread;
    if (like->op.thread >= d->threads)
        d->threads = like->op.thread + 1u;
    if (like->op.kind != HB_OP_FREE && like->op.kind != HB_OP_REALLOC)
        return do_birth(d, like);
    if (!hb_alive_holds(&d->alive, like->op.object))
        return true;
    given = hb_alive_take(&d->alive, like->op.object);
    if (like->op.kind == HB_OP_FREE) {
        hb_emit_free(d->emitter, given);
        return true;
    }
    say_touched(d, like);
    hb_emit_realloc(d->emitter, given, like->op.size);
    return keep(d, &like->op, given);
}

static enum hb_status do_ops(struct doing *d, uint64_t from, uint64_t to)
{
    for (uint64_t i = from; i < to && hb_emit_ok(d->emitter); i++)
        if (!do_op(d, hb_like_source_at(d->source, i)))
            return hb_error_set(d->error, HB_ERR_MEMORY, "%s: out of memory for its live objects",
                                d->settings->like);
    return HB_OK;
}

/* Where part `part` begins if nothing is moved. */
static uint64_t part_begins(const struct doing *d, uint64_t part)
{
    uint64_t longer = d->settings->like_ops % d->parts;

    return part * d->length + (part < longer ? part : longer);
}

/* Of the operations around `middle`, the one before which the least lives. */
static uint64_t find_calm(const struct doing *d, uint64_t middle, uint64_t around)
{
    uint64_t best = middle, least = UINT64_MAX;

    for (uint64_t i = middle - around; i <= middle + around; i++) {
        uint64_t live = hb_like_source_at(d->source, i - 1)->live_bytes;

        if (live < least) {
            least = live;
            best = i;
        }
    }
    return best;
}

/* How far from its place the end of a doing can be. */
static uint64_t reach(const struct doing *d)
{
    return d->length / 4 + d->length / 8;
}

/* Where a doing of the part ends, of which the last one ends with the trace. */
static uint64_t choose_end(struct doing *d, uint64_t part)
{
    uint64_t end = part_begins(d, part + 1), quarter = d->length / 4;

    if (part + 1 == d->parts)
        return end;
    return find_calm(d, end - quarter + hb_random_below(&d->random, 2 * quarter + 1), d->length / 8);
}

static enum hb_status do_part(struct doing *d, uint64_t part)
{
    bool last = part + 1 == d->parts;
    uint64_t end = part_begins(d, part + 1), wait_us = 0;
    enum hb_status status = hb_like_source_read(d->source, last ? end : end + reach(d), d->error);

    if (status == HB_OK && last)
        status = hb_like_source_end(d->source, &wait_us, d->error);
    for (uint64_t i = 0; i < d->settings->scale && status == HB_OK && hb_emit_ok(d->emitter); i++) {
        uint64_t until = choose_end(d, part);

        status = do_ops(d, d->done[i], until);
        d->done[i] = until;
        hb_emit_wait(d->emitter, wait_us);
    }
    return status;
}

static enum hb_status begin(struct doing *d)
{
    const struct hb_generate_settings *settings = d->settings;

    d->parts = settings->like_ops < settings->block ? 1 : settings->like_ops / settings->block;
    d->length = settings->like_ops / d->parts;
    hb_random_seed(&d->random, settings->seed);
    d->done = calloc(settings->scale, sizeof *d->done);
    if (d->done == NULL || !hb_alive_init(&d->alive))
        return hb_error_set(d->error, HB_ERR_MEMORY, "no memory to generate like=%s", settings->like);
    if (settings->like_threads > 1) {
        enum hb_status status = hb_heirs_learn(settings, &d->random, &d->heirs, d->error);

        if (status != HB_OK)
            return status;
    }
    return hb_like_source_open(settings->like, 2 * (d->length + 1), &d->source, d->error);
}

static enum hb_status like_run(const struct hb_generate_settings *settings, struct hb_emitter *emitter,
                               struct hb_error *error)
{
    struct doing d = {.settings = settings, .emitter = emitter, .error = error};
    enum hb_status status = begin(&d);

    for (uint64_t part = 0; part < d.parts && status == HB_OK && hb_emit_ok(emitter); part++)
        status = do_part(&d, part);
    hb_like_source_close(d.source);
    hb_heirs_free(d.heirs);
    hb_alive_clear(&d.alive);
    free(d.done);
    return status;
}

static const struct hb_generate_key like_keys[] = {
    HB_KEY(scale, "how many times as many allocations", 10, 1, MAX_SCALE),
    HB_KEY(block, "operations in a part of the trace", BLOCK, 1, LONGEST_BLOCK),
    HB_KEY_SEED,
    HB_KEYS_END,
};

static const char notes[] = "      The trace is done part by part, each part 'scale' times before the next:\n"
                            "      a longer run, not a larger one. There are exactly 'scale' times as many\n"
                            "      allocations of each size and kind, and as much time. What lives at a\n"
                            "      time stays what it was, and so does the peak, or nearly. What is never\n"
                            "      freed is replaced by its like 'scale' - 1 times, so that at the end as\n"
                            "      much lives as at the end of the trace. scale=1 is the trace itself. How\n"
                            "      far the others are from real programs: workloads/LIKE.md\n";

const struct hb_generator hb_generator_like = {
    .name = "like",
    .summary = "a recorded trace, longer, that stresses in the same way",
    .notes = notes,
    .keys = like_keys,
    .check = like_check,
    .load = like_load,
    .births = like_births,
    .run = like_run,
};

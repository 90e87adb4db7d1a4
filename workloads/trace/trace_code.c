/*
 * trace_code.c - operations to bytes and back.
 *
 * A number is one to nine bytes; the zero bits below the lowest one bit of the first byte say how many more
 * there are, so that a decoder needs one load, one count and two shifts, and no loop. The low bits of an
 * operation's first number say what it is. FORMAT.md has both as tables, and why they are as they are.
 */
#include "workloads/trace/trace_format.h"

#include <assert.h>
#include <endian.h>
#include <string.h>

/* The rarer kinds of token, all tagged 1111; the numbers from OTHER_THREAD up switch to thread n -
 * OTHER_THREAD. */
enum other_token { OTHER_CALLOC, OTHER_ALIGNED, OTHER_MALLOC, OTHER_WAIT, OTHER_THREAD };

const char *hb_trace_op_fault(const struct hb_trace_state *state, const struct hb_op *op)
{
    bool birth = op->kind == HB_OP_MALLOC || op->kind == HB_OP_CALLOC || op->kind == HB_OP_ALIGNED;

    if (op->kind >= HB_OP_KINDS)
        return "is of no known kind";
    if (birth && op->object != state->next_object)
        return "gives birth to an object whose number is not the next";
    if (birth && state->next_object >= HB_TRACE_MAX_OBJECTS)
        return "is one object more than 2^32";
    if (!birth && op->object >= state->next_object)
        return "names an object that was never born";
    if (op->size > HB_TRACE_MAX_SIZE)
        return "has a size beyond 2^63";
    if (op->kind == HB_OP_FREE && op->size != 0)
        return "is a free with a size";
    if (op->kind == HB_OP_REALLOC && op->size == 0)
        return "is a realloc to size 0, which should be a free";
    if (op->align_log2 > (op->kind == HB_OP_ALIGNED ? 63 : 0))
        return "has an alignment that its kind does not take";
    if (op->thread > state->threads)
        return "is of a thread whose number is not the next";
    return NULL;
}

const char *hb_trace_wait_fault(const struct hb_trace_state *state, uint64_t us)
{
    if (us == 0)
        return "comes after a wait of no time";
    if (us > UINT64_MAX - state->time_us)
        return "comes more than 2^64 microseconds after the first";
    return NULL;
}

const char *hb_trace_touched_fault(const struct hb_op *op, uint64_t bytes)
{
    if (op->kind == HB_OP_FREE)
        return "is a free, of whose block something is said to be touched";
    if (bytes > op->size)
        return "is said to have more bytes touched than its block has";
    return NULL;
}

/* How many bytes put_number takes for `value`. */
static unsigned number_bytes(uint64_t value)
{
    unsigned bits = 64 - (unsigned)__builtin_clzll(value | 1);

    return bits > 56 ? 9 : (bits + 6) / 7;
}

static uint8_t *put_number(uint8_t *out, uint64_t value)
{
    unsigned bytes = number_bytes(value);
    uint64_t word;

    if (bytes == 9) {
        *out = 0;
        word = htole64(value);
        memcpy(out + 1, &word, sizeof word);
        return out + 9;
    }
    word = htole64((value << bytes) | (UINT64_C(1) << (bytes - 1)));
    memcpy(out, &word, sizeof word); /* writes past the number; the next one overwrites it */
    return out + bytes;
}

/* Multiples of 8 are most of all sizes; they give up their three zeros. */
static uint8_t *put_size(uint8_t *out, uint64_t size)
{
    return put_number(out, size % 8 == 0 ? size / 8 << 1 : size << 1 | 1);
}

static uint8_t *put_other(uint8_t *out, uint64_t token)
{
    return put_number(out, token << 4 | 15);
}

static uint8_t *put_malloc(uint8_t *out, uint64_t size)
{
    if (size % 8 == 0)
        return put_number(out, size / 8 << 2 | 1);
    if (size < UINT64_C(1) << 61)
        return put_number(out, size << 3 | 3);
    return put_size(put_other(out, OTHER_MALLOC), size);
}

static uint8_t *put_op(uint8_t *out, const struct hb_op *op, uint64_t age)
{
    switch ((enum hb_op_kind)op->kind) {
    case HB_OP_MALLOC:
        return put_malloc(out, op->size);
    case HB_OP_FREE:
        return put_number(out, (age - 1) << 1);
    case HB_OP_CALLOC:
        return put_size(put_other(out, OTHER_CALLOC), op->size);
    case HB_OP_REALLOC:
        return put_size(put_number(out, (age - 1) << 4 | 7), op->size);
    case HB_OP_ALIGNED:
        return put_size(put_number(put_other(out, OTHER_ALIGNED), op->align_log2), op->size);
    case HB_OP_KINDS:
        break;
    }
    assert(false && "a kind that hb_trace_op_fault lets through");
    return out;
}

size_t hb_trace_encode(struct hb_trace_state *state, const struct hb_op *op, uint8_t *out)
{
    uint8_t *begin = out;

    assert(hb_trace_op_fault(state, op) == NULL);
    if (op->thread != state->thread) {
        out = put_other(out, OTHER_THREAD + (uint64_t)op->thread);
        state->thread = op->thread;
    }
    if (op->thread == state->threads)
        state->threads++;
    out = put_op(out, op, state->next_object - op->object);
    if (op->object == state->next_object)
        state->next_object++;
    state->next_op++;
    return (size_t)(out - begin);
}

size_t hb_trace_encode_wait(struct hb_trace_state *state, uint64_t us, uint8_t *out)
{
    assert(hb_trace_wait_fault(state, us) == NULL);
    state->time_us += us;
    return (size_t)(put_number(put_other(out, OTHER_WAIT), us) - out);
}

/* As a wait of no time, which says nothing else. */
size_t hb_trace_encode_touched(uint64_t bytes, uint8_t *out)
{
    return (size_t)(put_size(put_number(put_other(out, OTHER_WAIT), 0), bytes) - out);
}

static inline uint64_t load64(const uint8_t *in)
{
    uint64_t word;

    memcpy(&word, in, sizeof word);
    return le64toh(word);
}

static inline uint64_t take_number(const uint8_t **in)
{
    uint64_t word = load64(*in);
    unsigned bytes = (unsigned)__builtin_ctzll(word | 0x100) + 1;

    if (__builtin_expect(bytes == 9, 0))
        word = load64(*in + 1);
    else
        word = word << (64 - 8 * bytes) >> (64 - 7 * bytes);
    *in += bytes;
    return word;
}

/* Eight times `eighth`, or what no size is when that would not fit. */
static inline uint64_t times8(uint64_t eighth)
{
    return eighth <= HB_TRACE_MAX_SIZE / 8 ? eighth << 3 : UINT64_MAX;
}

static inline uint64_t take_size(const uint8_t **in)
{
    uint64_t code = take_number(in);

    return (code & 1) != 0 ? code >> 1 : times8(code >> 1);
}

/* Notes the wait before operation `before_op`. The table has room for one row. */
static void take_wait(struct hb_trace_decoder *decoder, uint64_t us, uint64_t before_op)
{
    size_t count = decoder->wait_count;

    decoder->fault = decoder->version == 1 ? "is of no known kind" : hb_trace_wait_fault(&decoder->state, us);
    if (decoder->fault != NULL)
        return;
    decoder->state.time_us += us;
    if (count > 0 && decoder->waits[count - 1].before_op == before_op)
        decoder->waits[count - 1].us += us;
    else
        decoder->waits[decoder->wait_count++] = (struct hb_wait){.before_op = before_op, .us = us};
}

/* Drops the waits that were handed out with the operations before: all but one before the next operation. */
static void keep_last_wait(struct hb_trace_decoder *decoder)
{
    size_t count = decoder->wait_count;

    decoder->wait_count = 0;
    if (count > 0 && decoder->waits[count - 1].before_op == decoder->state.next_op)
        decoder->waits[decoder->wait_count++] = decoder->waits[count - 1];
}

/* Notes what is touched of the block of operation `op`, which follows. The table has room for one row. */
static void take_touched(struct hb_trace_decoder *decoder, uint64_t bytes, uint64_t op)
{
    decoder->touched[decoder->touched_count++] = (struct hb_touched){.op = op, .bytes = bytes};
}

/* What was said to be touched of the block that operation `op` gives; NULL: nothing. */
static const struct hb_touched *said_of(const struct hb_trace_decoder *decoder, uint64_t op)
{
    size_t count = decoder->touched_count;

    return count > 0 && decoder->touched[count - 1].op == op ? &decoder->touched[count - 1] : NULL;
}

/* Time that passed; or, where none did, what is touched. */
static void take_wait_or_touched(struct hb_trace_decoder *decoder, const uint8_t **in, uint64_t op)
{
    uint64_t us = take_number(in);

    if (said_of(decoder, op) != NULL)
        decoder->fault = "does not follow at once what is said to be touched of its block";
    else if (us == 0 && decoder->version >= HB_TRACE_TOUCHED_VERSION)
        take_touched(decoder, take_size(in), op);
    else
        take_wait(decoder, us, op);
}

/* Whether the operation can be what was said of it: NULL, or what is wrong. */
static const char *touched_fault(const struct hb_trace_decoder *decoder, const struct hb_op *op)
{
    const struct hb_touched *said =
        said_of(decoder, decoder->state.next_op + (uint64_t)(op - decoder->first));

    return said != NULL ? hb_trace_touched_fault(op, said->bytes) : NULL;
}

/* A token tagged 1111: fills `op` and returns true, or does what else it asks for (or sets the fault) and
 * returns false. */
static bool take_other(struct hb_trace_decoder *decoder, const uint8_t **in, uint64_t token, struct hb_op *op)
{
    uint64_t alignment;

    switch (token) {
    case OTHER_CALLOC:
        op->kind = HB_OP_CALLOC;
        break;
    case OTHER_ALIGNED:
        alignment = take_number(in);
        op->kind = HB_OP_ALIGNED;
        op->align_log2 = (uint8_t)(alignment & 63);
        if (alignment > 63)
            decoder->fault = "has an alignment beyond 2^63";
        break;
    case OTHER_MALLOC:
        break;
    case OTHER_WAIT:
        take_wait_or_touched(decoder, in, decoder->state.next_op + (uint64_t)(op - decoder->first));
        return false;
    default:
        token -= OTHER_THREAD;
        if (token > decoder->state.threads || token >= HB_TRACE_MAX_THREADS)
            decoder->fault = "is of a thread whose number is not the next";
        else
            decoder->state.thread = (uint32_t)token;
        return false;
    }
    op->size = take_size(in);
    return decoder->fault == NULL;
}

/* One operation at `*in`; births are numbered `next_object`. False when a thread
 * switch or a wait stood there, or a fault. */
static inline bool take_op(struct hb_trace_decoder *decoder, const uint8_t **in, uint64_t next_object,
                           struct hb_op *op)
{
    uint64_t token = take_number(in), age;

    *op = (struct hb_op){.object = (uint32_t)next_object, .kind = HB_OP_MALLOC};
    if ((token & 1) == 0) {
        age = (token >> 1) + 1;
        op->kind = HB_OP_FREE;
    } else if ((token & 3) == 1) {
        op->size = times8(token >> 2);
        return true;
    } else if ((token & 7) == 3) {
        op->size = token >> 3;
        return true;
    } else if ((token & 15) == 7) {
        age = (token >> 4) + 1;
        op->kind = HB_OP_REALLOC;
        op->size = take_size(in);
    } else {
        return take_other(decoder, in, token >> 4, op);
    }
    op->object = (uint32_t)(next_object - age);
    if (__builtin_expect(age > next_object, 0))
        decoder->fault = "names an object that was never born";
    return decoder->fault == NULL;
}

/* What take_op leaves unchecked because it is so rarely wrong. */
static const char *late_fault(const struct hb_op *op, uint64_t next_object)
{
    if (op->size > HB_TRACE_MAX_SIZE)
        return "has a size beyond 2^63";
    if (op->kind == HB_OP_REALLOC && op->size == 0)
        return "is a realloc to size 0, which should be a free";
    if (next_object > HB_TRACE_MAX_OBJECTS)
        return "is one object more than 2^32";
    return NULL;
}

size_t hb_trace_decode(struct hb_trace_decoder *decoder, struct hb_op *ops, size_t capacity)
{
    const uint8_t *in = decoder->next;
    uint64_t next_object = decoder->state.next_object;
    size_t count = 0;

    decoder->first = ops;
    decoder->touched_count = 0;
    keep_last_wait(decoder);
    while (count < capacity && in < decoder->end) {
        struct hb_op *op = &ops[count];

        bool is_op = take_op(decoder, &in, next_object, op);

        if (__builtin_expect(in > decoder->end, 0))
            decoder->fault = "is cut off by the end of its block";
        if (__builtin_expect(!is_op || decoder->fault != NULL, 0)) {
            if (decoder->fault != NULL || decoder->wait_count == HB_TRACE_MAX_WAITS)
                break;
            continue;
        }
        op->thread = (uint16_t)decoder->state.thread;
        next_object += op->kind != HB_OP_FREE && op->kind != HB_OP_REALLOC;
        decoder->fault = late_fault(op, next_object);
        if (__builtin_expect(decoder->touched_count > 0 && decoder->fault == NULL, 0))
            decoder->fault = touched_fault(decoder, op);
        if (__builtin_expect(decoder->fault != NULL, 0))
            break;
        decoder->state.threads += decoder->state.thread == decoder->state.threads;
        count++;
        if (__builtin_expect(decoder->touched_count == HB_TRACE_MAX_WAITS, 0))
            break;
    }
    if (decoder->fault == NULL && said_of(decoder, decoder->state.next_op + count) != NULL)
        decoder->fault = "is missing, of whose block something is said to be touched";
    decoder->next = in;
    decoder->state.next_object = next_object;
    decoder->state.next_op += count;
    return count;
}

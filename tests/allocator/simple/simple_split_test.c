/*
 * simple_split_test.c - what comes of splitting off less than a record, beside simple, which does not.
 *
 * The tutorial's page says that a range is split into the allocation and the rest, and leaves open what a
 * rest of 1 to 7 bytes is. Code that splits whatever is left writes an 8-byte record there, and so over the
 * first bytes of the record behind it.
 */
#include "tests/check.h"

#include <string.h>

#include "allocator/simple/simple.h"
#include "bench/replay/prepare.h"

enum { RECORD = 8, STORAGE = 16 << 20 };

/* First fit as in simple, but that any rest is split off. */
struct plain {
    unsigned char *bytes;
    uint64_t length;
    uint64_t short_rests; /* of 1 to 7 bytes, split off so far */
};

static uint64_t load(const struct plain *heap, uint64_t range)
{
    uint64_t record;

    memcpy(&record, heap->bytes + range, RECORD);
    return record;
}

static void store(struct plain *heap, uint64_t range, uint64_t length, bool allocated)
{
    uint64_t record = length << 1 | allocated;

    memcpy(heap->bytes + range, &record, RECORD);
}

static void plain_init(struct plain *heap, unsigned char *bytes, uint64_t length)
{
    *heap = (struct plain){.bytes = bytes, .length = length};
    store(heap, 0, length, false);
}

static void *plain_malloc(struct plain *heap, uint64_t size)
{
    uint64_t need = size + RECORD;

    for (uint64_t at = 0; at < heap->length; at += load(heap, at) >> 1) {
        uint64_t length = load(heap, at) >> 1;

        if ((load(heap, at) & 1) != 0 || length < need)
            continue;
        store(heap, at, need, true);
        if (length > need)
            store(heap, at + need, length - need, false);
        heap->short_rests += length > need && length - need < RECORD;
        return heap->bytes + at + RECORD;
    }
    return NULL;
}

static void plain_free(struct plain *heap, void *block)
{
    uint64_t range;

    if (block == NULL)
        return;
    range = (uint64_t)((unsigned char *)block - heap->bytes) - RECORD;
    store(heap, range, load(heap, range) >> 1, false);
}

static void *plain_realloc(struct plain *heap, void *block, uint64_t size)
{
    uint64_t usable;
    void *moved;

    if (block == NULL)
        return plain_malloc(heap, size);
    usable = (load(heap, (uint64_t)((unsigned char *)block - heap->bytes) - RECORD) >> 1) - RECORD;
    if (size <= usable)
        return block;
    moved = plain_malloc(heap, size);
    plain_free(heap, block);
    return moved;
}

/* Whether a walk comes to the heap's end, and to it exactly; a length of 0 would keep it for ever. */
static bool walk_ends(const struct plain *heap)
{
    uint64_t at = 0;

    while (at + RECORD <= heap->length && load(heap, at) >> 1 > 0)
        at += load(heap, at) >> 1;
    return at == heap->length;
}

static bool is_whole(const struct hb_simple *heap, uint64_t bytes)
{
    struct hb_heap_state state;

    hb_simple_inspect(heap, &state);
    return state.free_bytes + state.allocated_range_bytes == bytes;
}

static void a_hundred_bytes_freed_and_97_asked_for(void **unused)
{
    static unsigned char plain_bytes[4096], bytes[4096];
    struct hb_simple heap;
    struct plain plain;
    void *block;

    (void)unused;
    plain_init(&plain, plain_bytes, sizeof plain_bytes);
    plain_free(&plain, plain_malloc(&plain, 100));
    assert_true(walk_ends(&plain));
    plain_malloc(&plain, 97);
    assert_int_equal(plain.short_rests, 1);
    assert_false(walk_ends(&plain));
    assert_int_equal(load(&plain, 108), 0); /* the tail's record was 3988: now a walk stays there for ever */

    assert_true(hb_simple_init(&heap, bytes, sizeof bytes));
    hb_simple_free(&heap, hb_simple_malloc(&heap, 100));
    block = hb_simple_malloc(&heap, 97);
    assert_ptr_equal(block, bytes + 8);
    assert_int_equal(hb_simple_usable_size(&heap, block), 100); /* the 3 bytes go with the block */
    assert_true(is_whole(&heap, sizeof bytes));
    assert_ptr_equal(hb_simple_malloc(&heap, 1), bytes + 116);
}

/* -- on the shipped traces -- */

struct both {
    struct plain plain;
    struct hb_simple simple;
    void *plain_blocks[4096];
    void *blocks[4096];
};

static void do_op(struct both *both, const struct hb_op *op)
{
    void **plain = &both->plain_blocks[op->object], **block = &both->blocks[op->object];

    assert_true(op->object < 4096);
    if (op->kind == HB_OP_FREE) {
        plain_free(&both->plain, *plain);
        hb_simple_free(&both->simple, *block);
        *plain = *block = NULL;
    } else if (op->kind == HB_OP_REALLOC) {
        *plain = plain_realloc(&both->plain, *plain, op->size);
        *block = hb_simple_realloc(&both->simple, *block, op->size);
    } else if (op->size > 0) {
        *plain = plain_malloc(&both->plain, op->size);
        *block = hb_simple_malloc(&both->simple, op->size);
    }
}

/* The first operation after which the plain heap cannot be walked; simple's is whole there, and to the end.
 */
static uint64_t first_broken(const struct hb_prepared *prepared)
{
    static unsigned char plain_bytes[STORAGE], bytes[STORAGE];
    static struct both both;
    uint64_t op = 0;

    memset(&both, 0, sizeof both);
    plain_init(&both.plain, plain_bytes, STORAGE);
    assert_true(hb_simple_init(&both.simple, bytes, STORAGE));
    for (; op < prepared->op_count; op++) {
        do_op(&both, &prepared->ops[op]);
        assert_true(is_whole(&both.simple, STORAGE));
        if (both.plain.short_rests > 0)
            break;
        assert_true(walk_ends(&both.plain));
    }
    assert_false(walk_ends(&both.plain));
    return op;
}

static void on_traces_it_happens_within_a_thousand_operations(void **unused)
{
    static const struct {
        const char *trace;
        uint64_t op;
    } expected[] = {{"redis", 28}, {"python3", 49}, {"dot", 136}, {"perl", 142}, {"cc1", 948}};

    (void)unused;
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        struct hb_workload *workload;
        struct hb_prepared *prepared;

        assert_int_equal(hb_workload_load(expected[i].trace, &workload, NULL), HB_OK);
        assert_int_equal(hb_prepare(workload, &prepared, NULL), HB_OK);
        hb_workload_free(workload);
        assert_int_equal(first_broken(prepared), expected[i].op);
        hb_prepared_free(prepared);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hundred_bytes_freed_and_97_asked_for),
        cmocka_unit_test(on_traces_it_happens_within_a_thousand_operations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

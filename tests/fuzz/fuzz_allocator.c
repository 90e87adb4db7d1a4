/*
 * fuzz_allocator.c - any operations on simple and every rung: each agrees with its definition after each of
 * them.
 *
 * The first byte of an input chooses the allocator, two more the heap's length, a fourth what is foretold;
 * the rest are operations, each a byte for what is done to which block, and a size.
 * tests/allocator/ladder/rig.h is what compares: placements, walks, states and contents, of the build that is
 * timed and of the one that counts.
 */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

#include "tests/allocator/ladder/rig.h"

enum { BLOCKS = 32, MOST_OPS = 400, MOST_HEAP_BYTES = 1 << 14 };

static struct rig rig;

/* Mostly one byte; also what is about as long as the heap, and what overflows. */
static uint64_t take_size(struct fuzz_rest *rest)
{
    uint64_t byte = fuzz_take(rest);

    if (byte < 200)
        return byte;
    if (byte < 240)
        return (byte - 199) * 40 + fuzz_take(rest) % 40;
    if (byte < 254)
        return (uint64_t)fuzz_take(rest) << 8 | fuzz_take(rest);
    return byte == 254 ? UINT64_MAX - fuzz_take(rest)
                       : (UINT64_MAX >> fuzz_take(rest) % 64) - 16 + fuzz_take(rest) % 32;
}

static void work_on_empty(struct fuzz_rest *rest, struct rig_slot *slot, unsigned kind)
{
    switch (kind) {
    case 0:
        rig_zalloc(&rig, slot, take_size(rest));
        break;
    case 1:
        rig_aligned(&rig, slot, UINT64_C(1) << fuzz_take(rest) % 31, take_size(rest));
        break;
    case 2:
        rig_resize(&rig, slot, take_size(rest));
        break;
    default:
        rig_alloc(&rig, slot, take_size(rest));
    }
}

static void work(struct fuzz_rest *rest)
{
    uint8_t byte = fuzz_take(rest);
    struct rig_slot *slot = &rig.slots[byte % BLOCKS];
    unsigned kind = byte / BLOCKS;

    if (slot->payload == PLAIN_NULL)
        work_on_empty(rest, slot, kind);
    else if (kind < 3)
        rig_resize(&rig, slot, take_size(rest));
    else
        rig_free(&rig, slot);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_rest rest = {data, size};
    const struct subject *subject = &subjects[fuzz_take(&rest) % subject_count];
    uint64_t heap_bytes = fuzz_take(&rest);

    heap_bytes = 1 + (heap_bytes | (uint64_t)fuzz_take(&rest) << 8) % MOST_HEAP_BYTES;
    setenv("CMOCKA_TEST_ABORT", "1", 1);
    if (!rig_open(&rig, subject, heap_bytes, fuzz_take(&rest)))
        return 0;
    for (unsigned i = 0; i < MOST_OPS && rest.left > 0; i++)
        work(&rest);
    rig_compare_state(&rig);
    rig_free_all(&rig);
    rig_compare_state(&rig);
    rig_close(&rig);
    return 0;
}

/* Any bytes are operations. */
size_t fuzz_seed(struct hb_random *random, uint8_t *out)
{
    size_t bytes = 4 + hb_random_below(random, 400);

    for (size_t i = 0; i < bytes; i++)
        out[i] = (uint8_t)hb_random_next(random);
    out[2] &= 15; /* a heap that is soon full */
    return bytes;
}

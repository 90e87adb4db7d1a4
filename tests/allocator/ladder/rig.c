/*
 * rig.c - three heaps given the same operations, and compared after each.
 */
#include "tests/allocator/ladder/rig.h"

#include <string.h>

#include "allocator/ladder/ladder.h"
#include "tests/check.h"

/* Does what cmocka's assertions do not: says which allocator, seed and operation it was. */
#define RIG_CHECK(rig, condition)                                                                           \
    do {                                                                                                    \
        if (!(condition))                                                                                   \
            fail_msg("%s, heap of %llu bytes, seed %llu, operation %llu: not so: %s", (rig)->subject->name, \
                     (unsigned long long)(rig)->heap_bytes, (unsigned long long)(rig)->seed,                \
                     (unsigned long long)(rig)->ops, #condition);                                           \
    } while (0)

static void open_table(struct rig *rig, const char *name)
{
    struct hb_error error;

    if (hb_allocator_open(name, &rig->tables[0], NULL, &error) != HB_OK)
        fail_msg("%s", error.text);
    rig->tables[1] = rig->tables[0]->counting;
    assert_non_null(rig->tables[1]);
}

/* One object in three lives about as long as is short, one in three less, one for ever. */
static void foretell(struct rig *rig)
{
    rig->told = 0;
    for (int i = 0; i < RIG_TOLD; i++) {
        uint64_t kind = hb_random_below(&rig->random, 3);

        rig->lifetimes[i] = kind == 0   ? 250 + (uint32_t)hb_random_below(&rig->random, 14)
                            : kind == 1 ? (uint32_t)hb_random_below(&rig->random, 256)
                                        : UINT32_MAX;
    }
    for (int i = 0; i < 2; i++)
        rig->tables[i]->foretell(rig->heaps[i], rig->lifetimes, RIG_TOLD);
}

/* The next object is about to be allocated. */
static void tell_plain(struct rig *rig)
{
    rig->plain.is_short =
        rig->tables[0]->foretell != NULL && rig->told < RIG_TOLD && rig->lifetimes[rig->told++] <= 256;
}

bool rig_open(struct rig *rig, const struct subject *subject, uint64_t heap_bytes, uint64_t seed)
{
    struct hb_error error = {.status = HB_OK};
    bool possible;

    rig->subject = subject;
    rig->heap_bytes = heap_bytes;
    rig->seed = seed;
    rig->ops = 0;
    hb_random_seed(&rig->random, seed);
    open_table(rig, subject->name);
    possible = plain_init(&rig->plain, &subject->definition, heap_bytes);
    for (int i = 0; i < 2; i++) {
        rig->heaps[i] = rig->tables[i]->create(rig->tables[i], heap_bytes, &error);
        RIG_CHECK(rig, (rig->heaps[i] != NULL) == possible);
        RIG_CHECK(rig, possible || error.status == HB_ERR_USAGE);
    }
    for (int i = 0; i < RIG_SLOTS; i++)
        rig->slots[i].payload = PLAIN_NULL;
    if (possible && rig->tables[0]->foretell != NULL)
        foretell(rig);
    return possible;
}

void rig_close(struct rig *rig)
{
    rig->tables[0]->destroy(rig->heaps[0]);
    rig->tables[1]->destroy(rig->heaps[1]);
}

/* A byte of a block's pattern: differs from slot to slot. */
static unsigned char pattern(const struct rig *rig, const struct rig_slot *slot)
{
    return (unsigned char)((slot - rig->slots) * 37 + 11);
}

static void fill(struct rig *rig, const struct rig_slot *slot)
{
    uint64_t usable = plain_usable(&rig->plain, slot->payload);

    for (int i = 0; i < 2; i++) {
        RIG_CHECK(rig, rig->tables[i]->usable_size(rig->heaps[i], slot->blocks[i]) == usable);
        memset(slot->blocks[i], pattern(rig, slot), usable);
    }
}

static void check_pattern(struct rig *rig, const struct rig_slot *slot, uint64_t bytes)
{
    for (int i = 0; i < 2; i++) {
        const unsigned char *block = slot->blocks[i];

        bool kept = true;

        for (uint64_t at = 0; at < bytes; at++)
            kept = kept && block[at] == pattern(rig, slot);
        RIG_CHECK(rig, kept);
    }
}

static void check_walk(struct rig *rig)
{
    struct hb_walk walk;

    rig->tables[1]->last_walk(rig->heaps[1], &walk);
    RIG_CHECK(rig, walk.walks == rig->plain.walk.walks);
    RIG_CHECK(rig, walk.length == rig->plain.walk.length);
    RIG_CHECK(rig, walk.allocated == rig->plain.walk.allocated);
    RIG_CHECK(rig, walk.ranges == rig->plain.count);
    RIG_CHECK(rig, walk.high_water_bytes == rig->plain.high_water);
}

static void validate(struct rig *rig)
{
    if (rig->tables[0]->state == NULL) /* simple */
        return;
    for (int i = 0; i < 2; i++) {
        struct hb_ladder_fault fault = hb_ladder_validate(rig->tables[i], rig->heaps[i]);

        if (fault.text != NULL)
            fail_msg("%s, heap of %llu bytes, seed %llu, operation %llu: at offset %llu: %s",
                     rig->subject->name, (unsigned long long)rig->heap_bytes, (unsigned long long)rig->seed,
                     (unsigned long long)rig->ops, (unsigned long long)fault.offset, fault.text);
    }
}

static void check_operation(struct rig *rig)
{
    rig->ops++;
    check_walk(rig);
    validate(rig);
}

static bool is_aligned(const void *block, uint64_t alignment)
{
    return (uintptr_t)block % alignment == 0;
}

/* Where the three placed a block. True when it was placed. */
static bool check_place(struct rig *rig, const struct rig_slot *slot)
{
    uint32_t align = rig->subject->definition.align;

    for (int i = 0; i < 2; i++) {
        RIG_CHECK(rig, (slot->blocks[i] == NULL) == (slot->payload == PLAIN_NULL));
        if (slot->blocks[i] == NULL)
            continue;
        RIG_CHECK(rig, rig->tables[i]->offset(rig->heaps[i], slot->blocks[i]) == slot->payload);
        RIG_CHECK(rig, is_aligned(slot->blocks[i], align));
    }
    return slot->payload != PLAIN_NULL;
}

static void placed(struct rig *rig, struct rig_slot *slot, uint64_t size)
{
    slot->size = size;
    check_operation(rig);
    if (check_place(rig, slot))
        fill(rig, slot);
}

void rig_alloc(struct rig *rig, struct rig_slot *slot, uint64_t size)
{
    tell_plain(rig);
    slot->payload = plain_malloc(&rig->plain, size);
    for (int i = 0; i < 2; i++)
        slot->blocks[i] = rig->tables[i]->alloc(rig->heaps[i], size);
    placed(rig, slot, size);
}

void rig_zalloc(struct rig *rig, struct rig_slot *slot, uint64_t size)
{
    tell_plain(rig);
    slot->payload = plain_malloc(&rig->plain, size);
    for (int i = 0; i < 2; i++) {
        const unsigned char *block = slot->blocks[i] = rig->tables[i]->zalloc(rig->heaps[i], size);
        bool zeroed = true;

        for (uint64_t at = 0; block != NULL && at < size; at++)
            zeroed = zeroed && block[at] == 0;
        RIG_CHECK(rig, zeroed);
    }
    placed(rig, slot, size);
}

/* The heap begins in the first page's start, so much before it that the first payload is aligned. */
static uint64_t lead_of(const struct plain_options *definition)
{
    uint64_t past = definition->header % definition->align;

    return past == 0 ? 0 : definition->align - past;
}

void rig_aligned(struct rig *rig, struct rig_slot *slot, uint64_t alignment, uint64_t size)
{
    const struct plain_options *definition = &rig->subject->definition;

    tell_plain(rig);
    slot->payload = plain_aligned(&rig->plain, lead_of(definition), alignment, size);
    for (int i = 0; i < 2; i++) {
        slot->blocks[i] = rig->tables[i]->aligned(rig->heaps[i], alignment, size);
        RIG_CHECK(rig, (rig->tables[i]->caps & HB_CAP_UNALIGNED) || is_aligned(slot->blocks[i], alignment));
    }
    placed(rig, slot, size);
}

void rig_free(struct rig *rig, struct rig_slot *slot)
{
    check_pattern(rig, slot, plain_usable(&rig->plain, slot->payload));
    plain_free(&rig->plain, slot->payload);
    for (int i = 0; i < 2; i++)
        rig->tables[i]->dealloc(rig->heaps[i], slot->blocks[i]);
    slot->payload = PLAIN_NULL;
    check_operation(rig);
}

void rig_resize(struct rig *rig, struct rig_slot *slot, uint64_t size)
{
    uint64_t old = slot->payload, old_size = slot->size;
    struct rig_slot resized = *slot;

    if (old == PLAIN_NULL)
        resized.blocks[0] = resized.blocks[1] = NULL;
    tell_plain(rig);
    resized.payload = plain_realloc(&rig->plain, old, size);
    for (int i = 0; i < 2; i++)
        resized.blocks[i] = rig->tables[i]->resize(rig->heaps[i], resized.blocks[i], size);
    check_operation(rig);
    if (!check_place(rig, &resized)) {
        if (size == 0)
            slot->payload = PLAIN_NULL;
        else if (old != PLAIN_NULL)
            check_pattern(rig, slot, plain_usable(&rig->plain, old)); /* as it was */
        return;
    }
    slot->payload = resized.payload;
    slot->size = size;
    memcpy(slot->blocks, resized.blocks, sizeof slot->blocks);
    if (old != PLAIN_NULL)
        check_pattern(rig, slot, old_size < size ? old_size : size);
    fill(rig, slot);
}

/* Sizes of many kinds: small, around the record's size, around the heap's, 0 and those that overflow. */
static size_t random_size(struct rig *rig, uint64_t reach)
{
    switch (hb_random_below(&rig->random, 24)) {
    case 0:
        return 0;
    case 1:
        return UINT64_MAX - hb_random_below(&rig->random, 40);
    case 2:
        return (UINT64_MAX >> hb_random_below(&rig->random, 20)) - 16 + hb_random_below(&rig->random, 32);
    case 3:
        return 1 + hb_random_below(&rig->random, rig->heap_bytes + 20);
    case 4:
    case 5:
    case 6:
    case 7:
    case 8:
        return 1 + hb_random_below(&rig->random, 40);
    default:
        return 1 + hb_random_below(&rig->random, reach);
    }
}

/* Mostly up to a page's; some that only the heap's base can make agree. */
static uint64_t random_alignment(struct rig *rig)
{
    return UINT64_C(1) << hb_random_below(&rig->random, hb_random_below(&rig->random, 4) == 0 ? 31 : 13);
}

static void step_empty(struct rig *rig, struct rig_slot *slot, uint64_t reach)
{
    uint64_t size = random_size(rig, reach);

    switch (hb_random_below(&rig->random, 16)) {
    case 0:
        rig_resize(rig, slot, size);
        break;
    case 1:
        rig_zalloc(rig, slot, size);
        break;
    case 2:
        rig_aligned(rig, slot, random_alignment(rig), size);
        break;
    default:
        rig_alloc(rig, slot, size);
    }
}

void rig_step(struct rig *rig, uint64_t reach)
{
    struct rig_slot *slot = &rig->slots[hb_random_below(&rig->random, RIG_SLOTS)];

    if (slot->payload == PLAIN_NULL)
        step_empty(rig, slot, reach);
    else if (hb_random_below(&rig->random, 4) == 0)
        rig_resize(rig, slot, random_size(rig, reach));
    else
        rig_free(rig, slot);
}

void rig_free_all(struct rig *rig)
{
    unsigned start = (unsigned)hb_random_below(&rig->random, RIG_SLOTS);

    /* 129 and 512 have no common divisor: every slot's turn comes once, in an order that is nobody's. */
    for (unsigned i = 0; i < RIG_SLOTS; i++) {
        struct rig_slot *slot = &rig->slots[(start + i * 129) % RIG_SLOTS];

        if (slot->payload != PLAIN_NULL)
            rig_free(rig, slot);
    }
}

struct comparison {
    struct rig *rig;
    uint64_t count;
};

static bool compare_range(void *context, const struct hb_range *range)
{
    struct comparison *comparison = context;
    struct rig *rig = comparison->rig;
    const struct plain_range *expected = &rig->plain.ranges[comparison->count++];

    RIG_CHECK(rig, comparison->count <= rig->plain.count);
    RIG_CHECK(rig, range->offset == expected->offset);
    RIG_CHECK(rig, range->length == expected->length);
    RIG_CHECK(rig, range->allocated == expected->allocated);
    return true;
}

void rig_compare_state(struct rig *rig)
{
    struct hb_heap_state expected, state;

    plain_state(&rig->plain, &expected);
    for (int i = 0; i < 2; i++) {
        struct comparison comparison = {.rig = rig, .count = 0};

        rig->tables[i]->inspect(rig->heaps[i], &state);
        RIG_CHECK(rig, state.ranges == expected.ranges);
        RIG_CHECK(rig, state.free_ranges == expected.free_ranges);
        RIG_CHECK(rig, state.free_bytes == expected.free_bytes);
        RIG_CHECK(rig, state.largest_free_bytes == expected.largest_free_bytes);
        RIG_CHECK(rig, state.largest_run_bytes == expected.largest_run_bytes);
        RIG_CHECK(rig, state.allocated_range_bytes == expected.allocated_range_bytes);
        RIG_CHECK(rig, state.high_water_bytes == expected.high_water_bytes);
        RIG_CHECK(rig, state.header_bytes == expected.header_bytes);
        rig->tables[i]->ranges(rig->heaps[i], compare_range, &comparison);
        RIG_CHECK(rig, comparison.count == rig->plain.count);
    }
}

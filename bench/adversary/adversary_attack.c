/*
 * adversary_attack.c - the live blocks of an attack, and its phases.
 */
#include "bench/adversary/adversary_attack.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

/* A byte in each page, so that what is allocated is resident too. */
static void touch(const struct hb_attack *attack, char *block, uint64_t bytes)
{
    if (attack->allocator->caps & HB_CAP_UNTOUCHABLE)
        return;
    for (uint64_t at = 0; at < bytes;) {
        ((volatile char *)block)[at] = 1;
        at += attack->page_bytes - ((uintptr_t)block + at) % attack->page_bytes;
    }
}

void *hb_attack_request(struct hb_attack *attack, uint64_t bytes)
{
    void *block = attack->allocator->alloc(attack->heap, bytes);

    if (block == NULL) {
        hb_error_set(attack->error, HB_ERR_LIMIT,
                     "%s had no room for %" PRIu64 " bytes after %" PRIu64 " allocations, with %" PRIu64
                     " bytes live",
                     attack->allocator->name, bytes, attack->result->allocations, attack->live_bytes);
        attack->result->outcome = HB_ADVERSARY_FAILED;
        return NULL;
    }
    touch(attack, block, bytes);
    attack->result->allocations++;
    attack->live_bytes += bytes + attack->result->header;
    attack->live_blocks++;
    if (attack->live_bytes > attack->peak_live_bytes)
        attack->peak_live_bytes = attack->live_bytes;
    return block;
}

void hb_attack_release(struct hb_attack *attack, void *block, uint64_t bytes)
{
    attack->allocator->dealloc(attack->heap, block);
    attack->live_bytes -= bytes + attack->result->header;
    attack->live_blocks--;
}

static uint64_t request_bytes(const struct hb_attack *attack, uint64_t units)
{
    return units * attack->result->unit - attack->result->header;
}

static uint64_t start_of(const struct hb_attack *attack, const void *block)
{
    uint64_t payload = (uintptr_t)block;

    if (attack->allocator->offset != NULL)
        payload = attack->allocator->offset(attack->heap, block);
    return payload - attack->result->header;
}

bool hb_attack_alloc(struct hb_attack *attack, uint64_t units)
{
    void *block = hb_attack_request(attack, request_bytes(attack, units));

    if (block == NULL)
        return false;
    assert(attack->count < attack->capacity);
    attack->blocks[attack->count++] =
        (struct hb_attack_block){.start = start_of(attack, block), .block = block, .units = units};
    return true;
}

bool hb_attack_fits(const struct hb_attack *attack, uint64_t units)
{
    return attack->live_bytes + units * attack->result->unit <= attack->live_limit;
}

bool hb_attack_fill(struct hb_attack *attack, uint64_t units)
{
    while (hb_attack_fits(attack, units))
        if (!hb_attack_alloc(attack, units))
            return false;
    return true;
}

void hb_attack_free(struct hb_attack *attack, const struct hb_attack_block *block)
{
    hb_attack_release(attack, block->block, request_bytes(attack, block->units));
}

enum { DIGITS = 8, VALUES = 256 };

static unsigned digit_of(const struct hb_attack_block *block, int digit)
{
    return (unsigned)(block->start >> 8 * digit & (VALUES - 1));
}

/* One pass of the sort, from blocks to scratch, which change places. */
static void sort_by_digit(struct hb_attack *attack, int digit, uint64_t counts[static VALUES])
{
    struct hb_attack_block *sorted = attack->scratch;
    uint64_t place = 0;

    for (unsigned value = 0; value < VALUES; value++) {
        uint64_t count = counts[value];

        counts[value] = place;
        place += count;
    }
    for (uint64_t i = 0; i < attack->count; i++)
        sorted[counts[digit_of(&attack->blocks[i], digit)]++] = attack->blocks[i];
    attack->scratch = attack->blocks;
    attack->blocks = sorted;
}

/* Radix, least significant digit first: qsort would allocate, from the heap under test where
 * that is glibc. */
void hb_attack_sort(struct hb_attack *attack)
{
    uint64_t counts[DIGITS][VALUES];

    memset(counts, 0, sizeof counts);
    for (uint64_t i = 0; i < attack->count; i++)
        for (int digit = 0; digit < DIGITS; digit++)
            counts[digit][digit_of(&attack->blocks[i], digit)]++;
    for (int digit = 0; digit < DIGITS && attack->count > 0; digit++)
        if (counts[digit][digit_of(&attack->blocks[0], digit)] < attack->count)
            sort_by_digit(attack, digit, counts[digit]);
}

void hb_attack_thin(struct hb_attack *attack, uint64_t origin, uint64_t gap_bytes)
{
    uint64_t end = origin, kept = 0;

    hb_attack_sort(attack);
    for (uint64_t i = 0; i < attack->count; i++) {
        const struct hb_attack_block *block = &attack->blocks[i];

        if (i + 1 < attack->count && attack->blocks[i + 1].start - end < gap_bytes) {
            hb_attack_free(attack, block);
        } else {
            end = block->start + block->units * attack->result->unit;
            attack->blocks[kept++] = *block;
        }
    }
    attack->count = kept;
}

static uint64_t measure(const struct hb_attack *attack)
{
    struct hb_heap_state state;

    if (!attack->result->inspected)
        return hb_memory_resident_bytes(&attack->memory);
    attack->allocator->inspect(attack->heap, &state);
    return state.high_water_bytes;
}

/* Looking at a heap takes a walk over it, which a thousand phases would make a thousand walks. */
static bool is_kept(const struct hb_attack *attack, uint64_t size)
{
    return attack->every_phase || (size & (size - 1)) == 0 || size == attack->last_size;
}

void hb_attack_phase(struct hb_attack *attack, uint64_t index, uint64_t size)
{
    struct hb_adversary_result *result = attack->result;
    struct hb_adversary_phase *phase = &result->phases[result->phase_count];

    if (!is_kept(attack, size) || result->phase_count == HB_ADVERSARY_PHASES)
        return;
    result->phase_count++;
    *phase = (struct hb_adversary_phase){
        .index = index,
        .size = size,
        .live_blocks = attack->live_blocks,
        .live_bytes = attack->live_bytes,
    };
    phase->measured_bytes = measure(attack);
}

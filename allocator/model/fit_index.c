/*
 * fit_index.c - the sorted list in two levels: found by two binary searches, split when full, closed when
 * empty.
 */
#include "allocator/model/fit_index.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 128 };

static_assert(BLOCK % 2 == 0, "a full block is split into two halves");

struct fit_block {
    uint32_t count;
    struct hb_fit_entry entries[BLOCK]; /* sorted */
};

struct hb_fit_index {
    struct fit_block **blocks; /* none empty, but the first when the index is */
    uint32_t count, capacity;
    struct fit_block *spare; /* reserved for the next split */
};

static bool precedes(const struct hb_fit_entry *entry, uint64_t length, uint64_t offset)
{
    return entry->length != length ? entry->length < length : entry->offset < offset;
}

struct hb_fit_index *hb_fit_index_create(void)
{
    struct hb_fit_index *index = calloc(1, sizeof *index);

    if (index == NULL)
        return NULL;
    if (!hb_fit_index_reserve(index)) {
        hb_fit_index_destroy(index);
        return NULL;
    }
    index->blocks[0] = index->spare;
    index->spare = NULL;
    index->count = 1;
    return index;
}

void hb_fit_index_destroy(struct hb_fit_index *index)
{
    if (index == NULL)
        return;
    for (uint32_t i = 0; i < index->count; i++)
        free(index->blocks[i]);
    free(index->blocks);
    free(index->spare);
    free(index);
}

bool hb_fit_index_reserve(struct hb_fit_index *index)
{
    if (index->count == index->capacity) {
        uint32_t capacity = index->capacity == 0 ? 16 : index->capacity * 2;
        struct fit_block **blocks = realloc(index->blocks, capacity * sizeof blocks[0]);

        if (blocks == NULL)
            return false;
        index->blocks = blocks;
        index->capacity = capacity;
    }
    if (index->spare == NULL)
        index->spare = calloc(1, sizeof *index->spare);
    return index->spare != NULL;
}

/* The block that holds the last entry before (length, offset) or at it: where that key is or belongs. */
static uint32_t find_block(const struct hb_fit_index *index, uint64_t length, uint64_t offset)
{
    uint32_t low = 0, high = index->count; /* the answer is in [low, high) */

    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        const struct hb_fit_entry *first = &index->blocks[middle]->entries[0];

        if (precedes(first, length, offset) || (first->length == length && first->offset == offset))
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* The first entry of a block that does not precede (length, offset), or its count. */
static uint32_t lower_bound(const struct fit_block *block, uint64_t length, uint64_t offset)
{
    uint32_t low = 0, high = block->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (precedes(&block->entries[middle], length, offset))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void open_block(struct hb_fit_index *index, uint32_t at, struct fit_block *block)
{
    assert(at <= index->count && index->count < index->capacity);
    memmove(index->blocks + at + 1, index->blocks + at, (index->count - at) * sizeof index->blocks[0]);
    index->blocks[at] = block;
    index->count++;
}

/* Moves the upper half of a full block to a new one after it. */
static void split_block(struct hb_fit_index *index, uint32_t at)
{
    struct fit_block *left = index->blocks[at], *right = index->spare;

    assert(left->count == BLOCK && right != NULL && right->count == 0);
    index->spare = NULL;
    right->count = BLOCK / 2;
    left->count = BLOCK / 2;
    memcpy(right->entries, left->entries + BLOCK / 2, right->count * sizeof right->entries[0]);
    open_block(index, at + 1, right);
}

void hb_fit_index_insert(struct hb_fit_index *index, struct hb_fit_entry entry)
{
    uint32_t at = find_block(index, entry.length, entry.offset), slot;
    struct fit_block *block = index->blocks[at];

    if (block->count == BLOCK) {
        split_block(index, at);
        block = index->blocks[find_block(index, entry.length, entry.offset)];
    }
    assert(block->count < BLOCK);
    slot = lower_bound(block, entry.length, entry.offset);
    assert(slot == block->count || block->entries[slot].length != entry.length ||
           block->entries[slot].offset != entry.offset);
    memmove(block->entries + slot + 1, block->entries + slot,
            (block->count - slot) * sizeof block->entries[0]);
    block->entries[slot] = entry;
    block->count++;
}

static void close_block(struct hb_fit_index *index, uint32_t at)
{
    assert(index->blocks[at]->count == 0);
    if (index->count == 1)
        return;
    free(index->blocks[at]);
    index->count--;
    memmove(index->blocks + at, index->blocks + at + 1, (index->count - at) * sizeof index->blocks[0]);
}

void hb_fit_index_remove(struct hb_fit_index *index, uint64_t length, uint64_t offset)
{
    uint32_t at = find_block(index, length, offset);
    struct fit_block *block = index->blocks[at];
    uint32_t slot = lower_bound(block, length, offset);

    assert(slot < block->count && block->entries[slot].length == length &&
           block->entries[slot].offset == offset);
    block->count--;
    memmove(block->entries + slot, block->entries + slot + 1,
            (block->count - slot) * sizeof block->entries[0]);
    if (block->count == 0)
        close_block(index, at);
}

bool hb_fit_index_best_fit(const struct hb_fit_index *index, uint64_t need, struct hb_fit_entry *entry)
{
    uint32_t at = find_block(index, need, 0);
    uint32_t slot = lower_bound(index->blocks[at], need, 0);

    if (slot == index->blocks[at]->count) {
        at++;
        slot = 0;
    }
    if (at == index->count || slot == index->blocks[at]->count)
        return false;
    *entry = index->blocks[at]->entries[slot];
    assert(entry->length >= need);
    return true;
}

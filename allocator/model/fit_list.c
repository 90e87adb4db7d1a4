/*
 * fit_list.c - the sorted list in two levels: found by two binary searches, split when full, closed when
 * empty.
 */
#include "allocator/model/fit_list.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 128 };

static_assert(BLOCK % 2 == 0, "a full block is split into two halves");

struct fit_block {
    uint32_t count;
    struct hb_fit_entry entries[BLOCK]; /* sorted */
};

struct hb_fit_list {
    struct fit_block **blocks; /* none empty, but the first when the list is */
    uint32_t count, capacity;
    struct fit_block *spare; /* reserved for the next split */
};

static bool precedes(const struct hb_fit_entry *entry, uint64_t length, uint64_t offset)
{
    return entry->length != length ? entry->length < length : entry->offset < offset;
}

struct hb_fit_list *hb_fit_list_create(void)
{
    struct hb_fit_list *list = calloc(1, sizeof *list);

    if (list == NULL)
        return NULL;
    if (!hb_fit_list_reserve(list)) {
        hb_fit_list_destroy(list);
        return NULL;
    }
    list->blocks[0] = list->spare;
    list->spare = NULL;
    list->count = 1;
    return list;
}

void hb_fit_list_destroy(struct hb_fit_list *list)
{
    if (list == NULL)
        return;
    for (uint32_t i = 0; i < list->count; i++)
        free(list->blocks[i]);
    free(list->blocks);
    free(list->spare);
    free(list);
}

bool hb_fit_list_reserve(struct hb_fit_list *list)
{
    if (list->count == list->capacity) {
        uint32_t capacity = list->capacity == 0 ? 16 : list->capacity * 2;
        struct fit_block **blocks = realloc(list->blocks, capacity * sizeof blocks[0]);

        if (blocks == NULL)
            return false;
        list->blocks = blocks;
        list->capacity = capacity;
    }
    if (list->spare == NULL)
        list->spare = calloc(1, sizeof *list->spare);
    return list->spare != NULL;
}

/* The block that holds the last entry before (length, offset) or at it: where that key is or belongs. */
static uint32_t find_block(const struct hb_fit_list *list, uint64_t length, uint64_t offset)
{
    uint32_t low = 0, high = list->count; /* the answer is in [low, high) */

    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        const struct hb_fit_entry *first = &list->blocks[middle]->entries[0];

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

static void open_block(struct hb_fit_list *list, uint32_t at, struct fit_block *block)
{
    assert(at <= list->count && list->count < list->capacity);
    memmove(list->blocks + at + 1, list->blocks + at, (list->count - at) * sizeof list->blocks[0]);
    list->blocks[at] = block;
    list->count++;
}

/* Moves the upper half of a full block to a new one after it. */
static void split_block(struct hb_fit_list *list, uint32_t at)
{
    struct fit_block *left = list->blocks[at], *right = list->spare;

    assert(left->count == BLOCK && right != NULL && right->count == 0);
    list->spare = NULL;
    right->count = BLOCK / 2;
    left->count = BLOCK / 2;
    memcpy(right->entries, left->entries + BLOCK / 2, right->count * sizeof right->entries[0]);
    open_block(list, at + 1, right);
}

void hb_fit_list_insert(struct hb_fit_list *list, struct hb_fit_entry entry)
{
    uint32_t at = find_block(list, entry.length, entry.offset), slot;
    struct fit_block *block = list->blocks[at];

    if (block->count == BLOCK) {
        split_block(list, at);
        block = list->blocks[find_block(list, entry.length, entry.offset)];
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

static void close_block(struct hb_fit_list *list, uint32_t at)
{
    assert(list->blocks[at]->count == 0);
    if (list->count == 1)
        return;
    free(list->blocks[at]);
    list->count--;
    memmove(list->blocks + at, list->blocks + at + 1, (list->count - at) * sizeof list->blocks[0]);
}

void hb_fit_list_remove(struct hb_fit_list *list, uint64_t length, uint64_t offset)
{
    uint32_t at = find_block(list, length, offset);
    struct fit_block *block = list->blocks[at];
    uint32_t slot = lower_bound(block, length, offset);

    assert(slot < block->count && block->entries[slot].length == length &&
           block->entries[slot].offset == offset);
    block->count--;
    memmove(block->entries + slot, block->entries + slot + 1,
            (block->count - slot) * sizeof block->entries[0]);
    if (block->count == 0)
        close_block(list, at);
}

bool hb_fit_list_best_fit(const struct hb_fit_list *list, uint64_t need, struct hb_fit_entry *entry)
{
    uint32_t at = find_block(list, need, 0);
    uint32_t slot = lower_bound(list->blocks[at], need, 0);

    if (slot == list->blocks[at]->count) {
        at++;
        slot = 0;
    }
    if (at == list->count || slot == list->blocks[at]->count)
        return false;
    *entry = list->blocks[at]->entries[slot];
    assert(entry->length >= need);
    return true;
}

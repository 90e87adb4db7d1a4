/*
 * large.c - a table of large blocks: filled, likened, and read in order.
 */
#include "workloads/record/large.h"

#include <stdlib.h>

enum { LIKE_AT_MOST = 16 };

bool hb_large_init(struct hb_large_table *table)
{
    *table = (struct hb_large_table){.is_filling = true};
    return hb_map_init(&table->row_of);
}

void hb_large_clear(struct hb_large_table *table)
{
    hb_map_clear(&table->row_of);
    free(table->rows);
}

bool hb_large_add(struct hb_large_table *table, uint64_t index, const struct hb_op *op)
{
    uint32_t before;

    if (table->count == UINT32_MAX)
        return false;
    if (table->count == table->capacity) {
        size_t capacity = table->capacity == 0 ? 1024 : 2 * table->capacity;
        struct hb_large *grown = reallocarray(table->rows, capacity, sizeof *grown);

        if (grown == NULL)
            return false;
        table->rows = grown;
        table->capacity = capacity;
    }
    table->rows[table->count] =
        (struct hb_large){.op = index, .size = op->size, .touched = HB_LARGE_UNKNOWN, .kind = op->kind};
    hb_map_take(&table->row_of, op->object, &before); /* the block that it had before a realloc */
    return hb_map_put(&table->row_of, op->object, (uint32_t)table->count++);
}

void hb_large_note(struct hb_large_table *table, uint32_t object, uint64_t bytes)
{
    uint32_t row;

    if (table->is_filling && hb_map_find(&table->row_of, object, &row) &&
        (bytes == HB_LARGE_UNKNOWN || bytes <= table->rows[row].size))
        table->rows[row].touched = bytes;
}

static int compare(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

/* Those alike stand together, in their order. */
static int compare_likeness(const void *a, const void *b)
{
    const struct hb_large *first = *(struct hb_large *const *)a, *second = *(struct hb_large *const *)b;

    if (first->kind != second->kind)
        return compare(first->kind, second->kind);
    return first->size != second->size ? compare(first->size, second->size) : compare(first->op, second->op);
}

static bool are_alike(const struct hb_large *a, const struct hb_large *b)
{
    return a->kind == b->kind && a->size == b->size;
}

/* Of `count` rows that are alike, those that were not measured take turns at what is known of the nearest
 * that were: half of them before and half after, as far as there are. `measured` has room for all. */
static void liken_group(struct hb_large *const *alike, size_t count, uint64_t *measured)
{
    size_t known = 0, before = 0, turn = 0;

    for (size_t i = 0; i < count; i++)
        if (alike[i]->touched != HB_LARGE_UNKNOWN)
            measured[known++] = alike[i]->touched;
    for (size_t i = 0; known > 0 && i < count; i++) {
        size_t window = known < LIKE_AT_MOST ? known : LIKE_AT_MOST;
        size_t first = before < window / 2 ? 0 : before - window / 2;

        if (alike[i]->touched != HB_LARGE_UNKNOWN) {
            before++;
            continue;
        }
        first = first > known - window ? known - window : first;
        alike[i]->touched = measured[first + turn++ % window];
        alike[i]->is_likened = true;
    }
}

void hb_large_liken(struct hb_large_table *table)
{
    struct hb_large **alike = reallocarray(NULL, table->count + 1, sizeof *alike);
    uint64_t *measured = reallocarray(NULL, table->count + 1, sizeof *measured);

    for (size_t i = 0; alike != NULL && i < table->count; i++)
        alike[i] = &table->rows[i];
    if (alike != NULL && measured != NULL) {
        qsort(alike, table->count, sizeof(struct hb_large *), compare_likeness);
        for (size_t i = 0, end; i < table->count; i = end) {
            for (end = i + 1; end < table->count && are_alike(alike[i], alike[end]);)
                end++;
            liken_group(alike + i, end - i, measured);
        }
    }
    free(measured);
    free(alike);
}

const struct hb_large *hb_large_take(struct hb_large_table *table, uint64_t index)
{
    const struct hb_large *row = &table->rows[table->next];

    if (table->next == table->count || row->op != index)
        return NULL;
    table->next++;
    return row->touched != HB_LARGE_UNKNOWN ? row : NULL;
}

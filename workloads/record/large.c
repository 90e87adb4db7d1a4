/*
 * large.c - a table of large blocks: filled, likened, and read in order.
 */
#include "workloads/record/large.h"

#include <stdlib.h>

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

/* Passes on, from one to the next that is alike, what is known; `step` is 1 or -1. */
static void pass_on(struct hb_large *const *alike, size_t count, ptrdiff_t step)
{
    const struct hb_large *before = NULL;

    for (size_t i = 0; i < count; i++) {
        struct hb_large *row = alike[step > 0 ? i : count - 1 - i];

        if (row->touched == HB_LARGE_UNKNOWN && before != NULL && before->kind == row->kind &&
            before->size == row->size) {
            row->touched = before->touched;
            row->is_likened = true;
        }
        before = row->touched != HB_LARGE_UNKNOWN ? row : NULL;
    }
}

void hb_large_liken(struct hb_large_table *table)
{
    struct hb_large **alike = reallocarray(NULL, table->count + 1, sizeof *alike);

    if (alike == NULL)
        return;
    for (size_t i = 0; i < table->count; i++)
        alike[i] = &table->rows[i];
    qsort(alike, table->count, sizeof(struct hb_large *), compare_likeness);
    pass_on(alike, table->count, 1);
    pass_on(alike, table->count, -1);
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

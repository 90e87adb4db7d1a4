/*
 * large.c - a table of large blocks: filled, likened, and read in order.
 */
#include "workloads/record/large.h"

#include <stdlib.h>
#include <string.h>

enum { LIKE_AT_MOST = 16, PLACES = 8 }; /* from the eighth of a run on, all are in one place */

bool hb_large_init(struct hb_large_table *table)
{
    *table = (struct hb_large_table){.is_filling = true};
    return hb_map_init(&table->row_of);
}

void hb_large_clear(struct hb_large_table *table)
{
    hb_map_clear(&table->row_of);
    free(table->rows);
    free(table->runs);
}

/* The run that a large block is in; NULL: out of memory. */
static const struct hb_large_run *go_on(struct hb_large_table *table, const struct hb_op *op)
{
    struct hb_large_run *run;

    if (op->thread >= table->run_count) {
        size_t count = 2 * ((size_t)op->thread + 1);
        struct hb_large_run *grown = reallocarray(table->runs, count, sizeof *grown);

        if (grown == NULL)
            return NULL;
        memset(grown + table->run_count, 0, (count - table->run_count) * sizeof *grown);
        table->runs = grown;
        table->run_count = count;
    }
    run = &table->runs[op->thread];
    if (run->length == 0 || run->size != op->size)
        *run = (struct hb_large_run){.size = op->size, .before = run->size};
    run->length += run->length < PLACES;
    return run;
}

static bool add(struct hb_large_table *table, uint64_t index, const struct hb_op *op,
                const struct hb_large_run *run)
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
    table->rows[table->count] = (struct hb_large){.op = index,
                                                  .size = op->size,
                                                  .touched = HB_LARGE_UNKNOWN,
                                                  .kind = op->kind,
                                                  .before = run->before,
                                                  .nth = run->length};
    hb_map_take(&table->row_of, op->object, &before); /* the block that it had before a realloc */
    return hb_map_put(&table->row_of, op->object, (uint32_t)table->count++);
}

bool hb_large_add(struct hb_large_table *table, uint64_t index, const struct hb_op *op)
{
    const struct hb_large_run *run = go_on(table, op);

    return run != NULL && add(table, index, op, run);
}

void hb_large_end_run(struct hb_large_table *table, const struct hb_op *op)
{
    uint32_t row;

    if (table->is_filling && op->thread < table->run_count && table->runs[op->thread].length > 0 &&
        hb_map_find(&table->row_of, op->object, &row))
        table->runs[op->thread] = (struct hb_large_run){.length = 0};
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

static int compare_likeness(const struct hb_large *a, const struct hb_large *b)
{
    return a->kind != b->kind ? compare(a->kind, b->kind) : compare(a->size, b->size);
}

static int compare_places(const struct hb_large *a, const struct hb_large *b)
{
    int likeness = compare_likeness(a, b);

    if (likeness != 0)
        return likeness;
    return a->before != b->before ? compare(a->before, b->before) : compare(a->nth, b->nth);
}

/* Those alike stand together, in their order. */
static int compare_order(const void *a, const void *b)
{
    const struct hb_large *first = *(struct hb_large *const *)a, *second = *(struct hb_large *const *)b;
    int likeness = compare_likeness(first, second);

    return likeness != 0 ? likeness : compare(first->op, second->op);
}

/* The same, of each place. */
static int compare_order_in_place(const void *a, const void *b)
{
    const struct hb_large *first = *(struct hb_large *const *)a, *second = *(struct hb_large *const *)b;
    int likeness = compare_places(first, second);

    return likeness != 0 ? likeness : compare(first->op, second->op);
}

static bool is_measured(const struct hb_large *row)
{
    return row->touched != HB_LARGE_UNKNOWN && !row->is_likened;
}

/* Of `count` rows that are alike, those that were not measured take turns at what is known of the nearest
 * that were: half of them before and half after, as far as there are. `measured` has room for all. */
static void liken_group(struct hb_large *const *alike, size_t count, uint64_t *measured)
{
    size_t known = 0, before = 0, turn = 0;

    for (size_t i = 0; i < count; i++)
        if (is_measured(alike[i]))
            measured[known++] = alike[i]->touched;
    for (size_t i = 0; known > 0 && i < count; i++) {
        size_t window = known < LIKE_AT_MOST ? known : LIKE_AT_MOST;
        size_t first = before < window / 2 ? 0 : before - window / 2;

        if (alike[i]->touched != HB_LARGE_UNKNOWN) {
            before += is_measured(alike[i]);
            continue;
        }
        first = first > known - window ? known - window : first;
        alike[i]->touched = measured[first + turn++ % window];
        alike[i]->is_likened = true;
    }
}

/* Sorts the rows, and goes from group to group. */
static void liken(struct hb_large **rows, size_t count, int (*order)(const void *, const void *),
                  int (*likeness)(const struct hb_large *, const struct hb_large *), uint64_t *measured)
{
    qsort(rows, count, sizeof(struct hb_large *), order);
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && likeness(rows[i], rows[end]) == 0;)
            end++;
        liken_group(rows + i, end - i, measured);
    }
}

void hb_large_liken(struct hb_large_table *table)
{
    struct hb_large **rows = reallocarray(NULL, table->count + 1, sizeof *rows);
    uint64_t *measured = reallocarray(NULL, table->count + 1, sizeof *measured);

    for (size_t i = 0; rows != NULL && i < table->count; i++)
        rows[i] = &table->rows[i];
    if (rows != NULL && measured != NULL) {
        liken(rows, table->count, compare_order_in_place, compare_places, measured);
        liken(rows, table->count, compare_order, compare_likeness, measured);
    }
    free(measured);
    free(rows);
}

const struct hb_large *hb_large_take(struct hb_large_table *table, uint64_t index)
{
    const struct hb_large *row = &table->rows[table->next];

    if (table->next == table->count || row->op != index)
        return NULL;
    table->next++;
    return row;
}

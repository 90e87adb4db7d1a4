/*
 * alive.c - rows that are found by number, and tables of the rows that are alike.
 */
#include "workloads/generate/like/alive.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>

/* One pick makes lifetimes as various as if they were by chance; many, alike. Two came nearest to programs'.
 */
enum { PICKS = 2, FIRST_ROOM = 4 };

struct hb_alive_row {
    uint64_t size;
    uint32_t given;
    uint32_t group;
    uint32_t member; /* its place in the group's table */
    uint16_t thread;
};

struct hb_alive_group {
    uint64_t key;
    uint32_t *rows;
    uint32_t count, room;
};

/* Doubles `table`, of `room` items. False, and nothing changed, when out of memory. */
static bool grow(void **table, uint32_t room, size_t item)
{
    void *grown = realloc(*table, (room == 0 ? FIRST_ROOM : 2 * (size_t)room) * item);

    if (grown != NULL)
        *table = grown;
    return grown != NULL;
}

bool hb_alive_init(struct hb_alive *alive)
{
    *alive = (struct hb_alive){0};
    return hb_map_init(&alive->rows_of) && hb_map_init(&alive->groups_of);
}

void hb_alive_clear(struct hb_alive *alive)
{
    for (uint32_t i = 0; i < alive->group_count; i++)
        free(alive->groups[i].rows);
    hb_map_clear(&alive->rows_of);
    hb_map_clear(&alive->groups_of);
    free(alive->rows);
    free(alive->left);
    free(alive->groups);
    free(alive->left_groups);
    *alive = (struct hb_alive){0};
}

bool hb_alive_holds(const struct hb_alive *alive, uint32_t number)
{
    return hb_map_holds(&alive->rows_of, number);
}

static struct hb_alive_row *row_of(const struct hb_alive *alive, uint32_t number)
{
    uint32_t index = 0;
    bool held = hb_map_find(&alive->rows_of, number, &index);

    assert(held);
    (void)held;
    return &alive->rows[index];
}

uint64_t hb_alive_size(const struct hb_alive *alive, uint32_t number)
{
    return row_of(alive, number)->size;
}

uint16_t hb_alive_thread(const struct hb_alive *alive, uint32_t number)
{
    return row_of(alive, number)->thread;
}

/* Sizes from 2^48 on may share a key with others: who picks from a group looks at the row. */
static uint64_t key_of(const struct hb_alive_row *row)
{
    return row->size << 16 | row->thread;
}

static bool are_alike(const struct hb_alive_row *one, const struct hb_alive_row *other)
{
    return one->size == other->size && one->thread == other->thread;
}

/* A row that was left, or a new one. */
static bool find_room(struct hb_alive *alive, uint32_t *index)
{
    void *rows = alive->rows, *left = alive->left;
    bool grown = true;

    if (alive->left_count > 0) {
        *index = alive->left[--alive->left_count];
        return true;
    }
    if (alive->row_count == alive->row_room) {
        grown = grow(&rows, alive->row_room, sizeof *alive->rows);
        alive->rows = rows;
        grown = grown && grow(&left, alive->row_room, sizeof *alive->left);
        alive->left = left;
        if (grown)
            alive->row_room = alive->row_room == 0 ? FIRST_ROOM : 2 * alive->row_room;
    }
    if (grown)
        *index = alive->row_count++;
    return grown;
}

static bool find_room_for_group(struct hb_alive *alive, uint32_t *index)
{
    void *groups = alive->groups, *left = alive->left_groups;
    bool grown = true;

    if (alive->left_group_count > 0) {
        *index = alive->left_groups[--alive->left_group_count];
        return true;
    }
    if (alive->group_count == alive->group_room) {
        grown = grow(&groups, alive->group_room, sizeof *alive->groups);
        alive->groups = groups;
        grown = grown && grow(&left, alive->group_room, sizeof *alive->left_groups);
        alive->left_groups = left;
        if (grown)
            alive->group_room = alive->group_room == 0 ? FIRST_ROOM : 2 * alive->group_room;
    }
    if (grown)
        *index = alive->group_count++;
    return grown;
}

/* The group of what is like this row, which may be a new one. */
static bool find_group(struct hb_alive *alive, const struct hb_alive_row *row, uint32_t *index)
{
    uint64_t key = key_of(row);

    if (hb_map_find(&alive->groups_of, key, index))
        return true;
    if (!find_room_for_group(alive, index))
        return false;
    alive->groups[*index] = (struct hb_alive_group){.key = key};
    return hb_map_put(&alive->groups_of, key, *index);
}

static bool join(struct hb_alive *alive, uint32_t index)
{
    struct hb_alive_row *row = &alive->rows[index];
    struct hb_alive_group *group;
    void *rows;

    if (!find_group(alive, row, &row->group))
        return false;
    group = &alive->groups[row->group];
    rows = group->rows;
    if (group->count == group->room) {
        if (!grow(&rows, group->room, sizeof *group->rows))
            return false;
        group->room = group->room == 0 ? FIRST_ROOM : 2 * group->room;
        group->rows = rows;
    }
    row->member = group->count;
    group->rows[group->count++] = index;
    return true;
}

static void leave(struct hb_alive *alive, const struct hb_alive_row *row)
{
    struct hb_alive_group *group = &alive->groups[row->group];
    uint32_t last = group->rows[--group->count], index;

    group->rows[row->member] = last;
    alive->rows[last].member = row->member;
    if (group->count > 0)
        return;
    free(group->rows);
    group->rows = NULL;
    hb_map_take(&alive->groups_of, group->key, &index);
    assert(index == row->group);
    alive->left_groups[alive->left_group_count++] = index;
}

uint32_t hb_alive_take(struct hb_alive *alive, uint32_t number)
{
    uint32_t index = 0;
    bool held = hb_map_take(&alive->rows_of, number, &index);

    assert(held);
    (void)held;
    leave(alive, &alive->rows[index]);
    alive->left[alive->left_count++] = index;
    return alive->rows[index].given;
}

bool hb_alive_put(struct hb_alive *alive, uint32_t number, uint32_t given, uint64_t size, uint16_t thread)
{
    uint32_t index;

    if (!find_room(alive, &index))
        return false;
    alive->rows[index] = (struct hb_alive_row){.size = size, .given = given, .thread = thread};
    return join(alive, index) && hb_map_put(&alive->rows_of, number, index);
}

void hb_alive_exchange(struct hb_alive *alive, uint32_t number, struct hb_random *random)
{
    struct hb_alive_row *row = row_of(alive, number), *oldest = row;
    const struct hb_alive_group *group = &alive->groups[row->group];
    uint32_t given;

    for (int i = 0; i < PICKS && group->count > 1; i++) {
        struct hb_alive_row *picked = &alive->rows[group->rows[hb_random_below(random, group->count)]];

        if (are_alike(row, picked) && picked->given < oldest->given)
            oldest = picked;
    }
    given = oldest->given;
    oldest->given = row->given;
    row->given = given;
}

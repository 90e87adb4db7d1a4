#include "workloads/names.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/number.h"

enum { FIRST_CAPACITY = 256 };

static size_t first_cell(const struct hb_names *names, uint64_t number)
{
    /* Numbers are mixed so that runs of ids, or ids that share low bits, spread. */
    return (size_t)XXH64(&number, sizeof number, 0) & (names->capacity - 1);
}

static bool same_name(const struct hb_name *cell, uint64_t number, const char *text)
{
    if (cell->number != number || (cell->text == NULL) != (text == NULL))
        return false;
    return text == NULL || strcmp(cell->text, text) == 0;
}

static struct hb_name *probe(const struct hb_names *names, uint64_t number, const char *text)
{
    size_t i = first_cell(names, number);

    while (names->cells[i].used && !same_name(&names->cells[i], number, text))
        i = (i + 1) & (names->capacity - 1);
    return &names->cells[i];
}

/* Keeps the table at most half full. */
static bool make_room(struct hb_names *names)
{
    struct hb_names larger = {.capacity = names->capacity == 0 ? FIRST_CAPACITY : names->capacity * 2,
                              .count = names->count};

    if (names->count * 2 < names->capacity)
        return true;
    larger.cells = calloc(larger.capacity, sizeof *larger.cells);
    if (larger.cells == NULL)
        return false;
    for (size_t i = 0; i < names->capacity; i++)
        if (names->cells[i].used)
            *probe(&larger, names->cells[i].number, names->cells[i].text) = names->cells[i];
    free(names->cells);
    *names = larger;
    return true;
}

struct hb_name *hb_names_find(struct hb_names *names, const char *word)
{
    uint64_t number;
    bool is_number = hb_number_parse(word, &number);
    struct hb_name *cell;
    char *text = NULL;

    if (!is_number)
        number = XXH64(word, strlen(word), 0);
    if (!make_room(names))
        return NULL;
    cell = probe(names, number, is_number ? NULL : word);
    if (cell->used)
        return cell;
    if (!is_number) {
        text = strdup(word);
        if (text == NULL)
            return NULL;
    }
    *cell = (struct hb_name){.number = number, .text = text, .used = true};
    names->count++;
    return cell;
}

void hb_names_clear(struct hb_names *names)
{
    for (size_t i = 0; i < names->capacity; i++)
        free(names->cells[i].text);
    free(names->cells);
    *names = (struct hb_names){0};
}

/*
 * names.c - names in the order in which they came, found by a map from their number.
 */
#include "workloads/text/names.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/number.h"

enum { FIRST_CAPACITY = 256 };

static bool is_same(const struct hb_name *name, const char *text)
{
    return text == NULL ? name->text == NULL : name->text != NULL && strcmp(name->text, text) == 0;
}

/* NULL where there is none. `text`: NULL for a number. */
static struct hb_name *find(const struct hb_names *names, uint64_t number, const char *text)
{
    uint32_t place;

    if (names->count == 0 || !hb_map_find(&names->first, number, &place))
        return NULL;
    while (!is_same(&names->names[place], text)) {
        if (names->names[place].next == 0)
            return NULL;
        place = names->names[place].next - 1;
    }
    return &names->names[place];
}

static bool make_room(struct hb_names *names)
{
    size_t capacity = names->capacity == 0 ? FIRST_CAPACITY : names->capacity * 2;
    struct hb_name *larger;

    if (names->count < names->capacity)
        return true;
    if (names->first.cells == NULL && !hb_map_init(&names->first))
        return false;
    larger = realloc(names->names, capacity * sizeof *larger);
    if (larger == NULL)
        return false;
    names->names = larger;
    names->capacity = capacity;
    return true;
}

/* Appends the name; where its number has another, which is rare, behind the first of that. False when out of
 * memory. */
static bool append(struct hb_names *names, uint64_t number, char *text)
{
    struct hb_name *name = &names->names[names->count];
    uint32_t place;

    *name = (struct hb_name){.number = number, .text = text};
    if (hb_map_find(&names->first, number, &place)) {
        name->next = names->names[place].next;
        names->names[place].next = (uint32_t)names->count + 1;
    } else if (names->count > HB_MAP_MAX_VALUE ||
               !hb_map_put(&names->first, number, (uint32_t)names->count)) {
        return false;
    }
    names->count++;
    return true;
}

struct hb_name *hb_names_find(struct hb_names *names, const char *word)
{
    uint64_t number;
    bool is_number = hb_number_parse(word, &number);
    struct hb_name *name;
    char *text = NULL;

    if (!is_number)
        number = XXH64(word, strlen(word), 0);
    name = find(names, number, is_number ? NULL : word);
    if (name != NULL)
        return name;
    if (!is_number)
        text = strdup(word);
    if ((!is_number && text == NULL) || !make_room(names) || !append(names, number, text)) {
        free(text);
        return NULL;
    }
    return &names->names[names->count - 1];
}

void hb_names_clear(struct hb_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->names[i].text);
    free(names->names);
    hb_map_clear(&names->first);
    *names = (struct hb_names){0};
}

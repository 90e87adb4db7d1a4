/*
 * names.h - what the objects of a text file are called, and where each stands. Private to workloads/text/.
 *
 * A name is any word; names that are numbers are compared as numbers and kept without their text. A name that
 * was freed stays known, so that freeing it again can be told from freeing what never was.
 */
#ifndef HB_WORKLOADS_TEXT_NAMES_H
#define HB_WORKLOADS_TEXT_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"

struct hb_name {
    uint64_t number; /* of a name that is a number; else the hash of its text */
    char *text;      /* NULL for a number; owned by the table */
    uint32_t object;
    uint32_t line; /* where it was last born or freed; stops counting at UINT32_MAX */
    uint32_t next; /* another of the same number: its place + 1; 0 for none */
    bool live;
};

struct hb_names {
    struct hb_map first; /* from a number to the place in `names` of the first that has it */
    struct hb_name *names;
    size_t count, capacity;
};

/* The entry of `word`, made (not live, line 0) where there is none. NULL when out of memory. Valid
 * until the next call. */
struct hb_name *hb_names_find(struct hb_names *names, const char *word);

/* Frees what is held; `names` is empty afterwards. An all-zero struct is an empty one. */
void hb_names_clear(struct hb_names *names);

#endif

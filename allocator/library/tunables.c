/*
 * tunables.c - the environment that a process needs in which libraries with static TLS are to be loaded.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocator/allocator.h"
#include "allocator/library/library_symbols.h"

/* True when the item "name=value" that begins at `item` is ours; `*value` is then what follows the '='. */
static bool is_ours(const char *item, const char **value)
{
    size_t name_bytes = strlen(HB_TLS_TUNABLE);

    if (strncmp(item, HB_TLS_TUNABLE, name_bytes) != 0 || item[name_bytes] != '=')
        return false;
    *value = item + name_bytes + 1;
    return true;
}

/* Appends one item and ':' at `end` and returns the new end. */
static char *append(char *end, const char *item, size_t bytes)
{
    memcpy(end, item, bytes);
    end[bytes] = ':';
    return end + bytes + 1;
}

char *hb_allocator_tunables(const char *current)
{
    enum { OURS_BYTES = sizeof HB_TLS_TUNABLE + sizeof "=18446744073709551615" };
    unsigned long long tls_bytes = HB_TLS_BYTES;
    char *result, *end;

    if (current == NULL)
        current = "";
    result = malloc(strlen(current) + 1 + OURS_BYTES);
    if (result == NULL)
        return NULL;
    end = result;
    while (*current != '\0') {
        size_t bytes = strcspn(current, ":");
        const char *value;

        if (is_ours(current, &value)) {
            unsigned long long asked = strtoull(value, NULL, 0);

            tls_bytes = asked > tls_bytes ? asked : tls_bytes;
        } else if (bytes > 0) {
            end = append(end, current, bytes);
        }
        current += bytes + (current[bytes] == ':');
    }
    snprintf(end, OURS_BYTES, HB_TLS_TUNABLE "=%llu", tls_bytes);
    return result;
}

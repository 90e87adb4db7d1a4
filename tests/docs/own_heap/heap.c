/*
 * heap.c - a reader's heap, written after the tutorial's design page: what the guide in
 * allocator/simple/README.md takes to a row in a table.
 *
 * It has the mistake that the page leaves room for: a rest of 1 to 7 bytes is given a record of 8. As the
 * tutorial's own program does, it says what it does while `log_events` is true.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define STORAGE_SIZE 4096

static bool log_events = true;
static char storage[STORAGE_SIZE];

typedef struct {
    uint64_t size : 63, allocated : 1;
} Header;

static void say(const char *format, ...)
{
    va_list values;

    if (!log_events)
        return;
    va_start(values, format);
    vprintf(format, values);
    va_end(values);
}

static Header read_header(const char *range)
{
    Header header;

    memcpy(&header, range, sizeof header);
    return header;
}

static void write_header(char *range, uint64_t size, bool allocated)
{
    Header header = {.size = size, .allocated = allocated};

    memcpy(range, &header, sizeof header);
    say("range at %td: %s, %llu bytes\n", range - storage, allocated ? "allocated" : "free",
        (unsigned long long)size);
}

/* The guide adds its line behind the next one, so the brace stands at its end, as in the tutorial's file. */
/* clang-format off */
static void split_range(char *range, uint64_t size) {
    uint64_t rest = read_header(range).size - size;

    write_header(range, size, true);
    if (rest > 0)
        write_header(range + size, rest, false);
}
/* clang-format on */

void simple_heap_init(void)
{
    write_header(storage, STORAGE_SIZE, false);
}

void *simple_malloc(size_t size)
{
    uint64_t need = size + sizeof(Header);
    char *range = storage;

    if (size == 0)
        return NULL;
    while (range < storage + STORAGE_SIZE && (read_header(range).allocated || read_header(range).size < need))
        range += read_header(range).size;
    if (range >= storage + STORAGE_SIZE)
        return NULL;
    split_range(range, need);
    return range + sizeof(Header);
}

void simple_free(void *block)
{
    char *range = (char *)block - sizeof(Header);

    if (block != NULL)
        write_header(range, read_header(range).size, false);
}

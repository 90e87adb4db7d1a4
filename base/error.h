/*
 * error.h - what went wrong, in a form that the tool can print as one line.
 *
 * Library code never prints. A function that can fail in several ways returns an `enum hb_status` and takes a
 * `struct hb_error *`, which may be NULL; on failure it writes there a sentence that says what, where (file
 * and line, or byte offset) and, where there is something to do, what to do. The sentence has no full stop
 * and no newline, so that a caller can put "heapbench: " before it. What it quotes, a path or a word of some
 * file, is made printable (printable.h). Nothing is written on success.
 */
#ifndef HB_BASE_ERROR_H
#define HB_BASE_ERROR_H

#include <stddef.h>

enum hb_status {
    HB_OK = 0,
    HB_ERR_USAGE,       /* the caller asked for something that does not exist or is out of range */
    HB_ERR_IO,          /* the operating system refused: open, read, write, rename, disk full */
    HB_ERR_FORMAT,      /* the input is not what it claims to be: foreign, truncated, flipped, inconsistent */
    HB_ERR_LIMIT,       /* the input is well formed and larger than this program takes */
    HB_ERR_MEMORY,      /* the harness itself (not the heap under test) ran out of memory */
    HB_ERR_UNAVAILABLE, /* an allocator or library is missing, or is not the one that was named */
    HB_ERR_CHILD,       /* a child process crashed, timed out or could not be started */
    HB_ERR_BROKEN,      /* an allocator does what none may */
    HB_ERR_INTERRUPTED, /* the user wants it to end; what is complete is kept */
};

struct hb_error {
    enum hb_status status;
    char text[512];
};

/* Writes the sentence and returns `status`, so that a function can end in `return hb_error_set(...)`. */
enum hb_status hb_error_set(struct hb_error *error, enum hb_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* As hb_error_set, with ": " and the text of errno appended. errno is left as it was. */
enum hb_status hb_error_set_errno(struct hb_error *error, enum hb_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * A name that somebody typed and that is none of those there are: begins as {.name = ...}, and is told each
 * of them. "no cook is called 'ana' (did you mean 'anna'?); there are anna, otto" is "no cook is called
 * '%s'%s; there are %s" of `name`, `hint` and `known`.
 */
struct hb_unknown {
    const char *name;
    char known[384]; /* as far as it reaches */
    char hint[96];   /* begins with a space; empty where nothing is near */
    size_t distance; /* of what is in the hint */
};

void hb_unknown_offer(struct hb_unknown *unknown, const char *known);

#endif

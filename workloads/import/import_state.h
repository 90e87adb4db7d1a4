/*
 * import_state.h - what an import carries from line to line, and what the formats tell it. Private to
 * workloads/import/.
 */
#ifndef HB_WORKLOADS_IMPORT_IMPORT_STATE_H
#define HB_WORKLOADS_IMPORT_IMPORT_STATE_H

#include "workloads/import/import.h"
#include "workloads/import/repair.h"
#include "workloads/source/line_reader.h"

enum {
    HB_IMPORT_CHUNK_OPS = HB_FUZZING ? 16 : 4096, /* a fuzzer's inputs are short, and are to reach its end */
    HB_IMPORT_LINE_EVENTS = 16,                   /* at most, from one line */
    HB_IMPORT_OPEN_CALLS = 8,                     /* of valgrind's: begun, and their result not seen yet */
    HB_IMPORT_LINE_BYTES = 1 << 16,
    HB_IMPORT_ROOM_OPS = HB_IMPORT_CHUNK_OPS + HB_IMPORT_LINE_EVENTS * HB_REPAIR_EVENT_OPS
};

/* One format. A line is without its end, and may be changed. */
struct hb_import_format {
    const char *name;
    enum hb_workload_format format;
    bool (*recognise)(const char *head);
    enum hb_status (*read_line)(struct hb_import *import, char *line);
    void (*finish)(struct hb_import *import); /* at the end of the file; may be NULL */
};

extern const struct hb_import_format hb_import_android, hb_import_mtrace, hb_import_heaptrack,
    hb_import_valgrind;

/* A call in a valgrind log. */
struct hb_import_call {
    struct hb_op op;
    uint64_t from; /* of a realloc */
};

struct hb_import {
    const struct hb_import_format *format;
    struct hb_line_reader lines;
    struct hb_repair *repair;
    struct hb_repairs repairs;
    struct hb_error *error; /* of the call that is under way */
    char *path;
    struct hb_trace_info info; /* the command line, once it was seen */
    uint64_t events;           /* lines that said something of the heap */
    uint64_t now_us;           /* on the file's own clock */
    bool clock_begun;
    uint64_t untold_us;  /* passed, and too little for a wait of its own */
    uint64_t ops_before; /* those of this chunk */
    size_t wait_count;   /* of this chunk */
    bool read_all;       /* no lines are left; allocations may still wait */
    bool first_ready;    /* the first operations were read when the file was opened */
    size_t first_count;

    bool in_realloc;       /* mtrace: between the two lines of one */
    uint64_t realloc_from; /* mtrace */
    uint64_t process;      /* valgrind: the one that is followed; 0: none yet */
    unsigned open_count;   /* valgrind */
    struct hb_import_call open[HB_IMPORT_OPEN_CALLS];

    struct hb_wait waits[HB_IMPORT_ROOM_OPS + 1];
    struct hb_op ops[HB_IMPORT_ROOM_OPS];
};

/* "PATH:LINE: ...", HB_ERR_FORMAT. */
#define hb_import_fault(import, ...) hb_line_fault(&(import)->lines, (import)->error, __VA_ARGS__)

/*
 * What a line says, in the terms of malloc: a birth at NULL is a call that failed, free(NULL) is nothing,
 * realloc(NULL) a malloc, realloc to 0 bytes that gives NULL a free. HB_ERR_FORMAT: a size beyond 2^63;
 * HB_ERR_MEMORY.
 */
enum hb_status hb_import_birth(struct hb_import *import, uint64_t address, struct hb_op op, uint64_t thread);
enum hb_status hb_import_free(struct hb_import *import, uint64_t address, uint64_t thread);
enum hb_status hb_import_realloc(struct hb_import *import, uint64_t from, uint64_t to, uint64_t size,
                                 uint64_t thread);

/* The file's own clock shows so many microseconds. It may begin anywhere; backwards it does not go. */
void hb_import_clock(struct hb_import *import, uint64_t now_us);

/* A memalign of `size` bytes; an alignment that is no power of two is rounded up, as libraries do. */
struct hb_op hb_import_aligned(uint64_t alignment, uint64_t size);

/* The command line, from the first line that has one. HB_ERR_MEMORY. */
enum hb_status hb_import_keep_command(struct hb_import *import, const char *command);

/*
 * Fields of a line, at `*at`, which is left behind them: decimal digits; hexadecimal ones, with or without
 * "0x", or "(nil)"; an exact text. False, and `*at` where it was, when there is no such field.
 */
bool hb_field_decimal(const char **at, uint64_t *out);
bool hb_field_hex(const char **at, uint64_t *out);
bool hb_field_text(const char **at, const char *text);

/* As hb_field_hex, of an address that the file may name: below 2^64 - 1. */
bool hb_field_address(const char **at, uint64_t *out);

#endif

/*
 * candidates.h - the allocators that are to be measured: those built in, libraries, and variants of them.
 *
 * Each is tried in a child process of its own, as in a measurement, so that no library is ever loaded into
 * this one.
 */
#ifndef HB_BENCH_QUESTION_FOUND_CANDIDATES_H
#define HB_BENCH_QUESTION_FOUND_CANDIDATES_H

#include <stdbool.h>
#include <stddef.h>

#include "allocator/allocator.h"
#include "allocator/library/variant.h"
#include "bench/sample/sample.h"

/* The allocator that all of this is about: it cuts a trace for questions that compare on
 * the same operations. */
#define HB_SUBJECT "simple"

struct hb_candidate {
    char *name; /* what tables show: its name, or the file name of a library given by path; printable */
    char *spec; /* what hb_allocator_open takes */
    struct hb_variant variant;          /* whose settings its process gets; all zero for a library as it is */
    const struct hb_allocator *builtin; /* NULL for anything that is loaded */
    bool usable;
    bool walks;        /* examines ranges one by one, and can count them: O(n) an operation */
    bool extra;        /* walks, is not the subject and was not named: no part of a default plan */
    bool bounded;      /* takes a heap of a given size */
    bool untouchable;  /* hands out no memory: no figure but time is of interest */
    const char *model; /* the allocator that computes exactly what this one does; NULL: none */
    bool library;      /* a shared library, loaded; not built in */
    bool process; /* its heap is the process's: it takes no heap of a given size, but keeps to a budget */
    char version[128];
    char made[256];  /* how a reader's own library is called, and what is made for it; empty for others */
    char path[4096]; /* of the library; empty for what is built in */
    char hash[17];   /* of that file, as xxhsum prints it; empty where there is none */
    char printed[HB_SAMPLE_PRINTED_BYTES]; /* the first line that it prints when it is loaded */
    struct hb_error error;                 /* why it is not usable */
};

/* What a user asks for. */
struct hb_candidate_choice {
    const char
        *allocators; /* names or paths, comma-separated; NULL: every one that is known, but for models */
    char *const *variants; /* as hb_variant_read takes them, ended by NULL; NULL: none */
    bool known_variants;   /* and those of variants.list of every library that is chosen and usable */
    bool decay_variants;   /* of those, the ones that change when memory is given back */
};

/*
 * The candidates, from malloc, in the order of presentation: built in, libraries, known variants, the user's.
 * One that cannot be used is no error: it says why. HB_ERR_USAGE: an unknown allocator, an empty name, a
 * variant that is wrong (variant.h) or whose name is taken; HB_ERR_MEMORY; HB_ERR_CHILD: no child could be
 * started. On failure nothing is left to free.
 */
enum hb_status hb_candidates_find(const struct hb_candidate_choice *choice, struct hb_candidate **out,
                                  size_t *count, struct hb_error *error);
void hb_candidates_free(struct hb_candidate *candidates, size_t count);

/*
 * "eager=jemalloc MALLOC_CONF=dirty_decay_ms:0" for a variant, as a shell has it; for another one what its
 * file is: "jemalloc 5.3.0 /usr/lib/libjemalloc.so.2 xxh64 0123456789abcdef". Printable, from malloc; NULL
 * when out of memory.
 */
char *hb_candidate_variant_line(const struct hb_candidate *candidate);
char *hb_candidate_library_line(const struct hb_candidate *candidate);

/* "MALLOC_CONF=dirty_decay_ms:0", as a shell has it, "" without any; from malloc, NULL when out of memory. */
char *hb_candidate_settings(const struct hb_candidate *candidate);

#endif

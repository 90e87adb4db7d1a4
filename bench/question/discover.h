/*
 * discover.h - which allocators and which traces there are on this machine.
 *
 * An allocator is tried in a child process of its own, as in a measurement, so that no library is ever loaded
 * into this one. A trace is loaded when it is first asked for, one at a time: names must be had at once, and
 * a trace in memory can be large.
 */
#ifndef HB_BENCH_QUESTION_DISCOVER_H
#define HB_BENCH_QUESTION_DISCOVER_H

#include <stdbool.h>
#include <stddef.h>

#include "allocator/allocator.h"
#include "bench/replay/prepare.h"

/* The allocator that all of this is about: it cuts a trace for questions that compare on
 * the same operations. */
#define HB_SUBJECT "simple"

struct hb_candidate {
    char *name; /* what tables show: its name, or the file name of a library given by path; printable */
    char *spec; /* what hb_allocator_open takes */
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
    char path[4096];       /* of the library; empty for what is built in */
    struct hb_error error; /* why it is not usable */
};

struct hb_found_trace {
    char *name; /* unique: the file's name without ending; with it, or the path, where two would be alike */
    char *path;
};

struct hb_discovery {
    struct hb_candidate *candidates; /* built in, then libraries, in the order of presentation */
    size_t candidate_count;
    struct hb_found_trace *traces; /* as given, or sorted by name */
    size_t trace_count;
    struct hb_prepared *loaded; /* the trace loaded last */
    size_t loaded_index;
};

/*
 * Fills in `found`. `allocators`: names or paths, comma-separated; NULL: every one that is known, but for
 * models. `traces`: names or paths (hb_workload_locate), NULL-terminated; NULL or empty: every one in the
 * folder of traces. HB_ERR_USAGE: an unknown allocator, an empty name or one that two traces have;
 * HB_ERR_IO: the folder, or a trace, is not there; HB_ERR_MEMORY; HB_ERR_CHILD: no child could be started. An
 * allocator that cannot be used is no error: its candidate says why; nor is a file that is no trace: loading
 * it says so. On failure nothing is left to free.
 */
enum hb_status hb_discover(const char *allocators, char *const *traces, struct hb_discovery *found,
                           struct hb_error *error);
void hb_discovery_free(struct hb_discovery *found);

/*
 * The trace at `index`, ready for replay; it stays valid until another one is asked for. Errors as those of
 * hb_workload_load and hb_prepare.
 */
enum hb_status hb_discovery_trace(struct hb_discovery *found, size_t index, const struct hb_prepared **out,
                                  struct hb_error *error);

/* The candidate of that name or path; NULL where there is none or it is not usable. */
const struct hb_candidate *hb_discovery_find(const struct hb_discovery *found, const char *name);

/* "jemalloc 5.3.0; mimalloc 2.0.9": every usable library and glibc, as far as `bytes` reach. */
void hb_discovery_libraries(const struct hb_discovery *found, char *out, size_t bytes);

#endif

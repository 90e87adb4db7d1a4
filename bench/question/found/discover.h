/*
 * discover.h - which allocators and which traces there are on this machine.
 *
 * A trace is loaded when it is first asked for, one at a time: names must be had at once, and a trace in
 * memory can be large.
 */
#ifndef HB_BENCH_QUESTION_FOUND_DISCOVER_H
#define HB_BENCH_QUESTION_FOUND_DISCOVER_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/question/found/candidates.h"
#include "bench/replay/prepare.h"
#include "bench/results/provenance.h"

struct hb_found_trace {
    char *name; /* unique: the file's name without ending; with it, or the path, where two would be alike */
    char *path;
    const char *recipe; /* what generates it (generate.h), in place of a file; NULL: a file */
};

/* A workload that is generated; the last of several has no name. */
struct hb_recipe {
    const char *name, *text;
};

struct hb_discovery {
    struct hb_candidate *candidates; /* in the order of presentation */
    size_t candidate_count;
    char **library_lines, **variant_lines; /* for the provenance, each ended by NULL */
    struct hb_found_trace *traces;         /* as given, or sorted by name */
    size_t trace_count;
    bool chosen_few;            /* of the shipped ones, those that stand for the others */
    struct hb_prepared *loaded; /* the trace loaded last */
    size_t loaded_index;
};

/*
 * Fills in `found`. `traces`: names or paths (hb_workload_locate), NULL-terminated; NULL or empty: those in
 * the folder of traces (hb_traces_find). HB_ERR_USAGE: a name that two traces have; HB_ERR_IO: the folder, or
 * a trace, is not there; and the errors of hb_candidates_find. A file that is no trace is no error: loading
 * it says so. On failure nothing is left to free.
 */
enum hb_status hb_discover(const struct hb_candidate_choice *choice, char *const *traces,
                           struct hb_discovery *found, struct hb_error *error);
/* The same, of all that is shipped (hb_traces_find_all). */
enum hb_status hb_discover_all(const struct hb_candidate_choice *choice, struct hb_discovery *found,
                               struct hb_error *error);
/* Puts workloads that are generated before all others. HB_ERR_MEMORY, and then there is nothing to free. */
enum hb_status hb_discovery_generate(struct hb_discovery *found, const struct hb_recipe *recipes,
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

/*
 * Puts into the provenance which libraries there are, whose files they are and with which settings; with
 * `known_variants`, which of these are left out since their library is not usable; and which traces the
 * chosen few leave out. The lines stay the discovery's. HB_ERR_MEMORY; HB_ERR_IO, the folder of traces.
 */
enum hb_status hb_discovery_note(struct hb_discovery *found, bool known_variants,
                                 struct hb_provenance *provenance, struct hb_error *error);

#endif

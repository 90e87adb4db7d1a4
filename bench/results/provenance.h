/*
 * provenance.h - what a result must be traced to: the command, the build, the machine, the run.
 *
 * A provenance is filled in while a run goes on (what was left out is known last) and written at the head of
 * every file of that run. results/README.md shows the lines.
 */
#ifndef HB_BENCH_RESULTS_PROVENANCE_H
#define HB_BENCH_RESULTS_PROVENANCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "bench/replay/replay.h"
#include "bench/replay/threads/split.h"
#include "bench/results/build_info.h"

enum { HB_PROVENANCE_LEFT_OUT_MAX = 64 };

/* The machine, as far as it bears on a figure. */
struct hb_machine {
    char cpu[96];   /* the model; the architecture where the kernel does not tell */
    unsigned cores; /* that this process may run on */
    unsigned memory_gib;
    char thp[16];     /* "always", "madvise", "never"; "unknown" */
    char aslr[16];    /* "on", "off", "unknown" */
    char kernel[160]; /* "Linux 6.1.0 x86_64" */
};

/* Asks the kernel; what it does not tell is "unknown" or 0. */
void hb_machine_read(struct hb_machine *machine);

struct hb_provenance {
    const struct hb_build_info *build;
    struct hb_machine machine;
    char command[1024];
    char started[32]; /* UTC, ISO 8601 */
    uint64_t seed;
    uint32_t rounds; /* of each trace; where `until` is set, no fewer */
    double until;    /* rounds went on until intervals were so wide; 0: their number was given */
    enum hb_touch touch;
    struct hb_threads_plan threads; /* where threads replay what threads made */
    const char *library_clock;      /* "trace" or "machine": whose time libraries read; NULL: nobody's */
    double pace;                    /* seconds for one of the recording's; 0: as fast as can be */
    char environment[1024]; /* "NAME=value ...": what is set that allocators obey; empty where nothing is */
    char libraries[512];    /* "jemalloc 5.3.0; mimalloc 2.0.9"; empty where none was found */
    char *const *library_lines; /* of each library its version, file and hash, ended by NULL; NULL: none */
    char *const *variant_lines; /* of each variant its settings, likewise. Both are somebody else's */
    double null_ns;             /* per operation; 0: not measured */
    uint64_t clock_pair_ns;     /* 0: not measured */
    bool computed;              /* counts come from the exact model */
    bool untimed;               /* no figure is a time: one round, in the order of the rows, and no floor */
    char left_out[HB_PROVENANCE_LEFT_OUT_MAX][256];
    unsigned left_out_count; /* may exceed the maximum: the rest are counted and not kept */
};

/* Fills in this build, this machine, the time now and the command line; the rest is 0, touch
 * is the default. */
void hb_provenance_begin(struct hb_provenance *provenance, int argc, char *const *argv);

/* Notes one thing that a default run does not do. The sentence says how to ask for it. Twice
 * the same: once. */
void hb_provenance_leave_out(struct hb_provenance *provenance, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* HB_ERR_USAGE where this is a build whose figures are not to be kept: one with assertions or sanitizers. */
enum hb_status hb_provenance_check_build(const struct hb_provenance *provenance, struct hb_error *error);

/* One line of the head of a file: its key, and what it says, both without newline. */
typedef void hb_provenance_visit(void *context, const char *key, const char *text);

/* Calls `visit` for each line in the order of results/README.md, but for the first and the schema's. */
void hb_provenance_lines(const struct hb_provenance *provenance, hb_provenance_visit *visit, void *context);

/* Says on standard error, in one line, what is set in the environment that allocators obey; nothing where
 * nothing is. */
void hb_provenance_warn(const struct hb_provenance *provenance, const char *program);

/* "none", "page", "all" */
const char *hb_touch_name(enum hb_touch touch);
extern const char *const hb_touch_names[]; /* in the enum's order, ended by NULL */

#endif

/*
 * build_info.h - which build this is: the first thing that a figure must be traced to.
 */
#ifndef HB_BENCH_RESULTS_BUILD_INFO_H
#define HB_BENCH_RESULTS_BUILD_INFO_H

#include <stdbool.h>

#define HB_BUILD_UNOPTIMISED "NOT OPTIMISED"

struct hb_build_info {
    const char *version;    /* of heapbench: "0.1.0" */
    const char *commit;     /* taken when it was built; "unknown" outside a git tree */
    const char *tree;       /* "clean", "dirty" or "unknown" */
    const char *compiler;   /* "gcc 12.2.0" */
    const char *build_type; /* as CMake names it */
    bool unoptimised;       /* compiled without -O: its times say little of any allocator */
    bool asserts;
    bool sanitized;
};

/* Never NULL; constant for the life of the process. */
const struct hb_build_info *hb_build_info(void);

/* What stands before the compiler's name in whatever an unoptimised build writes; "" for any other build. */
const char *hb_build_mark(const struct hb_build_info *build);

#endif

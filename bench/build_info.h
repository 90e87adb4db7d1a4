/*
 * build_info.h - which build this is: the first thing that a figure must be traced to.
 */
#ifndef HB_BENCH_BUILD_INFO_H
#define HB_BENCH_BUILD_INFO_H

#include <stdbool.h>

struct hb_build_info {
    const char *version;    /* of heapbench: "0.1.0" */
    const char *commit;     /* taken when it was built; "unknown" outside a git tree */
    const char *tree;       /* "clean", "dirty" or "unknown" */
    const char *compiler;   /* "gcc 12.2.0" */
    const char *build_type; /* as CMake names it */
    bool asserts;
    bool sanitized;
};

/* Never NULL; constant for the life of the process. */
const struct hb_build_info *hb_build_info(void);

#endif

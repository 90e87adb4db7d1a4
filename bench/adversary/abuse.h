/*
 * abuse.h - misuse of an allocator, one act at a time, and what it does about it.
 *
 * Each act is done in a process of its own: eight blocks are got, one of them is misused, and then the heap
 * goes on as a program would. results/README.md (misuse/1) defines the acts, the aftermath and each
 * status.
 */
#ifndef HB_BENCH_ADVERSARY_ABUSE_H
#define HB_BENCH_ADVERSARY_ABUSE_H

#include "allocator/allocator.h"
#include "bench/sample/child.h"

enum hb_abuse_act {
    HB_ABUSE_USE_AFTER_FREE,
    HB_ABUSE_DOUBLE_FREE,
    HB_ABUSE_OVERFLOW_1,
    HB_ABUSE_OVERFLOW_16,
    HB_ABUSE_WILD_FREE,
    HB_ABUSE_MIDDLE_FREE,
    HB_ABUSE_ACTS,
};
extern const char *const hb_abuse_acts[]; /* "use-after-free", ...; ended by NULL */

enum hb_abuse_status {
    HB_ABUSE_AT_ONCE,
    HB_ABUSE_LATE,
    HB_ABUSE_CRASH,
    HB_ABUSE_HANG,
    HB_ABUSE_SILENT,
    HB_ABUSE_UNAVAILABLE, /* there is no such allocator, or it did not come as far as the act */
};
extern const char *const hb_abuse_statuses[]; /* "at once", "late", ... */

/* Where it ended: nowhere, where it is silent. */
enum hb_abuse_step {
    HB_ABUSE_BEFORE,
    HB_ABUSE_IN_ACT,
    HB_ABUSE_IN_MALLOC,
    HB_ABUSE_IN_CONTENTS, /* the program's own: blocks are looked at, or written */
    HB_ABUSE_IN_FREE,
    HB_ABUSE_DONE,
};
extern const char *const hb_abuse_steps[];

/* What came of it for the program's own data, as far as it got: the worst. */
enum hb_abuse_harm {
    HB_ABUSE_NO_HARM,
    HB_ABUSE_REFUSED,  /* NULL, though there is room */
    HB_ABUSE_CONTENTS, /* a live block was changed */
    HB_ABUSE_OVERLAP,  /* two live blocks share bytes */
};
extern const char *const hb_abuse_harms[];

struct hb_abuse_order {
    const char *allocator; /* as hb_allocator_open takes it */
    bool checked;          /* its checked build, where it has one */
    char *const *settings; /* of its environment, as child.h has them; NULL: none */
    enum hb_abuse_act act;
};

enum { HB_ABUSE_SAID_BYTES = 160 };

struct hb_abuse_result {
    enum hb_abuse_status status;
    enum hb_abuse_step step;
    enum hb_abuse_harm harm;
    int signal, exit_status; /* that ended the process; 0: none did */
    uint64_t block_bytes;    /* asked for: what the allocator hands out no more than, where it can say */
    char said[HB_ABUSE_SAID_BYTES]; /* the first line that it printed */
    struct hb_error error;          /* of UNAVAILABLE */
};

/* HB_ERR_CHILD, HB_ERR_MEMORY: no process could be started. */
enum hb_status hb_abuse_run(const struct hb_abuse_order *order, struct hb_abuse_result *result,
                            struct hb_error *error);

/* What is done in the child, for hb_child_main. */
extern const struct hb_child_job hb_abuse_job;

#endif

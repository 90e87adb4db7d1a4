/*
 * harness.h - runs a program under the recorder and reads back what was captured.
 */
#ifndef HB_TESTS_WORKLOADS_RECORD_HARNESS_H
#define HB_TESTS_WORKLOADS_RECORD_HARNESS_H

#include <stdbool.h>

#include "workloads/record/collect.h"
#include "workloads/record/launch.h"

/* Where the build put the recorder and the programs that are recorded. */
#define SUBJECT(name) HB_SUBJECTS "/" name

struct run {
    struct hb_host *host;
    struct hb_family family;
    int exit_status;
    struct hb_collection collection;
};

/* All operations of one process. */
struct ops {
    struct hb_op *items;
    size_t count, capacity;
    struct hb_touched *touched; /* of blocks of which it is known what is touched */
    size_t touched_count;
    struct hb_capture_summary summary;
};

/* Environment: where it is set, programs are recorded with what they touch. */
#define HB_TEST_TOUCH "HB_TEST_TOUCH"

/* Runs argv under the recorder; a failure to start, or a damaged capture, fails the test. */
void run_begin(struct run *run, char *const *argv);
/* As run_begin, with another library preloaded behind the recorder. */
void run_begin_with(struct run *run, char *const *argv, const char *preload);
void run_end(struct run *run);

/* Converts one process's capture; a failure fails the test. */
struct ops ops_of(const struct run *run, size_t item);
void ops_free(struct ops *ops);

/* Allocations of exactly `size` bytes; frees of such objects. */
size_t ops_births(const struct ops *ops, uint64_t size);
size_t ops_deaths(const struct ops *ops, uint64_t size);

/* What is touched of the one block of `size` bytes that an allocation or a realloc gave. False: not known. */
bool ops_touched(const struct ops *ops, uint64_t size, uint64_t *bytes);

/* Fails the test unless every operation is on an object that is live, and nothing was left out or made up. */
void assert_faithful(const struct ops *ops);

/* The operations between the first two markers (malloc of MARKER_BYTES and its free): [*begin, *end). Fails
 * the test where they are not there. */
void ops_between_markers(const struct ops *ops, size_t *begin, size_t *end);

#endif

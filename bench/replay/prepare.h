/*
 * prepare.h - a workload made ready for replay: ids renumbered to reused slots, in memory that children
 * share.
 *
 * The table of blocks is then as small as the most objects ever live at once. The image is a sealed memory
 * file (memfd): a child maps it by descriptor, read-only, and need not decode or allocate anything.
 */
#ifndef HB_BENCH_REPLAY_PREPARE_H
#define HB_BENCH_REPLAY_PREPARE_H

#include "workloads/workload.h"

/* From so many operations on, 1 GiB of them, a trace is streamed. */
#define HB_STREAMED_OPS (UINT64_C(1) << 26)

/*
 * How many of a streamed trace's operations a sample has at a time: 16 MiB of them. Each window begins with
 * caches that whoever filled it has emptied. 2^14, which stay in the second-level cache, make the null
 * allocator faster than it is on a whole trace (0.78 on ten million operations) and allocators slower:
 * glibc 1.24, mimalloc 1.23 at worst. 2^17 still cost up to 1.09; 2^20 measure as the whole trace does (0.95
 * to 1.03, medians of seven pairs on cc1plus, redis and ten million steady operations, on a busy machine with
 * 1 MiB a core).
 */
#define HB_WINDOW_OPS (UINT64_C(1) << 20)

struct hb_feed;

struct hb_prepared {
    const struct hb_op *ops; /* op.object is a slot in [0, slots); one more can be read, and is nobody's.
                                NULL: it is streamed, and read through windows (windows.h) */
    uint64_t op_count;
    const char *path; /* of one that is streamed: the file, which is read again by each who asks; else NULL */
    uint64_t window_ops;         /* of one that is streamed: how many a sample has at a time */
    struct hb_feed *feed;        /* of one that is streamed, in a sample's child: who reads it; else NULL */
    const struct hb_wait *waits; /* as the workload's; beside the operations, so that a replay as fast as
                                    possible never sees them */
    uint64_t wait_count;
    const struct hb_touched *touched; /* of blocks that the program did not touch wholly; likewise */
    uint64_t touched_count;
    uint64_t object_count;
    uint64_t slots;
    const struct hb_ledger *sums; /* what all operations come to where none fails (replay_ledger.h) */
    uint64_t peak_live_bytes;
    uint64_t program_wall_ns, program_cpu_ns; /* of the recorded program, as the workload's; 0: not known */
    uint32_t threads; /* that did the operations, as the workload's; a replay has one */
    const char *name;
    int fd;
    size_t image_bytes;
};

/* HB_ERR_MEMORY. Free with hb_prepared_free; the workload may be freed before that. */
enum hb_status hb_prepare(const struct hb_workload *workload, struct hb_prepared **out,
                          struct hb_error *error);
/*
 * One that is streamed: the file is read once, to check it and to know how many operations, slots and bytes
 * there will be, and its operations are not kept. `window_ops` is HB_WINDOW_OPS, but in tests. `path_or_name`
 * as hb_workload_load takes it. What was repaired goes into `repairs`, which may be NULL. Errors as those of
 * hb_workload_scan.
 */
enum hb_status hb_prepare_streamed(const char *path_or_name, uint64_t window_ops, struct hb_prepared **out,
                                   struct hb_repairs *repairs, struct hb_error *error);

/*
 * The one or the other: streamed is a .trace that ends after HB_STREAMED_OPS operations or more, and what
 * cannot be held (hb_workload_load).
 */
enum hb_status hb_prepare_file(const char *path_or_name, struct hb_prepared **out, struct hb_repairs *repairs,
                               struct hb_error *error);
/* Maps an image by descriptor: what a child does. HB_ERR_FORMAT, HB_ERR_IO. */
enum hb_status hb_prepared_map(int fd, struct hb_prepared **out, struct hb_error *error);
void hb_prepared_free(struct hb_prepared *prepared); /* NULL does nothing */

#endif

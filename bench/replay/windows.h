/*
 * windows.h - the operations of a prepared workload, a window at a time.
 *
 * Of one that is held whole there is one window, which is all of it. Of one that is streamed a window is some
 * thousand operations: in a sample's child another process fills it (feed.h), since what decodes a trace
 * calls malloc, and the heap under test may be malloc's; elsewhere it is read here.
 */
#ifndef HB_BENCH_REPLAY_WINDOWS_H
#define HB_BENCH_REPLAY_WINDOWS_H

#include <stdbool.h>

#include "bench/replay/prepare.h"

struct hb_stream;

/* Begins zeroed but for `prepared`. */
struct hb_reread {
    const struct hb_prepared *prepared;
    struct hb_stream *stream;
    const struct hb_op *ops; /* at hand: those from `first` on */
    uint64_t first;
    size_t count;
};

/*
 * Has operation `op` at hand; at the number of all operations it has none, and the file is at its end.
 * Forward it reads, backward it begins anew. HB_ERR_FORMAT where the file is no longer what was prepared; the
 * errors of hb_stream_open and hb_stream_next.
 */
enum hb_status hb_reread_reach(struct hb_reread *source, uint64_t op, struct hb_error *error);
void hb_reread_close(struct hb_reread *source);

/* Operations [first, end) stand at `ops`; one more can be read, and is nobody's. */
struct hb_windows {
    const struct hb_prepared *prepared;
    const struct hb_op *ops;
    uint64_t first, end;
    struct hb_reread source; /* of one that is read here */
};

void hb_windows_open(struct hb_windows *windows, const struct hb_prepared *prepared);
void hb_windows_close(struct hb_windows *windows); /* takes a zeroed one */

/* Fetches the window, which is another one: hb_windows_reach. */
enum hb_status hb_windows_fetch(struct hb_windows *windows, uint64_t op, struct hb_error *error);

/* Is the window that was fetched last still there? Others that are open may have taken the feed. */
bool hb_windows_have(const struct hb_windows *windows);

/*
 * Has the window that holds operation `op`, which is one of the workload's. HB_ERR_FORMAT, HB_ERR_IO,
 * HB_ERR_MEMORY, of streamed ones.
 */
static inline enum hb_status hb_windows_reach(struct hb_windows *windows, uint64_t op, struct hb_error *error)
{
    if (op >= windows->first && op < windows->end &&
        (windows->ops == windows->prepared->ops || hb_windows_have(windows)))
        return HB_OK;
    return hb_windows_fetch(windows, op, error);
}

/* Operation `op`, which the window holds. */
static inline const struct hb_op *hb_windows_op(const struct hb_windows *windows, uint64_t op)
{
    return windows->ops + (op - windows->first);
}

#endif

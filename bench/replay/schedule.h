/*
 * schedule.h - the recording's time during a replay: waiting until an operation is due, and telling the
 * virtual clock.
 *
 * A recording notes the time at least every millisecond in which something happens (hb_wait), so a replay
 * that is late by less than that at each of its notes follows it. Paced, it waits until a moment counted from
 * its own beginning and never for a length of time: what one operation is late, the next one makes good. The
 * caller does the operations from one note to the next, and its clocks stand still in between.
 */
#ifndef HB_BENCH_REPLAY_SCHEDULE_H
#define HB_BENCH_REPLAY_SCHEDULE_H

#include <stdbool.h>

#include "bench/replay/prepare.h"

/* A paced replay that would take longer is refused: a day. */
#define HB_PACED_MOST_S 86400.0
enum { HB_PACE_MOST = 1000 }; /* times the recording's own time */

/*
 * A replay that tells the virtual clock stops for that once in so many operations on the average, since a
 * stop costs up to a microsecond, in which the processor learns again what comes next: notes of the time are
 * joined until those that are left are few enough. But so many there may be in any trace.
 */
enum { HB_TOLD_OPS = 32768, HB_TOLD_LEAST = 32 };

struct hb_schedule {
    const struct hb_wait *next, *end; /* the notes that are to come */
    struct hb_wait *joined;           /* unless it is paced; NULL: the recording's own */
    size_t joined_bytes;
    double pace; /* seconds for one of the recording's; 0: as fast as can be */
    bool tells;  /* the virtual clock */
    bool silent; /* tells nobody how far it is: another one does */
    bool begun;
    uint64_t recorded_us; /* of the recording, at the operation that was reached */
    uint64_t begun_ns;    /* when the first one was */
    uint64_t taken_ns;    /* since then, waiting included, when the last one was */
    uint64_t late_ns;     /* the most by which an operation came late */
};

/* The time from the beginning of the recording until operation `op` was due: at most UINT64_MAX. */
uint64_t hb_recorded_us(const struct hb_prepared *prepared, uint64_t op);

/* How long a replay of the first `ops` operations takes at least; 0 without a pace, and of a trace without
 * times. */
double hb_paced_seconds(const struct hb_prepared *prepared, uint64_t ops, double pace);

/* Has the trace times that a clock can show? */
bool hb_recorded_is_known(const struct hb_prepared *prepared);

/* `pace`: one with which that is no longer than HB_PACED_MOST_S, or 0; `tells`: tell the virtual clock, of a
 * trace whose times are known. The replay begins with the first operation that is reached. HB_ERR_MEMORY. */
enum hb_status hb_schedule_open(struct hb_schedule *schedule, const struct hb_prepared *prepared, double pace,
                                bool tells, struct hb_error *error);
void hb_schedule_close(struct hb_schedule *schedule); /* takes a zeroed one */

/* The virtual clock begins now, where it is told; else so it does with the first operation that is reached.
 * Of several threads' schedules of one replay, before they run. */
void hb_schedule_begin_clock(const struct hb_schedule *schedule);

/*
 * Waits until operation `op` is due, where it is paced, and tells the clock; those before it are done.
 * Returns the operation, `to` at most, that is to be reached next. To be called with the number of operations
 * too, when all are done.
 */
uint64_t hb_schedule_reach(struct hb_schedule *schedule, uint64_t op, uint64_t to);

#endif

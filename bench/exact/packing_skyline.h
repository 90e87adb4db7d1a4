/*
 * packing_skyline.h - how high a heap is filled at each moment, and what can be laid upon that.
 *
 * Time is cut into segments, between which something ends and something begins. How high each is filled is
 * the skyline. A valley is a stretch of it that is lower than what stands on both sides: what comes next at a
 * moment within it lies on its floor and lives within it alone, or else a gap stays there.
 *
 * Slack      of a segment: the heap's length less what lives there, less the gaps below the skyline. At the
 *            worst moment of a tight heap it is 0, and no gap may be there at all.
 * Step       One segment of one valley is filled. Each life that could cover it is a way to go on, and a gap
 *            may be another. Where nothing can cover it, a gap up to the valley's rim is the only way.
 * Hopeless   is a skyline with a valley that cannot be filled: all that could still be put into it is less
 *            than its depth, by more than the slack.
 * Urgency    A segment with fewer ways comes first, sooner where there was no hope often before (Boussemart
 *            and others, 2004). In other manners the lowest valley comes first, or the one with little slack.
 *
 * That a heap is best filled from below, each gap held against what must still fit above it, is MiniMalloc's
 * observation (Moffitt, ASPLOS 2023).
 */
#ifndef HB_BENCH_EXACT_PACKING_SKYLINE_H
#define HB_BENCH_EXACT_PACKING_SKYLINE_H

#include <stdbool.h>

#include "bench/exact/packing.h"

#define HB_NO_LIFE UINT32_MAX

enum skyline_manner { LEAST_SLACK, FEWEST_WAYS, LOWEST_VALLEY, MANNERS };
enum skyline_state { OPEN, HOPELESS, FULL };

struct skyline_life {
    uint64_t length;        /* in units of `scale` */
    uint64_t offset;        /* in units as well; where `placed` */
    int64_t key;            /* what has a larger one is tried sooner */
    uint32_t first, behind; /* segments */
    uint32_t object;
    uint32_t twin; /* the one before it that is equal, to be placed first. HB_NO_LIFE: there is none */
    bool placed;
};

/* What is to be filled next: one segment; or several that nothing can cover. */
struct skyline_choice {
    uint32_t first, behind;
    uint64_t raised; /* how high a gap reaches; 0: there may be none */
    uint64_t level;  /* urgency: the smaller level first, */
    int64_t score;   /* then the smaller score */
};

struct skyline_step {
    uint32_t first, behind; /* of the valley */
    uint64_t floor;
    struct skyline_choice choice;
    uint32_t tried;                       /* the life tried last; HB_NO_LIFE: none was */
    bool gap;                             /* all lives were tried, and then a gap */
    uint32_t blamed_first, blamed_behind; /* why there is no hope in what was tried so far */
};

struct hb_skyline {
    uint32_t count, segments;
    struct skyline_life *lives; /* by first segment, and equal ones together */
    uint32_t *starts;           /* by segment: the first life that begins there or later */
    uint64_t *loads, *heights, *slacks, *failures;
    struct skyline_valley *valleys;  /* by first segment */
    uint32_t *soonest, leaves;       /* a tournament of the valleys: the most urgent one of all is at 1 */
    uint32_t stale[64], stale_count; /* segments around which something has changed */
    uint32_t *ways;                  /* scratch: how many lives may come next, as differences; */
    uint64_t *fillings;              /* and how long all are together that may still come */
    uint64_t scale;                  /* divides all lengths */
    uint64_t work;                   /* segments and lives gone through: 10^9 take about a second */
    uint32_t from, to;               /* the part of time that is packed */
    enum skyline_manner manner;
};

/* Cuts time and orders lives, for hb_skyline_open. False: out of memory. */
bool hb_skyline_read(struct hb_skyline *skyline, const struct hb_packing *packing);

/* Of a packing of one object or more. False: out of memory. To be closed in either case. */
bool hb_skyline_open(struct hb_skyline *skyline, const struct hb_packing *packing);
void hb_skyline_close(struct hb_skyline *skyline);

/* Goes on to the part that begins at a segment; returns the one behind it. */
uint32_t hb_skyline_take_part(struct hb_skyline *skyline, uint32_t from);

/* Begins anew, with nothing placed in the part; `length`, in units, is no less than any of its loads. */
void hb_skyline_empty(struct hb_skyline *skyline, uint64_t length);

/* OPEN: `step` is the most urgent one, not yet tried. HOPELESS: it is the valley. FULL: all of the part is
 * placed. */
enum skyline_state hb_skyline_choose(struct hb_skyline *skyline, struct skyline_step *step);

/* Goes the way of a step that comes after the one that was undone last; false where there is none. */
bool hb_skyline_try(struct hb_skyline *skyline, struct skyline_step *step);
void hb_skyline_undo(struct hb_skyline *skyline, const struct skyline_step *step);

/* The logarithm of base 2, in 256ths, its fraction a straight line; `x` is 1 or more. */
int64_t hb_skyline_logarithm(uint64_t x);

#endif

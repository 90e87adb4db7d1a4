/*
 * packing_skyline.c - the valleys of a skyline, and the steps that fill them.
 */
#include "bench/exact/packing_skyline.h"

#include <stdlib.h>
#include <string.h>

#define WALL UINT64_MAX /* beside the first and the last segment */

/* Scores: what has no hope is to be known first, and what has no other way comes before all that has. */
#define NO_HOPE INT64_MIN
#define BARE    (INT64_MIN + 1)
#define SOLE    (INT64_MIN + 2)

/* The valley that begins at a segment, and the most urgent choice in it. */
struct skyline_valley {
    uint32_t behind; /* 0: there is none, or it has changed */
    bool stale;      /* something changed around here */
    uint64_t floor, rim;
    struct skyline_choice choice;
};

static const struct skyline_choice no_choice = {.level = WALL, .score = INT64_MAX};

/* -- from the beginning -- */

static void open_tournament(struct hb_skyline *s)
{
    for (uint32_t i = 0; i < s->leaves; i++) {
        s->valleys[i].choice = no_choice;
        s->soonest[s->leaves + i] = i;
    }
    for (uint32_t i = s->leaves; i-- > 1;)
        s->soonest[i] = s->soonest[(size_t)2 * i];
}

bool hb_skyline_open(struct hb_skyline *s, const struct hb_packing *packing)
{
    size_t most = packing->count + 2, leaves = 2; /* at most one segment begins with each life */

    while (leaves < most)
        leaves *= 2;
    *s = (struct hb_skyline){.count = (uint32_t)packing->count,
                             .leaves = (uint32_t)leaves,
                             .lives = calloc(most, sizeof *s->lives),
                             .starts = calloc(most, sizeof *s->starts),
                             .loads = calloc(most, sizeof *s->loads),
                             .heights = calloc(most, sizeof *s->heights),
                             .slacks = calloc(most, sizeof *s->slacks),
                             .failures = calloc(most, sizeof *s->failures),
                             .valleys = calloc(leaves, sizeof *s->valleys),
                             .soonest = calloc(2 * leaves, sizeof *s->soonest),
                             .ways = calloc(most, sizeof *s->ways),
                             .fillings = calloc(most, sizeof *s->fillings)};
    if (s->lives == NULL || s->starts == NULL || s->loads == NULL || s->heights == NULL ||
        s->slacks == NULL || s->failures == NULL || s->valleys == NULL || s->soonest == NULL ||
        s->ways == NULL || s->fillings == NULL || !hb_skyline_read(s, packing))
        return false;
    open_tournament(s);
    return true;
}

void hb_skyline_close(struct hb_skyline *s)
{
    free(s->lives);
    free(s->starts);
    free(s->loads);
    free(s->heights);
    free(s->slacks);
    free(s->failures);
    free(s->valleys);
    free(s->soonest);
    free(s->ways);
    free(s->fillings);
}

/* -- valleys -- */

int64_t hb_skyline_logarithm(uint64_t x)
{
    int whole = 63 - __builtin_clzll(x);

    return whole * INT64_C(256) + (int64_t)((x << (63 - whole)) << 1 >> 56);
}

static bool fits(const struct skyline_life *life, uint32_t behind)
{
    return !life->placed && life->behind <= behind;
}

static bool waits(const struct hb_skyline *s, const struct skyline_life *life)
{
    return life->twin != HB_NO_LIFE && !s->lives[life->twin].placed;
}

/* Counts what may come next within a valley, and what later; the shortest of it, or WALL. */
static uint64_t count_ways(struct hb_skyline *s, uint32_t first, uint32_t behind)
{
    uint64_t shortest = WALL;

    memset(s->ways + first, 0, (behind - first + 1) * sizeof *s->ways);
    memset(s->fillings + first, 0, (behind - first + 1) * sizeof *s->fillings);
    s->work += 2 * (behind - first) + s->starts[behind] - s->starts[first];
    for (uint32_t i = s->starts[first]; i < s->starts[behind]; i++) {
        const struct skyline_life *life = &s->lives[i];

        if (!fits(life, behind))
            continue;
        s->fillings[life->first] += life->length;
        s->fillings[life->behind] -= life->length;
        if (waits(s, life))
            continue;
        s->ways[life->first]++;
        s->ways[life->behind]--;
        shortest = life->length < shortest ? life->length : shortest;
    }
    return shortest;
}

static bool is_sooner(const struct skyline_choice *a, const struct skyline_choice *b)
{
    return a->level != b->level ? a->level < b->level : a->score < b->score;
}

/* `ways`: 1 or more, gaps counted. */
static void judge(const struct hb_skyline *s, uint64_t floor, uint32_t ways, struct skyline_choice *choice)
{
    uint32_t segment = choice->first;

    choice->level = s->manner == LOWEST_VALLEY && ways > 1 ? floor : 0;
    choice->score = hb_skyline_logarithm(ways) - hb_skyline_logarithm(s->failures[segment]);
    if (s->manner == LEAST_SLACK)
        choice->score += hb_skyline_logarithm(s->slacks[segment] + s->loads[segment] / 1024 + 1);
    if (ways == 1)
        choice->score = SOLE;
}

/* What covers it next lies over the rim. Neighbours alike are raised with it. */
static void note_bare(struct skyline_valley *valley, uint32_t segment)
{
    if (valley->rim == WALL)
        return; /* nothing comes here any more */
    if (valley->choice.score != BARE)
        valley->choice = (struct skyline_choice){segment, segment + 1, valley->rim, 0, BARE};
    else if (valley->choice.behind == segment)
        valley->choice.behind++;
}

/* False where there is no hope. `filling`: the length of all that may still come in the valley, of which
 * `ways` lives may come next; `shortest`: of those in all the valley. */
static bool look_at_segment(const struct hb_skyline *s, struct skyline_valley *valley, uint32_t segment,
                            uint32_t ways, uint64_t filling, uint64_t shortest)
{
    uint64_t depth = valley->rim - valley->floor;
    uint64_t least = shortest < depth ? shortest : depth; /* gap */
    bool gap = least <= s->slacks[segment];
    struct skyline_choice choice = {segment, segment + 1, gap ? valley->floor + least : 0, 0, 0};

    if (valley->rim != WALL && filling < depth && depth - filling > s->slacks[segment])
        return false;
    if (ways == 0) {
        note_bare(valley, segment);
        return true;
    }
    judge(s, valley->floor, ways + gap, &choice);
    if (is_sooner(&choice, &valley->choice))
        valley->choice = choice;
    return true;
}

static void look_at_valley(struct hb_skyline *s, struct skyline_valley *valley, uint32_t first)
{
    uint64_t shortest = count_ways(s, first, valley->behind), filling = 0;
    uint32_t ways = 0;

    valley->choice = no_choice;
    for (uint32_t i = first; i < valley->behind; i++) {
        ways += s->ways[i];
        filling += s->fillings[i];
        if (!look_at_segment(s, valley, i, ways, filling, shortest)) {
            valley->choice = (struct skyline_choice){i, i + 1, 0, 0, NO_HOPE};
            return;
        }
    }
}

/* -- the most urgent valley: a tournament, whose winner is at 1 -- */

/* False where another still wins, so that what follows stays as it is. */
static bool play(struct hb_skyline *s, uint32_t match, uint32_t changed)
{
    const uint32_t *players = &s->soonest[(size_t)2 * match];
    uint32_t left = players[0], right = players[1], before = s->soonest[match];

    s->soonest[match] = is_sooner(&s->valleys[right].choice, &s->valleys[left].choice) ? right : left;
    return s->soonest[match] != before || before == changed;
}

static void set_valley(struct hb_skyline *s, uint32_t first, const struct skyline_valley *valley)
{
    bool nothing = s->valleys[first].choice.level == WALL && valley->choice.level == WALL;

    s->valleys[first] = *valley; /* no longer stale, where it was */
    if (nothing)
        return;
    for (uint32_t match = (s->leaves + first) / 2; match > 0 && play(s, match, first); match /= 2) {
    }
}

static void clear_valleys(struct hb_skyline *s)
{
    uint32_t low = s->leaves + s->from, high = s->leaves + s->to - 1;

    for (uint32_t i = s->from; i < s->to; i++)
        s->valleys[i] = (struct skyline_valley){.choice = no_choice};
    while (low > 1) {
        low /= 2;
        high /= 2;
        for (uint32_t match = low; match <= high; match++)
            play(s, match, HB_NO_LIFE);
    }
    s->stale_count = 0;
}

/* Looks again at what is level around a segment, where something has changed. */
static void refresh(struct hb_skyline *s, uint32_t at)
{
    struct skyline_valley valley = {.floor = s->heights[at], .choice = no_choice};
    uint32_t first = at, behind = at + 1;
    uint64_t left, right;

    s->valleys[at].stale = false;
    while (first > s->from && s->heights[first - 1] == valley.floor)
        first--;
    while (behind < s->to && s->heights[behind] == valley.floor)
        behind++;
    s->work += behind - first;
    if (first != at)
        set_valley(s, at, &valley);
    left = first > s->from ? s->heights[first - 1] : WALL;
    right = behind < s->to ? s->heights[behind] : WALL;
    valley.rim = left < right ? left : right;
    if (valley.rim > valley.floor) {
        const struct skyline_valley *known = &s->valleys[first];

        if (known->behind == behind && known->floor == valley.floor && known->rim == valley.rim)
            return;
        valley.behind = behind;
        look_at_valley(s, &valley, first);
    }
    set_valley(s, first, &valley);
}

static void refresh_all(struct hb_skyline *s)
{
    while (s->stale_count > 0)
        refresh(s, s->stale[--s->stale_count]);
}

static void note_stale(struct hb_skyline *s, uint32_t at)
{
    if (at < s->from || at >= s->to || s->valleys[at].stale) /* before the first segment is UINT32_MAX */
        return;
    if (s->stale_count == sizeof s->stale / sizeof s->stale[0])
        refresh_all(s);
    s->valleys[at].stale = true;
    s->stale[s->stale_count++] = at;
}

/* Of a valley, from `first` until before `behind` something was laid down or taken away. */
static void note_change(struct hb_skyline *s, const struct skyline_step *step, uint32_t first,
                        uint32_t behind)
{
    s->valleys[step->first].behind = s->valleys[first].behind = 0;
    if (behind < step->behind)
        s->valleys[behind].behind = 0;
    note_stale(s, step->first - 1);
    note_stale(s, step->first);
    note_stale(s, first);
    note_stale(s, behind);
    note_stale(s, step->behind);
}

uint32_t hb_skyline_take_part(struct hb_skyline *s, uint32_t from)
{
    clear_valleys(s);
    s->from = from;
    s->to = from + 1;
    for (uint32_t i = s->starts[from]; i < s->count && s->lives[i].first < s->to; i++)
        s->to = s->lives[i].behind > s->to ? s->lives[i].behind : s->to;
    return s->to;
}

void hb_skyline_empty(struct hb_skyline *s, uint64_t length)
{
    clear_valleys(s);
    s->work += s->to - s->from;
    for (uint32_t i = s->from; i < s->to; i++) {
        s->heights[i] = 0;
        s->slacks[i] = length - s->loads[i];
    }
    for (uint32_t i = s->starts[s->from]; i < s->starts[s->to]; i++)
        s->lives[i].placed = false;
    note_stale(s, s->from);
}

/* -- steps -- */

enum skyline_state hb_skyline_choose(struct hb_skyline *s, struct skyline_step *step)
{
    const struct skyline_valley *valley;

    refresh_all(s);
    valley = &s->valleys[s->soonest[1]];
    *step = (struct skyline_step){.first = s->soonest[1],
                                  .behind = valley->behind,
                                  .floor = valley->floor,
                                  .choice = valley->choice,
                                  .tried = HB_NO_LIFE,
                                  .blamed_first = s->soonest[1],
                                  .blamed_behind = valley->behind};
    if (valley->choice.score != NO_HOPE)
        return valley->choice.level == WALL ? FULL : OPEN;
    s->failures[valley->choice.first]++;
    return HOPELESS;
}

static bool is_tried_before(const struct hb_skyline *s, uint32_t a, uint32_t b)
{
    return s->lives[a].key != s->lives[b].key ? s->lives[a].key > s->lives[b].key : a < b;
}

/* The life to be tried after the last one; HB_NO_LIFE behind the last. */
static uint32_t next_life(struct hb_skyline *s, const struct skyline_step *step)
{
    uint32_t segment = step->choice.first, next = HB_NO_LIFE;

    s->work += s->starts[segment + 1] - s->starts[step->first];
    for (uint32_t i = s->starts[step->first]; i < s->starts[segment + 1]; i++) {
        const struct skyline_life *life = &s->lives[i];

        if (fits(life, step->behind) && life->behind > segment && !waits(s, life) &&
            (step->tried == HB_NO_LIFE || is_tried_before(s, step->tried, i)) &&
            (next == HB_NO_LIFE || is_tried_before(s, i, next)))
            next = i;
    }
    return next;
}

static void set_heights(struct hb_skyline *s, uint32_t first, uint32_t behind, uint64_t height)
{
    s->work += behind - first;
    for (uint32_t i = first; i < behind; i++)
        s->heights[i] = height;
}

static void place_life(struct hb_skyline *s, struct skyline_step *step, uint32_t index)
{
    struct skyline_life *life = &s->lives[index];

    step->tried = index;
    life->placed = true;
    life->offset = step->floor;
    set_heights(s, life->first, life->behind, step->floor + life->length);
    note_change(s, step, life->first, life->behind);
}

static void leave_gap(struct hb_skyline *s, struct skyline_step *step)
{
    step->gap = true;
    set_heights(s, step->choice.first, step->choice.behind, step->choice.raised);
    for (uint32_t i = step->choice.first; i < step->choice.behind; i++)
        s->slacks[i] -= step->choice.raised - step->floor;
    note_change(s, step, step->choice.first, step->choice.behind);
}

bool hb_skyline_try(struct hb_skyline *s, struct skyline_step *step)
{
    uint32_t next = step->gap ? HB_NO_LIFE : next_life(s, step);

    if (next == HB_NO_LIFE && (step->gap || step->choice.raised == 0))
        return false;
    if (next != HB_NO_LIFE)
        place_life(s, step, next);
    else
        leave_gap(s, step);
    return true;
}

void hb_skyline_undo(struct hb_skyline *s, const struct skyline_step *step)
{
    if (step->gap) {
        set_heights(s, step->choice.first, step->choice.behind, step->floor);
        for (uint32_t i = step->choice.first; i < step->choice.behind; i++)
            s->slacks[i] += step->choice.raised - step->floor;
        note_change(s, step, step->choice.first, step->choice.behind);
    } else {
        struct skyline_life *life = &s->lives[step->tried];

        life->placed = false;
        set_heights(s, life->first, life->behind, step->floor);
        note_change(s, step, life->first, life->behind);
    }
}

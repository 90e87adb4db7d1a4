/*
 * packing_skyline.c - segments, valleys, and the steps that fill them.
 */
#include "bench/exact/packing_skyline.h"

#include <stdlib.h>
#include <string.h>

#define NO_LIFE UINT32_MAX
#define WALL    UINT64_MAX /* beside the first and the last segment */

/* Scores: what has no other way comes before all that has. */
#define BARE INT64_MIN
#define SOLE (INT64_MIN + 1)

/* What was found of the valley that begins at a segment. It stays so while nothing changes within. */
struct skyline_valley {
    uint32_t behind;  /* 0: nothing was found */
    uint32_t failing; /* a segment that has no hope, or `behind` */
    uint64_t floor, rim;
    struct skyline_choice choice;
};

/* -- time -- */

/* A birth or a death. */
struct instant {
    uint64_t op;
    uint32_t life;
    bool birth;
};

static int by_op(const void *a, const void *b)
{
    const struct instant *x = a, *y = b;

    if (x->op != y->op)
        return x->op < y->op ? -1 : 1;
    return (int)x->birth - (int)y->birth;
}

static void number_segments(struct hb_skyline *s, const struct instant *instants)
{
    bool died = false;

    for (size_t i = 0; i < 2 * (size_t)s->count; i++) {
        struct skyline_life *life = &s->lives[instants[i].life];

        s->segments += instants[i].birth && died;
        died = !instants[i].birth;
        if (instants[i].birth)
            life->first = s->segments;
        else
            life->behind = s->segments + 1;
    }
    s->segments++;
}

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
    while (b != 0) {
        uint64_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

static bool cut_time(struct hb_skyline *s, const struct hb_packing *packing)
{
    struct instant *instants = malloc(2 * (size_t)s->count * sizeof *instants);

    if (instants == NULL)
        return false;
    for (uint32_t i = 0; i < s->count; i++) {
        const struct hb_packed *object = &packing->objects[i];

        s->lives[i] = (struct skyline_life){.length = object->length, .object = i, .twin = NO_LIFE};
        s->scale = common_divisor(object->length, s->scale);
        instants[2 * (size_t)i] = (struct instant){object->born_op, i, true};
        instants[2 * (size_t)i + 1] = (struct instant){object->death_op, i, false};
    }
    qsort(instants, 2 * (size_t)s->count, sizeof *instants, by_op);
    number_segments(s, instants);
    free(instants);
    return true;
}

static int by_place(const void *a, const void *b)
{
    const struct skyline_life *x = a, *y = b;

    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    if (x->behind != y->behind)
        return x->behind < y->behind ? -1 : 1;
    if (x->length != y->length)
        return x->length < y->length ? -1 : 1;
    return x->object < y->object ? -1 : 1;
}

static bool are_equal(const struct skyline_life *a, const struct skyline_life *b)
{
    return a->first == b->first && a->behind == b->behind && a->length == b->length;
}

static void order_lives(struct hb_skyline *s)
{
    uint32_t at = 0;

    for (uint32_t i = 0; i < s->count; i++)
        s->lives[i].length /= s->scale;
    qsort(s->lives, s->count, sizeof *s->lives, by_place);
    for (uint32_t i = 0; i < s->count; i++) {
        struct skyline_life *life = &s->lives[i];

        if (i > 0 && are_equal(life - 1, life))
            life->twin = i - 1;
        while (at <= life->first)
            s->starts[at++] = i;
        for (uint32_t x = life->first; x < life->behind; x++)
            s->loads[x] += life->length;
    }
    while (at <= s->segments)
        s->starts[at++] = s->count;
}

bool hb_skyline_open(struct hb_skyline *s, const struct hb_packing *packing)
{
    size_t most = packing->count + 2; /* at most one segment begins with each life */

    *s = (struct hb_skyline){.count = (uint32_t)packing->count,
                             .lives = calloc(most, sizeof *s->lives),
                             .starts = calloc(most, sizeof *s->starts),
                             .loads = calloc(most, sizeof *s->loads),
                             .heights = calloc(most, sizeof *s->heights),
                             .slacks = calloc(most, sizeof *s->slacks),
                             .failures = calloc(most, sizeof *s->failures),
                             .valleys = calloc(most, sizeof *s->valleys),
                             .ways = calloc(most, sizeof *s->ways),
                             .fillings = calloc(most, sizeof *s->fillings)};
    if (s->lives == NULL || s->starts == NULL || s->loads == NULL || s->heights == NULL ||
        s->slacks == NULL || s->failures == NULL || s->valleys == NULL || s->ways == NULL ||
        s->fillings == NULL || !cut_time(s, packing))
        return false;
    order_lives(s);
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
    free(s->ways);
    free(s->fillings);
}

void hb_skyline_empty(struct hb_skyline *s, uint64_t length)
{
    s->work += s->to - s->from;
    for (uint32_t i = s->from; i < s->to; i++) {
        s->heights[i] = 0;
        s->slacks[i] = length - s->loads[i];
        s->valleys[i].behind = 0;
    }
    for (uint32_t i = s->starts[s->from]; i < s->starts[s->to]; i++)
        s->lives[i].placed = false;
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
    return life->twin != NO_LIFE && !s->lives[life->twin].placed;
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

    valley->choice = (struct skyline_choice){.level = WALL, .score = INT64_MAX};
    for (valley->failing = first; valley->failing < valley->behind; valley->failing++) {
        ways += s->ways[valley->failing];
        filling += s->fillings[valley->failing];
        if (!look_at_segment(s, valley, valley->failing, ways, filling, shortest))
            return;
    }
}

/* The valley that begins at `first`; NULL where none does. `behind`: where what is level ends. */
static const struct skyline_valley *find_valley(struct hb_skyline *s, uint32_t first, uint32_t *behind)
{
    struct skyline_valley *valley = &s->valleys[first];
    uint64_t floor = s->heights[first], left = WALL, right = WALL, rim;

    for (*behind = first + 1; *behind < s->to && s->heights[*behind] == floor; ++*behind) {
    }
    if (first > s->from)
        left = s->heights[first - 1];
    if (*behind < s->to)
        right = s->heights[*behind];
    rim = left < right ? left : right;
    if (rim < floor)
        return NULL;
    if (valley->behind != *behind || valley->floor != floor || valley->rim != rim) {
        *valley = (struct skyline_valley){.behind = *behind, .floor = floor, .rim = rim};
        look_at_valley(s, valley, first);
    }
    return valley;
}

/* -- steps -- */

enum skyline_state hb_skyline_choose(struct hb_skyline *s, struct skyline_step *step)
{
    *step = (struct skyline_step){.choice = {.level = WALL, .score = INT64_MAX}, .tried = NO_LIFE};
    s->work += s->to - s->from;
    for (uint32_t first = s->from, behind; first < s->to; first = behind) {
        const struct skyline_valley *valley = find_valley(s, first, &behind);

        if (valley == NULL)
            continue;
        if (valley->failing != behind) {
            s->failures[valley->failing]++;
            return HOPELESS;
        }
        if (is_sooner(&valley->choice, &step->choice)) {
            step->first = first;
            step->behind = behind;
            step->floor = valley->floor;
            step->choice = valley->choice;
        }
    }
    return step->choice.level == WALL ? FULL : OPEN;
}

static bool is_tried_before(const struct hb_skyline *s, uint32_t a, uint32_t b)
{
    return s->lives[a].key != s->lives[b].key ? s->lives[a].key > s->lives[b].key : a < b;
}

/* The life to be tried after the last one; NO_LIFE behind the last. */
static uint32_t next_life(struct hb_skyline *s, const struct skyline_step *step)
{
    uint32_t segment = step->choice.first, next = NO_LIFE;

    s->work += s->starts[segment + 1] - s->starts[step->first];
    for (uint32_t i = s->starts[step->first]; i < s->starts[segment + 1]; i++) {
        const struct skyline_life *life = &s->lives[i];

        if (fits(life, step->behind) && life->behind > segment && !waits(s, life) &&
            (step->tried == NO_LIFE || is_tried_before(s, step->tried, i)) &&
            (next == NO_LIFE || is_tried_before(s, i, next)))
            next = i;
    }
    return next;
}

static void set_heights(struct hb_skyline *s, uint32_t first, uint32_t behind, uint64_t height)
{
    for (uint32_t i = first; i < behind; i++)
        s->heights[i] = height;
}

/* What was found of the valley, and of those that have been in it, is no longer so. */
static void forget_valley(struct hb_skyline *s, const struct skyline_step *step)
{
    s->work += step->behind - step->first;
    for (uint32_t i = step->first; i < step->behind; i++)
        s->valleys[i].behind = 0;
}

static void place_life(struct hb_skyline *s, struct skyline_step *step, uint32_t index)
{
    struct skyline_life *life = &s->lives[index];

    step->tried = index;
    life->placed = true;
    life->offset = step->floor;
    set_heights(s, life->first, life->behind, step->floor + life->length);
}

static void leave_gap(struct hb_skyline *s, struct skyline_step *step)
{
    step->gap = true;
    set_heights(s, step->choice.first, step->choice.behind, step->choice.raised);
    for (uint32_t i = step->choice.first; i < step->choice.behind; i++)
        s->slacks[i] -= step->choice.raised - step->floor;
}

bool hb_skyline_try(struct hb_skyline *s, struct skyline_step *step)
{
    uint32_t next = step->gap ? NO_LIFE : next_life(s, step);

    if (next == NO_LIFE && (step->gap || step->choice.raised == 0))
        return false;
    forget_valley(s, step);
    if (next != NO_LIFE)
        place_life(s, step, next);
    else
        leave_gap(s, step);
    return true;
}

void hb_skyline_undo(struct hb_skyline *s, const struct skyline_step *step)
{
    forget_valley(s, step);
    if (step->gap) {
        set_heights(s, step->choice.first, step->choice.behind, step->floor);
        for (uint32_t i = step->choice.first; i < step->choice.behind; i++)
            s->slacks[i] += step->choice.raised - step->floor;
    } else {
        struct skyline_life *life = &s->lives[step->tried];

        life->placed = false;
        set_heights(s, life->first, life->behind, step->floor);
    }
}

/*
 * adversary_adaptive.c - the adversaries that look where blocks lie before they free and allocate.
 */
#include <assert.h>
#include <math.h>

#include "bench/adversary/adversary_attack.h"

/*
 * -- robson: the one that no allocator escapes which cannot move blocks --
 *
 * Phase i works on a grid of 2^i units. Every live block covers exactly one point of the grid of the phase
 * before; of the two sets of blocks that lie alternately on it, the one is kept whose blocks spoil more, the
 * other is freed, and blocks of 2^i units are allocated, none of which fits between two that were kept. The
 * extent after phase i is at least M (1 + i/2) - 2^i + 1 units (Robson 1971, 1974) where M is a multiple of
 * 2^(i+1), and first fit and best fit need no more.
 */

/* M (1 + 57/2) is less than 2^63. */
#define ROBSON_MOST_LIVE (UINT64_C(1) << 58)

/* The grid of one phase, in bytes. */
struct grid {
    uint64_t wide;   /* P */
    uint64_t narrow; /* Q, half of it */
    uint64_t offset; /* f */
};

/* Which of the two interleaved halves of the narrow grid the block's first point is in: 0, the wide grid
 * itself, or 1. */
static unsigned class_of(const struct grid *grid, const struct hb_attack_block *block)
{
    uint64_t past = (block->start % grid->wide + grid->wide - grid->offset) % grid->wide;

    return past > 0 && past <= grid->narrow;
}

static unsigned heavier_class(const struct hb_attack *attack, const struct grid *grid)
{
    uint64_t weight[2] = {0, 0};

    for (uint64_t i = 0; i < attack->count; i++) {
        const struct hb_attack_block *block = &attack->blocks[i];

        weight[class_of(grid, block)] += grid->wide - block->units * attack->result->unit;
    }
    return weight[1] > weight[0];
}

static void keep_class(struct hb_attack *attack, const struct grid *grid, unsigned class)
{
    uint64_t kept = 0;

    for (uint64_t i = 0; i < attack->count; i++) {
        if (class_of(grid, &attack->blocks[i]) == class)
            attack->blocks[kept++] = attack->blocks[i];
        else
            hb_attack_free(attack, &attack->blocks[i]);
    }
    attack->count = kept;
}

static bool robson_run(struct hb_attack *attack)
{
    struct grid grid = {.wide = attack->result->unit, .offset = 0};

    if (!hb_attack_fill(attack, 1))
        return false;
    hb_attack_phase(attack, 0, 1);
    for (uint64_t i = 1, size = 2; size <= attack->result->ratio; i++, size *= 2) {
        unsigned class;

        grid.narrow = grid.wide;
        grid.wide *= 2;
        class = heavier_class(attack, &grid);
        keep_class(attack, &grid, class);
        grid.offset += class * grid.narrow;
        if (!hb_attack_fill(attack, size))
            return false;
        hb_attack_phase(attack, i, size);
    }
    return true;
}

static double robson_growth(uint64_t ratio)
{
    return 1 + log2((double)ratio) / 2;
}

/* So many blocks are live after a phase, each on a point of its own of a grid of `size` units. */
uint64_t hb_adversary_robson_units(uint64_t live, uint64_t size)
{
    uint64_t blocks = live;

    assert(live > 0 && live <= ROBSON_MOST_LIVE && size > 0 && size <= live && (size & (size - 1)) == 0);
    for (uint64_t phase = 2; phase <= size; phase *= 2)
        blocks = (blocks + live / phase) / 2;
    return (blocks - 1) * size + 1;
}

/* A unit is the smallest block, but blocks need not lie at multiples of it: the last one ends a byte behind
 * its point, and not a unit. */
uint64_t hb_adversary_robson_bytes(uint64_t live_bytes, uint64_t smallest_bytes, uint64_t largest_bytes)
{
    uint64_t worst = live_bytes;

    assert(smallest_bytes > 0 && smallest_bytes <= largest_bytes && largest_bytes <= live_bytes);
    if (live_bytes > ROBSON_MOST_LIVE)
        return 0;
    for (uint64_t size = 1; size <= largest_bytes / smallest_bytes; size *= 2) {
        uint64_t units = hb_adversary_robson_units(live_bytes / smallest_bytes, size);
        uint64_t bytes = (units - 1) * smallest_bytes + 1;

        worst = bytes > worst ? bytes : worst;
    }
    return worst;
}

static void robson_theory(const struct hb_adversary_plan *plan, const struct hb_adversary_phase *phase,
                          struct hb_theory *theory)
{
    theory->bound = (double)hb_adversary_robson_units(plan->live, phase->size);
    theory->expected = theory->bound;
}

const struct hb_adversary hb_adversary_robson = {
    .info = {"robson", "grows any allocator to M (1 + log2(n) / 2)",
             "the bound, which first fit and best fit with merging hit exactly", 1 << 20, 1 << 10},
    .least_ratio = 1,
    .most_ratio = 1 << 20,
    .power_of_two = true,
    .bound = HB_BOUND_LEAST,
    .growth = robson_growth,
    .theory = robson_theory,
    .run = robson_run,
};

/*
 * -- first-fit: every size in turn, and before each as few blocks kept as make all gaps too small --
 *
 * For s = 1, 2, ... n: of the live blocks, in address order, one is freed whenever the gap that this makes is
 * still shorter than s; then blocks of s are allocated while they fit in M. With first fit none of them falls
 * into a gap.
 */

enum { FIRST_FIT_MAX_RATIO = 4096 };

static bool first_fit_run(struct hb_attack *attack)
{
    uint64_t unit = attack->result->unit, origin;

    if (!hb_attack_fill(attack, 1))
        return false;
    hb_attack_phase(attack, 0, 1);
    hb_attack_sort(attack);
    origin = attack->blocks[0].start;
    for (uint64_t size = 2; size <= attack->result->ratio; size++) {
        hb_attack_thin(attack, origin, size * unit);
        if (!hb_attack_fill(attack, size))
            return false;
        hb_attack_phase(attack, size - 1, size);
    }
    return true;
}

/*
 * The ceiling of first fit with sizes 1 to `largest`, over M: the sum of f(k), where
 * f(k) = ((2k-1)/k) (1 - sum over i<k of i f(i) / (k+i-1)).
 */
static double ceiling_over_live(uint64_t largest)
{
    static double f[FIRST_FIT_MAX_RATIO + 1];
    double sum = 0;

    for (uint64_t k = 1; k <= largest; k++) {
        double taken = 0;

        for (uint64_t i = 1; i < k; i++)
            taken += (double)i * f[i] / (double)(k + i - 1);
        f[k] = (double)(2 * k - 1) / (double)k * (1 - taken);
        sum += f[k];
    }
    return sum;
}

static double first_fit_growth(uint64_t ratio)
{
    return ceiling_over_live(ratio);
}

/* Extent over M, measured at M = 2^20, after sizes 1, 2, 4 ... 1024; the ceiling is what is proved. */
static const double known_extents[] = {1.00, 1.50, 2.13, 2.79, 3.50, 4.22, 4.92, 5.64, 6.37, 7.10, 7.82};

static void first_fit_theory(const struct hb_adversary_plan *plan, const struct hb_adversary_phase *phase,
                             struct hb_theory *theory)
{
    for (size_t i = 0; i < sizeof known_extents / sizeof known_extents[0]; i++)
        if (phase->size == UINT64_C(1) << i)
            theory->expected = (double)plan->live * known_extents[i];
    theory->bound = (double)plan->live * ceiling_over_live(phase->size);
}

const struct hb_adversary hb_adversary_first_fit = {
    .info = {"first-fit", "sizes 1 to n, each finding only gaps that are too small",
             "first fit and best fit, as measured at M = 2^20; the bound is proved of first fit", 1 << 20,
             1 << 10},
    .least_ratio = 1,
    .most_ratio = FIRST_FIT_MAX_RATIO,
    .bound = HB_BOUND_MOST,
    .growth = first_fit_growth,
    .theory = first_fit_theory,
    .run = first_fit_run,
};

/*
 * -- best-fit: pins that best fit itself sets at the worst places; kind to first fit --
 *
 * Round r keeps as few of the unit blocks ("pins") as leave every gap shorter than r, fills M with blocks of
 * r + 1 and a last pin behind them, and replaces each of those by a block of r and a pin: best fit puts both
 * exactly there. Then the blocks of r are freed, and gaps of r between pins are no use to the next round.
 * Best fit with merging ends at about 0.41 n M; first fit, which takes the first gap instead of the exact
 * one, needs under 2 M.
 */

/* Blocks of `size` while they and a pin fit in M, then that pin. */
static bool fill_and_wall(struct hb_attack *attack, uint64_t size)
{
    while (hb_attack_fits(attack, size + 1))
        if (!hb_attack_alloc(attack, size))
            return false;
    return !hb_attack_fits(attack, 1) || hb_attack_alloc(attack, 1);
}

/* Replaces the blocks of [from, to) by blocks one unit smaller, in place, and pins, appended. */
static bool replace_by_pins(struct hb_attack *attack, uint64_t from, uint64_t to)
{
    for (uint64_t i = from; i < to; i++) {
        uint64_t units = attack->blocks[i].units;

        hb_attack_free(attack, &attack->blocks[i]);
        attack->blocks[i].units = 0; /* freed already, should the next fail */
        if (!hb_attack_alloc(attack, units - 1))
            return false;
        attack->blocks[i] = attack->blocks[--attack->count];
        if (!hb_attack_alloc(attack, 1))
            return false;
    }
    return true;
}

static void free_range(struct hb_attack *attack, uint64_t from, uint64_t to)
{
    uint64_t kept = from;

    for (uint64_t i = from; i < to; i++)
        hb_attack_free(attack, &attack->blocks[i]);
    for (uint64_t i = to; i < attack->count; i++)
        attack->blocks[kept++] = attack->blocks[i];
    attack->count = kept;
}

static bool best_fit_run(struct hb_attack *attack)
{
    uint64_t unit = attack->result->unit, origin = 0;

    for (uint64_t r = 1; r < attack->result->ratio; r++) {
        uint64_t pins, blocks;

        if (r > 1)
            hb_attack_thin(attack, origin, r * unit);
        pins = attack->count;
        if (!fill_and_wall(attack, r + 1))
            return false;
        if (r == 1)
            origin = attack->blocks[0].start;
        for (blocks = pins; blocks < attack->count && attack->blocks[blocks].units == r + 1;)
            blocks++;
        if (!replace_by_pins(attack, pins, blocks))
            return false;
        hb_attack_phase(attack, r - 1, r + 1);
        free_range(attack, pins, blocks);
    }
    return true;
}

static double best_fit_growth(uint64_t ratio)
{
    return 1 + 0.42 * (double)ratio;
}

static void best_fit_theory(const struct hb_adversary_plan *plan, const struct hb_adversary_phase *phase,
                            struct hb_theory *theory)
{
    theory->expected = 0.41 * (double)phase->size * (double)plan->live;
}

const struct hb_adversary hb_adversary_best_fit = {
    .info = {"best-fit", "makes best fit set pins that grow it to 0.41 n M",
             "0.41 n M, of best fit with merging; first fit needs under 2 M", 1 << 16, 64},
    .least_ratio = 2,
    .most_ratio = 4096,
    .bound = HB_BOUND_NONE,
    .growth = best_fit_growth,
    .theory = best_fit_theory,
    .run = best_fit_run,
};

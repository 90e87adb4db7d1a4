/*
 * adversary_robson - the one that no allocator escapes which cannot move blocks.
 *
 * Phase i works on a grid of 2^i units. Every live block covers exactly one point of the grid of the phase
 * before; of the two sets of blocks that lie alternately on it, the one is kept whose blocks spoil more, the
 * other is freed, and blocks of 2^i units are allocated, none of which fits between two that were kept. The
 * extent after phase i is at least M (1 + i/2) - 2^i + 1 units (Robson 1971, 1974), and first fit and best
 * fit need no more.
 */
#include <math.h>

#include "bench/adversary/adversary_known.h"

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

static void robson_theory(const struct hb_adversary_plan *plan, const struct hb_adversary_phase *phase,
                          struct hb_theory *theory)
{
    double size = (double)phase->size;

    theory->bound = (double)plan->live * (1 + log2(size) / 2) - size + 1;
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

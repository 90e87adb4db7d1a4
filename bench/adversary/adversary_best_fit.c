/*
 * adversary_best_fit - pins that best fit itself sets at the worst places. Kind to first fit.
 *
 * Round r keeps as few of the unit blocks ("pins") as leave every gap shorter than r, fills M with blocks of
 * r + 1 and a last pin behind them, and replaces each of those by a block of r and a pin: best fit puts both
 * exactly there. Then the blocks of r are freed, and gaps of r between pins are no use to the next round.
 * Best fit with merging ends at about 0.41 n M; first fit, which takes the first gap instead of the exact
 * one, needs under 2 M.
 */
#include "bench/adversary/adversary_known.h"

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

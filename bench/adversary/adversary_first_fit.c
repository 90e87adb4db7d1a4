/*
 * adversary_first_fit - every size in turn, and before each as few blocks kept as make all gaps too small.
 *
 * For s = 1, 2, ... n: of the live blocks, in address order, one is freed whenever the gap that this makes is
 * still shorter than s; then blocks of s are allocated while they fit in M. With first fit none of them falls
 * into a gap.
 */
#include <stddef.h>

#include "bench/adversary/adversary_known.h"

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

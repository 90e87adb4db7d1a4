/*
 * sizes.c - the distributions of sizes that generators draw from.
 */
#include "workloads/generate/sizes.h"

void hb_sizes_init(struct hb_sizes *sizes, const struct hb_generate_settings *settings)
{
    *sizes = (struct hb_sizes){
        .kind = (enum hb_generate_sizes)settings->sizes,
        .low = settings->smallest,
        .high = settings->largest,
        .empirical = settings->empirical,
        .count = settings->empirical_count,
    };
    for (uint64_t from = sizes->low; from <= sizes->high && from != 0; from *= 2)
        sizes->octaves++;
}

/*
 * P(x) proportional to 1/x, exactly, over the integers low..high: any octave, then uniform in it, accepted
 * with probability (its first)/x. All begin anew when x is refused, or every octave would not weigh alike.
 */
static uint64_t draw_log_uniform(const struct hb_sizes *sizes, struct hb_random *random)
{
    for (;;) {
        uint64_t first = sizes->low << hb_random_below(random, sizes->octaves);
        uint64_t x = first + hb_random_below(random, first);

        if (x <= sizes->high && hb_random_below(random, x) < first)
            return x;
    }
}

uint64_t hb_sizes_draw(const struct hb_sizes *sizes, struct hb_random *random)
{
    switch (sizes->kind) {
    case HB_SIZES_EMPIRICAL:
        return sizes->empirical[hb_random_below(random, sizes->count)];
    case HB_SIZES_LOG_UNIFORM:
        return draw_log_uniform(sizes, random);
    default:
        return sizes->low + hb_random_below(random, sizes->high - sizes->low + 1);
    }
}

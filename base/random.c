/*
 * random.c - xoshiro, its seeding, and what is drawn from it.
 */
#include "base/random.h"

#include <assert.h>

/* A product of 128 bits, in two halves. */
struct wide {
    uint64_t high, low;
};

#ifdef __SIZEOF_INT128__
static struct wide multiply(uint64_t a, uint64_t b)
{
    __extension__ unsigned __int128 product = (unsigned __int128)a * b;

    return (struct wide){.high = (uint64_t)(product >> 64), .low = (uint64_t)product};
}
#else
/* Knuth, The Art of Computer Programming 2, 4.3.1, algorithm M, with digits of 32 bits. */
static struct wide multiply(uint64_t a, uint64_t b)
{
    uint64_t low = (uint32_t)a * (uint64_t)(uint32_t)b;
    uint64_t across = (a >> 32) * (uint32_t)b + (low >> 32);
    uint64_t middle = (uint32_t)across + (uint32_t)a * (b >> 32);

    return (struct wide){.high = (a >> 32) * (b >> 32) + (across >> 32) + (middle >> 32), .low = a * b};
}
#endif

static uint64_t splitmix64(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

void hb_random_seed(struct hb_random *random, uint64_t seed)
{
    for (int i = 0; i < 4; i++)
        random->state[i] = splitmix64(&seed);
}

static uint64_t rotate_left(uint64_t x, int bits)
{
    return (x << bits) | (x >> (64 - bits));
}

uint64_t hb_random_next(struct hb_random *random)
{
    uint64_t *s = random->state;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

uint64_t hb_random_below(struct hb_random *random, uint64_t bound)
{
    struct wide product;
    uint64_t threshold;

    assert(bound >= 1);
    product = multiply(hb_random_next(random), bound);
    if (product.low >= bound)
        return product.high;
    threshold = (0 - bound) % bound;
    while (product.low < threshold)
        product = multiply(hb_random_next(random), bound);
    return product.high;
}

void hb_random_shuffle(struct hb_random *random, size_t *order, size_t count)
{
    for (size_t i = count; i > 1; i--) {
        size_t other = hb_random_below(random, i), kept = order[i - 1];

        order[i - 1] = order[other];
        order[other] = kept;
    }
}

/*
 * fuzz_driver.c - a fuzz target as a test: valid inputs, mutated by a seed, so many times.
 *
 * Usage:  TARGET [ITERATIONS [SEED]]     the same arguments try the same inputs on every machine
 *
 * A fault aborts; the iteration and the seed that lead to it are printed first. The input is the same when
 * begun at that iteration: each has a seed of its own.
 */
#include "tests/fuzz/fuzz.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/number.h"

enum { MAX_MUTATIONS = 6, ROOM = 2 * FUZZ_SEED_BYTES };

static uint8_t input[ROOM];
static size_t length;

/* Bytes that numbers, lengths and texts turn on. */
static const uint8_t telling[] = {0,    1,   2,   7,   8,    0x0f, 0x7f, 0x80, 0xfe,
                                  0xff, '0', '9', ' ', '\n', '#',  '\\', '-'};

static void flip(struct hb_random *random)
{
    input[hb_random_below(random, length)] ^= (uint8_t)(1 << hb_random_below(random, 8));
}

static void replace(struct hb_random *random)
{
    size_t at = hb_random_below(random, length);

    if (hb_random_below(random, 2) == 0)
        input[at] = telling[hb_random_below(random, sizeof telling)];
    else
        input[at] = (uint8_t)hb_random_next(random);
}

static void cut(struct hb_random *random)
{
    size_t at = hb_random_below(random, length), rest = length - at;
    size_t count = hb_random_below(random, rest < 40 ? rest + 1 : 40);

    memmove(input + at, input + at + count, rest - count);
    length -= count;
}

/* Copies a piece of the input to another place in it. */
static void repeat(struct hb_random *random)
{
    uint8_t piece[40];
    size_t from = hb_random_below(random, length), to = hb_random_below(random, length + 1);
    size_t count = hb_random_below(random, length - from < 40 ? length - from + 1 : 40);

    if (length + count > ROOM)
        return;
    memcpy(piece, input + from, count);
    memmove(input + to + count, input + to, length - to);
    memcpy(input + to, piece, count);
    length += count;
}

static void truncate_input(struct hb_random *random)
{
    length = 1 + hb_random_below(random, length);
}

/* Adds or takes a little from four bytes, wherever they are: a length, a count. */
static void nudge(struct hb_random *random)
{
    uint32_t word;
    size_t at;

    if (length < 4)
        return;
    at = hb_random_below(random, length - 3);
    memcpy(&word, input + at, sizeof word);
    word += (uint32_t)hb_random_below(random, 9) - 4;
    memcpy(input + at, &word, sizeof word);
}

static void (*const mutations[])(struct hb_random *random) = {flip, flip,   replace, replace,
                                                              cut,  repeat, nudge,   truncate_input};

static void mutate(struct hb_random *random)
{
    uint64_t count = hb_random_below(random, MAX_MUTATIONS + 1);

    for (uint64_t i = 0; i < count && length > 0; i++)
        mutations[hb_random_below(random, sizeof mutations / sizeof mutations[0])](random);
}

static uint64_t iteration, seed;

static void tell_and_die(int signal_number)
{
    char text[128];
    int count = snprintf(text, sizeof text, "at iteration %llu of seed %llu\n", (unsigned long long)iteration,
                         (unsigned long long)seed);

    if (write(STDERR_FILENO, text, (size_t)count) < 0)
        _exit(2);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

int main(int argc, char **argv)
{
    uint64_t iterations = 2000;

    if ((argc > 1 && !hb_number_parse(argv[1], &iterations)) ||
        (argc > 2 && !hb_number_parse(argv[2], &seed))) {
        fprintf(stderr, "Usage: %s [ITERATIONS [SEED]]\n", argv[0]);
        return 2;
    }
    signal(SIGABRT, tell_and_die);
    for (iteration = 0; iteration < iterations; iteration++) {
        struct hb_random random;

        hb_random_seed(&random, seed * 1000003 + iteration);
        length = fuzz_seed(&random, input);
        mutate(&random);
        LLVMFuzzerTestOneInput(input, length);
    }
    printf("%llu inputs of seed %llu\n", (unsigned long long)iterations, (unsigned long long)seed);
    return 0;
}

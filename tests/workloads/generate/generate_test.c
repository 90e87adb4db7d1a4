/*
 * generate_test.c - the generators' operations, counted: what each promises, without any allocator.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collect.h"
#include "tests/check.h"

static struct collect collected(const char *line)
{
    struct collect c = {0};
    struct hb_error error = {.text = ""};

    if (collect_run(&c, line, &error) != HB_OK)
        fail_msg("%s: %s", line, error.text);
    free(c.sizes);
    free(c.hands);
    c.sizes = NULL;
    c.hands = NULL;
    return c;
}

static __attribute__((format(printf, 1, 2))) struct collect collected_format(const char *format, ...)
{
    char line[256];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    return collected(line);
}

static void ramp_fills_for_every_size(void **state)
{
    struct collect c = collected("ramp live=1000 ratio=7 unit=32 header=8");

    (void)state;
    assert_int_equal(c.phases, 7);
    for (uint64_t s = 1; s <= 7; s++) {
        assert_int_equal(c.phase_size[s - 1], s);
        assert_int_equal(c.phase_live[s - 1], 1000 / s * (32 * s - 8));
    }
    assert_int_equal(c.smallest, 24);
    assert_int_equal(c.largest, 7 * 32 - 8);
    assert_int_equal(c.live_objects, 0);
    assert_int_equal(c.births, 1000 + 500 + 333 + 250 + 200 + 166 + 142);
}

static void ramp_of_one_block(void **state)
{
    struct collect c = collected("ramp live=1 ratio=1");

    (void)state;
    assert_int_equal(c.ops, 2);
}

/* Level s by hand: one block of n, then n - (s-1), ..., then one of s that stays, while live + n <= M. */
static void shredding_keeps_one_block_a_step(void **state)
{
    struct collect c = collected("shredding live=64 ratio=8 unit=16 header=8");

    (void)state;
    assert_int_equal(c.phases, 8);
    assert_int_equal(c.phase_live[0], 64 * 8);
    for (uint64_t s = 2; s <= 8; s++) {
        uint64_t kept = 0;

        for (uint64_t live = 0; live + 8 <= 64; live += s)
            kept++;
        assert_int_equal(c.phase_size[s - 1], s);
        assert_int_equal(c.phase_live[s - 1], kept * (16 * s - 8));
    }
    assert_int_equal(c.live_objects, 0);
    assert_true(c.peak_live_bytes <= 64 * 16);
}

static void two_size_alternates(void **state)
{
    struct collect c = collected("two-size live=1000 size=3 cycles=5 unit=16 header=0");

    (void)state;
    assert_int_equal(c.phases, 5);
    assert_int_equal(c.births, 5 * 2 * (1000 / 6));
    assert_int_equal(c.smallest, 48);
    assert_int_equal(c.largest, 96);
    assert_int_equal(c.peak_live_bytes, 1000 / 6 * 96);
    assert_int_equal(c.live_objects, 0);
}

static void steady_keeps_as_many_live(void **state)
{
    struct collect c = collected("steady live=100 steps=5000 sizes=uniform smallest=10 largest=19 seed=7");

    (void)state;
    assert_int_equal(c.ops, 100 + 2 * 5000);
    assert_int_equal(c.peak_live_objects, 100);
    assert_int_equal(c.live_objects, 100);
    assert_int_equal(c.smallest, 10);
    assert_int_equal(c.largest, 19);
    assert_int_equal(c.phase_size[0], 100);
    assert_int_equal(c.phase_size[1], 200);
    assert_int_equal(c.phase_size[2], 500);
    assert_int_equal(c.phase_size[3], 1000);
    assert_int_equal(c.phase_size[c.phases - 1], 5000);
}

static void sawtooth_rises_and_falls(void **state)
{
    static const char *const orders[] = {"random", "oldest", "newest"};

    (void)state;
    for (int i = 0; i < 3; i++) {
        char line[128];
        struct collect c;

        snprintf(line, sizeof line, "sawtooth live=50 keep=20 cycles=9 order=%s smallest=8 largest=8",
                 orders[i]);
        c = collected(line);
        assert_int_equal(c.phases, 9);
        assert_int_equal(c.peak_live_objects, 50);
        assert_int_equal(c.live_objects, 10);
        assert_int_equal(c.births, 10 + 9 * 40);
        for (int tooth = 0; tooth < 9; tooth++)
            assert_int_equal(c.phase_live[tooth], 50 * 8);
    }
}

/* With the oldest first, what is left are the youngest; with the newest first, the eldest. */
static void sawtooth_frees_in_the_order_asked_for(void **state)
{
    struct collect c = {0};

    (void)state;
    assert_int_equal(collect_run(&c, "sawtooth live=10 keep=50 cycles=3 order=oldest", NULL), HB_OK);
    for (uint64_t object = 0; object < c.births; object++)
        assert_int_equal(c.sizes[object] != UINT64_MAX, object >= c.births - 5);
    collect_clear(&c);
    assert_int_equal(collect_run(&c, "sawtooth live=10 keep=50 cycles=3 order=newest", NULL), HB_OK);
    for (uint64_t object = 0; object < c.births; object++)
        assert_int_equal(c.sizes[object] != UINT64_MAX, object < 5);
    collect_clear(&c);
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static void each_thread_did(const struct collect *c, uint64_t first, uint64_t count, uint64_t ops)
{
    for (uint64_t t = first; t < first + count; t++)
        assert_int_equal(c->thread_ops[t], ops);
}

/* Threads, the batch, cycles. */
static void threadtest_hands_nothing_over(void **state)
{
    static const uint64_t cases[][3] = {{1, 1, 1}, {1, 100, 3}, {2, 7, 50}, {64, 30, 4}, {3, 1, 4000}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t k = cases[i][0], b = cases[i][1], cycles = cases[i][2];
        struct collect c = collected_format("threadtest threads=%" PRIu64 " batch=%" PRIu64 " cycles=%" PRIu64
                                            " smallest=40 largest=40",
                                            k, b, cycles);

        assert_int_equal(c.births, k * b * cycles);
        assert_int_equal(c.ops, 2 * k * b * cycles);
        assert_int_equal(c.peak_live_objects, k * b);
        assert_int_equal(c.peak_live_bytes, k * b * 40);
        assert_int_equal(c.live_objects, 0);
        assert_int_equal(c.handovers, 0);
        assert_int_equal(c.handed_objects, 0);
        assert_int_equal(c.threads, k);
        each_thread_did(&c, 0, k, 2 * b * cycles);
        assert_int_equal(c.phases, cycles);
        for (uint64_t p = 0; p < c.phases; p++)
            assert_int_equal(c.phase_live[p], k * b * 40);
    }
}

/* Threads, objects of each, replacements by each, cycles: fewer replacements than objects too. */
static void larson_hands_slots_to_successors(void **state)
{
    static const uint64_t cases[][4] = {{1, 1, 1, 1},   {1, 10, 25, 3}, {2, 10, 9, 5},
                                        {4, 50, 50, 7}, {64, 5, 3, 8},  {3, 100, 1000, 2}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t k = cases[i][0], n = cases[i][1], s = cases[i][2], g = cases[i][3];
        struct collect c = collected_format("larson threads=%" PRIu64 " live=%" PRIu64 " steps=%" PRIu64
                                            " cycles=%" PRIu64 " smallest=24 largest=24",
                                            k, n, s, g);

        assert_int_equal(c.births, k * (n + s * g));
        assert_int_equal(c.frees, k * s * g);
        assert_int_equal(c.peak_live_objects, k * n);
        assert_int_equal(c.live_objects, k * n);
        assert_int_equal(c.peak_live_bytes, k * n * 24);
        assert_int_equal(c.handovers, k * (g - 1) * least(s, n));
        assert_int_equal(c.handed_objects, c.handovers);
        assert_int_equal(c.threads, k * g);
        each_thread_did(&c, 0, k, n + 2 * s);
        each_thread_did(&c, k, k * (g - 1), 2 * s);
        assert_int_equal(c.phases, g);
    }
}

/* Threads, the batch, the queue's depth, batches: fewer batches than the queue holds too. */
static void producer_consumer_hands_all_over(void **state)
{
    static const uint64_t cases[][4] = {
        {2, 1, 1, 1}, {2, 10, 3, 20}, {4, 7, 16, 5}, {64, 3, 4, 9}, {6, 1, 1, 99}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t pairs = cases[i][0] / 2, b = cases[i][1], d = cases[i][2], cycles = cases[i][3];
        struct collect c = collected_format("producer-consumer threads=%" PRIu64 " batch=%" PRIu64
                                            " depth=%" PRIu64 " cycles=%" PRIu64 " smallest=16 largest=16",
                                            2 * pairs, b, d, cycles);

        assert_int_equal(c.births, pairs * b * cycles);
        assert_int_equal(c.ops, 2 * c.births);
        assert_int_equal(c.handovers, c.births);
        assert_int_equal(c.handed_objects, c.births);
        assert_int_equal(c.peak_live_objects, pairs * b * least(d, cycles));
        assert_int_equal(c.peak_live_bytes, 16 * c.peak_live_objects);
        assert_int_equal(c.live_objects, 0);
        assert_int_equal(c.threads, 2 * pairs);
        each_thread_did(&c, 0, 2 * pairs, b * cycles);
        for (uint64_t p = 0; p < c.phases; p++)
            assert_int_equal(c.phase_live[p], 16 * pairs * b * least(d, p + 1));
    }
}

/* How often a queue's place is handled, summed in the plainest way: all its messages, and those with a new
 * life. */
static void count_messages(uint64_t depth, uint64_t hops, uint64_t cycles, uint64_t *replaced,
                           uint64_t *begun)
{
    *replaced = *begun = 0;
    for (uint64_t place = 0; place < depth; place++) {
        uint64_t hop = 0;

        for (uint64_t cycle = place; cycle < cycles; cycle += depth) {
            *begun += hop == 0;
            hop = (hop + 1) % hops;
            *replaced += hop == 0;
        }
    }
}

/* Threads, messages of each, objects of its own, hops, cycles. */
static void pool_passes_messages_on(void **state)
{
    static const uint64_t cases[][5] = {{2, 1, 0, 1, 1},  {1, 3, 2, 2, 20},  {2, 4, 3, 3, 100},
                                        {5, 7, 4, 2, 50}, {64, 2, 1, 3, 11}, {3, 10, 2, 5, 7}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t k = cases[i][0], d = cases[i][1], b = cases[i][2], h = cases[i][3], cycles = cases[i][4];
        uint64_t replaced, begun;
        struct collect c = collected_format("pool threads=%" PRIu64 " depth=%" PRIu64 " batch=%" PRIu64
                                            " hops=%" PRIu64 " cycles=%" PRIu64 " smallest=32 largest=32",
                                            k, d, b, h, cycles);

        count_messages(d, h, cycles, &replaced, &begun);
        assert_int_equal(c.births, k * (d + b * cycles + replaced));
        assert_int_equal(c.peak_live_objects, k * d + b);
        assert_int_equal(c.peak_live_bytes, 32 * (k * d + b));
        assert_int_equal(c.live_objects, k * d);
        assert_int_equal(c.handovers, k > 1 ? k * cycles : 0);
        assert_int_equal(c.handed_objects, k > 1 ? k * begun : 0);
        assert_int_equal(c.threads, k);
        each_thread_did(&c, 0, k, d + cycles * (2 * b + 1) + replaced);
        assert_int_equal(c.phases, cycles);
    }
}

static void a_seed_is_a_trace(void **state)
{
    struct collect one = collected("steady live=1000 steps=20000 seed=5");
    struct collect two = collected("steady live=1000 steps=20000 seed=5");
    struct collect other = collected("steady live=1000 steps=20000 seed=6");

    (void)state;
    assert_int_equal(one.digest, two.digest);
    assert_int_not_equal(one.digest, other.digest);
    /* The same on every machine. */
    assert_int_equal(one.digest, UINT64_C(0x3e36d72e68290b4c));
}

static void a_full_disk_ends_it(void **state)
{
    static const char *const lines[] = {"ramp",
                                        "shredding",
                                        "two-size cycles=10000",
                                        "steady steps=100000000",
                                        "sawtooth cycles=100000",
                                        "larson steps=1000000",
                                        "threadtest cycles=1M",
                                        "producer-consumer cycles=1M",
                                        "pool cycles=1M"};

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct collect c = {.fail_after = 20000};
        struct hb_error error;

        assert_int_equal(collect_run(&c, lines[i], &error), HB_ERR_IO);
        assert_string_equal(error.text, "the disk is full");
        assert_int_equal(c.ops, 20000);
        collect_clear(&c);
    }
}

static void refused(const char *line, const char *part)
{
    struct hb_error error = {.text = ""};
    struct collect c = {0};

    assert_int_equal(collect_run(&c, line, &error), HB_ERR_USAGE);
    if (strstr(error.text, part) == NULL)
        fail_msg("%s: \"%s\" does not say \"%s\"", line, error.text, part);
    assert_int_equal(c.ops, 0);
}

static void bad_settings_name_the_range(void **state)
{
    (void)state;
    refused("rump", "there are ramp, shredding, two-size, steady, sawtooth, larson, storm, threadtest, "
                    "producer-consumer, pool");
    refused("ramp live=0", "live=0: it must be 1 to 268435456");
    refused("ramp live=1G", "it must be 1 to 268435456");
    refused("ramp live=-1", "it must be 1 to");
    refused("ramp live=", "it must be 1 to");
    refused("ramp live=99999999999999999999999", "it must be 1 to");
    refused("ramp ratio=0", "ratio=0: it must be 1 to 1048576");
    refused("ramp live=10 ratio=11", "ratio=11: it must be 1 to 10");
    refused("ramp unit=8 header=8", "header=8: it must be 0 to 7");
    refused("ramp unit=0", "unit=0: it must be 1 to");
    refused("ramp colour=red", "it takes key=value with the keys live, ratio, unit, header");
    refused("ramp live", "ramp takes no 'live'");
    refused("ramp seed=1", "ramp takes no 'seed=1'");
    refused("ramp empirical=x", "ramp takes no 'empirical=x'");
    refused("ramp thisisaverylongkeythatfitsinnobuffer=1", "ramp takes no");
    refused("shredding ratio=1", "ratio=1: it must be 2 to");
    refused("shredding live=8 ratio=9", "ratio=9: it must be 2 to 8");
    refused("shredding live=256M ratio=1M", "a trace can number 1 to 4294967295");
    refused("two-size live=8 size=5", "size=5: it must be 1 to 4");
    refused("two-size live=256M cycles=1000", "a trace can number 1 to 4294967295");
    refused("steady live=0", "live=0: it must be 1 to 67108864");
    refused("steady live=64M steps=4294967295", "a trace can number 1 to");
    refused("steady smallest=9 largest=8", "smallest=9: it must be 1 to 8");
    refused("steady sizes=normal", "sizes=normal: it must be one of uniform, log-uniform, empirical");
    refused("steady sizes=empirical", "empirical=TRACE");
    refused("sawtooth keep=100", "keep=100: it must be 0 to 99");
    refused("sawtooth order=lifo", "order=lifo: it must be one of random, oldest, newest");
    refused("larson threads=0", "threads=0: it must be 1 to 64");
    refused("threadtest threads=65", "threads=65: it must be 1 to 64");
    refused("pool threads=-1", "it must be 1 to 64");
    refused("producer-consumer threads=1", "threads=1: it must be 2 to 64");
    refused("producer-consumer threads=3", "threads=3: it must be even");
    refused("producer-consumer depth=0", "depth=0: it must be 1 to");
    refused("larson cycles=1025", "cycles=1025: it must be 1 to 1024");
    refused("larson live=2M", "live=2M: it must be 1 to 1048576");
    refused("larson threads=64 steps=4294967295 cycles=1024", "a trace can number 1 to");
    refused("threadtest threads=64 batch=1M cycles=4294967295", "a trace can number 1 to");
    refused("producer-consumer threads=64 batch=1M cycles=4294967295", "a trace can number 1 to");
    refused("pool threads=64 depth=1M batch=1M cycles=4294967295", "a trace can number 1 to");
    refused("pool hops=0", "hops=0: it must be 1 to");
    refused("pool live=7", "threads, depth, batch, hops, cycles, sizes, smallest, largest, seed");
    refused("sawtooth live=64M cycles=100", "a trace can number 1 to");
}

static void a_description_makes_the_same_again(void **state)
{
    struct hb_generate_settings settings;
    const struct hb_generator *steady = hb_generator_find("steady", NULL);
    char text[256];

    (void)state;
    hb_generate_defaults(steady, &settings);
    assert_int_equal(hb_generate_set(steady, "steps=20K", &settings, NULL), HB_OK);
    hb_generate_describe(steady, &settings, text, sizeof text);
    assert_string_equal(text,
                        "steady live=10000 steps=20480 sizes=log-uniform smallest=16 largest=4096 seed=1");
    assert_int_equal(collected(text).digest, collected("steady steps=20480").digest);
    assert_int_equal(hb_generate_set(steady, "empirical=cc1", &settings, NULL), HB_OK);
    hb_generate_describe(steady, &settings, text, sizeof text);
    assert_string_equal(text, "steady live=10000 steps=20480 seed=1 empirical=cc1");
}

static void storm_is_silent_at_each_foot(void **state)
{
    struct hb_workload *storm;
    struct hb_error error = {.text = ""};

    (void)state;
    if (hb_generate_workload("storm live=100 keep=10 cycles=2 hold=100 silence=1000 heartbeat=300 beat=5",
                             "a storm", &storm, &error) != HB_OK)
        fail_msg("%s", error.text);
    assert_string_equal(storm->name, "a storm");
    assert_int_equal(storm->object_count, 100 + 90 + 2 * 3 * 5);
    assert_int_equal(storm->op_count, 2 * storm->object_count);
    assert_int_equal(storm->peak_live_objects, 100);
    assert_int_equal(storm->live_objects_at_end, 0);
    assert_int_equal(storm->time_us, 2 * (100 + 1000) * 1000);
    assert_int_equal(storm->wait_count, 2 * (1 + 3 + 1));
    assert_int_equal(storm->waits[0].before_op, 100);      /* at the peak */
    assert_int_equal(storm->waits[1].before_op, 100 + 90); /* at the foot */
    assert_int_equal(storm->waits[9].before_op, storm->op_count);
    hb_workload_free(storm);
}

static void a_text_that_describes_no_workload_is_refused(void **state)
{
    static const char *const texts[] = {"", "storms", "storm silence=0", "storm live", "sawtooth silence=5"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct hb_workload *workload;
        struct hb_error error = {.text = ""};

        assert_int_equal(hb_generate_workload(texts[i], "x", &workload, &error), HB_ERR_USAGE);
        assert_true(error.text[0] != '\0');
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        hb_test("ramp fills the heap once for every size", ramp_fills_for_every_size),
        hb_test("the smallest ramp is one block", ramp_of_one_block),
        hb_test("shredding keeps one block a step, while the next step fits",
                shredding_keeps_one_block_a_step),
        hb_test("two-size alternates between large blocks and as many small ones", two_size_alternates),
        hb_test("steady keeps as many objects live as ever", steady_keeps_as_many_live),
        hb_test("sawtooth rises to live and falls to keep", sawtooth_rises_and_falls),
        hb_test("sawtooth frees in the order that was asked for", sawtooth_frees_in_the_order_asked_for),
        hb_test("storm is silent at each foot, and leaves nothing", storm_is_silent_at_each_foot),
        hb_test("a text that describes no workload is refused", a_text_that_describes_no_workload_is_refused),
        hb_test("threadtest's threads hand nothing over", threadtest_hands_nothing_over),
        hb_test("larson's threads hand their slots to successors", larson_hands_slots_to_successors),
        hb_test("a consumer frees all that its producer makes", producer_consumer_hands_all_over),
        hb_test("a pool's threads pass every message on", pool_passes_messages_on),
        hb_test("the same seed gives the same operations, on every machine", a_seed_is_a_trace),
        hb_test("a sink that fails ends the generation with its own error", a_full_disk_ends_it),
        hb_test("settings out of range are refused with the range", bad_settings_name_the_range),
        hb_test("a description makes the same operations again", a_description_makes_the_same_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * adversary_test.c - what the adaptive adversaries do to our allocators, against the figures of the
 * literature: exactly where they are exact, on the model at the size of the papers and on walking allocators
 * at small ones.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/bench/adversary/adversary_support.h"
#include "tests/check.h"

/* M (1 + i/2) - 2^i + 1: the bound. A policy that does not merge cannot use the last block of a phase, which
 * it freed at the very end of the heap, for a larger one: 2^i - 1 units more. */
static void meets_robson(const char *allocator, uint64_t live, uint64_t ratio)
{
    const struct hb_adversary_result *result = adversary_result("robson", allocator, live, ratio, NULL);
    uint64_t unmerged = adversary_merges(allocator) ? 0 : 1;

    for (uint64_t i = 0, size = 1; size <= ratio; i++, size *= 2) {
        uint64_t bound = live + i * live / 2 - size + 1;

        assert_int_equal(adversary_extent_units(result, size), bound + unmerged * (size - 1));
        assert_int_equal(adversary_phase(result, size)->live_blocks, live * (i + 2) / (2 * size));
        assert_int_equal(adversary_phase(result, size)->live_bytes, result->most_live_bytes);
        assert_int_equal(adversary_phase(result, size)->bound_bytes, bound * result->unit);
    }
}

static void robson_on_the_models(void **state)
{
    static const char *const models[] = {"model-first",      "model-first-merge", "model-next",
                                         "model-next-merge", "model-best",        "model-best-merge"};

    (void)state;
    for (size_t i = 0; i < sizeof models / sizeof models[0]; i++)
        meets_robson(models[i], 1 << 16, 1 << 10);
    if (!HB_SANITIZED)
        meets_robson("model-first-merge", 1 << 20, 1 << 10);
}

static void robson_on_memory(void **state)
{
    static const char *const walking[] = {"simple", "simple-merge", "free-list", "first-merge",
                                          "next",   "next-merge",   "best",      "best-merge"};

    (void)state;
    for (size_t i = 0; i < sizeof walking / sizeof walking[0]; i++)
        meets_robson(walking[i], 1 << 11, 1 << 8);
}

/* Nothing that cannot move blocks needs less: an allocator with size classes, and one with bins. */
static void robson_spares_nobody(void **state)
{
    size_t count;
    const struct hb_allocator *const *builtin = hb_allocator_builtin(&count);
    unsigned tried = 0;

    (void)state;
    for (size_t i = 0; i < count; i++) {
        const struct hb_adversary_result *result;

        if (builtin[i]->inspect == NULL)
            continue;
        result = adversary_result("robson", builtin[i]->name, 1 << 10, 1 << 7, NULL);
        for (uint32_t phase = 0; phase < result->phase_count; phase++)
            assert_true(result->phases[phase].measured_bytes >= result->phases[phase].bound_bytes);
        tried++;
    }
    assert_true(tried >= 12);
}

/* N(16, 2) is Knuth's: The Art of Computer Programming 1, section 2.5, exercise 38. */
static void robsons_bound_is_what_is_proved(void **state)
{
    static const uint64_t known[][3] = {{1, 1, 1}, {16, 1, 16}, {16, 2, 23},       {16, 4, 29},
                                        {5, 2, 5}, {6, 2, 7},   {1024, 1024, 5121}};

    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        assert_int_equal(hb_adversary_robson_units(known[i][0], known[i][1]), known[i][2]);
    for (uint64_t i = 0; i <= 20; i++) {
        uint64_t size = UINT64_C(1) << i, live = 2 * size * 7;

        assert_int_equal(hb_adversary_robson_units(live, size), live + i * live / 2 - size + 1);
    }
}

/* Blocks may lie anywhere, so that the last one adds a byte and not a unit. */
static void robsons_bound_in_bytes_is_of_the_worst_phase(void **state)
{
    uint64_t most = UINT64_C(1) << 58;

    (void)state;
    assert_int_equal(hb_adversary_robson_bytes(1, 1, 1), 1);
    assert_int_equal(hb_adversary_robson_bytes(1000, 10, 19), 1000);                 /* n is 1 */
    assert_int_equal(hb_adversary_robson_bytes(16 * 32, 32, 64), (23 - 1) * 32 + 1); /* 2 */
    assert_int_equal(hb_adversary_robson_bytes(16 * 32 + 31, 32, 5 * 32), (29 - 1) * 32 + 1);
    assert_int_equal(hb_adversary_robson_bytes(5 * 32, 32, 64),
                     5 * 32);                                    /* no phase is as bad as what is live */
    assert_int_equal(hb_adversary_robson_bytes(64, 1, 64), 193); /* 32 is as bad */
    assert_int_equal(hb_adversary_robson_bytes(most, 1, most), (most / 2) * 58 + 1);
    assert_int_equal(hb_adversary_robson_bytes(most + 1, 1, 1), 0);
}

/* The proof is of any M, and not only of multiples of 2 n. */
static void any_m_needs_robsons_bound(void **state)
{
    (void)state;
    for (uint64_t live = 2; live <= 65; live++)
        for (uint64_t ratio = 2; ratio <= live; ratio *= 2) {
            const struct hb_adversary_result *result =
                adversary_result("robson", "model-first-merge", live, ratio, NULL);

            for (uint32_t phase = 0; phase < result->phase_count; phase++)
                assert_true(result->phases[phase].measured_bytes >= result->phases[phase].bound_bytes);
        }
}

static void first_fit_grows_as_published(void **state)
{
    static const double extents[] = {1.50, 2.13, 2.79, 3.50, 4.22, 4.92, 5.64, 6.37, 7.10, 7.82};
    static const char *const models[] = {"model-first", "model-first-merge"};

    (void)state;
    for (size_t m = HB_SANITIZED; m < sizeof models / sizeof models[0]; m++) {
        const struct hb_adversary_result *result =
            adversary_result("first-fit", models[m], HB_SANITIZED ? 1 << 16 : 1 << 20, 1 << 10, NULL);

        for (size_t i = 0; i < sizeof extents / sizeof extents[0]; i++) {
            const struct hb_adversary_phase *phase = adversary_phase(result, UINT64_C(2) << i);

            /* 1.50 is 1.4999 for want of a last unit; each figure has two decimals. */
            adversary_near(adversary_extent(result, UINT64_C(2) << i), extents[i],
                           HB_SANITIZED ? 0.06 : 0.006, models[m]);
            assert_true(phase->measured_bytes <= phase->bound_bytes);
        }
        adversary_near((double)adversary_phase(result, 1024)->bound_bytes / (double)result->most_live_bytes,
                       10.43, 0.005, "the ceiling of first fit");
    }
}

/* What the theory of one phase is, over M; 0: nothing is known. */
struct known_phase {
    uint64_t index, size;
    double expected, bound;
};

static void has_theory(const struct hb_adversary_result *result, const struct known_phase *known,
                       size_t count)
{
    double m = (double)result->most_live_bytes;

    assert_int_equal(result->phase_count, count);
    for (size_t i = 0; i < count; i++) {
        const struct hb_adversary_phase *phase = &result->phases[i];

        assert_int_equal(phase->index, known[i].index);
        assert_int_equal(phase->size, known[i].size);
        adversary_near((double)phase->expected_bytes / m, known[i].expected, 1e-6, "expected");
        adversary_near((double)phase->bound_bytes / m, known[i].bound, 1e-6, "bound");
    }
}

/* The ceilings were computed apart, in decimals of 60 digits. */
static void every_phase_of_first_fit_has_its_own_ceiling(void **state)
{
    static const struct known_phase known[] = {
        {0, 1, 1.00, 1},
        {1, 2, 1.50, 1.75},
        {3, 4, 2.13, 2.59826389},
        {7, 8, 2.79, 3.51454439},
        {15, 16, 3.50, 4.47085319},
        {31, 32, 4.22, 5.44862634},
        {63, 64, 4.92, 6.43743317},
        {99, 100, 0, 7.07724777},
    };

    (void)state;
    has_theory(adversary_result("first-fit", "model-first", 1 << 16, 100, NULL), known, 8);
}

static void every_phase_of_best_fit_expects_its_own_extent(void **state)
{
    static const struct known_phase known[] = {
        {0, 2, 0.82, 0}, {2, 4, 1.64, 0}, {6, 8, 3.28, 0}, {14, 16, 6.56, 0}, {18, 20, 8.2, 0}};

    (void)state;
    has_theory(adversary_result("best-fit", "model-first", 1 << 16, 20, NULL), known, 5);
}

/* 16384 + 16 and, for each size from 2 on, 16 * 16384 over it; the ramp's are sums of s floor(M/s). */
static void every_phase_of_a_generated_attack_has_its_own_bound(void **state)
{
    static const struct known_phase shredding[] = {{0, 1, 1, 1.00097656},
                                                   {1, 2, 8.99316406, 9.00097656},
                                                   {3, 4, 18.31933594, 18.33430990},
                                                   {7, 8, 28.46484375, 28.48669085},
                                                   {15, 16, 39.06640625, 39.09264045}};
    static const struct known_phase ramp[] = {
        {0, 1, 1, 1}, {1, 2, 2, 1}, {3, 4, 3.99609375, 1}, {5, 6, 5.9765625, 1}};
    static const struct known_phase two_size[] = {{0, 1, 1, 1}, {1, 2, 1.5, 1}, {2, 3, 1.5, 1}};

    (void)state;
    has_theory(adversary_result("shredding", "model-first", 1 << 14, 16, NULL), shredding, 5);
    has_theory(adversary_result("ramp", "model-first", 1 << 8, 6, NULL), ramp, 4);
    has_theory(adversary_result("two-size", "model-first", 1 << 8, 0, "cycles=3"), two_size, 3);
}

/* The walking allocators place as the model does, so they are grown alike, to the unit. */
static void walking_is_grown_as_its_model(void **state)
{
    static const char *const pairs[][2] = {
        {"simple", "model-first"},
        {"simple-merge", "model-first-merge"},
        {"next", "model-next"},
        {"best", "model-best"},
        {"next-merge", "model-next-merge"},
        {"best-merge", "model-best-merge"},
        {"free-list", "model-first-merge"},
    };
    static const char *const names[] = {"first-fit", "best-fit"};

    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        for (size_t n = 0; n < 2; n++) {
            struct hb_adversary_result walking = *adversary_result(names[n], pairs[i][0], 1 << 9, 32, NULL);
            const struct hb_adversary_result *model =
                adversary_result(names[n], pairs[i][1], 1 << 9, 32, NULL);

            assert_int_equal(walking.allocations, model->allocations);
            for (uint64_t size = 2; size <= 32; size *= 2)
                assert_int_equal(adversary_extent_units(&walking, size), adversary_extent_units(model, size));
        }
}

static void best_fit_is_separated_from_first_fit(void **state)
{
    static const struct {
        uint64_t ratio;
        double extent, tolerance; /* of M; one unit of the last digit */
    } known[] = {{16, 6.5, 0.05}, {64, 26.9, 0.1}, {256, 107, 0.5}};
    size_t count = HB_SANITIZED ? 1 : 3;

    (void)state;
    for (size_t i = 0; i < count; i++) {
        uint64_t n = known[i].ratio;

        adversary_near(
            adversary_extent(adversary_result("best-fit", "model-best-merge", 1 << 16, n, NULL), n),
            known[i].extent, known[i].tolerance, "best fit");
        assert_true(adversary_extent(adversary_result("best-fit", "model-first-merge", 1 << 16, n, NULL), n) <
                    2);
    }
}

/* M is never exceeded, whatever the allocator answers. */
static void nobody_is_asked_for_more_than_m(void **state)
{
    static const char *const names[] = {"robson", "first-fit", "best-fit"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        for (uint64_t live = 2; live <= 65; live++) {
            const struct hb_adversary_result *result =
                adversary_result(names[i], "model-best-merge", live, 2, NULL);

            for (uint32_t phase = 0; phase < result->phase_count; phase++)
                assert_true(result->phases[phase].live_bytes <= live * result->unit);
        }
}

static void a_full_heap_ends_it(void **state)
{
    struct hb_adversary_plan plan = adversary_plan("robson", "simple", 1 << 10, 1 << 6, NULL);
    struct hb_adversary_result result;

    (void)state;
    plan.heap_bytes = 2 * 32 << 10; /* M fits twice; phase 3 needs 2.5 M */
    assert_int_equal(hb_adversary_drive(&plan, NULL, &result, NULL), HB_OK);
    assert_int_equal(result.outcome, HB_ADVERSARY_FAILED);
    assert_int_equal(result.phase_count, 3);
    assert_non_null(strstr(result.error.text, "simple had no room for"));
}

static void refused(struct hb_adversary_plan plan, const char *part)
{
    struct hb_error error = {.text = ""};

    assert_int_equal(hb_adversary_check(&plan, &error), HB_ERR_USAGE);
    if (strstr(error.text, part) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", error.text, part);
}

static void bad_plans_name_the_range(void **state)
{
    (void)state;
#define PLAN(...) \
    ((struct hb_adversary_plan){.allocator = "model-first", .header = HB_ADVERSARY_ASK, __VA_ARGS__})
    refused(PLAN(.name = "nobody"), "there are robson, first-fit, best-fit, ramp");
    refused(PLAN(.name = "robson", .ratio = 3), "a power of two, 1 to 1048576");
    refused(PLAN(.name = "robson", .ratio = 1 << 21), "a power of two, 1 to 1048576");
    refused(PLAN(.name = "best-fit", .ratio = 1), "2 to 4096");
    refused(PLAN(.name = "first-fit", .ratio = 4097), "1 to 4096");
    refused(PLAN(.name = "robson", .live = 1023, .ratio = 1024), "it must be 1024 to ");
    refused(PLAN(.name = "robson", .live = UINT64_C(1) << 60), "half of this machine's memory");
    refused((struct hb_adversary_plan){.name = "robson", .unit = 8, .header = 8},
            "header 8: it must be 0 to 7");
    refused(PLAN(.name = "robson", .unit = (1 << 20) + 1), "it must be 1 to 1048576 bytes");
    refused(PLAN(.name = "robson", .settings = "steps=3"), "robson takes no 'steps=3'");
    refused(PLAN(.name = "ramp", .live = 10, .ratio = 11), "ratio=11: it must be 1 to 10");
    refused(PLAN(.name = "ramp", .settings = "unit=8"), "that is the option --unit here");
    refused(PLAN(.name = "steady", .ratio = 4), "steady takes no 'ratio=4'");
    refused(PLAN(.name = "steady", .settings = "steps=4000000000"), "'heapbench generate' streams more");
    refused(PLAN(.name = "steady", .settings = "empirical=demo"), "heapbench generate");
#undef PLAN
}

static void a_header_must_fit_the_unit(void **state)
{
    struct hb_adversary_plan plan = adversary_plan("robson", "simple", 64, 4, NULL);
    struct hb_adversary_result result;
    struct hb_error error;

    (void)state;
    plan.unit = 8;
    assert_int_equal(hb_adversary_drive(&plan, NULL, &result, &error), HB_ERR_USAGE);
    assert_non_null(strstr(error.text, "it must be more than the header of 8 bytes that simple has"));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        hb_test("Robson's bound is met to the unit by every policy of the model, phase by phase",
                robson_on_the_models),
        hb_test("Robson's bound is met to the unit by the walking allocators", robson_on_memory),
        hb_test("no allocator needs less than Robson's bound", robson_spares_nobody),
        hb_test("Robson's bound is what is proved, to the unit", robsons_bound_is_what_is_proved),
        hb_test("Robson's bound in bytes is of the worst phase",
                robsons_bound_in_bytes_is_of_the_worst_phase),
        hb_test("Robson's bound holds for any M", any_m_needs_robsons_bound),
        hb_test("first fit is grown to 1.50, 2.13, 2.79 ... 7.82 M, below its ceiling of 10.43 M",
                first_fit_grows_as_published),
        hb_test("every phase of first-fit has its own ceiling", every_phase_of_first_fit_has_its_own_ceiling),
        hb_test("every phase of best-fit expects its own extent",
                every_phase_of_best_fit_expects_its_own_extent),
        hb_test("every phase of a generated attack has its own bound",
                every_phase_of_a_generated_attack_has_its_own_bound),
        hb_test("walking allocators are grown exactly as their models are", walking_is_grown_as_its_model),
        hb_test("best fit is grown to 0.41 n M where first fit needs less than 2 M",
                best_fit_is_separated_from_first_fit),
        hb_test("no adversary has more than M live", nobody_is_asked_for_more_than_m),
        hb_test("a heap without room ends the attack and keeps the phases before", a_full_heap_ends_it),
        hb_test("plans out of range are refused with the range", bad_plans_name_the_range),
        hb_test("a unit that an allocator's header fills is refused", a_header_must_fit_the_unit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * error_test.c - what is suggested for a name that is not known.
 */
#include "tests/check.h"

#include <string.h>

#include "base/error.h"

static const char *const names[] = {"list",   "walk",   "record",      "run",
                                    "replay", "report", "model-first", "jemalloc"};

static struct hb_unknown offer_all(const char *name)
{
    struct hb_unknown unknown = {.name = name};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        hb_unknown_offer(&unknown, names[i]);
    return unknown;
}

static void what_is_nearest_is_suggested(void **state)
{
    static const struct {
        const char *name, *hint;
    } cases[] = {
        {"rnu", " (did you mean 'run'?)"},       /* swapped */
        {"runn", " (did you mean 'run'?)"},      /* one too many */
        {"wlk", " (did you mean 'walk'?)"},      /* one too few */
        {"wolk", " (did you mean 'walk'?)"},     /* another one */
        {"Replay", " (did you mean 'replay'?)"}, /* the case does not count */
        {"rec", " (did you mean 'record'?)"},    /* a beginning */
        {"jemaloc", " (did you mean 'jemalloc'?)"}, {"model-frist", " (did you mean 'model-first'?)"},
        {"repaly", " (did you mean 'replay'?)"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(offer_all(cases[i].name).hint, cases[i].hint);
}

static void what_is_near_nothing_gets_no_suggestion(void **state)
{
    static const char *const far[] = {"",
                                      "r",
                                      "x",
                                      "frobnicate",
                                      "lust for life",
                                      "tcmalloc-of-google",
                                      "a-name-that-is-longer-than-any-that-there-is-in-any-table"};

    (void)state;
    for (size_t i = 0; i < sizeof far / sizeof far[0]; i++)
        assert_string_equal(offer_all(far[i]).hint, "");
}

static void all_that_is_known_is_listed(void **state)
{
    struct hb_unknown unknown = offer_all("x");

    (void)state;
    assert_string_equal(unknown.known, "list, walk, record, run, replay, report, model-first, jemalloc");
    for (int i = 0; i < 100; i++) /* as far as there is room */
        hb_unknown_offer(&unknown, "tcmalloc");
    assert_int_equal(strlen(unknown.known), sizeof unknown.known - 1);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        hb_test("what is nearest is suggested", what_is_nearest_is_suggested),
        hb_test("what is near nothing gets no suggestion", what_is_near_nothing_gets_no_suggestion),
        hb_test("all that is known is listed", all_that_is_known_is_listed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

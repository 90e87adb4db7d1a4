/* place_test.c - what heapbench brings along is found from the executable, or where a variable says. */
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/place.h"

static const enum hb_place places[] = {HB_PLACE_TRACES, HB_PLACE_PLOTS, HB_PLACE_RECORDER, HB_PLACE_HEAPS};
static const char *const variables[] = {"HEAPBENCH_TRACES", "HEAPBENCH_PLOTS", "HEAPBENCH_RECORDER",
                                        "HEAPBENCH_HEAPS"};

enum { PLACES = sizeof places / sizeof *places };

static int forget_variables(void **state)
{
    (void)state;
    for (size_t i = 0; i < PLACES; i++)
        unsetenv(variables[i]);
    return 0;
}

static void the_build_tree_has_them_all(void **state)
{
    (void)state;
    for (size_t i = 0; i < PLACES; i++) {
        const char *path = hb_place_of(places[i]);

        assert_int_equal(path[0], '/');
        assert_null(strstr(path, "/../"));
        assert_int_equal(access(path, R_OK), 0);
    }
}

static void a_variable_names_another_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < PLACES; i++) {
        const char *own = hb_place_of(places[i]);

        assert_string_equal(hb_place_variable(places[i]), variables[i]);
        setenv(variables[i], "else/where", 1);
        assert_string_equal(hb_place_of(places[i]), "else/where");
        setenv(variables[i], "", 1);
        assert_string_equal(hb_place_of(places[i]), own);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        hb_test("a build tree has them all", the_build_tree_has_them_all),
        hb_test("a variable names another one, and an empty one none", a_variable_names_another_one),
    };

    return cmocka_run_group_tests(tests, forget_variables, NULL);
}

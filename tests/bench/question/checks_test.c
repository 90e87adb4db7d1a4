/*
 * checks_test.c - which libraries are checked before they are measured.
 */
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/question/session.h"

static char path[64];

static void write_trace(void)
{
    FILE *out;
    int fd;

    strcpy(path, "/tmp/checks_test.XXXXXX");
    fd = mkstemp(path);
    assert_true(fd >= 0);
    out = fdopen(fd, "w");
    assert_non_null(out);
    fputs("a 1 64\nf 1\n", out);
    assert_int_equal(fclose(out), 0);
}

/* Of a session with jemalloc alone, whose version is then said to be `version`; NULL: its own. */
static bool is_checked(const char *version, bool unchecked)
{
    char *traces[] = {path, NULL};
    char program[] = "checks_test";
    char *const argv[] = {program, NULL};
    struct hb_session_options options = {.allocators = "jemalloc",
                                         .traces = traces,
                                         .rounds_least = 1,
                                         .rounds_most = 1,
                                         .unchecked = unchecked};
    struct hb_sample_request request = {.mode = HB_SAMPLE_TIME};
    struct hb_sample_result result;
    struct hb_candidate *jemalloc;
    struct hb_session session;
    struct hb_error error;
    bool checked;

    if (hb_session_open(&session, &options, 1, argv, &error) != HB_OK)
        fail_msg("%s", error.text);
    jemalloc = &session.found.candidates[0];
    assert_true(jemalloc->usable);
    if (version != NULL)
        snprintf(jemalloc->version, sizeof jemalloc->version, "%s", version);
    if (hb_session_sample(&session, 0, jemalloc, &request, &result, &error) != HB_OK)
        fail_msg("%s", error.text);
    assert_int_equal(result.outcome, HB_SAMPLE_OK);
    checked = hb_checks_known(&session, 0, jemalloc) != NULL;
    hb_sample_result_clear(&result);
    hb_session_close(&session);
    return checked;
}

static void a_known_library_is_checked_when_its_version_is_another(void **state)
{
    (void)state;
    write_trace();
    assert_false(is_checked("5.3.0", false));
    assert_true(is_checked("5.3.1", false));
    assert_true(is_checked("", false));
    assert_false(is_checked("5.3.1", true));
    assert_int_equal(unlink(path), 0);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        hb_test("a known library is checked when its version is another than the one that was vouched for",
                a_known_library_is_checked_when_its_version_is_another),
    };

    hb_child_main(argc, argv, &hb_sample_job);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

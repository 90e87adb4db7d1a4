/*
 * progress_test.c - the line of progress on a terminal of the test's own, and that there is none elsewhere.
 */
#include "tests/check.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/progress.h"

#define ERASE_LINE "\r\033[K"

static int master, standard_error;

/* Standard error is a terminal, whose other end is `master`. */
static int set_up(void **state)
{
    int slave;

    (void)state;
    master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0)
        return -1;
    slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    standard_error = dup(STDERR_FILENO);
    if (slave < 0 || dup2(slave, STDERR_FILENO) < 0)
        return -1;
    close(slave);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    dup2(standard_error, STDERR_FILENO);
    close(standard_error);
    close(master);
    return 0;
}

/* What has come to the terminal since it was read last. */
static const char *shown(void)
{
    static char text[1024];
    ssize_t bytes = read(master, text, sizeof text - 1);

    text[bytes > 0 ? bytes : 0] = '\0';
    return text;
}

static void steps_are_named_and_counted_as_they_begin(void **state)
{
    struct hb_progress progress = {.total = 2};

    (void)state;
    hb_progress_step(&progress, "%s: %u", "perl", 7u);
    assert_string_equal(shown(), ERASE_LINE "[1/2] perl: 7");
    hb_progress_step(&progress, "next");
    assert_string_equal(shown(), ERASE_LINE "[2/2] next");
    hb_progress_step(&progress, "one more than was said");
    assert_string_equal(shown(), ERASE_LINE "one more than was said");
    hb_progress_clear(&progress);
    assert_string_equal(shown(), ERASE_LINE);
    hb_progress_clear(&progress);
    assert_string_equal(shown(), "");
}

static void work_without_steps_shows_nothing_for_a_second(void **state)
{
    (void)state;
    hb_progress_begin("counting");
    assert_in_range(hb_progress_wait(), 1, 1001);
    hb_progress_set(NULL, 1);
    hb_progress_end();
    assert_string_equal(shown(), "");
    assert_true(hb_progress_wait() == UINT64_MAX);
}

/* A loop of many short calls, until the line is there. */
static const char *set_until_shown(uint64_t done)
{
    uint64_t begin = hb_clock_ns();
    const char *text = "";

    while (*text == '\0' && hb_clock_ns() - begin < UINT64_C(20000000000)) {
        for (int i = 0; i < 1000; i++)
            hb_progress_set(NULL, done);
        text = shown();
    }
    return text;
}

static void a_loop_shows_how_far_it_is_and_the_time_left(void **state)
{
    const char *text;

    (void)state;
    hb_progress_begin("a\033b");
    hb_progress_total(4);
    text = set_until_shown(1);
    assert_ptr_equal(strstr(text, ERASE_LINE "a\\x1bb "), text);
    assert_non_null(strstr(text, " s, 25 %, about "));
    assert_non_null(strstr(text, " s left"));
    hb_progress_end();
    assert_string_equal(shown(), ERASE_LINE);
}

static void a_loop_whose_length_is_not_known_shows_the_time(void **state)
{
    const char *text;

    (void)state;
    hb_progress_begin("reading");
    text = set_until_shown(1);
    assert_ptr_equal(strstr(text, ERASE_LINE "reading "), text);
    assert_null(strchr(text, '%'));
    assert_null(strstr(text, "left"));
    hb_progress_end();
    assert_string_equal(shown(), ERASE_LINE);
}

static void the_line_is_no_longer_than_the_terminal_is_wide(void **state)
{
    struct hb_progress progress = {.total = 2};
    struct winsize size = {.ws_col = 16};

    (void)state;
    assert_int_equal(ioctl(master, TIOCSWINSZ, &size), 0);
    hb_progress_step(&progress, "a trace with a long name");
    assert_string_equal(shown(), ERASE_LINE "[1/2] a trace w");
    hb_progress_step(&progress, "12345678\303\266"); /* a character is whole or not there */
    assert_string_equal(shown(), ERASE_LINE "[2/2] 12345678");
    hb_progress_clear(&progress);
    shown();
    hb_progress_begin("a trace with a long name");
    hb_progress_total(4);
    assert_string_equal(set_until_shown(1), ERASE_LINE " 1 s, 25 %, abo");
    hb_progress_end();
    shown();
    size.ws_col = 0;
    assert_int_equal(ioctl(master, TIOCSWINSZ, &size), 0);
}

/* A child's loop, which has no terminal, says it to the parent, which has no loop. */
static void what_is_done_can_be_shared_with_who_shows_it(void **state)
{
    volatile uint64_t shared = 0;

    (void)state;
    hb_progress_share(&shared);
    hb_progress_set(NULL, 3);
    assert_true(shared == 3);
    hb_progress_share(NULL);
    hb_progress_set(NULL, 4);
    assert_true(shared == 3);
    assert_string_equal(shown(), "");
}

static void a_loop_within_a_step_leaves_the_steps_count_alone(void **state)
{
    struct hb_progress progress = {.total = 9};
    const char *text;

    (void)state;
    hb_progress_step(&progress, "part");
    assert_string_equal(shown(), ERASE_LINE "[1/9] part");
    hb_progress_total(100);
    text = set_until_shown(50);
    assert_ptr_equal(strstr(text, ERASE_LINE "[1/9] part"), text);
    hb_progress_clear(&progress);
    assert_string_equal(shown(), ERASE_LINE);
}

static void what_begins_within_other_work_is_a_part_of_it(void **state)
{
    const char *text;

    (void)state;
    hb_progress_begin("all");
    hb_progress_total(4);
    hb_progress_set(NULL, 1);
    hb_progress_begin("a part");
    hb_progress_total(1000);
    text = set_until_shown(999);
    assert_ptr_equal(strstr(text, ERASE_LINE "all "), text);
    assert_non_null(strstr(text, " s, 25 %, about "));
    hb_progress_end();
    assert_string_equal(shown(), ""); /* which the part's end leaves there */
    hb_progress_end();
    assert_true(hb_progress_wait() == UINT64_MAX);
    assert_string_equal(shown(), ERASE_LINE);
}

static void nothing_is_written_where_there_is_no_terminal(void **state)
{
    struct hb_progress progress = {.total = 2};
    char byte;
    int ends[2], terminal = dup(STDERR_FILENO);

    (void)state;
    assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
    dup2(ends[1], STDERR_FILENO);
    hb_progress_step(&progress, "a step");
    hb_progress_clear(&progress);
    hb_progress_begin("a loop");
    assert_true(hb_progress_wait() == UINT64_MAX);
    hb_progress_set(NULL, 1);
    hb_progress_end();
    dup2(terminal, STDERR_FILENO);
    close(terminal);
    assert_int_equal(read(ends[0], &byte, 1), -1);
    assert_int_equal(progress.done, 1);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        hb_test("steps are named and counted as they begin", steps_are_named_and_counted_as_they_begin),
        hb_test("work without steps shows nothing for a second",
                work_without_steps_shows_nothing_for_a_second),
        hb_test("a loop shows how far it is, and the time left",
                a_loop_shows_how_far_it_is_and_the_time_left),
        hb_test("a loop whose length is not known shows the time",
                a_loop_whose_length_is_not_known_shows_the_time),
        hb_test("the line is no longer than the terminal is wide",
                the_line_is_no_longer_than_the_terminal_is_wide),
        hb_test("what is done can be shared with who shows it", what_is_done_can_be_shared_with_who_shows_it),
        hb_test("a loop within a step leaves the steps' count alone",
                a_loop_within_a_step_leaves_the_steps_count_alone),
        hb_test("what begins within other work is a part of it",
                what_begins_within_other_work_is_a_part_of_it),
        hb_test("nothing is written where there is no terminal",
                nothing_is_written_where_there_is_no_terminal),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}

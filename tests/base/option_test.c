/* option_test.c - what a table of options takes, and the sentence for every kind of mistake. */
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/option.h"

enum colour { RED, GREEN, BLUE };

struct values {
    const char *file, *folder, *text, *names;
    char **list;
    bool flag, given;
    uint32_t narrow;
    uint64_t wide, size, timeout_ms;
    enum colour colour;
    char called[64];
};

static void call(const struct argp_state *state, void *context, char *text)
{
    struct values *values = context;

    if (text != NULL && strcmp(text, "bad") == 0)
        hb_option_fail(state, "'%s' is bad", text);
    snprintf(values->called, sizeof values->called, "%s", text != NULL ? text : "nothing");
}

static void check(const struct argp_state *state, void *context)
{
    const struct values *values = context;

    if (values->flag && values->folder != NULL)
        hb_option_fail(state, "--flag and --folder exclude each other");
}

static void more_help(FILE *out, const void *context)
{
    const struct values *values = context;

    fprintf(out, "By default narrow is %u.\n", values->narrow);
}

static const char *const colours[] = {"red", "green", "blue", NULL};

static const struct hb_option table[] = {
    {HB_ARGUMENT_ONE, .value = "file", HB_AT(struct values, file), .rule = HB_OPTION_REQUIRED},
    {HB_OPTION_FLAG, 'f', "flag", NULL, HB_AT(struct values, flag), .help = "a flag"},
    {HB_OPTION_TEXT, 't', "text", "TEXT", HB_AT(struct values, text), .help = "a text"},
    {HB_OPTION_NAMES, 'a', "names", "A,B,...", HB_AT(struct values, names)},
    {HB_OPTION_FOLDER, 0, "folder", "DIR", HB_AT(struct values, folder), .help = "a folder"},
    {HB_OPTION_LIST, 0, "list", "TEXT", HB_AT(struct values, list), .help = "as often as one likes"},
    {HB_OPTION_NUMBER, 0, "narrow", "N", HB_AT(struct values, narrow), .least = 1, .most = 9},
    {HB_OPTION_NUMBER, 0, "wide", "N", HB_AT(struct values, wide), .given = HB_GIVEN(struct values, given)},
    {HB_OPTION_SIZE, 0, "size", "N", HB_AT(struct values, size), .least = 8},
    {HB_OPTION_SECONDS, 0, "timeout", "S", HB_AT(struct values, timeout_ms), .most = 100},
    {HB_OPTION_WORD, 0, "colour", "C", HB_AT(struct values, colour), .words = colours},
    {HB_OPTION_CALL, 0, "call", "X", .rule = HB_OPTION_BARE, .take = call},
    {0},
};

static const struct hb_usage usage = {.options = table,
                                      .arguments = "FILE",
                                      .doc = "Before.\vBehind.\n\n",
                                      .needs = "a file",
                                      .check = check,
                                      .more_help = more_help};

enum { WORDS_MAX = 15 };

/* `line` in words, with the program's name as a tool has it. */
static int split(char *line, char **argv)
{
    static char name[] = "tool paint";
    int argc = 0;

    argv[argc++] = name;
    for (char *word = strtok(line, " "); word != NULL && argc < WORDS_MAX; word = strtok(NULL, " "))
        argv[argc++] = word;
    argv[argc] = NULL;
    return argc;
}

static struct values parse(char *line)
{
    struct values values = {.narrow = 5};
    char *argv[WORDS_MAX + 1];
    int argc = split(line, argv);

    hb_options_parse(&usage, argc, argv, &values);
    return values;
}

/* What a child that parses `line` prints, on either stream; it must end with `exit_status`. */
static const char *said(const char *line, int exit_status)
{
    static char text[8192];
    char copy[256];
    int ends[2], status;
    size_t bytes;
    FILE *in;
    pid_t child;

    snprintf(copy, sizeof copy, "%s", line);
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        dup2(ends[1], STDERR_FILENO);
        parse(copy);
        _exit(0);
    }
    close(ends[1]);
    in = fdopen(ends[0], "r");
    assert_non_null(in);
    bytes = fread(text, 1, sizeof text - 1, in);
    text[bytes] = '\0';
    fclose(in);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), exit_status);
    return text;
}

static void values_go_where_the_table_says(void **state)
{
    char line[] = "--flag --text=words in --narrow 9 --wide=18446744073709551615 --size 64K --timeout 100 "
                  "--colour blue --call=me";
    const struct values values = parse(line);

    (void)state;
    assert_true(values.flag && values.given);
    assert_string_equal(values.text, "words");
    assert_string_equal(values.file, "in");
    assert_null(values.folder);
    assert_int_equal(values.narrow, 9);
    assert_true(values.wide == UINT64_MAX);
    assert_int_equal(values.size, 65536);
    assert_int_equal(values.timeout_ms, 100000);
    assert_int_equal(values.colour, BLUE);
    assert_string_equal(values.called, "me");
}

static void a_list_has_every_text_that_is_given_in_order(void **state)
{
    char line[] = "--list one in --list= --list=one";
    const struct values values = parse(line);

    (void)state;
    assert_string_equal(values.list[0], "one");
    assert_string_equal(values.list[1], "");
    assert_string_equal(values.list[2], "one");
    assert_null(values.list[3]);
    free(values.list);
}

static void what_is_not_given_stays(void **state)
{
    char line[] = "in --call";
    const struct values values = parse(line);

    (void)state;
    assert_false(values.flag || values.given);
    assert_int_equal(values.narrow, 5);
    assert_int_equal(values.colour, RED);
    assert_string_equal(values.called, "nothing");
}

static void names_given_again_are_more(void **state)
{
    char line[] = "in -a a,b --names c -a=d --text x --text y";
    const struct values values = parse(line);

    (void)state;
    assert_string_equal(values.names, "a,b,c,=d");
    assert_string_equal(values.text, "y");
}

static void a_mistake_has_one_sentence(void **state)
{
    static const struct {
        const char *line, *sentence;
    } cases[] = {
        {"", "paint needs a file"},
        {"in out", "paint takes one file, and 'out' is a second one"},
        {"in --folder=", "--folder takes a folder, not ''"},
        {"in --narrow 0", "--narrow takes a number from 1 to 9, not '0'"},
        {"in --narrow x", "--narrow takes a number from 1 to 9, not 'x'"},
        {"in --narrow 18446744073709551617",
         "--narrow takes a number from 1 to 9, not '18446744073709551617'"},
        {"in --wide -1", "--wide takes a number, not '-1'"},
        {"in --size 9X", "--size takes a number such as 4096, 64K or 1G, not '9X'"},
        {"in --size 9223372036854775808",
         "--size takes a number such as 4096, 64K or 1G, not '9223372036854775808'"},
        {"in --size 7", "--size takes a number from 8 to 9223372036854775807, not '7'"},
        {"in --timeout 0", "--timeout takes a number of seconds from 1 to 100, not '0'"},
        {"in --timeout 101", "--timeout takes a number of seconds from 1 to 100, not '101'"},
        {"in --colour pink", "--colour takes red, green or blue, not 'pink'"},
        {"in --colour gren", "--colour takes red, green or blue, not 'gren' (did you mean 'green'?)"},
        {"in --call=bad", "'bad' is bad"},
        {"in --flag --folder=f", "--flag and --folder exclude each other"},
    };
    char expected[256];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(expected, sizeof expected, "tool: %s; 'tool paint --help' explains\n", cases[i].sentence);
        assert_string_equal(said(cases[i].line, HB_EXIT_USAGE), expected);
    }
}

static void no_escape_sequence_reaches_the_terminal(void **state)
{
    (void)state;
    assert_string_equal(
        said("in --colour \033[2J", HB_EXIT_USAGE),
        "tool: --colour takes red, green or blue, not '\\x1b[2J'; 'tool paint --help' explains\n");
}

static void what_is_no_option_is_refused(void **state)
{
    (void)state;
    assert_non_null(strstr(said("in --bogus", HB_EXIT_USAGE), "tool paint: unrecognized option '--bogus'"));
    assert_non_null(strstr(said("in --size", HB_EXIT_USAGE), "option '--size' requires an argument"));
}

static void help_has_the_defaults(void **state)
{
    const char *text = said("--help", HB_EXIT_DONE);

    (void)state;
    assert_non_null(strstr(text, "Usage: tool paint [OPTION...] FILE\nBefore.\n"));
    assert_non_null(strstr(text, "-f, --flag                 a flag\n"));
    assert_non_null(strstr(text, "Behind.\n\nBy default narrow is 5.\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        hb_test("every kind of value goes where the table says", values_go_where_the_table_says),
        hb_test("a list has every text that is given, in order",
                a_list_has_every_text_that_is_given_in_order),
        hb_test("what is not given stays as it was", what_is_not_given_stays),
        hb_test("names given again are more", names_given_again_are_more),
        hb_test("each kind of mistake has one sentence, and exit status 2", a_mistake_has_one_sentence),
        hb_test("no escape sequence of a value reaches the terminal",
                no_escape_sequence_reaches_the_terminal),
        hb_test("what is no option, or lacks its value, is refused", what_is_no_option_is_refused),
        hb_test("help shows the options, and the defaults that it was given", help_has_the_defaults),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

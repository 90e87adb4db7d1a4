/*
 * option.c - a table of options as an argp parser, and the sentences for values that are wrong.
 */
#include "base/option.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/number.h"
#include "base/printable.h"

enum { OPTIONS_MAX = 32, HELP_KEY = 'h', FIRST_KEY = 256 }; /* a key from there on is no letter */

/* A command line that is being read. */
struct reading {
    const struct hb_usage *usage;
    void *values;
    bool help_only;
};

void hb_option_fail(const struct argp_state *state, const char *format, ...)
{
    char sentence[512];
    va_list args;

    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    hb_make_printable(sentence, sizeof sentence);
    fprintf(stderr, "%.*s: %s; '%s --help' explains\n", (int)strcspn(state->name, " "), state->name, sentence,
            state->name);
    exit(HB_EXIT_USAGE);
}

/* The command of a tool; a program's name stands before the sentence already. */
static const char *command_name(const struct argp_state *state)
{
    const char *space = strrchr(state->name, ' ');

    return space != NULL ? space + 1 : "the program";
}

static void *member_of(const struct hb_option *option, void *values)
{
    return (char *)values + option->offset;
}

static void store_text(const struct hb_option *option, void *values, const char *text)
{
    assert(option->bytes == sizeof text);
    memcpy(member_of(option, values), &text, sizeof text);
}

static const char *text_at(const struct hb_option *option, void *values)
{
    const char *text;

    memcpy(&text, member_of(option, values), sizeof text);
    return text;
}

/* A text that was put together; it is kept until the process ends. */
struct joined_text {
    struct joined_text *next;
    char text[];
};

static void add_text(const struct hb_option *option, void *values, const char *text)
{
    static struct joined_text *all;
    const char *before = text_at(option, values);
    struct joined_text *joined;
    size_t bytes;

    if (before == NULL) {
        store_text(option, values, text);
        return;
    }
    bytes = strlen(before) + strlen(text) + 2;
    joined = malloc(sizeof *joined + bytes);
    if (joined == NULL)
        abort();
    snprintf(joined->text, bytes, "%s,%s", before, text);
    joined->next = all;
    all = joined;
    store_text(option, values, joined->text);
}

static void take_text(const struct argp_state *state, const struct hb_option *option, void *values,
                      const char *text)
{
    if (option->rule == HB_OPTION_REQUIRED && text_at(option, values) != NULL)
        hb_option_fail(state, "%s takes one --%s, and '%s' is a second one", command_name(state),
                       option->name, text);
    store_text(option, values, text);
}

/* A list of a few, which nobody gives back: it grows by one. */
static void append_text(const struct hb_option *option, void *values, char *text)
{
    char **list, **grown;
    size_t count = 0;

    assert(option->bytes == sizeof list);
    memcpy(&list, member_of(option, values), sizeof list);
    while (list != NULL && list[count] != NULL)
        count++;
    grown = realloc(list, (count + 2) * sizeof *grown);
    if (grown == NULL) {
        fputs("out of memory for the command line\n", stderr);
        exit(HB_EXIT_FAILED);
    }
    grown[count] = text;
    grown[count + 1] = NULL;
    memcpy(member_of(option, values), &grown, sizeof grown);
}

static void store_integer(const struct hb_option *option, void *values, uint64_t value)
{
    const uint32_t narrow = (uint32_t)value;

    assert(option->bytes == sizeof value || (option->bytes == sizeof narrow && value <= UINT32_MAX));
    if (option->bytes == sizeof value)
        memcpy(member_of(option, values), &value, sizeof value);
    else
        memcpy(member_of(option, values), &narrow, sizeof narrow);
}

static void take_number(const struct argp_state *state, const struct hb_option *option, void *values,
                        const char *text)
{
    uint64_t most = option->most != 0 ? option->most : UINT64_MAX, number;
    bool is_number = hb_number_parse(text, &number);

    if (is_number && number >= option->least && number <= most)
        store_integer(option, values, number);
    else if (option->least == 0 && most == UINT64_MAX)
        hb_option_fail(state, "--%s takes a number, not '%s'", option->name, text);
    else
        hb_option_fail(state, "--%s takes a number from %" PRIu64 " to %" PRIu64 ", not '%s'", option->name,
                       option->least, most, text);
}

static void take_size(const struct argp_state *state, const struct hb_option *option, void *values,
                      const char *text)
{
    uint64_t most = option->most != 0 ? option->most : INT64_MAX, bytes;

    if (!hb_number_parse_size(text, &bytes) || bytes > INT64_MAX)
        hb_option_fail(state, "--%s takes a number such as 4096, 64K or 1G, not '%s'", option->name, text);
    if (bytes < option->least || bytes > most)
        hb_option_fail(state, "--%s takes a number from %" PRIu64 " to %" PRIu64 ", not '%s'", option->name,
                       option->least, most, text);
    store_integer(option, values, bytes);
}

static void take_seconds(const struct argp_state *state, const struct hb_option *option, void *values,
                         const char *text)
{
    uint64_t seconds;

    assert(option->most != 0 && option->most <= UINT64_MAX / 1000);
    if (!hb_number_parse(text, &seconds) || seconds < 1 || seconds > option->most)
        hb_option_fail(state, "--%s takes a number of seconds from 1 to %" PRIu64 ", not '%s'", option->name,
                       option->most, text);
    store_integer(option, values, seconds * 1000);
}

static void take_percent(const struct argp_state *state, const struct hb_option *option, void *values,
                         const char *text)
{
    char *end;
    double percent = text[0] >= '0' && text[0] <= '9' ? strtod(text, &end) : 0;

    if (!(percent > 0 && percent <= 100) || strcmp(end + (*end == '%'), "") != 0)
        hb_option_fail(state, "--%s takes a percentage such as 0.5%%, up to 100%%, not '%s'", option->name,
                       text);
    percent /= 100;
    assert(option->bytes == sizeof percent);
    memcpy(member_of(option, values), &percent, sizeof percent);
}

static void take_factor(const struct argp_state *state, const struct hb_option *option, void *values,
                        const char *text)
{
    char *end = NULL;
    double factor = text == NULL ? 1 : text[0] >= '0' && text[0] <= '9' ? strtod(text, &end) : 0;

    if (!(factor > 0 && factor <= (double)option->most) || (end != NULL && *end != '\0'))
        hb_option_fail(state, "--%s takes a factor such as 0.1, up to %" PRIu64 ", not '%s'", option->name,
                       option->most, text);
    assert(option->bytes == sizeof factor);
    memcpy(member_of(option, values), &factor, sizeof factor);
}

/* "first, next or best" */
static void join_words(const char *const *words, char *out, size_t bytes)
{
    size_t used = 0;

    for (size_t i = 0; words[i] != NULL && used < bytes; i++)
        used += (size_t)snprintf(out + used, bytes - used, "%s%s",
                                 i == 0                 ? ""
                                 : words[i + 1] != NULL ? ", "
                                                        : " or ",
                                 words[i]);
}

static void take_word(const struct argp_state *state, const struct hb_option *option, void *values,
                      const char *text)
{
    struct hb_unknown unknown = {.name = text};
    char all[256];

    if (text == NULL) {
        store_integer(option, values, option->least);
        return;
    }
    for (uint32_t i = 0; option->words[i] != NULL; i++) {
        if (strcmp(option->words[i], text) == 0) {
            store_integer(option, values, i);
            return;
        }
        hb_unknown_offer(&unknown, option->words[i]);
    }
    join_words(option->words, all, sizeof all);
    hb_option_fail(state, "--%s takes %s, not '%s'%s", option->name, all, text, unknown.hint);
}

static void take_option(const struct argp_state *state, const struct hb_option *option, void *values,
                        char *text)
{
    if (option->given != 0)
        ((bool *)values)[option->given - 1] = true;
    switch (option->kind) {
    case HB_OPTION_FLAG:
        *(bool *)member_of(option, values) = true;
        return;
    case HB_OPTION_FOLDER:
        if (text[0] == '\0')
            hb_option_fail(state, "--%s takes a folder, not ''", option->name);
        store_text(option, values, text);
        return;
    case HB_OPTION_LIST:
        append_text(option, values, text);
        return;
    case HB_OPTION_NUMBER:
        take_number(state, option, values, text);
        return;
    case HB_OPTION_SIZE:
        take_size(state, option, values, text);
        return;
    case HB_OPTION_SECONDS:
        take_seconds(state, option, values, text);
        return;
    case HB_OPTION_PERCENT:
        take_percent(state, option, values, text);
        return;
    case HB_OPTION_FACTOR:
        take_factor(state, option, values, text);
        return;
    case HB_OPTION_WORD:
        take_word(state, option, values, text);
        return;
    case HB_OPTION_CALL:
        option->take(state, values, text);
        return;
    case HB_OPTION_NAMES:
        add_text(option, values, text);
        return;
    default:
        take_text(state, option, values, text);
    }
}

/* One argument, where they are taken one by one; ARGP_ERR_UNKNOWN: the table takes the rest as a whole. */
static error_t take_argument(const struct argp_state *state, const struct reading *reading, char *argument)
{
    for (const struct hb_option *option = reading->usage->options; option->kind != HB_OPTION_END; option++) {
        if (option->kind == HB_ARGUMENT_REST)
            return ARGP_ERR_UNKNOWN;
        if (option->kind == HB_ARGUMENT_EACH) {
            option->take(state, reading->values, argument);
            return 0;
        }
        if (option->kind != HB_ARGUMENT_ONE)
            continue;
        if (text_at(option, reading->values) != NULL)
            hb_option_fail(state, "%s takes one %s, and '%s' is a second one", command_name(state),
                           option->value, argument);
        store_text(option, reading->values, argument);
        return 0;
    }
    hb_option_fail(state, "%s takes no argument such as '%s'", command_name(state), argument);
}

static void take_rest(const struct argp_state *state, const struct reading *reading)
{
    char **rest = state->argv + state->next;

    for (const struct hb_option *option = reading->usage->options; option->kind != HB_OPTION_END; option++)
        if (option->kind == HB_ARGUMENT_REST)
            memcpy(member_of(option, reading->values), &rest, sizeof rest);
}

static void check_all(const struct argp_state *state, const struct reading *reading)
{
    const struct hb_usage *usage = reading->usage;

    for (const struct hb_option *option = usage->options; option->kind != HB_OPTION_END; option++)
        if (option->rule == HB_OPTION_REQUIRED && text_at(option, reading->values) == NULL)
            hb_option_fail(state, "%s needs %s", command_name(state), usage->needs);
    if (usage->check != NULL)
        usage->check(state, reading->values);
}

static int key_of(const struct hb_usage *usage, const struct hb_option *option)
{
    return option->letter != 0 ? option->letter : (int)(FIRST_KEY + (option - usage->options));
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    const struct reading *reading = state->input;
    const struct hb_option *option = reading->usage->options;

    if (key == HELP_KEY)
        argp_state_help(state, stdout, ARGP_HELP_STD_HELP);
    if (key == ARGP_KEY_ARG)
        return take_argument(state, reading, text);
    if (key == ARGP_KEY_ARGS)
        take_rest(state, reading);
    if (key == ARGP_KEY_END && !reading->help_only)
        check_all(state, reading);
    for (; option->kind != HB_OPTION_END; option++)
        if (option->name != NULL && key_of(reading->usage, option) == key) {
            take_option(state, option, reading->values, text);
            return 0;
        }
    return key == ARGP_KEY_ARGS || key == ARGP_KEY_END ? 0 : ARGP_ERR_UNKNOWN;
}

/* argp wants the text behind the options in one piece, and frees it. */
static char *add_help(int key, const char *text, void *input)
{
    const struct reading *reading = input;
    char *whole = NULL;
    size_t bytes;
    FILE *out;

    if (key != ARGP_KEY_HELP_POST_DOC || reading == NULL || reading->usage->more_help == NULL ||
        (out = open_memstream(&whole, &bytes)) == NULL)
        return (char *)(uintptr_t)text;
    fputs(text, out);
    reading->usage->more_help(out, reading->values);
    fclose(out);
    return whole;
}

static void read_line(struct reading *reading, int argc, char **argv, unsigned flags)
{
    const struct hb_usage *usage = reading->usage;
    struct argp_option options[1 + OPTIONS_MAX + 1] = {{.key = HELP_KEY, .flags = OPTION_HIDDEN}};
    const struct argp argp = {.options = options,
                              .parser = parse,
                              .args_doc = usage->arguments,
                              .doc = usage->doc,
                              .help_filter = add_help};
    size_t count = 1;

    for (const struct hb_option *option = usage->options; option->kind != HB_OPTION_END; option++) {
        if (option->name == NULL)
            continue;
        assert(count <= OPTIONS_MAX && option->letter != HELP_KEY);
        options[count++] =
            (struct argp_option){.name = option->name,
                                 .key = key_of(usage, option),
                                 .arg = option->value,
                                 .flags = option->rule == HB_OPTION_BARE ? OPTION_ARG_OPTIONAL : 0,
                                 .doc = option->help};
    }
    argp_err_exit_status = HB_EXIT_USAGE;
    argp_parse(&argp, argc, argv, flags, NULL, reading);
}

void hb_options_parse(const struct hb_usage *usage, int argc, char **argv, void *values)
{
    struct reading reading = {.usage = usage, .values = values};

    read_line(&reading, argc, argv, usage->in_order ? ARGP_IN_ORDER : 0);
}

void hb_options_help(const struct hb_usage *usage, char *name, void *values)
{
    struct reading reading = {.usage = usage, .values = values, .help_only = true};
    char help[] = "--help";
    char *argv[] = {name, help, NULL};

    read_line(&reading, 2, argv, ARGP_NO_EXIT);
}

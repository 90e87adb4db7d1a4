#include "bench/tool/command_common.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/number.h"
#include "base/printable.h"
#include "bench/results/build_info.h"
#include "bench/sample/sample.h"
#include "bench/tool/command.h"
#include "workloads/record/output.h"

static char **command_line; /* as the process was started; kept until it ends */

void hb_command_init(int argc, char **argv)
{
    size_t bytes = ((size_t)argc + 1) * sizeof *argv;

    command_line = malloc(bytes); /* main and argp change theirs */
    if (command_line != NULL)
        memcpy(command_line, argv, bytes);
}

void hb_option_fail(const struct argp_state *state, const char *format, ...)
{
    va_list args;

    char sentence[512];

    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    hb_make_printable(sentence, sizeof sentence);
    fprintf(stderr, "heapbench: %s; '%s --help' explains\n", sentence, state->name);
    exit(HB_EXIT_USAGE);
}

void hb_option_argument(const struct argp_state *state, const char *what, const char **kept,
                        const char *argument)
{
    const char *command = strrchr(state->name, ' ');

    if (*kept != NULL)
        hb_option_fail(state, "%s takes one %s, and '%s' is a second one",
                       command != NULL ? command + 1 : state->name, what, argument);
    *kept = argument;
}

uint64_t hb_option_size(const struct argp_state *state, const char *option, const char *text)
{
    uint64_t bytes;

    if (!hb_number_parse_size(text, &bytes) || bytes > INT64_MAX)
        hb_option_fail(state, "%s takes a number such as 4096, 64K or 1G, not '%s'", option, text);
    return bytes;
}

uint64_t hb_option_number(const struct argp_state *state, const char *option, const char *text)
{
    uint64_t number;

    if (!hb_number_parse(text, &number))
        hb_option_fail(state, "%s takes a number, not '%s'", option, text);
    return number;
}

uint64_t hb_option_timeout(const struct argp_state *state, const char *text)
{
    uint64_t seconds;

    if (!hb_number_parse(text, &seconds) || seconds < 1 || seconds > HB_TIMEOUT_MAX_S)
        hb_option_fail(state, "--timeout takes a number of seconds from 1 to %d, not '%s'",
                       (int)HB_TIMEOUT_MAX_S, text);
    return seconds * 1000;
}

static const char *const touch_names[] = {
    [HB_TOUCH_NONE] = "none",
    [HB_TOUCH_PAGE] = "page",
    [HB_TOUCH_ALL] = "all",
};

enum hb_touch hb_option_touch(const struct argp_state *state, const char *text)
{
    for (int touch = HB_TOUCH_NONE; touch <= HB_TOUCH_ALL; touch++)
        if (strcmp(text, touch_names[touch]) == 0)
            return (enum hb_touch)touch;
    hb_option_fail(state, "--touch takes none, page or all, not '%s'", text);
}

enum hb_policy hb_option_policy(const struct argp_state *state, const char *text)
{
    static const char *const names[] = {
        [HB_POLICY_FIRST] = "first", [HB_POLICY_NEXT] = "next", [HB_POLICY_BEST] = "best"};

    for (int policy = HB_POLICY_FIRST; policy <= HB_POLICY_BEST; policy++)
        if (strcmp(text, names[policy]) == 0)
            return (enum hb_policy)policy;
    hb_option_fail(state, "--policy takes first, next or best, not '%s'", text);
}

bool hb_command_output_failed(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return false;
    fprintf(stderr, "heapbench: cannot write to standard output: %s\n", strerror(errno));
    return true;
}

json_t *hb_json_text(const char *text)
{
    json_t *value = json_string(text);
    char *escaped;

    if (value != NULL)
        return value;
    escaped = hb_printable_copy(text, "\\");
    value = escaped != NULL ? json_string(escaped) : NULL;
    free(escaped);
    return value;
}

static void print_json_value(json_t *value, int depth);

/* What comes before member number `i`. */
static void begin_json_line(size_t i, int depth)
{
    printf("%s\n%*s", i > 0 ? "," : "", 2 * depth, "");
}

static void print_json_object(json_t *object, int depth)
{
    const char *key;
    json_t *value;
    size_t i = 0;

    putchar('{');
    json_object_foreach(object, key, value)
    {
        begin_json_line(i++, depth + 1);
        printf("\"%s\": ", key); /* our own words: nothing to escape */
        print_json_value(value, depth + 1);
    }
    if (i > 0)
        begin_json_line(0, depth);
    putchar('}');
}

static void print_json_array(const json_t *array, int depth)
{
    size_t i;

    putchar('[');
    for (i = 0; i < json_array_size(array); i++) {
        begin_json_line(i, depth + 1);
        print_json_value(json_array_get(array, i), depth + 1);
    }
    if (i > 0)
        begin_json_line(0, depth);
    putchar(']');
}

/* Jansson would print integers from 2^63 on as negative ones. */
static void print_json_value(json_t *value, int depth)
{
    if (json_is_object(value))
        print_json_object(value, depth);
    else if (json_is_array(value))
        print_json_array(value, depth);
    else if (json_is_integer(value))
        printf("%" PRIu64, (uint64_t)json_integer_value(value));
    else
        json_dumpf(value, stdout, JSON_ENCODE_ANY | JSON_REAL_PRECISION(12));
}

/* What figures of an unoptimised build are not good for, and what to do; NULL for any other build. */
static const char *build_warning(void)
{
    const struct hb_build_info *build = hb_build_info();
    static char text[256];

    if (!build->unoptimised)
        return NULL;
    snprintf(
        text, sizeof text,
        "built as %s, without -O, so times say little of any allocator; 'cmake --preset release' makes a "
        "build to measure with",
        build->build_type);
    return text;
}

bool hb_command_table_failed(void)
{
    const char *warning = build_warning();

    if (warning != NULL)
        printf("%s%s\n", hb_build_mark(hb_build_info()), warning);
    return hb_command_output_failed();
}

/* `object` with that as its first key. NULL stays NULL. */
static json_t *with_warning(json_t *object)
{
    const char *warning = build_warning();
    json_t *whole =
        warning != NULL && json_is_object(object) ? json_pack("{s:s}", "not_optimised", warning) : NULL;

    if (whole == NULL)
        return object;
    json_object_update(whole, object);
    json_decref(object);
    return whole;
}

int hb_command_print_json(json_t *object)
{
    if (object == NULL) {
        fputs("heapbench: out of memory for the answer\n", stderr);
        return HB_EXIT_FAILED;
    }
    object = with_warning(object);
    print_json_value(object, 0);
    putchar('\n');
    json_decref(object);
    return hb_command_output_failed() ? HB_EXIT_FAILED : HB_EXIT_DONE;
}

void hb_command_tell_repairs(const char *path, const struct hb_repairs *repairs)
{
    char text[400];

    if (hb_repairs_dropped(repairs) > 0)
        hb_print_line(stderr, "heapbench: %s: repaired: %s", path,
                      hb_repairs_describe(repairs, text, sizeof text));
    if (repairs->other_processes > 0)
        hb_print_line(
            stderr, "heapbench: %s: only the first process is followed: %llu line%s of others left out", path,
            (unsigned long long)repairs->other_processes, repairs->other_processes == 1 ? "" : "s");
}

/* Asks whether to overwrite; nobody who is not there is asked. */
static bool is_allowed(const char *out)
{
    char answer[16] = "", name[HB_PRINTABLE_BYTES(PATH_MAX)];

    if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
        return false;
    fprintf(stderr, "heapbench: %s is there already and no trace; overwrite it? [y/N] ",
            hb_printable(name, sizeof name, out, ""));
    return fgets(answer, sizeof answer, stdin) != NULL && (answer[0] == 'y' || answer[0] == 'Y');
}

bool hb_command_may_overwrite(const char *out, bool force, struct hb_error *error)
{
    return hb_output_check(out, error) != HB_ERR_LIMIT || force || is_allowed(out);
}

enum hb_status hb_command_prepare(const char *trace, struct hb_prepared **out, struct hb_error *error)
{
    struct hb_workload *workload = NULL;
    enum hb_status status = hb_workload_load(trace, &workload, error);

    if (status == HB_OK) {
        hb_command_tell_repairs(workload->path, &workload->repairs);
        status = hb_prepare(workload, out, error);
    }
    hb_workload_free(workload);
    return status;
}

void hb_command_reexec_for_libraries(void)
{
    const char *current = getenv("GLIBC_TUNABLES");
    char *wanted = hb_allocator_tunables(current);
    bool there = wanted == NULL || (current != NULL && strcmp(current, wanted) == 0);

    if (!there && command_line != NULL && setenv("GLIBC_TUNABLES", wanted, 1) == 0)
        execv("/proc/self/exe", command_line);
    free(wanted); /* it will be tried without; the loader says what it lacks */
}

const char *hb_counted(char *out, size_t bytes, uint64_t count, const char *noun)
{
    char digits[32];
    size_t used = 0;
    int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)count);

    for (int i = 0; i < length && used + 2 < bytes; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            out[used++] = ' ';
        out[used++] = digits[i];
    }
    snprintf(out + used, bytes - used, "%s%s%s", *noun != '\0' ? " " : "", noun,
             *noun != '\0' && count != 1 ? "s" : "");
    return out;
}

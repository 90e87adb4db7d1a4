/*
 * provenance.c - what a result is traced to, gathered and put into lines.
 */
#include "bench/results/provenance.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/printable.h"

static bool begins_with(const char *text, const char *beginning)
{
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

/*
 * Whether allocators, or the loader that chooses among them, take orders from this "NAME=value". mimalloc
 * reads its variables in small letters too, and takes an empty one for a 1. A jemalloc whose functions have a
 * prefix puts that before MALLOC_CONF.
 */
static bool is_obeyed(const char *variable)
{
    static const char *const names[] = {"GLIBC_TUNABLES=", "LD_PRELOAD=",   "MALLOC_",    "TCMALLOC_",
                                        "TBB_MALLOC_",     "HEAPPROFILE=",  "HEAPCHECK=", "HEAP_CHECK_",
                                        "HEAP_PROFILE_",   "SCUDO_OPTIONS="};
    static const char jemalloc[] = "MALLOC_CONF=";
    const char *value = strchr(variable, '=');

    if (begins_with(variable, "MIMALLOC_") || begins_with(variable, "mimalloc_"))
        return value != NULL;
    if (value == NULL || value[1] == '\0')
        return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (begins_with(variable, names[i]))
            return true;
    return (size_t)(value + 1 - variable) >= strlen(jemalloc) &&
           begins_with(value + 1 - strlen(jemalloc), jemalloc);
}

/* As the user set it: what children are given beside (allocator.h, hb_allocator_tunables) is not in it. */
static void read_environment(char *out, size_t bytes)
{
    for (char *const *variable = environ; variable != NULL && *variable != NULL; variable++)
        if (is_obeyed(*variable))
            hb_append_word(out, bytes, *variable);
    hb_make_printable(out, bytes);
}

static void write_time(char *out, size_t out_bytes)
{
    time_t now = time(NULL);
    struct tm utc;

    if (gmtime_r(&now, &utc) == NULL || strftime(out, out_bytes, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
        snprintf(out, out_bytes, "unknown");
}

void hb_provenance_begin(struct hb_provenance *provenance, int argc, char *const *argv)
{
    memset(provenance, 0, sizeof *provenance);
    provenance->build = hb_build_info();
    provenance->touch = HB_TOUCH_PAGE;
    hb_machine_read(&provenance->machine);
    write_time(provenance->started, sizeof provenance->started);
    /* The first may be two words, "heapbench run", and is not to be quoted. */
    if (argc > 0)
        snprintf(provenance->command, sizeof provenance->command, "%s", basename(argv[0]));
    for (int i = 1; i < argc; i++)
        hb_append_word(provenance->command, sizeof provenance->command, argv[i]);
    hb_make_printable(provenance->command, sizeof provenance->command);
    read_environment(provenance->environment, sizeof provenance->environment);
}

void hb_provenance_leave_out(struct hb_provenance *provenance, const char *format, ...)
{
    char line[sizeof provenance->left_out[0]];
    va_list args;

    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    hb_make_printable(line, sizeof line);
    for (unsigned i = 0; i < provenance->left_out_count && i < HB_PROVENANCE_LEFT_OUT_MAX; i++)
        if (strcmp(provenance->left_out[i], line) == 0)
            return;
    if (provenance->left_out_count < HB_PROVENANCE_LEFT_OUT_MAX)
        memcpy(provenance->left_out[provenance->left_out_count], line, sizeof line);
    provenance->left_out_count++;
}

enum hb_status hb_provenance_check_build(const struct hb_provenance *provenance, struct hb_error *error)
{
    const struct hb_build_info *build = provenance->build;

    if (!build->asserts && !build->sanitized)
        return HB_OK;
    return hb_error_set(
        error, HB_ERR_USAGE,
        "this build has %s, so its figures are not kept: build with 'cmake --workflow --preset "
        "report' or another preset than check and tsan",
        build->sanitized ? "sanitizers" : "assertions");
}

void hb_provenance_warn(const struct hb_provenance *provenance, const char *program)
{
    if (provenance->environment[0] != '\0')
        fprintf(
            stderr,
            "%s: set from outside, which changes what is measured: %s; 'env -u NAME %s ...' goes without\n",
            program, provenance->environment, program);
}

const char *const hb_touch_names[] = {[HB_TOUCH_NONE] = "none",
                                      [HB_TOUCH_PAGE] = "page",
                                      [HB_TOUCH_EVERY] = "every",
                                      [HB_TOUCH_ALL] = "all",
                                      NULL};

const char *hb_touch_name(enum hb_touch touch)
{
    return hb_touch_names[touch];
}

static void visit_run(const struct hb_provenance *provenance, hb_provenance_visit *visit, void *context)
{
    const char *touch = hb_touch_name(provenance->touch);
    char text[256], threads[80] = "", clock[32] = "", pace[32] = "";

    if (provenance->threads.threading == HB_THREADING_STRICT)
        snprintf(threads, sizeof threads, ", by as many threads as recorded, in their order");
    else if (provenance->threads.threading == HB_THREADING_FREE)
        snprintf(threads, sizeof threads, ", by as many threads as recorded, window %llu",
                 (unsigned long long)hb_threads_window(&provenance->threads));
    if (provenance->library_clock != NULL)
        snprintf(clock, sizeof clock, ", clock %s", provenance->library_clock);
    if (provenance->pace > 0)
        snprintf(pace, sizeof pace, ", paced %g", provenance->pace);
    if (provenance->untimed)
        snprintf(text, sizeof text, "%s, each row once and in order, touch %s", provenance->started, touch);
    else
        snprintf(text, sizeof text, "%s, seed %llu, %u round%s%s, order shuffled, touch %s%s%s%s",
                 provenance->started, (unsigned long long)provenance->seed, provenance->rounds,
                 provenance->rounds == 1 ? "" : "s", provenance->until > 0 ? " or more" : "", touch, threads,
                 clock, pace);
    visit(context, "run", text);
}

static void visit_floor(const struct hb_provenance *provenance, hb_provenance_visit *visit, void *context)
{
    char text[128];

    if (provenance->null_ns > 0)
        snprintf(text, sizeof text, "null allocator %.2f ns per operation; clock pair %llu ns",
                 provenance->null_ns, (unsigned long long)provenance->clock_pair_ns);
    else
        snprintf(text, sizeof text, "null allocator not measured; clock pair %llu ns",
                 (unsigned long long)provenance->clock_pair_ns);
    visit(context, "floor", text);
}

static void visit_left_out(const struct hb_provenance *provenance, hb_provenance_visit *visit, void *context)
{
    char text[64];
    unsigned i;

    for (i = 0; i < provenance->left_out_count && i < HB_PROVENANCE_LEFT_OUT_MAX; i++)
        visit(context, "left out", provenance->left_out[i]);
    if (i < provenance->left_out_count) {
        snprintf(text, sizeof text, "and %u more like these", provenance->left_out_count - i);
        visit(context, "left out", text);
    }
}

static void visit_each(const char *key, char *const *lines, hb_provenance_visit *visit, void *context)
{
    for (; lines != NULL && *lines != NULL; lines++)
        visit(context, key, *lines);
}

void hb_provenance_lines(const struct hb_provenance *provenance, hb_provenance_visit *visit, void *context)
{
    const struct hb_build_info *build = provenance->build;
    const struct hb_machine *machine = &provenance->machine;
    char text[512];

    visit(context, "command", provenance->command);
    snprintf(text, sizeof text, "%s%s, %s, asserts %s%s", hb_build_mark(build), build->compiler,
             build->build_type, build->asserts ? "on" : "off", build->sanitized ? ", sanitized" : "");
    visit(context, "build", text);
    snprintf(text, sizeof text, "%s, %u cores, %u GiB, THP %s, ASLR %s, %s", machine->cpu, machine->cores,
             machine->memory_gib, machine->thp, machine->aslr, machine->kernel);
    visit(context, "machine", text);
    visit_run(provenance, visit, context);
    if (provenance->environment[0] != '\0')
        visit(context, "environ", provenance->environment);
    visit(context, "libraries", provenance->libraries[0] != '\0' ? provenance->libraries : "none");
    visit_each("library", provenance->library_lines, visit, context);
    visit_each("variant", provenance->variant_lines, visit, context);
    if (!provenance->untimed)
        visit_floor(provenance, visit, context);
    if (provenance->computed)
        visit(context, "counts",
              "walks, placements and failures computed by the exact model, as walking gives them");
    visit_left_out(provenance, visit, context);
}

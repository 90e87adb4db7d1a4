/*
 * command_lab.c - heapbench lab: traces and the exact model in one offline page.
 *
 * The page itself is made when heapbench is built (plots/lab/); here traces are put into it, as .trace files
 * in base64, each in an element that no browser runs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/place.h"
#include "base/printable.h"
#include "bench/tool/command.h"
#include "bench/tool/output.h"
#include "workloads/workload.h"

/* A page takes no more: MOST_FILE_BYTES of plots/lab/engine.mjs. */
#define MOST_TRACE_BYTES ((size_t)256 << 20)
#define MOST_PAGE_BYTES  ((size_t)16 << 20) /* without traces */

struct options {
    char **traces; /* ended by NULL; NULL: none was given */
    const char *output;
    bool force;
};

static const struct hb_option option_table[] = {
    {HB_ARGUMENT_REST, HB_AT(struct options, traces)},
    {HB_OPTION_TEXT, 'o', "output", "OUT.html", HB_AT(struct options, output), .rule = HB_OPTION_REQUIRED,
     .help = "Write the page to OUT.html (required)"},
    {HB_OPTION_FLAG, 0, "force", NULL, HB_AT(struct options, force),
     .help = "Overwrite OUT.html even where it is no such page"},
    {0},
};

static const struct hb_usage usage = {
    .options = option_table,
    .arguments = "[TRACE...] -o OUT.html",
    .doc =
        "Write a page on which the exact heap of each TRACE can be watched, under any policy and in a heap "
        "of any size.\v"
        "The page is one file, needs no network and sends nothing anywhere: the model is in it, and computes "
        "in the browser. There is a place to type a workload too, and more traces can be dropped on it.\n\n"
        "Example: heapbench lab web.trace -o lab.html",
    .needs = "-o OUT.html",
};

/* What stands in the page where traces go. */
static const char mark[] = "<!-- traces -->";

static void write_base64(FILE *out, const unsigned char *bytes, size_t count)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < count; i += 3) {
        size_t left = count - i;
        unsigned word = (unsigned)bytes[i] << 16 | (left > 1 ? (unsigned)bytes[i + 1] << 8 : 0) |
                        (left > 2 ? bytes[i + 2] : 0u);

        putc(digits[word >> 18], out);
        putc(digits[word >> 12 & 63], out);
        putc(left > 1 ? digits[word >> 6 & 63] : '=', out);
        putc(left > 2 ? digits[word & 63] : '=', out);
    }
}

/* A name may hold anything, so it is written as the trace is. */
static void write_element(FILE *out, const char *name, const char *bytes, size_t count)
{
    fputs("<script type=\"application/x-heapbench-trace\" data-name=\"", out);
    write_base64(out, (const unsigned char *)name, strlen(name));
    fputs("\">", out);
    write_base64(out, (const unsigned char *)bytes, count);
    fputs("</script>\n", out);
}

/* A new file for what is thrown away again; `path` is from malloc. */
static enum hb_status make_scratch(char **path, struct hb_error *error)
{
    const char *folder = getenv("TMPDIR");
    int descriptor = -1;

    if (asprintf(path, "%s/heapbench-lab-XXXXXX", folder != NULL && folder[0] != '\0' ? folder : "/tmp") <
        0) {
        *path = NULL;
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory");
    }
    descriptor = mkstemp(*path);
    if (descriptor < 0) {
        hb_error_set_errno(error, HB_ERR_IO, "%s: cannot be made", *path);
        free(*path);
        *path = NULL;
        return HB_ERR_IO;
    }
    close(descriptor);
    return HB_OK;
}

/* The workload as a .trace in memory, whatever it came from; `*bytes` is from malloc. */
static enum hb_status pack(const struct hb_workload *workload, char **bytes, size_t *count,
                           struct hb_error *error)
{
    char *scratch = NULL;
    enum hb_status status = make_scratch(&scratch, error);

    if (status != HB_OK || scratch == NULL)
        return status;
    status = hb_workload_save(workload, scratch, 0, error);
    if (status == HB_OK)
        status = hb_file_read(scratch, MOST_TRACE_BYTES, bytes, count, error);
    unlink(scratch);
    free(scratch);
    return status;
}

static enum hb_status write_trace(FILE *out, const char *trace, struct hb_error *error)
{
    struct hb_workload *workload;
    enum hb_status status = hb_command_load(trace, &workload, error);
    char *bytes = NULL;
    size_t count = 0;

    if (status != HB_OK)
        return status;
    status = pack(workload, &bytes, &count, error);
    if (status == HB_OK)
        write_element(out, workload->name, bytes, count);
    free(bytes);
    hb_workload_free(workload);
    return status;
}

static enum hb_status write_page(FILE *out, const struct options *options, struct hb_error *error)
{
    char *page = NULL, *place;
    size_t bytes = 0;
    enum hb_status status = hb_file_read(hb_place_of(HB_PLACE_LAB), MOST_PAGE_BYTES, &page, &bytes, error);

    if (status != HB_OK)
        return hb_error_set(
            error, HB_ERR_UNAVAILABLE,
            "%s: the page is not there: it is made when heapbench is built where clang, lld, "
            "wasi-libc, libclang-rt-dev-wasm32 and libjs-dygraphs are (./setup installs them)",
            hb_place_of(HB_PLACE_LAB));
    place = strstr(page, mark);
    if (place == NULL)
        status = hb_error_set(error, HB_ERR_FORMAT, "%s: no page of ours: it lacks '%s'",
                              hb_place_of(HB_PLACE_LAB), mark);
    if (status == HB_OK)
        fwrite(page, 1, (size_t)(place - page), out);
    for (char **trace = options->traces; status == HB_OK && trace != NULL && *trace != NULL; trace++)
        status = write_trace(out, *trace, error);
    if (status == HB_OK)
        fputs(place + strlen(mark), out);
    free(page);
    return status;
}

/* By its title. */
static bool is_page(const char *head)
{
    return strstr(head, "heapbench lab</title>") != NULL;
}

int hb_command_lab(int argc, char **argv)
{
    struct options options = {0};
    struct hb_file *file;
    struct hb_error error;
    enum hb_status status = HB_OK;

    hb_options_parse(&usage, argc, argv, &options);
    for (char **trace = options.traces; status == HB_OK && trace != NULL && *trace != NULL; trace++)
        status = hb_command_check_apart(options.output, *trace, &error);
    if (status != HB_OK ||
        !hb_command_may_replace(options.output, is_page, "page of 'heapbench lab'", options.force, &error) ||
        hb_file_begin(options.output, &file, &error) != HB_OK)
        return hb_command_fail(&error);
    status = write_page(hb_file_stream(file), &options, &error);
    if (status == HB_OK)
        status = hb_file_commit(file, &error);
    else
        hb_file_abandon(file);
    if (status != HB_OK)
        return hb_command_fail(&error);
    hb_print_line(stdout, "%s", options.output);
    return hb_stdout_end();
}

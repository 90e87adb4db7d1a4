/* report_page.c - lays out the page: what it is of, what was left out, and a section for each question that
 * has an answer. */
#include "bench/report/report_page.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/number.h"
#include "bench/report/report_cells.h"
#include "bench/report/report_html.h"
#include "bench/report/report_style.h"
#include "bench/report/report_tables.h"
#include "bench/results/build_info.h"

enum { MAX_PICTURE_BYTES = 64 << 20, MAX_SECTION_FIGURES = 4 };

struct section {
    const char *id;
    const char *title;
    const char *figures[MAX_SECTION_FIGURES];
    const char *table_title;
    enum hb_result_file table_file;
    void (*table)(FILE *out, const struct hb_csv *csv); /* NULL: it has none */
};

static const struct section sections[] = {
    {"choice",
     "Which allocator: time and memory",
     {"throughput", "variants", "latency"},
     "The ranking, trace by trace",
     HB_RESULT_THROUGHPUT,
     hb_report_throughput},
    {"over-time", "Memory over time", {"resident"}, NULL, HB_RESULT_FILES, NULL},
    {"failures",
     "Failure under a budget: how far the program gets in N bytes",
     {"failure_budget", "served"},
     "The smallest heap, or the smallest reservation, that serves the whole trace",
     HB_RESULT_LEAST_MEMORY,
     hb_report_least_memory},
    {"walks",
     "Walk cost: what a first-fit walk examines",
     {"walk_length", "walk_distribution", "walk_time"},
     "Ranges examined per malloc by the simple allocator over the whole trace, and the time of its first "
     "operations",
     HB_RESULT_WALK_SUMMARY,
     hb_report_walks},
    {"fragmentation",
     "Fragmentation: where the memory went",
     {"memory", "heap_map", "fragmentation_measures"},
     "How much more than the live bytes a heap takes (of a library, its resident memory), by the four "
     "measures",
     HB_RESULT_FRAGMENTATION_SUMMARY,
     hb_report_fragmentation},
    {"policies",
     "Fragmentation of the classic policies, in the literature's terms",
     {"policies"},
     "Heap over live bytes by policy, published averages beside; measure #4 of each trace",
     HB_RESULT_POLICIES,
     hb_report_policies},
    {"curve",
     "Failure points: where and why a heap of every size first fails",
     {"curve"},
     "The smallest heap that completes, and the larger ones that fail",
     HB_RESULT_CURVE_SUMMARY,
     hb_report_curves},
    {"ladder",
     "The ladder: what each idea buys",
     {"ladder"},
     "Rung by rung, and beside each what its idea changed",
     HB_RESULT_LADDER,
     hb_report_ladder},
    {"adversaries",
     "Adversaries: the worst that is known",
     {"adversary"},
     "Memory over M at the end of each adversary",
     HB_RESULT_ADVERSARY,
     hb_report_adversaries},
    {"model",
     "The exact model: what computing costs beside walking",
     {"model_speed"},
     "Time per operation against the number of ranges",
     HB_RESULT_MODEL_SPEED,
     hb_report_model_speed},
};

enum { SECTIONS = sizeof sections / sizeof *sections };

struct page {
    FILE *out;
    char *bodies[SECTIONS]; /* what each section shows, made beforehand; empty where there is nothing */
    const struct hb_report_source *source;
    const struct hb_picture *pictures;
    size_t picture_count;
    struct hb_report_names traces; /* of all files */
    struct hb_error *error;
};

static const struct hb_picture *find_picture(const struct page *page, const char *name)
{
    for (size_t i = 0; i < page->picture_count; i++)
        if (strcmp(page->pictures[i].figure.name, name) == 0)
            return &page->pictures[i];
    return NULL;
}

/* The first line of provenance with this key, in any of the files; NULL where none has it. */
static const char *provenance(const struct page *page, const char *key)
{
    const char *value = NULL;

    for (size_t file = 0; file < HB_RESULT_FILES && value == NULL; file++)
        if (page->source->csv[file] != NULL)
            value = hb_csv_provenance_of(page->source->csv[file], key);
    return value;
}

/* -- what the page is of -- */

static void print_title(const struct page *page)
{
    fputs("heapbench report", page->out);
    if (page->traces.count != 1)
        return;
    fputs(": ", page->out);
    hb_html_text(page->out, page->traces.name[0]);
}

static void print_head(const struct page *page)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<meta name=\"color-scheme\" content=\"light dark\">\n<title>",
          page->out);
    print_title(page);
    fputs("</title>\n<style>\n", page->out);
    fputs(hb_report_style, page->out);
    fputs("</style>\n</head>\n<body>\n<h1>", page->out);
    print_title(page);
    fputs("</h1>\n", page->out);
}

/* The names in a column of these files, each once. */
static void collect_names(const struct page *page, const char *column, size_t files,
                          struct hb_report_names *all)
{
    all->count = 0;
    for (size_t file = 0; file < files; file++) {
        struct hb_report_names names = {.count = 0};

        if (page->source->csv[file] != NULL)
            hb_report_names_collect(page->source->csv[file], column, &names);
        for (size_t i = 0; i < names.count && all->count < HB_REPORT_MAX_NAMES; i++)
            if (!hb_report_names_hold(all, names.name[i]))
                all->name[all->count++] = names.name[i];
    }
}

/* The most of a figure that any row of the trace has whose replay was not stopped early; 0 where none has it.
 */
static double most_of(const struct page *page, const char *trace, const char *column)
{
    double most = 0;

    for (size_t file = 0; file < HB_RESULT_FILES; file++) {
        const struct hb_csv *csv = page->source->csv[file];

        if (csv == NULL || hb_csv_column(csv, column) < 0)
            continue;
        for (size_t row = 0; row < hb_csv_rows(csv); row++)
            if (hb_csv_is(csv, row, "trace", trace) && !hb_csv_is(csv, row, "status", "stopped") &&
                hb_csv_value(csv, row, column) > most)
                most = hb_csv_value(csv, row, column);
    }
    return most;
}

static void print_trace(const struct page *page, const char *trace)
{
    double ops = fmax(most_of(page, trace, "ops"), most_of(page, trace, "trace_ops"));
    double live = most_of(page, trace, "peak_live_bytes");

    fputs("<b>", page->out);
    hb_html_text(page->out, trace);
    fputs("</b>", page->out);
    if (ops >= 1 && ops < 1e18)
        fprintf(page->out, " (%s%s%s%s)", hb_show_counted((uint64_t)ops, "operation").text,
                live >= 1 && live < 1e18 ? ", " : "",
                live >= 1 && live < 1e18 ? hb_show_bytes((uint64_t)live).text : "",
                live >= 1 && live < 1e18 ? " live at most" : "");
}

/* "a, b and c" */
static const char *joint(size_t index, size_t count)
{
    return index == 0 ? "" : index + 1 == count ? " and " : ", ";
}

static void print_subject(const struct page *page)
{
    const struct hb_report_names *traces = &page->traces;
    struct hb_report_names allocators;

    collect_names(page, "allocator", HB_RESULT_THROUGHPUT + 1, &allocators);
    if (traces->count == 0)
        return;
    fputs(traces->count == 1 ? "<p>Of the trace " : "<p>Of the traces ", page->out);
    for (size_t i = 0; i < traces->count; i++) {
        fputs(joint(i, traces->count), page->out);
        print_trace(page, traces->name[i]);
    }
    fputs(allocators.count > 0 ? ", replayed on " : "", page->out);
    for (size_t i = 0; i < allocators.count; i++) {
        fputs(joint(i, allocators.count), page->out);
        hb_html_text(page->out, allocators.name[i]);
    }
    fputs(".</p>\n", page->out);
}

static void print_facts(const struct page *page)
{
    static const char *const keys[] = {"run", "machine", "build", "libraries", "floor"};

    fputs("<dl class=\"facts\">\n", page->out);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *value = provenance(page, keys[i]);

        if (value == NULL)
            continue;
        fprintf(page->out, "<dt>%s</dt><dd>", keys[i]);
        hb_html_text(page->out, value);
        fputs("</dd>\n", page->out);
    }
    fputs("</dl>\n<nav>", page->out);
    for (size_t i = 0; i < SECTIONS; i++) {
        if (page->bodies[i][0] == '\0')
            continue;
        fprintf(page->out, "<a href=\"#%s\">", sections[i].id);
        hb_html_text(page->out, sections[i].title);
        fputs("</a>\n", page->out);
    }
    fputs("<a href=\"#sources\">Where the figures come from</a></nav>\n", page->out);
}

/* Files of unoptimised builds: their times are not to be believed, wherever they stand below. */
static void print_unoptimised(const struct page *page)
{
    for (size_t file = 0; file < HB_RESULT_FILES; file++) {
        const struct hb_csv *csv = page->source->csv[file];

        for (size_t i = 0; csv != NULL && i < hb_csv_provenance_count(csv); i++) {
            const char *build = strstr(hb_csv_provenance(csv, i), HB_BUILD_UNOPTIMISED ": ");

            if (build == NULL || strncmp(hb_csv_provenance(csv, i), "build ", 6) != 0)
                continue;
            fprintf(page->out, "<p class=\"left-out\"><code>%s</code> is of a build that is ",
                    hb_result_file_name((enum hb_result_file)file));
            hb_html_text(page->out, build);
            fputs("; its times say little of any allocator.</p>\n", page->out);
        }
    }
}

static void print_item(FILE *out, const char *text)
{
    fputs("<li>", out);
    hb_html_text(out, text);
    fputs("</li>\n", out);
}

static const char *left_out_text(const char *line)
{
    static const char key[] = "left out";

    return strncmp(line, key, strlen(key)) == 0 ? line + strlen(key) + strspn(line + strlen(key), " ") : NULL;
}

/* True where a file before `file`, or a line before `line` of it, already said `text`: one program writes it
 * into all of its files. */
static bool said_before(const struct page *page, size_t file, size_t line, const char *text)
{
    for (size_t f = 0; f <= file; f++) {
        const struct hb_csv *csv = page->source->csv[f];
        size_t end = csv == NULL ? 0 : f == file ? line : hb_csv_provenance_count(csv);

        for (size_t i = 0; i < end; i++) {
            const char *said = left_out_text(hb_csv_provenance(csv, i));

            if (said != NULL && strcmp(said, text) == 0)
                return true;
        }
    }
    return false;
}

/* What the program that made a file did not do, in its own words. */
static void print_left_out_by(const struct page *page, size_t file)
{
    const struct hb_csv *csv = page->source->csv[file];
    bool any = false;

    for (size_t i = 0; csv != NULL && i < hb_csv_provenance_count(csv); i++) {
        const char *text = left_out_text(hb_csv_provenance(csv, i));

        if (text == NULL || said_before(page, file, i, text))
            continue;
        if (!any)
            fprintf(page->out, "<h4>%s</h4>\n<ul>\n", hb_result_file_name((enum hb_result_file)file));
        any = true;
        print_item(page->out, text);
    }
    if (any)
        fputs("</ul>\n", page->out);
}

/* A file is damaged, or a figure failed: what nobody expects is shown without being asked for. */
static bool is_damaged(const struct page *page)
{
    for (size_t i = 0; i < HB_RESULT_FILES; i++)
        if (page->source->csv[i] == NULL && page->source->missing[i].status != HB_ERR_UNAVAILABLE)
            return true;
    for (size_t i = 0; i < page->picture_count; i++)
        if (page->pictures[i].error.status == HB_ERR_CHILD)
            return true;
    return false;
}

/* Files that are damaged, figures that could not be drawn, and all files that are not there, in one line. */
static void print_missing(const struct page *page)
{
    bool any = false;

    fputs("<ul>\n", page->out);
    for (size_t i = 0; i < HB_RESULT_FILES; i++)
        if (page->source->csv[i] == NULL && page->source->missing[i].status != HB_ERR_UNAVAILABLE)
            print_item(page->out, page->source->missing[i].text);
    for (size_t i = 0; i < page->picture_count; i++)
        if (page->pictures[i].fed && page->pictures[i].svg_path == NULL)
            print_item(page->out, page->pictures[i].error.text);
    for (size_t i = 0; i < HB_RESULT_FILES; i++) {
        if (page->source->csv[i] != NULL || page->source->missing[i].status != HB_ERR_UNAVAILABLE)
            continue;
        fprintf(page->out, "%s%s",
                any ? ", " : "<li>not measured: ", hb_result_file_name((enum hb_result_file)i));
        any = true;
    }
    fputs(any ? "</li>\n</ul>\n" : "</ul>\n", page->out);
}

static void print_left_out(const struct page *page)
{
    fprintf(page->out,
            "<details class=\"left-out\"%s><summary>What was not run, or is not on this page, and how "
            "to ask for it</summary>\n",
            is_damaged(page) ? " open" : "");
    print_missing(page);
    for (size_t file = 0; file < HB_RESULT_FILES; file++)
        print_left_out_by(page, file);
    fputs("</details>\n", page->out);
}

/* -- sections -- */

static enum hb_status print_picture(const struct page *page, const struct hb_picture *picture, FILE *out)
{
    char *svg, prefix[64];
    size_t bytes;
    enum hb_status status = hb_file_read(picture->svg_path, MAX_PICTURE_BYTES, &svg, &bytes, page->error);

    if (status != HB_OK)
        return status;
    snprintf(prefix, sizeof prefix, "%s-", picture->figure.name);
    fputs("<figure>\n<div class=\"picture\">", out);
    hb_html_svg(out, svg, prefix, picture->figure.title);
    fputs("</div>\n<figcaption>", out);
    hb_html_text(out, picture->figure.caption);
    fputs("</figcaption>\n</figure>\n", out);
    free(svg);
    return HB_OK;
}

/* Takes out the groups of a table that have a name and no row. */
static void drop_empty_groups(char *table)
{
    static const char open[] = "<tbody>", close[] = "</tbody>\n";
    char *group = strstr(table, open), *end, *cell;

    while (group != NULL && (end = strstr(group, close)) != NULL) {
        end += strlen(close);
        cell = strstr(group, "<td");
        if (cell == NULL || cell > end)
            memmove(group, end, strlen(end) + 1);
        else
            group = end;
        group = strstr(group, open);
    }
}

/* The section's table under its title, where it has a row. HB_ERR_MEMORY. */
static enum hb_status print_table(const struct page *page, const struct section *section, FILE *out)
{
    const struct hb_csv *csv = section->table != NULL ? page->source->csv[section->table_file] : NULL;
    char *text = NULL;
    size_t bytes;
    FILE *table = csv != NULL ? open_memstream(&text, &bytes) : NULL;

    if (csv == NULL)
        return HB_OK;
    if (table != NULL)
        section->table(table, csv);
    if (table == NULL || fclose(table) != 0) {
        free(text);
        return hb_error_set(page->error, HB_ERR_MEMORY, "out of memory for a table");
    }
    drop_empty_groups(text);
    if (strstr(text, "<td") != NULL)
        fprintf(out, "<h3>%s</h3>\n%s", section->table_title, text);
    free(text);
    return HB_OK;
}

static enum hb_status print_section(const struct page *page, const struct section *section, FILE *out)
{
    enum hb_status status = HB_OK;

    for (size_t i = 0; i < MAX_SECTION_FIGURES && section->figures[i] != NULL && status == HB_OK; i++) {
        const struct hb_picture *picture = find_picture(page, section->figures[i]);

        if (picture != NULL && picture->svg_path != NULL)
            status = print_picture(page, picture, out);
    }
    return status == HB_OK ? print_table(page, section, out) : status;
}

/* Before the page is begun: it is to name the sections that have something to show, and no others. */
static enum hb_status make_sections(struct page *page)
{
    enum hb_status status = HB_OK;

    for (size_t i = 0; i < SECTIONS && status == HB_OK; i++) {
        size_t bytes;
        FILE *out = open_memstream(&page->bodies[i], &bytes);

        if (out != NULL)
            status = print_section(page, &sections[i], out);
        if (out == NULL || fclose(out) != 0)
            status = hb_error_set(page->error, HB_ERR_MEMORY, "out of memory for the page");
    }
    return status;
}

static void print_sections(const struct page *page)
{
    for (size_t i = 0; i < SECTIONS; i++) {
        if (page->bodies[i][0] == '\0')
            continue;
        fprintf(page->out, "<section id=\"%s\">\n<h2>", sections[i].id);
        hb_html_text(page->out, sections[i].title);
        fprintf(page->out, "</h2>\n%s</section>\n", page->bodies[i]);
    }
}

static void print_sources(const struct page *page)
{
    fputs("<section id=\"sources\">\n<h2>Where the figures come from</h2>\n", page->out);
    for (size_t file = 0; file < HB_RESULT_FILES; file++) {
        const struct hb_csv *csv = page->source->csv[file];

        if (csv == NULL)
            continue;
        fprintf(page->out, "<details><summary><code>%s</code>, %zu rows</summary>\n<pre>",
                hb_result_file_name((enum hb_result_file)file), hb_csv_rows(csv));
        for (size_t i = 0; i < hb_csv_provenance_count(csv); i++) {
            hb_html_text(page->out, hb_csv_provenance(csv, i));
            putc('\n', page->out);
        }
        fputs("</pre></details>\n", page->out);
    }
    fputs("</section>\n", page->out);
}

static void print_page(const struct page *page)
{
    print_head(page);
    print_subject(page);
    print_facts(page);
    print_unoptimised(page);
    print_left_out(page);
    print_sections(page);
    print_sources(page);
    fputs("</body>\n</html>\n", page->out);
}

static enum hb_status write_page(struct page *page, const char *path)
{
    struct hb_file *file;
    enum hb_status status = make_sections(page);

    if (status == HB_OK)
        status = hb_file_begin(path, &file, page->error);
    if (status != HB_OK)
        return status;
    page->out = hb_file_stream(file);
    print_page(page);
    return hb_file_commit(file, page->error);
}

enum hb_status hb_report_page_write(const char *path, const struct hb_report_source *source,
                                    const struct hb_picture *pictures, size_t count, struct hb_error *error)
{
    struct page page = {.source = source, .pictures = pictures, .picture_count = count, .error = error};
    enum hb_status status;

    collect_names(&page, "trace", HB_RESULT_FILES, &page.traces);
    status = write_page(&page, path);
    for (size_t i = 0; i < SECTIONS; i++)
        free(page.bodies[i]);
    return status;
}

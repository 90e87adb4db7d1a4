/* report_page.c - lays out the page: what was run, what was left out, and a section for each question. */
#include "bench/report/report_page.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
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
    void (*table)(FILE *out, const struct hb_csv *csv);
};

static const struct section sections[] = {
    {"choice",
     "Which allocator: time and memory",
     {"throughput", "variants", "resident"},
     "The ranking, trace by trace",
     HB_RESULT_THROUGHPUT,
     hb_report_throughput},
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
     "Heap over live bytes, by the four measures",
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
    {"failures",
     "Failure points of every allocator: what a program needs, and how far it gets with less",
     {"failure_budget", "served"},
     "The smallest heap, or the smallest reservation, that serves the whole trace",
     HB_RESULT_LEAST_MEMORY,
     hb_report_least_memory},
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

struct page {
    FILE *out;
    const struct hb_report_source *source;
    const struct hb_picture *pictures;
    size_t picture_count;
    struct hb_error *error;
};

static const struct hb_picture *find_picture(const struct page *page, const char *name)
{
    for (size_t i = 0; i < page->picture_count; i++)
        if (strcmp(page->pictures[i].figure.name, name) == 0)
            return &page->pictures[i];
    return NULL;
}

/* The value of the first line of provenance with this key, in any of the files; NULL where none has it. */
static const char *provenance(const struct page *page, const char *key)
{
    for (size_t file = 0; file < HB_RESULT_FILES; file++) {
        const struct hb_csv *csv = page->source->csv[file];

        for (size_t i = 0; csv != NULL && i < hb_csv_provenance_count(csv); i++) {
            const char *line = hb_csv_provenance(csv, i);

            if (strncmp(line, key, strlen(key)) == 0 && line[strlen(key)] == ' ')
                return line + strlen(key) + strspn(line + strlen(key), " ");
        }
    }
    return NULL;
}

static void print_head(const struct page *page)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<meta name=\"color-scheme\" content=\"light dark\">\n<title>heapbench report</title>\n<style>\n",
          page->out);
    fputs(hb_report_style, page->out);
    fputs("</style>\n</head>\n<body>\n<h1>heapbench report</h1>\n", page->out);
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
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
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

/* Files and figures that this page lacks. */
static void print_missing(const struct page *page)
{
    bool any = false;

    for (size_t i = 0; i < HB_RESULT_FILES + page->picture_count; i++) {
        const struct hb_picture *picture = i < HB_RESULT_FILES ? NULL : &page->pictures[i - HB_RESULT_FILES];

        if (picture == NULL ? page->source->csv[i] != NULL : !picture->fed || picture->svg_path != NULL)
            continue;
        fputs(any ? "" : "<div class=\"left-out\">Not on this page:\n<ul>\n", page->out);
        any = true;
        print_item(page->out, picture == NULL ? page->source->missing[i].text : picture->error.text);
    }
    if (any)
        fputs("</ul></div>\n", page->out);
}

static void print_left_out(const struct page *page)
{
    if (provenance(page, "left out") == NULL)
        return;
    fputs("<details class=\"left-out\"><summary>What was not run, and how to ask for it</summary>\n",
          page->out);
    for (size_t file = 0; file < HB_RESULT_FILES; file++)
        print_left_out_by(page, file);
    fputs("</details>\n", page->out);
}

static enum hb_status print_picture(const struct page *page, const struct hb_picture *picture)
{
    char *svg, prefix[64];
    size_t bytes;
    enum hb_status status = hb_file_read(picture->svg_path, MAX_PICTURE_BYTES, &svg, &bytes, page->error);

    if (status != HB_OK)
        return status;
    snprintf(prefix, sizeof prefix, "%s-", picture->figure.name);
    fputs("<figure>\n<div class=\"picture\">", page->out);
    hb_html_svg(page->out, svg, prefix, picture->figure.title);
    fputs("</div>\n<figcaption>", page->out);
    hb_html_text(page->out, picture->figure.caption);
    fputs("</figcaption>\n</figure>\n", page->out);
    free(svg);
    return HB_OK;
}

static enum hb_status print_section(const struct page *page, const struct section *section)
{
    const struct hb_csv *csv = page->source->csv[section->table_file];

    fprintf(page->out, "<section id=\"%s\">\n<h2>", section->id);
    hb_html_text(page->out, section->title);
    fputs("</h2>\n", page->out);
    for (size_t i = 0; i < MAX_SECTION_FIGURES && section->figures[i] != NULL; i++) {
        const struct hb_picture *picture = find_picture(page, section->figures[i]);
        enum hb_status status = HB_OK;

        if (picture != NULL && picture->svg_path != NULL)
            status = print_picture(page, picture);
        if (status != HB_OK)
            return status;
    }
    if (csv != NULL && hb_csv_rows(csv) > 0) {
        fputs("<h3>", page->out);
        hb_html_text(page->out, section->table_title);
        fputs("</h3>\n", page->out);
        section->table(page->out, csv);
    }
    fputs("</section>\n", page->out);
    return HB_OK;
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

static enum hb_status print_page(const struct page *page)
{
    print_head(page);
    print_facts(page);
    print_unoptimised(page);
    print_missing(page);
    print_left_out(page);
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        enum hb_status status = print_section(page, &sections[i]);

        if (status != HB_OK)
            return status;
    }
    print_sources(page);
    fputs("</body>\n</html>\n", page->out);
    return HB_OK;
}

enum hb_status hb_report_page_write(const char *path, const struct hb_report_source *source,
                                    const struct hb_picture *pictures, size_t count, struct hb_error *error)
{
    struct hb_file *file;
    enum hb_status status = hb_file_begin(path, &file, error);
    struct page page = {.source = source, .pictures = pictures, .picture_count = count, .error = error};

    if (status != HB_OK)
        return status;
    page.out = hb_file_stream(file);
    status = print_page(&page);
    if (status != HB_OK) {
        hb_file_abandon(file);
        return status;
    }
    return hb_file_commit(file, error);
}

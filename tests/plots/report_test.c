/*
 * report_test.c - what goes into the page: escaping, pictures side by side, numbers as people read them,
 * tables.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report/report_cells.h"
#include "bench/report/report_html.h"
#include "bench/report/report_tables.h"

/* A stream into memory; the text is freed with it. */
struct sink {
    FILE *out;
    char *text;
    size_t bytes;
};

static FILE *open_sink(struct sink *sink)
{
    sink->out = open_memstream(&sink->text, &sink->bytes);
    assert_non_null(sink->out);
    return sink->out;
}

static void assert_written(struct sink *sink, const char *expected)
{
    fclose(sink->out);
    assert_string_equal(sink->text, expected);
    free(sink->text);
}

static void text_cannot_become_markup(void **state)
{
    struct sink sink;

    (void)state;
    hb_html_text(open_sink(&sink), "<a href=\"x\" title='y'>&amp;</a> \xC3\xA9");
    assert_written(&sink, "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt; \xC3\xA9");
}

static void a_picture_loses_its_prolog_and_its_tooltips(void **state)
{
    struct sink sink;

    (void)state;
    hb_html_svg(open_sink(&sink),
                "<?xml version=\"1.0\"?>\n<svg width=\"9\">\n<title>T</title><desc>D</desc><g/></svg>", "p-",
                "a \"b\"");
    assert_written(&sink, "<svg role=\"img\" aria-label=\"a &quot;b&quot;\" width=\"9\">\n<g/></svg>");
}

static void ids_and_references_are_prefixed_and_nothing_else_is(void **state)
{
    struct sink sink;

    (void)state;
    hb_html_svg(open_sink(&sink),
                "<svg><path id='a' d=\" id='z'\"/><use xlink:href='#a' id=\"b\"/><g "
                "clip-path=\"url(#c)\"><text> id='t' #a</text>"
                "</g></svg>",
                "p-", "");
    assert_written(
        &sink,
        "<svg role=\"img\" aria-label=\"\"><path id='p-a' d=\" id='z'\"/><use xlink:href='#p-a' id=\"p-b\"/>"
        "<g clip-path=\"url(#p-c)\"><text> id='t' #a</text></g></svg>");
}

static void an_embedded_image_is_left_as_it_is(void **state)
{
    static const char image[] =
        "<image preserveAspectRatio='none' xlink:href='data:image/png;base64,iVBOR/0+id=='/></svg>";
    struct sink sink;
    char svg[200], written[200];

    (void)state;
    snprintf(svg, sizeof svg, "<svg>%s", image);
    snprintf(written, sizeof written, "<svg role=\"img\" aria-label=\"\">%s", image);
    hb_html_svg(open_sink(&sink), svg, "p-", "");
    assert_written(&sink, written);
}

static void a_picture_that_is_cut_off_or_no_picture_ends_quietly(void **state)
{
    static const char whole[] = "<svg a='1'><title>x</title><g id='a'/></svg>";
    struct sink sink;

    (void)state;
    hb_html_svg(open_sink(&sink), "no picture", "p-", "x");
    assert_written(&sink, "");
    for (size_t length = 4; length < sizeof whole; length++) {
        char part[sizeof whole];

        memcpy(part, whole, length);
        part[length] = '\0';
        hb_html_svg(open_sink(&sink), part, "p-", "");
        fclose(sink.out);
        assert_non_null(strstr(sink.text, "<svg role"));
        free(sink.text);
    }
}

static void numbers_have_three_digits_and_a_unit(void **state)
{
    static const struct {
        void (*cell)(FILE *out, double value);
        double value;
        const char *text;
    } cases[] = {
        {hb_cell_ns, 1.534, "1.53 ns"},
        {hb_cell_ns, 12.34, "12.3 ns"},
        {hb_cell_ns, 999.4, "999 ns"},
        {hb_cell_ns, 2087, "2.09 µs"},
        {hb_cell_ns, 5.0e9, "5.00 s"},
        {hb_cell_ns, 5.0e12, "5000 s"},
        {hb_cell_bytes, 0, "0 B"},
        {hb_cell_bytes, 1023, "1023 B"},
        {hb_cell_bytes, 1024, "1.00 KiB"},
        {hb_cell_bytes, 1536.0 * 1024, "1.50 MiB"},
        {hb_cell_bytes, 200.0 * 1073741824, "200 GiB"},
        {hb_cell_ratio, 0.534, "0.53×"},
        {hb_cell_ratio, 114.4, "114×"},
        {hb_cell_percent, 58.75, "58.8 %"},
        {hb_cell_count, 7, "7"},
        {hb_cell_count, 1234567, "1\u202f234\u202f567"},
        {hb_cell_count, (double)NAN, "–"},
        {hb_cell_bytes, (double)NAN, "–"},
        {hb_cell_ns, (double)INFINITY, "–"},
        {hb_cell_ratio, -1, "–"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sink sink;
        char expected[64];

        cases[i].cell(open_sink(&sink), cases[i].value);
        snprintf(expected, sizeof expected, "<td>%s</td>", cases[i].text);
        assert_written(&sink, expected);
    }
}

/* The page's table of `text`, as text; to be freed. */
static char *table_of(void (*table)(FILE *out, const struct hb_csv *csv), const char *text)
{
    struct hb_csv *csv;
    struct sink sink;

    assert_int_equal(hb_csv_parse("x.csv", text, strlen(text), &csv, NULL), HB_OK);
    table(open_sink(&sink), csv);
    fclose(sink.out);
    hb_csv_free(csv);
    return sink.text;
}

static void assert_in_order(const char *text, const char *const *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *found = strstr(text, parts[i]);

        if (found == NULL)
            fail_msg("'%s' is not in, or comes too early in: %s", parts[i], text);
        text = found + strlen(parts[i]);
    }
}

#define assert_has_in_order(text, ...)                        \
    assert_in_order(text, (const char *const[]){__VA_ARGS__}, \
                    sizeof(const char *[]){__VA_ARGS__} / sizeof(char *))

static void the_ranking_is_by_median_and_keeps_what_has_none(void **state)
{
    char *table = table_of(
        hb_report_throughput,
        "trace,allocator,round,status,ops,elapsed_ns,cpu_ns,failures,peak_live_bytes,peak_resident_bytes,"
        "reference,reference_ns\n"
        "t<1>,null,0,ok,100,100,99,0,1048576,0,g<l,2000\n"
        "t<1>,g<l,0,ok,100,2000,1990,0,1048576,2097152,g<l,2000\n"
        "t<1>,fast,0,ok,100,500,495,0,1048576,4194304,g<l,2000\n"
        "t<1>,lost,0,crashed,,,,,,,,\n"
        "t<1>,g<l,1,ok,100,4000,3950,0,1048575,1048576,g<l,4000\n"
        "t<1>,fast,1,ok,100,1000,999,3,1048576,4194304,g<l,4000\n"
        "t<1>,fast,2,ok,100,90000,90000,0,1048576,4194304,g<l,2000\n"
        "t<1>,g<l,2,ok,100,2000,1999,0,1048576,1048576,g<l,2000\n"
        "t<1>,little,10000,ok,100,99900000,99900000,0,1048575,4194304,,\n");

    (void)state;
    assert_has_in_order(table, "over g&lt;l</th>", "t&lt;1&gt;: 3 rounds</th>", "fast",
                        "<td>10.0 ns</td><td>5.00 ns</td><td>900 ns</td><td>0.25×</td>",
                        "<td>4.00 MiB</td><td>4.00×</td><td>3</td>", "g&lt;l",
                        "<td>20.0 ns</td><td>20.0 ns</td><td>40.0 ns</td><td>1.00×</td>",
                        "<td>1.00 MiB</td><td>1.00×</td>", "little", "<td>999 µs</td>",
                        "<td>4.00 MiB</td><td>–</td>", "lost <em>crashed</em>",
                        "<td>–</td><td>–</td><td>–</td><td>–</td>", "null</td>", "<td>0.05×</td>");
    free(table);
}

/* One replay in nine waited, then one in ten. */
static void where_processors_were_taken_the_ranking_is_by_processor_time(void **state)
{
    static const char row[] = "t,glibc,%d,ok,10,%d,100,glibc,200,50\n";

    (void)state;
    for (int rounds = 9; rounds <= 10; rounds++) {
        char csv[1024] =
            "trace,allocator,round,status,ops,elapsed_ns,cpu_ns,reference,reference_ns,reference_cpu_ns\n";
        char *table;

        for (int i = 0; i < rounds; i++)
            snprintf(csv + strlen(csv), sizeof csv - strlen(csv), row, i, i == 0 ? 103 : 102);
        table = table_of(hb_report_throughput, csv);
        if (rounds == 9)
            assert_has_in_order(table, ">t: 9 rounds, by processor time</th>", "<td>10.0 ns</td>",
                                "<td>2.00×</td>");
        else
            assert_has_in_order(table, ">t: 10 rounds</th>", "<td>10.2 ns</td>", "<td>0.51×</td>");
        free(table);
    }
}

static void a_replay_that_was_stopped_is_compared_with_the_same_operations(void **state)
{
    char *table =
        table_of(hb_report_throughput, "trace,allocator,round,status,ops,elapsed_ns,reference,reference_ns\n"
                                       "t,glibc,0,ok,100,2000,glibc,2000\n"
                                       "t,simple,0,stopped,10,800,glibc,100\n");

    (void)state;
    assert_has_in_order(table, "over glibc", "glibc", "<td>1.00×</td>", "simple <em>first 10 operations</em>",
                        "<td>80.0 ns</td>", "<td>8.00×</td>");
    free(table);
}

static void the_least_memory_is_said_of_each_trace_and_allocator(void **state)
{
    char *table = table_of(hb_report_least_memory,
                           "trace,allocator,status,peak_live_bytes,minimum_bytes,failing_bytes\n"
                           "t,tcmalloc,unavailable,,,\n"
                           "t,simple,ok,1000,4096,\n"
                           "t,glibc,ok,1000,,68719476736\n"
                           "u,glibc,ok,10,8192,4096\n");

    (void)state;
    assert_has_in_order(table, "tcmalloc", "simple", "glibc",
                        "t</td><td>1000 B</td><td>–</td><td>4.00 KiB</td><td>none tried sufficed</td>",
                        "u</td><td>10 B</td><td>–</td><td>–</td><td>8.00 KiB</td>");
    free(table);
}

static void tables_about_simple_leave_the_others_out(void **state)
{
    char *table = table_of(hb_report_walks,
                           "trace,allocator,status,ops,walk_mean,walk_total,walk_allocated,ratio_to_glibc\n"
                           "t,glibc,ok,100,,,,1\n"
                           "t,simple,stopped,50,12.5,1000,250,8\n"
                           "u,simple,crashed,,,,,\n");

    (void)state;
    assert_has_in_order(table, "t</td>", "<td>25.0 %</td><td>50</td>", "<td>8.00×</td>");
    assert_null(strstr(table, "glibc</td>"));
    assert_null(strstr(table, "u</td>"));
    free(table);
}

static void policies_have_published_averages_beside_their_own_means(void **state)
{
    char *table =
        table_of(hb_report_policies, "trace,policy,merge,header_bytes,align,status,ops,measure1,measure4\n"
                                     ",first,yes,0,1,published,,,2.3\n"
                                     ",lifo-first,yes,0,1,published,,,36\n"
                                     "t,first,yes,0,1,ok,5000,40,10\n"
                                     "t,first,no,0,1,ok,5000,60,30\n"
                                     "t,packing,,8,16,ok,5000,,5\n"
                                     "u,first,yes,0,1,ok,5000,50,20\n"
                                     "u,first,no,0,1,unavailable,,,\n"
                                     "tiny,first,yes,0,1,ok,12,90,90\n");

    (void)state;
    assert_has_in_order(table, ">t</th>", ">u</th>", "#4", "no headers", "first</td>",
                        "yes</td><td>2.30 %</td>", "<td>15.0 %</td><td>10.0 %</td><td>20.0 %</td>",
                        "no</td><td>–</td><td>30.0 %</td><td>30.0 %</td><td>–</td>", "lifo-first</td>",
                        "<td>36.0 %</td><td>–</td>", "aligned to 16", "packing</td>",
                        "<td>–</td><td>5.00 %</td><td>5.00 %</td><td>–</td>", "#1", "no headers",
                        "first</td>", "yes</td><td>–</td><td>45.0 %</td><td>40.0 %</td><td>50.0 %</td>",
                        "no</td><td>–</td><td>60.0 %</td><td>60.0 %</td><td>–</td>");
    assert_null(strstr(table, "tiny"));
    free(table);
}

static void models_are_set_against_walking_by_medians_in_ascending_ranges(void **state)
{
    char *table =
        table_of(hb_report_model_speed,
                 "allocator,model,ranges,round,ranges_most,ops,elapsed_ns,walk_total,resident_bytes\n"
                 "simple,model-<first>,1000,0,1000,10,5000,2500,9\n"
                 "simple,model-<first>,1000,1,1000,10,1000,2500,9\n"
                 "simple,model-<first>,1000,2,1000,10,4000,2500,9\n"
                 "model-<first>,model-<first>,1000,0,1000,20,200,4000,40000\n"
                 "model-<first>,model-<first>,100,0,100,20,100,400,8000\n"
                 "model-best,model-best,100,0,100,20,,400,8000\n");

    (void)state;
    assert_has_in_order(table, "simple and model-&lt;first&gt;",
                        "<td>100</td><td>40</td><td>–</td><td>5.00 ns</td><td>–</td><td>80 B</td>",
                        "<td>400</td><td>400 ns</td><td>10.0 ns</td><td>40.0×</td><td>40 B</td>",
                        "model-best", "<td>100</td><td>–</td><td>–</td><td>–</td><td>–</td><td>–</td>");
    free(table);
}

static void a_table_of_an_empty_file_is_only_its_head(void **state)
{
    char *table = table_of(hb_report_fragmentation, "trace,allocator,status\n");

    (void)state;
    assert_null(strstr(table, "<td"));
    free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_cannot_become_markup),
        cmocka_unit_test(a_picture_loses_its_prolog_and_its_tooltips),
        cmocka_unit_test(ids_and_references_are_prefixed_and_nothing_else_is),
        cmocka_unit_test(an_embedded_image_is_left_as_it_is),
        cmocka_unit_test(a_picture_that_is_cut_off_or_no_picture_ends_quietly),
        cmocka_unit_test(numbers_have_three_digits_and_a_unit),
        cmocka_unit_test(the_ranking_is_by_median_and_keeps_what_has_none),
        cmocka_unit_test(where_processors_were_taken_the_ranking_is_by_processor_time),
        cmocka_unit_test(a_replay_that_was_stopped_is_compared_with_the_same_operations),
        cmocka_unit_test(the_least_memory_is_said_of_each_trace_and_allocator),
        cmocka_unit_test(tables_about_simple_leave_the_others_out),
        cmocka_unit_test(policies_have_published_averages_beside_their_own_means),
        cmocka_unit_test(models_are_set_against_walking_by_medians_in_ascending_ranges),
        cmocka_unit_test(a_table_of_an_empty_file_is_only_its_head),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

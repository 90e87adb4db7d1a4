/*
 * run_table.h - a comparison as a table, for a terminal or as Markdown.
 */
#ifndef HB_BENCH_TOOL_RUN_RUN_TABLE_H
#define HB_BENCH_TOOL_RUN_RUN_TABLE_H

#include "bench/tool/run/run_mean.h"
#include "bench/tool/run/run_rows.h"

/* How tables are shown on this standard output. */
struct hb_run_style {
    bool markdown;
    bool colors;
    unsigned width;   /* of a line; 0: no end */
    bool shows_floor; /* the null allocator was named: it is a row, else a footnote */
};

/* Of this process: colours and a width where standard output is a terminal, NO_COLOR is not set. */
struct hb_run_style hb_run_style_find(bool markdown, bool shows_floor);

/* The block of a trace: a heading, the rows, what is to be said of them. */
void hb_run_print_trace(const struct hb_run_trace *trace, const struct hb_run_style *style);

/* The geometric means over traces. */
void hb_run_print_means(const struct hb_run_means *means, const struct hb_run_style *style);

#endif

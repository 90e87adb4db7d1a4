/*
 * report_figure.h - the figures: each is a gnuplot script whose own header says what it draws, from which
 * file, and how to read it.
 */
#ifndef HB_BENCH_REPORT_REPORT_FIGURE_H
#define HB_BENCH_REPORT_REPORT_FIGURE_H

#include "base/error.h"

struct hb_figure {
    char *name;    /* "walk_length" */
    char *script;  /* absolute path of walk_length.gp */
    char *title;   /* the first line's sentence */
    char *caption; /* the text after "# Caption:", as one line */
    char *input;   /* "walk_cost.csv" */
    char *schema;  /* of that file, as the script reads it: "walk_cost/1" */
};

enum hb_figure_format { HB_FIGURE_SVG, HB_FIGURE_PNG };

/* Where the scripts are: $HEAPBENCH_PLOTS, else where base/place.h finds them from this executable. */
const char *hb_plots_folder(void);

/* The figures of a report, in its order. */
size_t hb_figure_count(void);
const char *hb_figure_name(size_t index);

/*
 * Reads the header of the figure `name` in `folder`. HB_ERR_IO; HB_ERR_FORMAT where the header lacks a part;
 * HB_ERR_LIMIT; HB_ERR_MEMORY. Clear with hb_figure_clear.
 */
enum hb_status hb_figure_read(const char *folder, const char *name, struct hb_figure *figure,
                              struct hb_error *error);
void hb_figure_clear(struct hb_figure *figure);

/* HB_ERR_UNAVAILABLE where there is no gnuplot, and says which package has it: to be asked before what takes
 * long. */
enum hb_status hb_figure_can_draw(struct hb_error *error);

/*
 * Draws `csv` (an absolute path) into the file `path`, which is written whole or not at all. No shell is
 * between: names may hold anything. Errors as hb_figure_can_draw; HB_ERR_FORMAT where the file holds nothing
 * that this figure draws; HB_ERR_CHILD where gnuplot failed or complained, with the first line that it wrote;
 * HB_ERR_IO; HB_ERR_MEMORY.
 */
enum hb_status hb_figure_draw(const struct hb_figure *figure, const char *csv, enum hb_figure_format format,
                              const char *path, struct hb_error *error);

#endif

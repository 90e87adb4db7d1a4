/*
 * run_show.h - a comparison as a table, for a terminal or as Markdown; as JSON; and in sentences.
 */
#ifndef HB_BENCH_TOOL_RUN_RUN_SHOW_H
#define HB_BENCH_TOOL_RUN_RUN_SHOW_H

#include <jansson.h>

#include "base/number.h"
#include "bench/tool/run/run_mean.h"

/* -- tables -- */

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

/* -- JSON: a row for each allocator and trace, with every round -- */

/* What is gathered while traces are run; begins zeroed. */
struct hb_run_json {
    json_t *rows, *traces;
};

/* HB_ERR_MEMORY. Close with hb_run_json_close. */
enum hb_status hb_run_json_open(struct hb_run_json *json, struct hb_error *error);
void hb_run_json_close(struct hb_run_json *json);

/* Adds what was found on a trace; or that a file is none. HB_ERR_MEMORY. */
enum hb_status hb_run_json_add(struct hb_run_json *json, const struct hb_run_trace *trace,
                               struct hb_error *error);
enum hb_status hb_run_json_add_unusable(struct hb_run_json *json, const char *trace, const char *problem,
                                        struct hb_error *error);

/* Prints all of it. Returns an exit status. */
int hb_run_json_print(const struct hb_run_json *json, const struct hb_session *session,
                      const struct hb_run_means *means);

/* -- sentences: the verdict, and what stands against it -- */

enum { HB_RUN_WORDS_BYTES = 512 };

/* The index-th sentence of the verdict, the first being the answer. False when there are no more. */
bool hb_run_words(const struct hb_run_trace *trace, unsigned index, char out[HB_RUN_WORDS_BYTES]);

/* The index-th warning: what a replay leaves out, that the machine disturbed the rounds, and what to do.
 * False when there are no more. */
bool hb_run_noise_words(const struct hb_run_trace *trace, unsigned index, char out[HB_RUN_WORDS_BYTES]);

#endif

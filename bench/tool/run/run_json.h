/*
 * run_json.h - a comparison as JSON: a row for each allocator and trace, with every round.
 */
#ifndef HB_BENCH_TOOL_RUN_RUN_JSON_H
#define HB_BENCH_TOOL_RUN_RUN_JSON_H

#include <jansson.h>

#include "bench/tool/run/run_mean.h"
#include "bench/tool/run/run_rows.h"

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

#endif

/*
 * heap_map_rows.h - the result file heap_map.csv: maps of simple's heap, and of one that merges, beside it.
 */
#ifndef HB_BENCH_QUESTION_HEAP_MAP_ROWS_H
#define HB_BENCH_QUESTION_HEAP_MAP_ROWS_H

#include "bench/question/session.h"
#include "bench/results/results.h"

/* An empty heap_map.csv; NULL when out of memory. */
struct hb_results *hb_heap_map_begin(void);

/*
 * Adds the rows of the trace at `trace`, where the plan has simple in it. Errors: those of loading the trace,
 * and of hb_heap_map_create.
 */
enum hb_status hb_heap_map_add(struct hb_results *results, struct hb_session *session, size_t trace,
                               struct hb_error *error);

#endif

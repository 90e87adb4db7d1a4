/*
 * survey.h - the figures about the ranges of a heap, added up range by range in address order.
 *
 *     struct hb_survey survey = {.run_bytes = 0};
 *     allocator->ranges(heap, hb_survey_visit, &survey);
 *
 * A caller who leaves a range out, or takes only a part of one as his heap ends there, has a visitor of his
 * own that calls hb_survey_add. What is no sum over ranges (high_water_bytes, header_bytes)
 * stays as it was.
 */
#ifndef HB_ALLOCATOR_SURVEY_H
#define HB_ALLOCATOR_SURVEY_H

#include "allocator/allocator.h"

struct hb_survey {
    struct hb_heap_state state;
    uint64_t run_bytes; /* of the adjacent free ranges that end here */
};

void hb_survey_add(struct hb_survey *survey, const struct hb_range *range);

/* The same as a visitor, for ranges(): `survey` is a struct hb_survey. Never stops. */
bool hb_survey_visit(void *survey, const struct hb_range *range);

#endif

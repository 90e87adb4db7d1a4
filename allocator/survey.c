#include "allocator/survey.h"

static void add_free(struct hb_survey *survey, uint64_t length)
{
    struct hb_heap_state *state = &survey->state;

    state->free_ranges++;
    state->free_bytes += length;
    if (length > state->largest_free_bytes)
        state->largest_free_bytes = length;
    survey->run_bytes += length;
    if (survey->run_bytes > state->largest_run_bytes)
        state->largest_run_bytes = survey->run_bytes;
}

void hb_survey_add(struct hb_survey *survey, const struct hb_range *range)
{
    survey->state.ranges++;
    if (range->allocated) {
        survey->state.allocated_range_bytes += range->length;
        survey->run_bytes = 0;
    } else {
        add_free(survey, range->length);
    }
}

bool hb_survey_visit(void *survey, const struct hb_range *range)
{
    hb_survey_add(survey, range);
    return true;
}

/*
 * beside.c - replays beside the rounds of a comparison: of what is no time, once an allocator.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "bench/question/rounds.h"
#include "bench/sample/together.h"
#include "bench/sample/verdict.h"

/* Those that are shown and have figures. */
static bool is_of_interest(const struct hb_rounds_cell *cell)
{
    return !cell->hidden && !hb_rounds_is_failed(cell);
}

static enum hb_status unless_interrupted(enum hb_status status)
{
    return status == HB_ERR_INTERRUPTED ? HB_OK : status;
}

/* -- calls that give memory back -- */

static enum hb_status count_calls_of(struct hb_rounds *rounds, struct hb_rounds_cell *cell,
                                     struct hb_error *error)
{
    struct hb_session *session = rounds->session;
    struct hb_sample_request request = {.mode = HB_SAMPLE_TIME, .op_limit = cell->ops, .counts_calls = true};
    struct hb_sample_result result;
    enum hb_status status;

    hb_progress_step(&session->progress, "%s: %s, its calls of the kernel",
                     session->found.traces[rounds->trace].name, cell->candidate->name);
    status = hb_session_sample(session, rounds->trace, cell->candidate, &request, &result, error);
    if (status == HB_OK && hb_verdict_has_figures(&result))
        cell->calls = result.calls;
    hb_sample_result_clear(&result);
    return status;
}

enum hb_status hb_rounds_count_calls(struct hb_rounds *rounds, struct hb_error *error)
{
    enum hb_status status = HB_OK;

    for (size_t i = 0; i < rounds->cell_count && status == HB_OK; i++)
        if (is_of_interest(&rounds->cells[i]) && !rounds->cells[i].candidate->untouchable)
            status = count_calls_of(rounds, &rounds->cells[i], error);
    return unless_interrupted(status);
}

/* -- memory when all is freed -- */

struct rest {
    struct hb_session *session;
    const char *name;
    uint64_t end_ns;  /* when the last one will have rested; 0: they are not all begun */
    uint64_t told_ns; /* when that was said last */
};

/* Says how long it will take. */
static bool goes_on(void *context)
{
    struct rest *rest = context;
    struct hb_progress *progress = &rest->session->progress;
    uint64_t now = hb_clock_ns();

    if (rest->end_ns != 0 && now - rest->told_ns >= 1000000000) {
        rest->told_ns = now;
        hb_progress_step(progress, "%s: all freed, and %.0f s of silence to come", rest->name,
                         rest->end_ns > now ? (double)(rest->end_ns - now) / 1e9 : 0.0);
        progress->done--;
    }
    return !hb_session_is_interrupted();
}

static enum hb_status rest_all(struct hb_rounds *rounds, struct hb_together *together, uint64_t idle_ms,
                               struct hb_error *error)
{
    struct rest *rest = together->context;
    enum hb_status status = HB_OK;

    for (size_t i = 0; i < rounds->cell_count && status == HB_OK; i++) {
        struct hb_rounds_cell *cell = &rounds->cells[i];
        struct hb_sample_request request = {
            .mode = HB_SAMPLE_TIME, .op_limit = cell->ops, .rests = true, .idle_ms = idle_ms};

        if (!is_of_interest(cell) || cell->candidate->untouchable || hb_session_is_interrupted())
            continue;
        hb_progress_step(&rest->session->progress, "%s: %s, until it is idle", rest->name,
                         cell->candidate->name);
        status = hb_session_fill(rest->session, rounds->trace, cell->candidate, &request, error);
        request.threads = (struct hb_threads_plan){.threading = HB_THREADING_NONE};
        request.pace = 0;
        if (status == HB_OK)
            status = hb_together_add(together, &request, error);
    }
    rest->end_ns = hb_clock_ns() + idle_ms * 1000000;
    return status == HB_OK ? hb_together_finish(together, error) : status;
}

enum hb_status hb_rounds_rest(struct hb_rounds *rounds, uint64_t idle_ms, struct hb_error *error)
{
    struct rest rest = {.session = rounds->session,
                        .name = rounds->session->found.traces[rounds->trace].name};
    struct hb_together together = {.goes_on = goes_on, .context = &rest};
    enum hb_status status = rest_all(rounds, &together, idle_ms, error);
    size_t next = 0;

    for (size_t i = 0; i < rounds->cell_count && next < together.count; i++)
        if (is_of_interest(&rounds->cells[i]) && !rounds->cells[i].candidate->untouchable)
            rounds->cells[i].idle = together.members[next++]->result.idle;
    hb_together_close(&together);
    return unless_interrupted(status);
}

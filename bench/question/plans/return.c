/*
 * return.c - the question what comes back, and when: memory over time, while a burst is over and when all is
 * freed.
 *
 * The workload is a storm (generate.h): a burst, a drop to a tenth, silence; again; all freed, silence. It is
 * replayed twice, since a library that has no thread of its own gives memory back only when it is called:
 * once a request comes now and then in the silences, as in a service, and once nothing at all happens.
 * Recorded traces follow, with their own silences, unless they are of more than half a minute; what they
 * leave is freed, and then it is silent.
 *
 * All allocators sleep at the same time, and are looked at from outside (together.h).
 */
#include <stdlib.h>

#include "base/clock.h"
#include "bench/question/question.h"
#include "bench/results/row_groups.h"
#include "bench/sample/together.h"
#include "bench/sample/verdict.h"

enum { LOOK_MS = 100, IDLE_MS = 10000, RECORDED_MOST_S = 30, FILE_LOOKS = 0, FILE_SUMMARY };

static const struct hb_schema looks_schema = {
    "return/1", "return.csv",
    "trace:text,allocator:text,library:text,status:text,time_s:real,phase:text,resident_bytes:count,"
    "lazy_free_bytes:count,huge_bytes:count,live_bytes:count"};

static const struct hb_schema summary_schema = {
    "return_summary/1", "return_summary.csv",
    "trace:text,allocator:text,library:text,status:text,peak_live_bytes:count,peak_resident_bytes:count,"
    "drop_live_bytes:count,drop_bytes:count,drop_1s_bytes:count,drop_10s_bytes:count,freed_bytes:count,"
    "freed_1s_bytes:count,freed_10s_bytes:count,last_bytes:count,last_s:real"};

static const struct hb_recipe recipes[] = {
    {"storm", "storm"}, {"storm-silent", "storm heartbeat=0"}, {NULL, NULL}};

/* An allocator on a trace. */
struct entry {
    size_t trace;
    const struct hb_candidate *candidate;
    struct hb_sample_result refusal; /* where it has no member */
    size_t member;
    bool has_member;
};

struct waiting_cell {
    struct hb_session *session;
    struct hb_together together;
    struct entry *entries;
    size_t count;
    uint64_t end_ns;  /* when those that were begun will be through */
    uint64_t told_ns; /* when that was said last */
    bool is_last;     /* no more are begun */
};

/* Says how long it will take. */
static bool goes_on(void *context)
{
    struct waiting_cell *waiting = context;
    struct hb_progress *progress = &waiting->session->progress;
    uint64_t now = hb_clock_ns();

    if (waiting->is_last && now - waiting->told_ns >= 1000000000) {
        waiting->told_ns = now;
        hb_progress_step(progress, "all sleep, for %.0f s more",
                         waiting->end_ns > now ? (double)(waiting->end_ns - now) / 1e9 : 0.0);
        progress->done--;
    }
    return !hb_session_is_interrupted();
}

static enum hb_status make_ready(struct hb_plan *plan, struct hb_error *error)
{
    struct waiting_cell *waiting = plan->state;

    if (waiting == NULL)
        plan->state = waiting = calloc(1, sizeof *waiting);
    if (waiting == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory for what comes back");
    waiting->session = plan->session;
    waiting->together.look_ms = LOOK_MS;
    waiting->together.goes_on = goes_on;
    waiting->together.context = waiting;
    return HB_OK;
}

static struct entry *add_entry(struct hb_plan *plan, const struct hb_candidate *candidate)
{
    struct waiting_cell *waiting = plan->state;
    struct entry *grown = reallocarray(waiting->entries, waiting->count + 1, sizeof *grown);

    if (grown == NULL)
        return NULL;
    waiting->entries = grown;
    grown[waiting->count] = (struct entry){.trace = plan->trace, .candidate = candidate};
    return &grown[waiting->count++];
}

/* The time of a recording passes where it is short enough; a storm has its last silence in it. */
static void make_waiting(struct hb_plan *plan, struct hb_sample_request *request)
{
    bool is_generated = plan->session->found.traces[plan->trace].recipe != NULL;
    double recorded_s = hb_paced_seconds(request->prepared, request->prepared->op_count, 1);

    request->threads = (struct hb_threads_plan){.threading = HB_THREADING_NONE};
    request->is_followed = request->rests = true;
    request->idle_ms = is_generated ? 0 : IDLE_MS;
    request->pace = recorded_s <= RECORDED_MOST_S ? 1 : 0;
    if (request->pace <= 0)
        hb_provenance_leave_out(&plan->session->provenance,
                                "the silences of %s: its recording is longer than %d s", plan->name,
                                RECORDED_MOST_S);
}

static void note_end(struct waiting_cell *waiting, const struct hb_sample_request *request)
{
    double seconds = hb_paced_seconds(request->prepared, request->prepared->op_count, request->pace) +
                     (double)request->idle_ms / 1000;
    uint64_t end_ns = hb_clock_ns() + (uint64_t)(seconds * 1e9);

    waiting->end_ns = end_ns > waiting->end_ns ? end_ns : waiting->end_ns;
}

/* Begins it, as soon as the one before it sleeps. */
static enum hb_status begin_one(struct hb_plan *plan, size_t index, const struct hb_candidate *candidate,
                                struct hb_error *error)
{
    struct waiting_cell *waiting = plan->state;
    struct hb_sample_request request = {.mode = HB_SAMPLE_TIME};
    struct entry *entry;
    bool refused;
    enum hb_status status;

    (void)index;
    if (!candidate->process)
        return HB_OK;
    entry = add_entry(plan, candidate);
    if (entry == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory for what comes back");
    status = hb_checks_refuse(plan->session, plan->trace, candidate, &entry->refusal, &refused, error);
    if (status != HB_OK || refused)
        return status;
    status = hb_session_fill(plan->session, plan->trace, candidate, &request, error);
    if (status != HB_OK)
        return status;
    make_waiting(plan, &request);
    entry->has_member = true;
    entry->member = waiting->together.count;
    status = hb_together_add(&waiting->together, &request, error);
    note_end(waiting, &request);
    return status;
}

/* -- rows -- */

static void set_subject(struct hb_results *out, const struct waiting_cell *waiting, const struct entry *entry,
                        const struct hb_sample_result *result)
{
    const struct hb_candidate *candidate = entry->candidate;

    hb_results_set_subject(out, waiting->session->found.traces[entry->trace].name, candidate->name,
                           hb_verdict_status(result, false));
    hb_results_set_text(out, "library",
                        candidate->variant.name != NULL ? candidate->variant.library : candidate->name);
}

static void set_known_bytes(struct hb_results *out, const char *column, uint64_t bytes)
{
    if (bytes != HB_MEMORY_NOT_KNOWN)
        hb_results_set_count(out, column, bytes);
}

static void put_look(struct hb_results *out, const struct hb_together_look *look)
{
    hb_results_set_real(out, "time_s", (double)look->time_ns / 1e9);
    hb_results_set_text(out, "phase", hb_stage_name(look->stage));
    hb_results_set_count(out, "resident_bytes", look->memory.resident_bytes);
    set_known_bytes(out, "lazy_free_bytes", look->memory.lazy_free_bytes);
    set_known_bytes(out, "huge_bytes", look->memory.huge_bytes);
    hb_results_set_count(out, "live_bytes", look->live_bytes);
}

/* The first look in a stage; in a silence, the first that has half of the most live or less, when more was
 * seen before. NULL: there was none. */
static const struct hb_together_look *first_of(const struct hb_together_member *member, enum hb_stage stage)
{
    uint64_t half = member->result.counts.peak_live_bytes / 2;
    bool has_risen = stage != HB_STAGE_SILENCE;

    for (size_t i = 0; i < member->look_count; i++) {
        const struct hb_together_look *look = &member->looks[i];

        if (has_risen && look->stage == stage && look->live_bytes <= half)
            return look;
        has_risen = has_risen || look->live_bytes > half;
    }
    return NULL;
}

/* The look that was true so many seconds later, in the same stage; NULL where that was over by then. */
static const struct hb_together_look *look_after(const struct hb_together_member *member,
                                                 const struct hb_together_look *first, uint64_t seconds)
{
    const struct hb_together_look *end = member->looks + member->look_count, *look = first;
    uint64_t wanted_ns = first->time_ns + seconds * 1000000000;

    while (look + 1 < end && look[1].stage == first->stage && look[1].time_ns <= wanted_ns)
        look++;
    return look->time_ns >= wanted_ns || (look + 1 < end && look[1].stage == first->stage) ? look : NULL;
}

static void set_after(struct hb_results *out, const struct hb_together_member *member,
                      const struct hb_together_look *first, const char *const columns[3])
{
    static const uint64_t seconds[] = {0, 1, 10};

    for (int i = 0; first != NULL && i < 3; i++) {
        const struct hb_together_look *look = look_after(member, first, seconds[i]);

        if (look != NULL)
            hb_results_set_count(out, columns[i], look->memory.resident_bytes);
    }
}

/* As it looked at itself, to the moment; from outside it is seen a little sooner or later. */
static void set_idle(struct hb_results *out, const struct hb_idle *idle, const char *const columns[3])
{
    for (uint32_t i = 0; i < idle->count && i < 3; i++)
        hb_results_set_count(out, columns[i], idle->looks[i].memory.resident_bytes);
}

static void put_summary(struct hb_results *out, const struct hb_together_member *member)
{
    static const char *const drop[] = {"drop_bytes", "drop_1s_bytes", "drop_10s_bytes"};
    static const char *const freed[] = {"freed_bytes", "freed_1s_bytes", "freed_10s_bytes"};
    const struct hb_together_look *last = member->looks + member->look_count - 1;
    const struct hb_together_look *dropped = first_of(member, HB_STAGE_SILENCE);
    const struct hb_together_look *gone = first_of(member, HB_STAGE_FREED);

    hb_results_set_count(out, "peak_live_bytes", member->result.counts.peak_live_bytes);
    hb_results_set_count(out, "peak_resident_bytes", member->result.peak_resident_bytes);
    if (dropped != NULL)
        hb_results_set_count(out, "drop_live_bytes", dropped->live_bytes);
    set_after(out, member, dropped, drop);
    if (member->result.idle.count > 1)
        set_idle(out, &member->result.idle, freed);
    else
        set_after(out, member, gone, freed);
    if (gone == NULL)
        return;
    hb_results_set_count(out, "last_bytes", last->memory.resident_bytes);
    hb_results_set_real(out, "last_s", (double)(last->time_ns - gone->time_ns) / 1e9);
}

static void put_entry(struct hb_plan *plan, const struct waiting_cell *waiting, const struct entry *entry)
{
    const struct hb_together_member *member =
        entry->has_member ? waiting->together.members[entry->member] : NULL;
    const struct hb_sample_result *result = member != NULL ? &member->result : &entry->refusal;
    bool has_figures = member != NULL && member->look_count > 0 && hb_verdict_has_figures(result);

    plan->failed_cells += hb_verdict_is_problem(result);
    for (size_t i = 0; has_figures && i < member->look_count; i++) {
        set_subject(plan->files[FILE_LOOKS], waiting, entry, result);
        put_look(plan->files[FILE_LOOKS], &member->looks[i]);
        hb_results_end_row(plan->files[FILE_LOOKS]);
    }
    set_subject(plan->files[FILE_SUMMARY], waiting, entry, result);
    if (has_figures)
        put_summary(plan->files[FILE_SUMMARY], member);
    hb_results_end_row(plan->files[FILE_SUMMARY]);
}

/* When all have been begun: waits, puts the rows, and clears up whatever happened. */
static enum hb_status end_all(struct hb_plan *plan, struct hb_error *error)
{
    struct waiting_cell *waiting = plan->state;
    enum hb_status status;

    if (waiting == NULL)
        return HB_OK;
    waiting->is_last = true;
    status = hb_together_finish(&waiting->together, error);
    for (size_t i = 0; i < waiting->count && status == HB_OK; i++)
        put_entry(plan, waiting, &waiting->entries[i]);
    hb_together_close(&waiting->together);
    free(waiting->entries);
    free(waiting);
    plan->state = NULL;
    return status;
}

/* -- one benchmark -- */

static enum hb_status measure_return(struct hb_session *session, const struct hb_candidate *candidate,
                                     size_t trace, unsigned variant, struct hb_measurement *measurement,
                                     struct hb_error *error)
{
    static const char *const names[HB_IDLE_LOOKS] = {"freed_bytes", "freed_1s_bytes", "freed_10s_bytes",
                                                     "freed_last_bytes"};
    struct hb_sample_request request = {.mode = HB_SAMPLE_TIME, .rests = true, .idle_ms = 1000};
    struct hb_sample_result result;
    uint64_t trace_ops;
    enum hb_status status = hb_session_trace_ops(session, trace, &trace_ops, error);

    (void)variant;
    if (status == HB_OK)
        status = hb_session_sample(session, trace, candidate, &request, &result, error);
    if (status != HB_OK)
        return status;
    if (hb_verdict_is_problem(&result)) {
        hb_verdict_describe(&result, measurement->problem, sizeof measurement->problem);
    } else {
        hb_measurement_take(measurement, &result, trace_ops);
        hb_measurement_count(measurement, "peak_resident_bytes", (double)result.peak_resident_bytes);
        for (uint32_t i = 0; i < result.idle.count; i++)
            hb_measurement_count(measurement, names[i], (double)result.idle.looks[i].memory.resident_bytes);
    }
    hb_sample_result_clear(&result);
    return HB_OK;
}

const struct hb_question hb_question_return = {
    .name = "return",
    .schemas = {&looks_schema, &summary_schema},
    .rounds = 1,
    .recipes = recipes,
    .decay_variants = true,
    .of_processes = true,
    .measure = measure_return,
    .begin = make_ready,
    .look = begin_one,
    .end = end_all,
};

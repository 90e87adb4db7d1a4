/*
 * together.c - begins samples that sleep, looks at them, and collects them.
 */
#include "bench/sample/together.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

enum { NAP_MS = 5, KEEP_NS = 1000000000 };
#define BUSY_MOST_NS UINT64_C(3000000000)

static enum hb_status out_of_memory(struct hb_error *error)
{
    return hb_error_set(error, HB_ERR_MEMORY, "out of memory for samples that wait");
}

/* -- looks -- */

static bool is_news(const struct hb_together_member *member, const struct hb_together_look *look)
{
    const struct hb_together_look *last;

    if (member->look_count == 0)
        return true;
    last = &member->looks[member->look_count - 1];
    return look->stage != last->stage || look->live_bytes != last->live_bytes ||
           memcmp(&look->memory, &last->memory, sizeof look->memory) != 0 ||
           look->time_ns - last->time_ns >= KEEP_NS;
}

static bool keep_look(struct hb_together_member *member, const struct hb_together_look *look)
{
    if (member->look_count == member->look_room) {
        size_t room = member->look_room == 0 ? 64 : 2 * member->look_room;
        struct hb_together_look *grown = reallocarray(member->looks, room, sizeof *grown);

        if (grown == NULL)
            return false;
        member->looks = grown;
        member->look_room = room;
    }
    member->looks[member->look_count++] = *look;
    return true;
}

/* False when out of memory. */
static bool look_at(struct hb_together_member *member)
{
    const struct hb_course *course = hb_sample_course(&member->run);
    struct hb_together_look look;

    memset(&look, 0, sizeof look);
    if (course == NULL || course->begun_ns == 0)
        return true;
    look.stage = (enum hb_stage)course->stage;
    look.live_bytes = course->live_bytes;
    if (!hb_memory_look(member->run.run.pid, &course->base, &look.memory))
        return true; /* it has just ended */
    look.time_ns = hb_clock_ns() - course->begun_ns;
    member->latest = look;
    return !is_news(member, &look) || keep_look(member, &look);
}

/* Of one that has ended. */
static bool keep_latest(struct hb_together_member *member)
{
    return member->look_count == 0 ||
           member->looks[member->look_count - 1].time_ns == member->latest.time_ns ||
           keep_look(member, &member->latest);
}

static bool look_at_all(struct hb_together *together)
{
    if (together->look_ms == 0 || hb_clock_ns() < together->next_look_ns)
        return true;
    together->next_look_ns = hb_clock_ns() + together->look_ms * 1000000;
    for (size_t i = 0; i < together->count; i++)
        if (together->members[i]->is_running && !look_at(together->members[i]))
            return false;
    return true;
}

/* -- waiting -- */

static enum hb_status collect_ended(struct hb_together *together, struct hb_error *error)
{
    for (size_t i = 0; i < together->count; i++) {
        struct hb_together_member *member = together->members[i];

        if (!member->is_running || !hb_sample_has_ended(&member->run))
            continue;
        member->is_running = false;
        if (hb_sample_end(&member->run, &member->result, error) != HB_OK)
            return error->status;
        if (!keep_latest(member))
            return out_of_memory(error);
    }
    return HB_OK;
}

static size_t count_running(const struct hb_together *together)
{
    size_t running = 0;

    for (size_t i = 0; i < together->count; i++)
        running += together->members[i]->is_running;
    return running;
}

/* A little time passes. */
static enum hb_status wait_a_little(struct hb_together *together, struct hb_error *error)
{
    if (together->goes_on != NULL && !together->goes_on(together->context))
        hb_child_kill();
    else
        hb_idle_sleep(NAP_MS);
    if (!look_at_all(together))
        return out_of_memory(error);
    return collect_ended(together, error);
}

/* Does the last one work for the first time, or not even that yet? */
static bool is_busy(const struct hb_together *together)
{
    const struct hb_together_member *last =
        together->count > 0 ? together->members[together->count - 1] : NULL;

    return last != NULL && last->is_running && !last->run.is_refused &&
           hb_clock_ns() - last->begun_ns < BUSY_MOST_NS &&
           hb_sample_course(&last->run)->stage < HB_STAGE_SILENCE;
}

static bool may_begin(const struct hb_together *together, const struct hb_sample_request *request)
{
    size_t running = count_running(together);
    struct hb_error unused;

    if (running == 0)
        return true;
    return running < HB_CHILDREN_MOST && !is_busy(together) && hb_sample_has_memory(request, &unused);
}

/* -- all of it -- */

/* NULL when out of memory. */
static struct hb_together_member *add_member(struct hb_together *together)
{
    struct hb_together_member **grown =
        reallocarray(together->members, together->count + 1, sizeof *together->members);

    if (grown == NULL)
        return NULL;
    together->members = grown;
    grown[together->count] = calloc(1, sizeof **grown);
    if (grown[together->count] == NULL)
        return NULL;
    return grown[together->count++];
}

enum hb_status hb_together_add(struct hb_together *together, const struct hb_sample_request *request,
                               struct hb_error *error)
{
    struct hb_together_member *member;
    enum hb_status status = HB_OK;

    while (status == HB_OK && !may_begin(together, request))
        status = wait_a_little(together, error);
    if (status != HB_OK)
        return status;
    member = add_member(together);
    if (member == NULL)
        return out_of_memory(error);
    status = hb_sample_begin(request, &member->run, error);
    member->is_running = status == HB_OK;
    member->begun_ns = hb_clock_ns();
    return status;
}

enum hb_status hb_together_finish(struct hb_together *together, struct hb_error *error)
{
    enum hb_status status = HB_OK;

    while (status == HB_OK && count_running(together) > 0)
        status = wait_a_little(together, error);
    return status;
}

void hb_together_close(struct hb_together *together)
{
    struct hb_error unused;

    if (count_running(together) > 0)
        hb_child_kill();
    for (size_t i = 0; i < together->count; i++) {
        struct hb_together_member *member = together->members[i];

        if (member->is_running)
            hb_sample_end(&member->run, &member->result, &unused);
        hb_sample_result_clear(&member->result);
        free(member->looks);
        free(member);
    }
    free(together->members);
    *together = (struct hb_together){.count = 0};
}

/*
 * rest_test.c - what a sample says of memory that is given back: at once, later, lazily or never; counted to
 * the page against libraries of which it is known.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/pages.h"
#include "bench/sample/together.h"
#include "tests/bench/replay/random_ops.h"
#include "workloads/generate/generate.h"

enum { BLOCKS = 20, FREED = 10, BLOCK_BYTES = 100000 };

/* The libraries give each block whole pages, with 16 bytes before it. */
static uint64_t pages_of(uint64_t blocks)
{
    uint64_t page = hb_page_bytes();

    return blocks * ((BLOCK_BYTES + 16 + page - 1) / page * page);
}

static struct hb_prepared *prepared;

/* BLOCKS are born, the first FREED of them freed. */
static int prepare_blocks(void **state)
{
    struct hb_op ops[BLOCKS + FREED];
    struct hb_workload *workload;

    (void)state;
    memset(ops, 0, sizeof ops);
    for (uint32_t i = 0; i < BLOCKS; i++)
        ops[i] = (struct hb_op){.size = BLOCK_BYTES, .object = i, .kind = HB_OP_MALLOC};
    for (uint32_t i = 0; i < FREED; i++)
        ops[BLOCKS + i] = (struct hb_op){.object = i, .kind = HB_OP_FREE};
    workload = workload_of("blocks", ops, BLOCKS + FREED);
    prepared = must_prepare(workload);
    random_ops_free(workload);
    return 0;
}

static int free_blocks(void **state)
{
    (void)state;
    hb_prepared_free(prepared);
    return 0;
}

static struct hb_sample_request request_for(const char *path)
{
    return (struct hb_sample_request){
        .prepared = prepared, .allocator = path, .touch = HB_TOUCH_ALL, .timeout_ms = 60000};
}

static struct hb_sample_result must_run(const struct hb_sample_request *request)
{
    struct hb_sample_result result;
    struct hb_error error = {0};

    if (hb_sample_run(request, &result, &error) != HB_OK)
        fail_msg("%s", error.text);
    if (result.outcome != HB_SAMPLE_OK)
        fail_msg("%s", result.error.text);
    return result;
}

static struct hb_idle must_rest(const char *path)
{
    struct hb_sample_request request = request_for(path);

    request.rests = true;
    request.idle_ms = 1000;
    return must_run(&request).idle;
}

static void moments_are_at_once_after_1_and_10_seconds_and_the_last(void **state)
{
    static const struct {
        uint64_t idle_ms;
        uint32_t count;
        uint64_t after_ms[HB_IDLE_LOOKS];
    } cases[] = {{0, 1, {0}},
                 {500, 2, {0, 500}},
                 {1000, 2, {0, 1000}},
                 {10000, 3, {0, 1000, 10000}},
                 {60000, 4, {0, 1000, 10000, 60000}}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t after_ms[HB_IDLE_LOOKS];

        assert_int_equal(hb_idle_moments(cases[i].idle_ms, after_ms), cases[i].count);
        assert_memory_equal(after_ms, cases[i].after_ms, cases[i].count * sizeof after_ms[0]);
    }
}

/* What one library holds is told from what another one does by pages alone: both are the same program. */
static void what_is_kept_is_resident_and_what_is_given_back_is_not(void **state)
{
    struct hb_idle kept = must_rest(RETURNING_LIBRARIES "/libreturns_kept.so");
    struct hb_idle once = must_rest(RETURNING_LIBRARIES "/libreturns_once.so");

    (void)state;
    assert_int_equal(kept.count, 2);
    assert_int_equal(kept.looks[0].after_ms, 0);
    assert_int_equal(kept.looks[1].after_ms, 1000);
    assert_int_equal(once.count, 2);
    if (HB_SANITIZED)
        skip();
    assert_int_equal(kept.looks[0].memory.resident_bytes, kept.looks[1].memory.resident_bytes);
    assert_int_equal(kept.looks[0].memory.resident_bytes - once.looks[0].memory.resident_bytes,
                     pages_of(BLOCKS));
}

static void without_a_call_nothing_comes_later(void **state)
{
    struct hb_idle late = must_rest(RETURNING_LIBRARIES "/libreturns_late.so");

    (void)state;
    assert_int_equal(late.count, 2);
    if (!HB_SANITIZED)
        assert_int_equal(late.looks[0].memory.resident_bytes, late.looks[1].memory.resident_bytes);
    assert_true(late.looks[0].memory.resident_bytes >= pages_of(BLOCKS));
}

/* The kernel marks such pages in batches, and counts those that it has not come to as resident. */
static void what_is_freed_lazily_is_not_resident_but_told(void **state)
{
    struct hb_memory_look kept = must_rest(RETURNING_LIBRARIES "/libreturns_kept.so").looks[0].memory;
    struct hb_memory_look lazy = must_rest(RETURNING_LIBRARIES "/libreturns_lazy.so").looks[0].memory;

    (void)state;
    if (HB_SANITIZED || lazy.lazy_free_bytes == HB_MEMORY_NOT_KNOWN)
        skip();
    assert_int_equal(lazy.resident_bytes + lazy.lazy_free_bytes, kept.resident_bytes);
    assert_true(lazy.lazy_free_bytes > pages_of(BLOCKS) / 2);
}

static struct hb_memory_calls must_count(const char *path)
{
    struct hb_sample_request request = request_for(path);
    struct hb_memory_calls calls;

    request.counts_calls = true;
    calls = must_run(&request).calls;
    if (!calls.known) {
        print_message("nothing is known of calls here: Linux before 5.5, or a filter around us\n");
        skip();
    }
    return calls;
}

static void calls_that_give_memory_back_are_counted(void **state)
{
    struct hb_memory_calls kept = must_count(RETURNING_LIBRARIES "/libreturns_kept.so");
    struct hb_memory_calls once = must_count(RETURNING_LIBRARIES "/libreturns_once.so");
    struct hb_memory_calls maps = must_count(RETURNING_LIBRARIES "/libreturns_maps.so");

    (void)state;
    if (HB_SANITIZED) /* whose runtime has advice and maps of its own */
        skip();
    /* One advice, against huge pages, is of the arena and gives nothing back. */
    assert_int_equal(kept.madvise_calls, 1);
    assert_int_equal(kept.madvise_bytes, 0);
    assert_int_equal(kept.unmap_calls, 0);
    assert_int_equal(once.madvise_calls, 1 + FREED);
    assert_int_equal(once.madvise_bytes, pages_of(FREED));
    assert_int_equal(once.unmap_calls, 0);
    assert_int_equal(maps.madvise_calls, 0);
    assert_int_equal(maps.unmap_calls, FREED);
    assert_int_equal(maps.unmap_bytes, pages_of(FREED));
}

/* `count` blocks of one page each at most, all live at once; then what is done to the last of them, NULL:
 * nothing. */
static struct hb_prepared *prepare_many(uint32_t count, const struct hb_op *last)
{
    struct hb_op *ops = calloc(count + 1, sizeof *ops);
    struct hb_workload *workload;
    struct hb_prepared *many;

    assert_non_null(ops);
    for (uint32_t i = 0; i < count; i++)
        ops[i] = (struct hb_op){.size = 100, .object = i, .kind = HB_OP_MALLOC};
    if (last != NULL)
        ops[count] = *last;
    workload = workload_of("many", ops, count + (last != NULL));
    many = must_prepare(workload);
    random_ops_free(workload);
    free(ops);
    return many;
}

/* More blocks than the first table of sizes holds. */
enum { MADE = 5000 };

static struct hb_sample_result count_made(const struct hb_op *last)
{
    static char *settings[] = {"HEAPBENCH_PREFIX=bare_", NULL};
    struct hb_sample_request request = request_for(RETURNING_LIBRARIES "/libreturns_bare.so");
    struct hb_prepared *many = prepare_many(MADE, last);
    struct hb_sample_result result;

    request.prepared = many;
    request.settings = settings;
    request.counts_calls = true;
    result = must_run(&request);
    hb_prepared_free(many);
    return result;
}

static void calls_for_sizes_that_are_kept_here_are_not_the_librarys(void **state)
{
    static const struct hb_op grow = {.size = 200, .object = MADE - 1, .kind = HB_OP_REALLOC},
                              death = {.object = MADE - 1, .kind = HB_OP_FREE};
    struct hb_sample_result kept = count_made(&grow), spared = count_made(&death);

    (void)state;
    assert_int_equal(kept.made_table_bytes, hb_table_room(12 << 18));
    assert_int_equal(spared.made_table_bytes, 0);
    if (HB_SANITIZED || !kept.calls.known)
        skip();
    assert_int_equal(kept.calls.unmap_calls, 0);
    assert_int_equal(kept.calls.madvise_calls, spared.calls.madvise_calls);
}

static void what_is_not_asked_for_is_not_known(void **state)
{
    struct hb_sample_request request = request_for(RETURNING_LIBRARIES "/libreturns_once.so");
    struct hb_sample_result result = must_run(&request);

    (void)state;
    assert_false(result.calls.known);
    assert_int_equal(result.idle.count, 0);
}

/* -- several at once -- */

static struct hb_prepared *prepare_storm(const char *text)
{
    struct hb_workload *workload;
    struct hb_error error = {0};
    struct hb_prepared *storm;

    if (hb_generate_workload(text, "storm", &workload, &error) != HB_OK)
        fail_msg("%s", error.text);
    storm = must_prepare(workload);
    hb_workload_free(workload);
    return storm;
}

/* Runs both in a storm of 100 blocks, each in a page of its own, and keeps what was seen in `together`. */
static void watch(struct hb_together *together, const char *first, const char *second)
{
    struct hb_prepared *storm =
        prepare_storm("storm live=100 keep=10 cycles=1 hold=200 silence=900 heartbeat=100 "
                      "beat=1 sizes=uniform smallest=100 largest=100");
    struct hb_sample_request request = request_for(first);
    struct hb_error error = {0};

    together->look_ms = 10;
    request.prepared = storm;
    request.is_followed = request.rests = true;
    request.pace = 1;
    assert_int_equal(hb_together_add(together, &request, &error), HB_OK);
    request.allocator = second;
    assert_int_equal(hb_together_add(together, &request, &error), HB_OK);
    hb_prepared_free(storm); /* they have it themselves */
    if (hb_together_finish(together, &error) != HB_OK)
        fail_msg("%s", error.text);
}

static const struct hb_together_look *first_freed(const struct hb_together_member *member)
{
    for (size_t i = 0; i < member->look_count; i++)
        if (member->looks[i].stage == HB_STAGE_FREED)
            return &member->looks[i];
    fail_msg("nothing was seen when all was freed");
    return NULL;
}

/* Runs a request of prepare_many with its looks from outside. */
static void watch_many(struct hb_together *together, struct hb_sample_request *request, uint32_t count)
{
    struct hb_error error = {0};

    together->look_ms = 10;
    request->is_followed = true;
    assert_int_equal(hb_together_add(together, request, &error), HB_OK);
    if (hb_together_finish(together, &error) != HB_OK)
        fail_msg("%s", error.text);
    assert_int_equal(together->members[0]->result.outcome, HB_SAMPLE_OK);
    assert_int_equal(together->members[0]->result.counts.allocs, count);
}

/* The table that tells what is live is in small pages, then in huge ones: neither is the heap's. */
static void what_is_followed_holds_as_much_as_what_is_not(void **state)
{
    static const uint32_t counts[] = {1000, 20000};

    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        struct hb_sample_request request = request_for(RETURNING_LIBRARIES "/libreturns_kept.so");
        struct hb_prepared *many = prepare_many(counts[i], NULL);
        struct hb_together together = {.count = 0};
        struct hb_sample_result alone;
        const struct hb_sample_result *followed;
        const struct hb_memory_look *own;
        const struct hb_together_look *seen;

        request.prepared = many;
        request.rests = true;
        request.idle_ms = 200;
        alone = must_run(&request);
        watch_many(&together, &request, counts[i]);
        hb_prepared_free(many);
        followed = &together.members[0]->result;
        own = &alone.idle.looks[0].memory;
        seen = first_freed(together.members[0]);
        if (!HB_SANITIZED) {
            assert_true(own->resident_bytes >= counts[i] * hb_page_bytes());
            assert_int_equal(followed->idle.looks[0].memory.resident_bytes, own->resident_bytes);
            assert_int_equal(followed->idle.looks[0].memory.huge_bytes, own->huge_bytes);
            assert_int_equal(seen->memory.resident_bytes, own->resident_bytes);
            assert_int_equal(seen->memory.huge_bytes, own->huge_bytes);
            assert_int_equal(followed->peak_resident_bytes, alone.peak_resident_bytes);
        }
        hb_together_close(&together);
    }
}

static bool has_seen(const struct hb_together_member *member, uint64_t live_bytes)
{
    for (size_t i = 0; i < member->look_count; i++)
        if (member->looks[i].live_bytes == live_bytes)
            return true;
    return false;
}

static void memory_is_seen_to_come_back_late_where_it_is_called_for(void **state)
{
    struct hb_together together = {.count = 0};
    const struct hb_together_look *at_once, *first, *last, *end;

    (void)state;
    watch(&together, RETURNING_LIBRARIES "/libreturns_late.so", RETURNING_LIBRARIES "/libreturns_once.so");
    assert_int_equal(together.count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(together.members[i]->result.outcome, HB_SAMPLE_OK);
        assert_int_equal(together.members[i]->result.idle.count, 1);
        assert_true(has_seen(together.members[i], 100 * 100)); /* held at the peak */
    }
    first = first_freed(together.members[0]);
    end = together.members[0]->looks + together.members[0]->look_count;
    for (last = first; last + 1 < end && last[1].memory.resident_bytes >= first->memory.resident_bytes;
         last++)
        ;
    at_once = first_freed(together.members[1]);
    assert_int_equal(first->live_bytes, 0);
    if (!HB_SANITIZED) {
        assert_true(last + 1 < end);                         /* it came back, */
        assert_true(last[1].time_ns >= UINT64_C(500000000)); /* 300 ms after the free, 200 after the birth */
        assert_true(first->memory.resident_bytes >= at_once->memory.resident_bytes + 90 * hb_page_bytes());
    }
    hb_together_close(&together);
}

/* Ends it some time after all was freed. */
static bool goes_on(void *context)
{
    const struct hb_together *together = context;
    static int naps = 100;

    if (together->count > 0 && together->members[0]->is_running &&
        hb_sample_course(&together->members[0]->run)->stage == HB_STAGE_FREED)
        naps--;
    return naps > 0;
}

static void whoever_waits_can_end_it_and_keeps_what_was_found(void **state)
{
    struct hb_together together = {.goes_on = goes_on, .context = &together};
    struct hb_sample_request request = request_for(RETURNING_LIBRARIES "/libreturns_kept.so");
    struct hb_error error = {0};

    (void)state;
    request.rests = true;
    request.idle_ms = 3600000;
    assert_int_equal(hb_together_add(&together, &request, &error), HB_OK);
    assert_int_equal(hb_together_finish(&together, &error), HB_OK);
    assert_int_equal(together.members[0]->result.outcome, HB_SAMPLE_CRASHED);
    assert_int_equal(together.members[0]->result.signal, 9);
    assert_true(together.members[0]->result.idle.count >= 1);
    assert_int_equal(together.members[0]->result.idle.looks[0].after_ms, 0);
    hb_together_close(&together);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_are_at_once_after_1_and_10_seconds_and_the_last),
        cmocka_unit_test(what_is_kept_is_resident_and_what_is_given_back_is_not),
        cmocka_unit_test(without_a_call_nothing_comes_later),
        cmocka_unit_test(what_is_freed_lazily_is_not_resident_but_told),
        cmocka_unit_test(calls_that_give_memory_back_are_counted),
        cmocka_unit_test(calls_for_sizes_that_are_kept_here_are_not_the_librarys),
        cmocka_unit_test(what_is_not_asked_for_is_not_known),
        cmocka_unit_test(what_is_followed_holds_as_much_as_what_is_not),
        cmocka_unit_test(memory_is_seen_to_come_back_late_where_it_is_called_for),
        cmocka_unit_test(whoever_waits_can_end_it_and_keeps_what_was_found),
    };

    hb_child_main(argc, argv, &hb_sample_job);
    return cmocka_run_group_tests(tests, prepare_blocks, free_blocks);
}

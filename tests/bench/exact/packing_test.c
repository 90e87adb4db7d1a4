/*
 * packing_test.c - offline packings, checked by a sweep that shares nothing with them, and compared with the
 * optimum, found by trying everything, and with greedy by size, done plainly.
 */
#include "tests/check.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "bench/exact/packing.h"
#include "tests/allocator/test_scale.h"
#include "tests/bench/replay/random_ops.h"

struct packed_trace {
    struct hb_prepared *prepared;
    struct hb_packing *packing;
};

static struct packed_trace pack(const struct hb_workload *workload, uint32_t header_bytes, uint32_t align)
{
    struct packed_trace trace = {NULL, NULL};
    struct hb_error error = {0};

    trace.prepared = must_prepare(workload);
    if (hb_packing_create(trace.prepared, header_bytes, align, &trace.packing, &error) != HB_OK)
        fail_msg("%s", error.text);
    return trace;
}

static void packed_trace_free(struct packed_trace *trace)
{
    hb_packing_free(trace->packing);
    hb_prepared_free(trace->prepared);
}

/* -- the check: the trace is gone through once more -- */

/* What lives now, by offset; and which objects of the packing the slots hold. */
struct sweep {
    const struct hb_packing *packing;
    uint64_t *by_offset; /* objects */
    uint64_t live_count, live_bytes, peak_bytes, extent_bytes;
    uint64_t next; /* object to be born */
    uint64_t *held, *sizes;
};

#define ABSENT UINT64_MAX

static uint64_t place_of(const struct sweep *s, uint64_t offset)
{
    uint64_t low = 0, high = s->live_count;

    while (low < high) {
        uint64_t middle = (low + high) / 2;

        if (s->packing->objects[s->by_offset[middle]].offset < offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void sweep_death(struct sweep *s, uint32_t slot, uint64_t op)
{
    const struct hb_packed *object;
    uint64_t at;

    if (s->held[slot] == ABSENT)
        return;
    object = &s->packing->objects[s->held[slot]];
    at = place_of(s, object->offset);
    assert_int_equal(s->by_offset[at], s->held[slot]);
    assert_int_equal(object->death_op, op);
    memmove(s->by_offset + at, s->by_offset + at + 1, (--s->live_count - at) * sizeof *s->by_offset);
    s->live_bytes -= object->length;
    s->held[slot] = ABSENT;
}

static void sweep_birth(struct sweep *s, uint32_t slot, uint64_t op, uint64_t size, uint64_t length)
{
    const struct hb_packed *object = &s->packing->objects[s->next], *objects = s->packing->objects;
    uint64_t at = place_of(s, object->offset), end = object->offset + length;

    assert_true(s->next < s->packing->count);
    assert_int_equal(object->born_op, op);
    assert_int_equal(object->length, length);
    if (at > 0)
        assert_true(objects[s->by_offset[at - 1]].offset + objects[s->by_offset[at - 1]].length <=
                    object->offset);
    if (at < s->live_count)
        assert_true(objects[s->by_offset[at]].offset >= end);
    memmove(s->by_offset + at + 1, s->by_offset + at, (s->live_count++ - at) * sizeof *s->by_offset);
    s->by_offset[at] = s->next;
    s->sizes[slot] = size;
    s->held[slot] = s->next++;
    s->live_bytes += length;
    s->peak_bytes = s->live_bytes > s->peak_bytes ? s->live_bytes : s->peak_bytes;
    s->extent_bytes = end > s->extent_bytes ? end : s->extent_bytes;
}

static void sweep_all(struct sweep *s, const struct hb_prepared *prepared, uint64_t header_bytes,
                      uint64_t align)
{
    for (uint64_t i = 0; i < prepared->op_count; i++) {
        const struct hb_op *op = &prepared->ops[i];

        if (op->kind == HB_OP_REALLOC && s->held[op->object] != ABSENT && s->sizes[op->object] == op->size)
            continue;
        sweep_death(s, op->object, i);
        if (op->kind != HB_OP_FREE && op->size > 0)
            sweep_birth(s, op->object, i, op->size, (op->size + header_bytes + align - 1) / align * align);
    }
}

/* Are lifetimes and lengths those of the trace, does nothing overlap, are the figures right? */
static void check_packing(const struct packed_trace *trace, uint64_t header_bytes, uint64_t align)
{
    const struct hb_packing *packing = trace->packing;
    uint64_t slots = trace->prepared->slots + 1;
    struct sweep s = {.packing = packing,
                      .by_offset = calloc(slots + 1, sizeof(uint64_t)),
                      .held = calloc(slots, sizeof(uint64_t)),
                      .sizes = calloc(slots, sizeof(uint64_t))};

    memset(s.held, 0xff, slots * sizeof *s.held);
    sweep_all(&s, trace->prepared, header_bytes, align);
    for (uint64_t i = 0; i < slots; i++) {
        if (s.held[i] != ABSENT)
            assert_int_equal(packing->objects[s.held[i]].death_op, trace->prepared->op_count);
    }
    assert_int_equal(s.next, packing->count);
    assert_int_equal(s.peak_bytes, packing->peak_bytes);
    assert_int_equal(s.extent_bytes, packing->extent_bytes);
    assert_true(packing->extent_bytes >= packing->peak_bytes);
    free(s.by_offset);
    free(s.held);
    free(s.sizes);
}

static void nothing_overlaps(void **state)
{
    static const uint32_t settings[][2] = {{0, 1}, {8, 1}, {8, 16}, {3, 64}};

    (void)state;
    for (uint64_t seed = 1; seed <= HB_TEST_SCALE(60, 12); seed++) {
        struct random_ops recipe = {.seed = seed,
                                    .ops = seed * 67 % 4000,
                                    .max_size = 1 + (UINT64_C(1) << seed % 14),
                                    .max_live = 1 + seed * 13 % 300,
                                    .percent_zero = 5};
        struct hb_workload *workload = random_ops_create(&recipe);
        const uint32_t *setting = settings[seed % 4];
        struct packed_trace trace = pack(workload, setting[0], setting[1]);

        check_packing(&trace, setting[0], setting[1]);
        packed_trace_free(&trace);
        random_ops_free(workload);
    }
}

static void a_shipped_trace(void **state)
{
    struct hb_workload *workload = NULL;
    struct packed_trace trace;
    struct hb_error error;

    (void)state;
    assert_int_equal(hb_workload_load(HB_TEST_SCALE("sqlite3", "demo"), &workload, &error), HB_OK);
    trace = pack(workload, 0, 1);
    check_packing(&trace, 0, 1);
    assert_int_equal(trace.packing->peak_bytes, workload->peak_live_bytes);
    assert_int_equal(trace.packing->extent_bytes, workload->peak_live_bytes);
    packed_trace_free(&trace);
    hb_workload_free(workload);
}

/* -- other packings, done plainly -- */

enum { TINY = 7, EIGHT_OR_NINE = 9, MANY = 400 };

static bool meet(const struct hb_packed *a, const struct hb_packed *b)
{
    return a->born_op < b->death_op && b->born_op < a->death_op;
}

static bool is_free_at(const struct hb_packed *objects, const uint64_t *placed, uint64_t count,
                       const struct hb_packed *object, uint64_t offset)
{
    for (uint64_t i = 0; i < count; i++) {
        const struct hb_packed *other = &objects[placed[i]];

        if (meet(object, other) && offset < other->offset + other->length &&
            other->offset < offset + object->length)
            return false;
    }
    return true;
}

/* Places objects in this order, each at the lowest offset that is free for all its life;
 * returns the extent. */
static uint64_t place_in_order(struct hb_packed *objects, const uint64_t *order, uint64_t count)
{
    uint64_t extent = 0;

    for (uint64_t i = 0; i < count; i++) {
        struct hb_packed *object = &objects[order[i]];
        uint64_t lowest = UINT64_MAX;

        if (is_free_at(objects, order, i, object, 0))
            lowest = 0;
        for (uint64_t k = 0; k < i; k++) {
            uint64_t end = objects[order[k]].offset + objects[order[k]].length;

            if (end < lowest && is_free_at(objects, order, i, object, end))
                lowest = end;
        }
        object->offset = lowest;
        extent = lowest + object->length > extent ? lowest + object->length : extent;
    }
    return extent;
}

/* An exact solver that shares nothing with the search. In some optimal packing each object lies as low as
 * those below it allow; so the order of its offsets, done anew, gives it back. All such orders are tried. */
struct solver {
    struct hb_packed *objects;
    uint64_t order[EIGHT_OR_NINE];
    uint64_t count, best;
};

static uint64_t lowest_free(const struct solver *solver, uint64_t fixed, const struct hb_packed *object)
{
    uint64_t lowest = UINT64_MAX;

    if (is_free_at(solver->objects, solver->order, fixed, object, 0))
        return 0;
    for (uint64_t i = 0; i < fixed; i++) {
        const struct hb_packed *below = &solver->objects[solver->order[i]];
        uint64_t end = below->offset + below->length;

        if (end < lowest && is_free_at(solver->objects, solver->order, fixed, object, end))
            lowest = end;
    }
    return lowest;
}

static void solve(struct solver *solver, uint64_t fixed, uint64_t extent)
{
    uint64_t before = fixed > 0 ? solver->objects[solver->order[fixed - 1]].offset : 0;

    if (extent >= solver->best)
        return;
    if (fixed == solver->count)
        solver->best = extent;
    for (uint64_t i = fixed; i < solver->count; i++) {
        uint64_t chosen = solver->order[i], end;
        struct hb_packed *object = &solver->objects[chosen];

        solver->order[i] = solver->order[fixed];
        solver->order[fixed] = chosen;
        object->offset = lowest_free(solver, fixed, object);
        end = object->offset + object->length;
        if (object->offset >= before)
            solve(solver, fixed + 1, end > extent ? end : extent);
        solver->order[fixed] = solver->order[i];
        solver->order[i] = chosen;
    }
}

/* Of EIGHT_OR_NINE objects at most; their offsets are lost. */
static uint64_t optimum(struct hb_packed *objects, uint64_t count)
{
    struct solver solver = {.objects = objects, .count = count, .best = UINT64_MAX};

    for (uint64_t i = 0; i < count; i++)
        solver.order[i] = i;
    solve(&solver, 0, 0);
    return solver.best;
}

static uint64_t greedy_by_size(struct hb_packed *objects, uint64_t count)
{
    uint64_t order[MANY];

    for (uint64_t i = 0; i < count; i++) {
        uint64_t at = i;

        while (at > 0 && objects[order[at - 1]].length < objects[i].length) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = i;
    }
    return place_in_order(objects, order, count);
}

static void near_the_optimum(void **state)
{
    unsigned cases = HB_TEST_SCALE(800, 150), tried = 0, optimal = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= cases; seed++) {
        struct random_ops recipe = {.seed = seed, .ops = 10 + seed % 3, .max_size = 60, .max_live = 7};
        struct hb_workload *workload = random_ops_create(&recipe);
        struct packed_trace trace = pack(workload, 0, 1);
        uint64_t least, extent = trace.packing->extent_bytes;

        check_packing(&trace, 0, 1);
        if (trace.packing->count <= TINY) {
            least = optimum(trace.packing->objects, trace.packing->count);
            assert_true(trace.packing->peak_bytes <= least && least <= extent);
            optimal += extent == least;
            tried++;
        }
        packed_trace_free(&trace);
        random_ops_free(workload);
    }
    print_message("%u of %u at the optimum\n", optimal, tried);
    assert_true(tried * 3 >= cases);
    assert_true(optimal * 20 >= tried * 19);
}

/* Objects with lives by chance, one upon the other. */
static struct hb_packing *random_buffers(struct hb_random *random, uint64_t count, uint64_t times,
                                         uint64_t max_length)
{
    struct hb_packing *packing = calloc(1, sizeof *packing);

    packing->objects = calloc(count, sizeof *packing->objects);
    packing->count = count;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t born = hb_random_below(random, times);

        packing->objects[i] = (struct hb_packed){.offset = packing->extent_bytes,
                                                 .length = 1 + hb_random_below(random, max_length),
                                                 .born_op = born,
                                                 .death_op = born + 1 + hb_random_below(random, times / 2)};
        packing->extent_bytes += packing->objects[i].length;
    }
    for (uint64_t i = 0; i < count; i++) {
        uint64_t live = 0;

        for (uint64_t k = 0; k < count; k++)
            if (packing->objects[k].born_op <= packing->objects[i].born_op &&
                packing->objects[i].born_op < packing->objects[k].death_op)
                live += packing->objects[k].length;
        packing->peak_bytes = live > packing->peak_bytes ? live : packing->peak_bytes;
    }
    return packing;
}

static void search(struct hb_packing *packing)
{
    struct hb_error error = {0};

    if (hb_packing_search(packing, &error) != HB_OK)
        fail_msg("%s", error.text);
}

/* Nothing overlaps, pair by pair, and the extent is right. */
static void check_buffers(const struct hb_packing *packing)
{
    uint64_t extent = 0;

    for (uint64_t i = 0; i < packing->count; i++) {
        const struct hb_packed *a = &packing->objects[i];

        extent = a->offset + a->length > extent ? a->offset + a->length : extent;
        for (uint64_t k = 0; k < i; k++) {
            const struct hb_packed *b = &packing->objects[k];

            assert_true(!meet(a, b) || a->offset + a->length <= b->offset ||
                        b->offset + b->length <= a->offset);
        }
    }
    assert_int_equal(packing->extent_bytes, extent);
}

static void a_search_reaches_the_optimum_of_few(void **state)
{
    unsigned cases = HB_TEST_SCALE(1500, 300);
    struct hb_random random;

    (void)state;
    hb_random_seed(&random, 3);
    for (unsigned i = 0; i < cases; i++) {
        uint64_t count = 2 + i % (EIGHT_OR_NINE - 1);
        struct hb_packing *packing = random_buffers(&random, count, 4 + i % 9, 2 + i % 23);

        search(packing);
        check_buffers(packing);
        assert_int_equal(packing->extent_bytes, optimum(packing->objects, count));
        hb_packing_free(packing);
    }
}

/* A heap without a gap, cut by chance into objects: they fit it again, since they did. */
static void cut_heap(struct hb_random *random, struct hb_packing *packing, struct hb_packed piece,
                     uint64_t pieces)
{
    uint64_t span = piece.death_op - piece.born_op, half = pieces / 2;
    struct hb_packed rest = piece;

    if (pieces < 2 || span < 2 || piece.length < 2) {
        packing->objects[packing->count++] = piece;
        return;
    }
    if (hb_random_below(random, 2) == 0)
        piece.death_op = rest.born_op = piece.born_op + 1 + hb_random_below(random, span - 1);
    else {
        rest.length = 1 + hb_random_below(random, piece.length - 1);
        piece.length -= rest.length;
    }
    cut_heap(random, packing, piece, half);
    cut_heap(random, packing, rest, pieces - half);
}

/* No packing is known to a search of some hundred objects, and yet no gap may be left. */
static void a_search_fills_a_heap_without_a_gap(void **state)
{
    struct hb_random random;
    unsigned filled = 0;

    (void)state;
    hb_random_seed(&random, 4);
    for (unsigned i = 0; i < 30; i++) {
        struct hb_packed heap = {.length = 1000 + i, .born_op = 0, .death_op = 500};
        struct hb_packing packing = {.peak_bytes = heap.length};

        packing.objects = calloc(100, sizeof *packing.objects);
        cut_heap(&random, &packing, heap, 20 + 2 * i);
        for (uint64_t k = 0; k < packing.count; k++) {
            packing.objects[k].offset = packing.extent_bytes;
            packing.extent_bytes += packing.objects[k].length;
        }
        search(&packing);
        check_buffers(&packing);
        filled += packing.extent_bytes == packing.peak_bytes;
        free(packing.objects);
    }
    print_message("%u of 30 heaps without a gap\n", filled);
    assert_int_equal(filled, 30);
}

/* A packing as it was made, and as it is after the search, which is never longer and as sound. */
static uint64_t searched(const struct packed_trace *trace)
{
    uint64_t before = trace->packing->extent_bytes;

    search(trace->packing);
    check_packing(trace, 0, 1);
    assert_true(trace->packing->extent_bytes <= before);
    return trace->packing->extent_bytes;
}

/* Of a hundred objects or so it finds what the two halves do not, and the same each time. */
static void a_search_shortens_what_is_large(void **state)
{
    uint64_t before = 0, after = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct random_ops recipe = {.seed = seed, .ops = 120, .max_size = 64, .max_live = 12};
        struct hb_workload *workload = random_ops_create(&recipe);
        struct packed_trace trace = pack(workload, 0, 1), again = pack(workload, 0, 1);

        before += trace.packing->extent_bytes;
        after += searched(&trace);
        assert_int_equal(searched(&again), trace.packing->extent_bytes);
        packed_trace_free(&trace);
        packed_trace_free(&again);
        random_ops_free(workload);
    }
    print_message("%llu bytes before, %llu after\n", (unsigned long long)before, (unsigned long long)after);
    assert_true(after < before);
}

static void no_worse_than_greedy_by_size(void **state)
{
    uint64_t ours = 0, greedy = 0, bound = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= HB_TEST_SCALE(60, 10); seed++) {
        struct random_ops recipe = {
            .seed = seed, .ops = MANY, .max_size = UINT64_C(64) << seed % 6, .max_live = 60};
        struct hb_workload *workload = random_ops_create(&recipe);
        struct packed_trace trace = pack(workload, 0, 1);

        bound += trace.packing->peak_bytes;
        ours += trace.packing->extent_bytes;
        greedy += greedy_by_size(trace.packing->objects, trace.packing->count);
        packed_trace_free(&trace);
        random_ops_free(workload);
    }
    print_message("over what lives at once: %.2f %%; greedy by size: %.2f %%\n",
                  100 * ((double)ours / (double)bound - 1), 100 * ((double)greedy / (double)bound - 1));
    assert_true(ours <= greedy);
}

/* -- what a packing makes of each operation -- */

static void a_realloc_is_an_end_and_a_beginning(void **state)
{
    static const struct hb_op ops[] = {
        {.kind = HB_OP_MALLOC, .object = 0, .size = 10},  {.kind = HB_OP_MALLOC, .object = 1, .size = 0},
        {.kind = HB_OP_REALLOC, .object = 0, .size = 10}, {.kind = HB_OP_REALLOC, .object = 0, .size = 25},
        {.kind = HB_OP_REALLOC, .object = 1, .size = 7},  {.kind = HB_OP_FREE, .object = 0},
    };
    static const struct hb_packed want[] = {
        {.length = 16, .born_op = 0, .death_op = 3},
        {.length = 32, .born_op = 3, .death_op = 5},
        {.length = 16, .born_op = 4, .death_op = 6},
    };
    struct hb_workload *workload = workload_of("realloc", ops, 6);
    struct packed_trace trace = pack(workload, 4, 16);

    (void)state;
    assert_int_equal(trace.packing->count, 3);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(trace.packing->objects[i].length, want[i].length);
        assert_int_equal(trace.packing->objects[i].born_op, want[i].born_op);
        assert_int_equal(trace.packing->objects[i].death_op, want[i].death_op);
    }
    assert_int_equal(trace.packing->peak_bytes, 48);
    assert_int_equal(trace.packing->extent_bytes, 48);
    packed_trace_free(&trace);
    random_ops_free(workload);
}

static void nothing_takes_nothing(void **state)
{
    struct hb_workload *workload = workload_of("nothing", NULL, 0);
    struct packed_trace trace = pack(workload, 8, 16);

    (void)state;
    assert_int_equal(trace.packing->count, 0);
    assert_int_equal(trace.packing->peak_bytes, 0);
    assert_int_equal(trace.packing->extent_bytes, 0);
    packed_trace_free(&trace);
    random_ops_free(workload);
}

static void too_much_is_refused(void **state)
{
    static const uint64_t sizes[] = {UINT64_C(1) << 61, (UINT64_C(1) << 62) - 8, UINT64_MAX};

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        struct hb_op ops[] = {{.kind = HB_OP_MALLOC, .object = 0, .size = UINT64_C(1) << 61},
                              {.kind = HB_OP_MALLOC, .object = 1, .size = sizes[i]}};
        struct hb_workload *workload = workload_of("huge", ops, 2);
        struct hb_prepared *prepared = NULL;
        struct hb_packing *packing = NULL;
        struct hb_error error;

        prepared = must_prepare(workload);
        assert_int_equal(hb_packing_create(prepared, 8, 1, &packing, &error), HB_ERR_LIMIT);
        assert_string_equal(error.text, "huge: 2^62 bytes or more would be live after operation 1");
        assert_null(packing);
        hb_prepared_free(prepared);
        random_ops_free(workload);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        hb_test("no two objects that live at once overlap, and the figures are the packing's",
                nothing_overlaps),
        hb_test("a shipped trace is packed into what lives at once", a_shipped_trace),
        hb_test("a packing of a few objects is seldom above the optimum", near_the_optimum),
        hb_test("packings are no worse than greedy by size", no_worse_than_greedy_by_size),
        hb_test("a search reaches the optimum of few objects", a_search_reaches_the_optimum_of_few),
        hb_test("a search fills a heap without a gap", a_search_fills_a_heap_without_a_gap),
        hb_test("a search shortens a packing of large objects", a_search_shortens_what_is_large),
        hb_test("a realloc to another size ends one object and begins another",
                a_realloc_is_an_end_and_a_beginning),
        hb_test("a trace without objects needs nothing", nothing_takes_nothing),
        hb_test("2^62 bytes at once are refused", too_much_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

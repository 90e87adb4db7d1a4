/*
 * command_walk.c - heapbench walk: the heap of the design document, as the document writes it.
 *
 * A short trace is shown step by step; of a long one the moment after one operation, and the walk of the next
 * allocation.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bench/tool/command.h"
#include "bench/tool/output.h"
#include "bench/tool/walk/walk_log.h"
#include "bench/tool/walk/walk_print.h"

/* Traces of so many operations are shown whole, in the document's own heap. */
enum { SHORT_TRACE = 20, DOCUMENT_HEAP = 4096 };

/* The longest heap that is computed. */
#define MOST_HEAP_BYTES (UINT64_C(1) << 62)

struct options {
    const char *trace, *allocator;
    bool has_heap, has_at, log;
    uint64_t heap_bytes;
    uint64_t at;
};

static const struct hb_option option_table[] = {
    HB_COMMAND_TRACE(struct options, trace),
    {HB_OPTION_TEXT, 'a', "allocator", "A", HB_AT(struct options, allocator),
     .help = "whose ranges: simple (the default), another rung or policy of 'heapbench list', or a model"},
    {HB_OPTION_SIZE, 0, "heap", "N", HB_AT(struct options, heap_bytes),
     .given = HB_GIVEN(struct options, has_heap),
     .help = "bytes of the heap (K, M, G allowed). Default: what a .rep file suggests; else 4096, as the "
             "tutorial "
             "has it, for a trace of at most 20 operations; ample where either is less than is live at once"},
    {HB_OPTION_NUMBER, 0, "at", "OP", HB_AT(struct options, at), .given = HB_GIVEN(struct options, has_at),
     .help =
         "show the ranges after operation OP, counted from 0. Default: every step of a short trace, the end "
         "of a long one"},
    {HB_OPTION_FLAG, 0, "log", NULL, HB_AT(struct options, log),
     .help =
         "print what the tutorial's own program prints: each step, each record that is written, the ranges; "
         "addresses are offsets in the heap. Only of simple"},
    {0},
};

static const struct hb_usage usage = {
    .options = option_table,
    .arguments = "TRACE",
    .doc = "Show the ranges of a heap, and the walk of a malloc.\v"
           "A range's pointer is its offset in the heap and its size includes the 8-byte record; the pointer "
           "that malloc returns is 8 bytes further on. Objects are called as a text file calls them. Of "
           "first fit "
           "over all ranges, each range that a walk examined is marked; of other policies the one that it "
           "took, and "
           "how many it examined.\n\n"
           "Examples:\n"
           "  heapbench walk demo --heap 4096 --at 5\n"
           "  heapbench walk demo -a simple-merge\n"
           "  heapbench walk demo --log",
    .needs = "a trace; 'heapbench list' names some",
};

/* Of numbers as the document writes them: digits alone. */
static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

static void print_op(const struct hb_walk_heap *heap, const struct hb_op *op)
{
    static const char *const names[] = {[HB_OP_MALLOC] = "malloc", [HB_OP_CALLOC] = "calloc"};
    char name[HB_WALK_NAME_BYTES];

    if (op->kind == HB_OP_FREE)
        printf("free(%s)", hb_walk_heap_name(heap, op->object, name));
    else if (op->kind == HB_OP_REALLOC)
        printf("realloc(%s, %" PRIu64 ")", hb_walk_heap_name(heap, op->object, name), op->size);
    else if (op->kind == HB_OP_ALIGNED)
        printf("aligned malloc(%" PRIu64 ")", op->size);
    else
        printf("%s(%" PRIu64 ")", names[op->kind], op->size);
}

static void print_failure(const struct hb_walk_heap *heap, uint64_t need)
{
    struct hb_heap_state state;

    heap->allocator->inspect(heap->heap, &state);
    switch (hb_failure_reason(need, state.free_bytes, state.largest_run_bytes)) {
    case HB_FAILURE_UNMERGED:
        printf("NULL. Unmerged: neighbouring free ranges add up to %" PRIu64
               " bytes, none of them is long enough\n",
               state.largest_run_bytes);
        break;
    case HB_FAILURE_SCATTERED:
        printf("NULL. Scattered: %" PRIu64 " bytes are free, at most %" PRIu64 " of them in one place\n",
               state.free_bytes, state.largest_run_bytes);
        break;
    default:
        printf("NULL. The heap is full: %" PRIu64 " byte%s free\n", state.free_bytes,
               state.free_bytes == 1 ? " is" : "s are");
    }
}

static void print_free(const struct hb_walk_heap *heap, const struct hb_step *step)
{
    if (step->absent)
        puts(" of what was never allocated: nothing happens");
    else if (step->merged > 0)
        printf(" joins %" PRIu64 " free neighbour%s\n", step->merged, plural(step->merged));
    else
        puts(heap->merges ? " has no free neighbour" : " flips one bit");
}

static void print_outcome(const struct hb_walk_heap *heap, const struct hb_op *op, const struct hb_step *step)
{
    char name[HB_WALK_NAME_BYTES];

    if (op->kind == HB_OP_FREE) {
        print_free(heap, step);
        return;
    }
    if (step->walked)
        printf(" needs %" PRIu64 " bytes and examines %" PRIu64 " range%s: ", step->need, step->walk.length,
               plural(step->walk.length));
    else
        fputs(step->held ? " stays in place: " : " does not walk: ", stdout);
    if (step->failed && step->need == UINT64_MAX)
        puts("NULL. No heap has so many bytes");
    else if (step->failed)
        print_failure(heap, step->need);
    else if (step->held)
        printf("%s at 0x%" PRIx64 " (%" PRIu64 ")\n", hb_walk_heap_name(heap, op->object, name), step->offset,
               step->offset);
    else
        puts("NULL");
}

static struct hb_walk_marks marks_after(const struct hb_op *op, const struct hb_step *step)
{
    return (struct hb_walk_marks){
        .walked = step->walked,
        .length = step->walk.length,
        .need = step->need,
        .failed = step->failed,
        .taken_offset = step->offset,
        .has_left = !step->absent && (op->kind == HB_OP_FREE || step->moved),
        .left_offset = step->old_offset,
        .merged = step->merged,
    };
}

static bool show_every_step(struct hb_walk_heap *heap)
{
    const struct hb_walk_marks no_marks = {0};

    puts("\nAt first");
    if (!hb_listing_print(stdout, heap, &no_marks))
        return false;
    while (heap->done < heap->workload->op_count) {
        const struct hb_op *op = &heap->workload->ops[heap->done];
        struct hb_walk_marks marks;
        struct hb_step step;

        if (!hb_walk_heap_step(heap, &step))
            return false;
        marks = marks_after(op, &step);
        printf("\nOperation %" PRIu64 ": ", step.op);
        print_op(heap, op);
        print_outcome(heap, op, &step);
        if (!hb_listing_print(stdout, heap, &marks))
            return false;
    }
    return hb_picture_print(stdout, heap);
}

/* The walk that operation `heap->done` is about to make, seen before it is made. */
struct foresight {
    struct hb_walk_marks marks;
    bool over;
};

static bool foresee_range(void *context, const struct hb_range *range)
{
    struct foresight *f = context;

    f->marks.length++;
    f->over = !range->allocated && range->length >= f->marks.need;
    return !f->over;
}

static struct hb_walk_marks foresee(const struct hb_walk_heap *heap)
{
    struct foresight f = {.marks = {.walked = true, .before = true}};

    f.marks.need = hb_walk_heap_need(heap, &heap->workload->ops[heap->done]);
    heap->allocator->ranges(heap->heap, foresee_range, &f);
    f.marks.failed = !f.over;
    return f.marks;
}

static void print_next(const struct hb_walk_heap *heap, const struct hb_walk_marks *marks)
{
    printf("Operation %" PRIu64 ", ", heap->done);
    print_op(heap, &heap->workload->ops[heap->done]);
    printf(", will need %" PRIu64 " bytes and examine %" PRIu64 " range%s: ", marks->need, marks->length,
           plural(marks->length));
    if (marks->failed)
        print_failure(heap, marks->need);
    else
        puts("marked below");
}

/* Does the next operation, which walks by no rule that can be foreseen, and says what came of it. */
static bool print_walk(struct hb_walk_heap *heap)
{
    const struct hb_op *op = &heap->workload->ops[heap->done];
    struct hb_step step;

    if (!hb_walk_heap_step(heap, &step))
        return false;
    printf("\nOperation %" PRIu64 " then: ", step.op);
    print_op(heap, op);
    print_outcome(heap, op, &step);
    return true;
}

/* Shows the ranges as they are; where the next operation walks, its walk as well. */
static bool show_now(struct hb_walk_heap *heap)
{
    bool walks = hb_walk_heap_next_walks(heap);
    struct hb_walk_marks marks = {0};

    if (walks && heap->is_first_fit) {
        marks = foresee(heap);
        print_next(heap, &marks);
    }
    if (!hb_listing_print(stdout, heap, &marks) || !hb_picture_print(stdout, heap))
        return false;
    return !walks || heap->is_first_fit || print_walk(heap);
}

/* Goes on until `done` operations are done. */
static bool seek(struct hb_walk_heap *heap, uint64_t done)
{
    bool sound = true;
    struct hb_step step;

    hb_progress_begin("seeking");
    hb_progress_total(done);
    while (sound && heap->done < done) {
        sound = hb_walk_heap_step(heap, &step);
        if (heap->done % 1024 == 0)
            hb_progress_set(NULL, heap->done);
    }
    hb_progress_end();
    return sound;
}

/* Goes on to the next operation that walks, or to the end. */
static bool seek_walk(struct hb_walk_heap *heap)
{
    struct hb_step step;

    while (heap->done < heap->workload->op_count && !hb_walk_heap_next_walks(heap))
        if (!hb_walk_heap_step(heap, &step))
            return false;
    return true;
}

static void print_totals(const struct hb_walk_heap *heap)
{
    struct hb_heap_state state;

    hb_replay_inspect(heap->allocator, heap->heap, heap->heap_bytes == 0, &state);
    printf("%s, %s of them free with %s; high-water mark %s\n", hb_show_counted(state.ranges, "range").text,
           hb_show_count(state.free_ranges).text, hb_show_counted(state.free_bytes, "byte").text,
           hb_show_counted(state.high_water_bytes, "byte").text);
}

static bool show_moment(struct hb_walk_heap *heap, uint64_t at)
{
    uint64_t ops = heap->workload->op_count;
    bool walks;

    if (!seek(heap, at + 1))
        return false;
    printf("\nAfter operation %" PRIu64 " of %" PRIu64 " (they count from 0)\n", at, ops);
    print_totals(heap);
    walks = hb_walk_heap_next_walks(heap);
    if (!show_now(heap))
        return false;
    if (walks || heap->done == ops)
        return true;
    if (!seek_walk(heap))
        return false;
    if (heap->done == ops)
        return true;
    printf("\nThe next walk, with the ranges as they will be then\n");
    return show_now(heap);
}

/* One that cannot hold what is live at once shows nothing but that; one that fails for its records, or for
 * what is never merged, is what a reader came to see. */
static uint64_t default_heap(const struct hb_workload *workload)
{
    if (workload->suggested_heap_bytes >= workload->peak_live_bytes && workload->suggested_heap_bytes != 0)
        return workload->suggested_heap_bytes;
    return workload->op_count <= SHORT_TRACE && workload->peak_live_bytes <= DOCUMENT_HEAP ? DOCUMENT_HEAP
                                                                                           : 0;
}

static enum hb_status check_options(const struct options *options, const struct hb_workload *workload,
                                    struct hb_error *error)
{
    if (options->has_heap && hb_command_check_heap(options->heap_bytes, error) != HB_OK)
        return HB_ERR_USAGE;
    if (options->heap_bytes > MOST_HEAP_BYTES)
        return hb_error_set(error, HB_ERR_USAGE,
                            "--heap takes 8 to 2^62 bytes, and %" PRIu64 " is out of range",
                            options->heap_bytes);
    if (options->log && options->has_at)
        return hb_error_set(error, HB_ERR_USAGE, "--log prints every step: without --at");
    if (options->log && options->allocator != NULL && strcmp(options->allocator, "simple") != 0)
        return hb_error_set(
            error, HB_ERR_USAGE,
            "--log prints what the tutorial's program prints, whose heap is simple: without -a %s",
            options->allocator);
    if (options->has_at && options->at >= workload->op_count)
        return hb_error_set(error, HB_ERR_USAGE, "%s has no operation %" PRIu64 "; its last is %" PRIu64,
                            workload->name, options->at, workload->op_count - 1);
    return HB_OK;
}

/* What a file suggests is not believed where its own operations cannot fit. */
static void tell_suggestion(const struct hb_workload *workload)
{
    if (workload->suggested_heap_bytes != 0 && workload->suggested_heap_bytes < workload->peak_live_bytes)
        printf("The file suggests a heap of %" PRIu64 " bytes, fewer than the %" PRIu64
               " that are live at once: not taken\n",
               workload->suggested_heap_bytes, workload->peak_live_bytes);
}

static bool show(const struct options *options, struct hb_walk_heap *heap)
{
    const struct hb_workload *workload = heap->workload;

    if (!options->has_heap)
        tell_suggestion(workload);
    printf("%s in a heap of %s%s%s\n", workload->name,
           heap->heap_bytes != 0 ? hb_show_counted(heap->heap_bytes, "byte").text : "ample size",
           options->allocator != NULL ? " of " : "", options->allocator != NULL ? heap->subject->name : "");
    if (workload->op_count == 0 || (!options->has_at && workload->op_count <= SHORT_TRACE))
        return show_every_step(heap);
    return show_moment(heap, options->has_at ? options->at : workload->op_count - 1);
}

static int walk(const struct options *options, const struct hb_workload *workload)
{
    uint64_t heap_bytes = options->has_heap ? options->heap_bytes : default_heap(workload);
    struct hb_walk_heap *heap = NULL;
    struct hb_error error;
    bool shown;

    if (check_options(options, workload, &error) != HB_OK ||
        hb_walk_heap_create(workload, options->allocator != NULL ? options->allocator : "simple", heap_bytes,
                            &heap, &error) != HB_OK)
        return hb_command_fail(&error);
    shown = options->log ? hb_listing_log(stdout, heap) : show(options, heap);
    hb_walk_heap_destroy(heap);
    if (!shown) {
        hb_error_set(&error, HB_ERR_MEMORY, "no memory for the ranges of %s", workload->name);
        return hb_command_fail(&error);
    }
    return hb_stdout_end_table();
}

int hb_command_walk(int argc, char **argv)
{
    struct options options = {0};
    struct hb_workload *workload = NULL;
    struct hb_error error;
    int exit_status;

    hb_options_parse(&usage, argc, argv, &options);
    if (hb_command_load(options.trace, &workload, &error) != HB_OK)
        return hb_command_fail(&error);
    exit_status = walk(&options, workload);
    hb_workload_free(workload);
    return exit_status;
}

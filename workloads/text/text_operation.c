/*
 * text_operation.c - the lines of a .rep or a text file: what each asks for, and all that can be wrong with
 * it.
 */
#include <string.h>

#include "base/number.h"
#include "workloads/text/text_state.h"

enum hb_status hb_text_out_of_memory(const struct hb_text *text)
{
    return hb_error_set(text->error, HB_ERR_MEMORY, "%s: out of memory", text->lines.path);
}

enum hb_status hb_text_flush(struct hb_text *text)
{
    size_t count = text->batched;

    text->batched = 0;
    return hb_builder_append(text->builder, text->batch, count, text->error);
}

/* The thread that acts now, as the workload numbers it: in the order in which threads first act. */
static uint16_t acting_thread(struct hb_text *text)
{
    uint32_t *ours = &text->threads[text->thread];

    if (*ours == 0)
        *ours = ++text->thread_count;
    return (uint16_t)(*ours - 1);
}

/* Before the operation that it is about. */
static enum hb_status tell_touched(struct hb_text *text, const struct hb_op *op)
{
    const char *fault = hb_trace_touched_fault(op, text->touched);
    enum hb_status status;

    if (fault != NULL)
        return hb_text_fault(text, "the operation %s", fault);
    text->is_touched = false;
    status = hb_text_flush(text);
    return status == HB_OK ? hb_builder_touch(text->builder, text->touched, text->error) : status;
}

static enum hb_status add_op(struct hb_text *text, struct hb_op op)
{
    enum hb_status status = text->is_touched ? tell_touched(text, &op) : HB_OK;

    if (status != HB_OK)
        return status;
    op.thread = acting_thread(text);
    text->batch[text->batched++] = op;
    return text->batched == BATCH_OPS ? hb_text_flush(text) : HB_OK;
}

static enum hb_status parse_bytes(const struct hb_text *text, const char *word, uint64_t *out)
{
    uint64_t bytes = 0;
    bool parsed = text->strict ? hb_number_parse(word, &bytes) : hb_number_parse_size(word, &bytes);

    if (!parsed)
        return hb_text_fault(text, "'%.40s' is not a number of bytes", word);
    if (bytes > HB_TRACE_MAX_SIZE)
        return hb_text_fault(text, "%s bytes are more than 2^63", word);
    *out = bytes;
    return HB_OK;
}

/* The name that the line's second word is. NULL, with `*status` set, when it cannot be one. */
static struct hb_name *find_name(struct hb_text *text, enum hb_status *status)
{
    const char *word = text->word[1];
    struct hb_name *name = NULL;
    uint64_t number = 0;

    if (text->strict && !hb_number_parse(word, &number))
        *status = hb_text_fault(text, "'%.40s' is not an id: ids are numbers from 0", word);
    else if (text->strict && number >= text->ids)
        *status = hb_text_fault(text, "id %s is not below the %llu ids that the header announces", word,
                                (unsigned long long)text->ids);
    else if ((name = hb_names_find(&text->names, word)) == NULL)
        *status = hb_text_out_of_memory(text);
    return name;
}

static uint32_t line_mark(const struct hb_text *text)
{
    return text->lines.line < UINT32_MAX ? (uint32_t)text->lines.line : UINT32_MAX;
}

static enum hb_status give_birth(struct hb_text *text, struct hb_op op)
{
    enum hb_status status = HB_OK;
    struct hb_name *name = find_name(text, &status);

    if (name == NULL)
        return status;
    if (name->live)
        return hb_text_fault(text, "%.60s is allocated already, since line %u", text->word[1], name->line);
    if (text->next_object >= HB_TRACE_MAX_OBJECTS)
        return hb_text_fault(text, "more than 2^32 objects");
    name->live = true;
    name->line = line_mark(text);
    name->object = (uint32_t)text->next_object++;
    op.object = name->object;
    hb_builder_name(text->builder, name->object, text->word[1]);
    return add_op(text, op);
}

/* In a .rep, an id that was never used stands for NULL. */
static bool is_null(const struct hb_text *text, const struct hb_name *name)
{
    return text->strict && !name->live && name->line == 0;
}

/* As find_name, and the object must be live, or a NULL. */
static struct hb_name *find_live(struct hb_text *text, enum hb_status *status)
{
    struct hb_name *name = find_name(text, status);

    if (name == NULL || name->live || is_null(text, name))
        return name;
    if (name->line > 0)
        *status = hb_text_fault(text, "%.60s was freed already, on line %u", text->word[1], name->line);
    else
        *status = hb_text_fault(text, "%.60s was never allocated", text->word[1]);
    return NULL;
}

static enum hb_status line_malloc(struct hb_text *text)
{
    struct hb_op op = {.kind = HB_OP_MALLOC};
    enum hb_status status = parse_bytes(text, text->word[2], &op.size);

    return status == HB_OK ? give_birth(text, op) : status;
}

static enum hb_status line_calloc(struct hb_text *text)
{
    struct hb_op op = {.kind = HB_OP_CALLOC};
    enum hb_status status = parse_bytes(text, text->word[2], &op.size);

    return status == HB_OK ? give_birth(text, op) : status;
}

static enum hb_status line_aligned(struct hb_text *text)
{
    struct hb_op op = {.kind = HB_OP_ALIGNED};
    uint64_t alignment = 0;
    enum hb_status status = parse_bytes(text, text->word[2], &alignment);

    if (status != HB_OK)
        return status;
    if (alignment == 0 || (alignment & (alignment - 1)) != 0)
        return hb_text_fault(text, "an alignment of %s is not a power of two", text->word[2]);
    op.align_log2 = (uint8_t)__builtin_ctzll(alignment);
    status = parse_bytes(text, text->word[3], &op.size);
    return status == HB_OK ? give_birth(text, op) : status;
}

static enum hb_status free_null(struct hb_text *text)
{
    text->builder->workload->repairs.null_frees++;
    return HB_OK;
}

static enum hb_status line_free(struct hb_text *text)
{
    struct hb_name *name;
    enum hb_status status = HB_OK;

    if (text->strict && strcmp(text->word[1], "-1") == 0)
        return free_null(text); /* how some courses write it */
    name = find_live(text, &status);
    if (name == NULL)
        return status;
    if (!name->live)
        return free_null(text);
    name->live = false;
    name->line = line_mark(text);
    return add_op(text, (struct hb_op){.kind = HB_OP_FREE, .object = name->object});
}

static enum hb_status line_realloc(struct hb_text *text)
{
    struct hb_op op = {.kind = HB_OP_REALLOC};
    struct hb_name *name;
    enum hb_status status = parse_bytes(text, text->word[2], &op.size);

    if (status != HB_OK)
        return status;
    name = find_live(text, &status);
    if (name == NULL)
        return status;
    if (!name->live) {
        text->builder->workload->repairs.null_reallocs++;
        op.kind = HB_OP_MALLOC;
        return give_birth(text, op);
    }
    if (op.size == 0)
        return line_free(text);
    op.object = name->object;
    return add_op(text, op);
}

static enum hb_status line_thread(struct hb_text *text)
{
    uint64_t number;

    if (!hb_number_parse(text->word[1], &number) || number >= HB_TRACE_MAX_THREADS)
        return hb_text_fault(text, "'%.40s' is not a thread: threads are numbers from 0 to 65535",
                             text->word[1]);
    text->thread = (uint32_t)number;
    return HB_OK;
}

static enum hb_status line_heap(struct hb_text *text)
{
    return parse_bytes(text, text->word[1], &text->builder->workload->info.suggested_heap_bytes);
}

static enum hb_status line_dropped(struct hb_text *text)
{
    if (!hb_number_parse(text->word[1], &text->builder->workload->dropped))
        return hb_text_fault(text, "'%.40s' is not a number of events", text->word[1]);
    return HB_OK;
}

/* The operations before it must be there: a wait stands between operations. */
static enum hb_status line_wait(struct hb_text *text)
{
    uint64_t us;
    enum hb_status status;

    if (!hb_number_parse_us(text->word[1], &us) || us == 0)
        return hb_text_fault(text, "'%.40s' is not a time that can pass, as 250ms, 3us or 1.5s is",
                             text->word[1]);
    status = hb_text_flush(text);
    return status == HB_OK ? hb_builder_pass_time(text->builder, us, text->error) : status;
}

static enum hb_status line_touched(struct hb_text *text)
{
    if (text->is_touched)
        return hb_text_fault(text, "it was said already what is touched of the next block");
    text->is_touched = true;
    return parse_bytes(text, text->word[1], &text->touched);
}

static enum hb_status line_touch(struct hb_text *text)
{
    text->builder->workload->info.touched = true;
    return HB_OK;
}

static enum hb_status parse_run_time(const struct hb_text *text, uint64_t *out)
{
    if (!hb_number_parse_ns(text->word[1], out))
        return hb_text_fault(text, "'%.40s' is not a time, as 250ms or 1.5s is", text->word[1]);
    return HB_OK;
}

static enum hb_status line_wall(struct hb_text *text)
{
    return parse_run_time(text, &text->builder->workload->wall_ns);
}

static enum hb_status line_cpu(struct hb_text *text)
{
    return parse_run_time(text, &text->builder->workload->cpu_ns);
}

struct line_kind {
    const char *word;
    unsigned words;
    bool in_rep;
    const char *form;
    enum hb_status (*read)(struct hb_text *text);
};

static const struct line_kind line_kinds[] = {
    {"a", 3, true, "a ID BYTES", line_malloc},
    {"f", 2, true, "f ID", line_free},
    {"r", 3, true, "r ID BYTES", line_realloc},
    {"c", 3, false, "c ID BYTES", line_calloc},
    {"m", 4, false, "m ID ALIGNMENT BYTES", line_aligned},
    {"t", 2, false, "t THREAD", line_thread},
    {"w", 2, false, "w TIME", line_wait},
    {"heap", 2, false, "heap BYTES", line_heap},
    {"dropped", 2, false, "dropped EVENTS", line_dropped},
    {"wall", 2, false, "wall TIME", line_wall},
    {"cpu", 2, false, "cpu TIME", line_cpu},
    {"touch", 1, false, "touch", line_touch},
    {"touched", 2, false, "touched BYTES", line_touched},
};

static const struct line_kind *find_line_kind(const struct hb_text *text)
{
    for (size_t i = 0; i < sizeof line_kinds / sizeof line_kinds[0]; i++)
        if (strcmp(line_kinds[i].word, text->word[0]) == 0 && (line_kinds[i].in_rep || !text->strict))
            return &line_kinds[i];
    return NULL;
}

enum hb_status hb_text_operation(struct hb_text *text)
{
    const struct line_kind *kind = find_line_kind(text);

    if (kind == NULL)
        return hb_text_fault(text, "'%.40s' begins no %s", text->word[0],
                             text->strict ? "operation: a .rep has a, r and f"
                                          : "line: there are a, c, m, r, f, t, w, touched, heap, dropped, "
                                            "wall, cpu, touch, command and origin");
    if (text->words != kind->words)
        return hb_text_fault(text, "%u words where '%s' is wanted", text->words, kind->form);
    text->op_lines++;
    return kind->read(text);
}

/*
 * import.c - one import: lines to a format, events to the repair, operations and waits handed out in pieces.
 */
#include "workloads/import/import.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "workloads/import/import_state.h"
#include "workloads/trace/trace_format.h"

static const struct hb_import_format *const formats[] = {&hb_import_android, &hb_import_mtrace,
                                                         &hb_import_heaptrack, &hb_import_valgrind};

enum { FORMATS = sizeof formats / sizeof formats[0], LEAST_WAIT_US = 1000 };

bool hb_import_recognise(const char *head, enum hb_workload_format *out)
{
    head += strspn(head, " \t\r\n");
    for (size_t i = 0; i < FORMATS; i++)
        if (formats[i]->recognise(head)) {
            *out = formats[i]->format;
            return true;
        }
    return false;
}

static const struct hb_import_format *find_format(enum hb_workload_format format)
{
    for (size_t i = 0; i < FORMATS; i++)
        if (formats[i]->format == format)
            return formats[i];
    return NULL;
}

const char *hb_import_format_name(enum hb_workload_format format)
{
    const struct hb_import_format *found = find_format(format);

    return found != NULL ? found->name : NULL;
}

static enum hb_status out_of_memory(const struct hb_import *import)
{
    return hb_error_set(import->error, HB_ERR_MEMORY, "%s: out of memory", import->path);
}

enum hb_status hb_import_birth(struct hb_import *import, uint64_t address, struct hb_op op, uint64_t thread)
{
    import->events++;
    if (address == 0)
        return HB_OK;
    if (op.size > HB_TRACE_MAX_SIZE)
        return hb_import_fault(import, "%llu bytes are more than 2^63", (unsigned long long)op.size);
    return hb_repair_birth(import->repair, address, op, thread) ? HB_OK : out_of_memory(import);
}

enum hb_status hb_import_free(struct hb_import *import, uint64_t address, uint64_t thread)
{
    import->events++;
    if (address == 0)
        return HB_OK;
    return hb_repair_free(import->repair, address, thread) ? HB_OK : out_of_memory(import);
}

enum hb_status hb_import_realloc(struct hb_import *import, uint64_t from, uint64_t to, uint64_t size,
                                 uint64_t thread)
{
    if (from == 0)
        return hb_import_birth(import, to, (struct hb_op){.kind = HB_OP_MALLOC, .size = size}, thread);
    if (to == 0 && size == 0)
        return hb_import_free(import, from, thread);
    import->events++;
    if (to == 0)
        return HB_OK;
    if (size > HB_TRACE_MAX_SIZE)
        return hb_import_fault(import, "%llu bytes are more than 2^63", (unsigned long long)size);
    return hb_repair_realloc(import->repair, from, to, size, thread) ? HB_OK : out_of_memory(import);
}

/* Time passed before the operations that are collected from here on. */
static void pass_time(struct hb_import *import, uint64_t us)
{
    uint64_t before = import->ops_before + hb_repair_collected(import->repair);
    struct hb_wait *last = &import->waits[import->wait_count];

    import->untold_us += us;
    if (import->untold_us < LEAST_WAIT_US)
        return;
    if (import->wait_count > 0 && last[-1].before_op == before)
        last[-1].us += import->untold_us;
    else
        import->waits[import->wait_count++] = (struct hb_wait){before, import->untold_us};
    import->untold_us = 0;
}

void hb_import_clock(struct hb_import *import, uint64_t now_us)
{
    if (import->clock_begun && now_us > import->now_us)
        pass_time(import, now_us - import->now_us);
    if (!import->clock_begun || now_us > import->now_us)
        import->now_us = now_us;
    import->clock_begun = true;
}

struct hb_op hb_import_aligned(uint64_t alignment, uint64_t size)
{
    struct hb_op op = {.kind = HB_OP_MALLOC, .size = size};

    if (alignment <= 1)
        return op;
    op.kind = HB_OP_ALIGNED;
    op.align_log2 = alignment > UINT64_C(1) << 63 ? 63 : (uint8_t)(64 - __builtin_clzll(alignment - 1));
    return op;
}

enum hb_status hb_import_keep_command(struct hb_import *import, const char *command)
{
    if (import->info.command != NULL || *command == '\0')
        return HB_OK;
    import->info.command = strndup(command, HB_TRACE_MAX_TEXT_BYTES);
    return import->info.command != NULL ? HB_OK : out_of_memory(import);
}

bool hb_field_text(const char **at, const char *text)
{
    size_t length = strlen(text);

    if (strncmp(*at, text, length) != 0)
        return false;
    *at += length;
    return true;
}

/* The value of a digit, or a number beyond all bases. */
static unsigned digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 99;
}

static bool read_digits(const char **at, unsigned base, uint64_t *out)
{
    const char *c = *at;
    uint64_t value = 0;

    for (; digit_of(*c) < base; c++)
        if (__builtin_mul_overflow(value, base, &value) ||
            __builtin_add_overflow(value, digit_of(*c), &value))
            return false;
    if (c == *at)
        return false;
    *at = c;
    *out = value;
    return true;
}

bool hb_field_decimal(const char **at, uint64_t *out)
{
    return read_digits(at, 10, out);
}

bool hb_field_hex(const char **at, uint64_t *out)
{
    const char *c = *at;

    if (hb_field_text(&c, "(nil)")) {
        *out = 0;
    } else {
        if (!hb_field_text(&c, "0x"))
            (void)hb_field_text(&c, "0X");
        if (!read_digits(&c, 16, out))
            return false;
    }
    *at = c;
    return true;
}

bool hb_field_address(const char **at, uint64_t *out)
{
    const char *c = *at;

    if (!hb_field_hex(&c, out) || *out == UINT64_MAX)
        return false;
    *at = c;
    return true;
}

/* A last line that is cut off, as of a program that was killed, is one event lost; any other is an error. */
static enum hb_status take_line(struct hb_import *import)
{
    enum hb_status status = import->format->read_line(import, import->lines.bytes);

    if (status != HB_ERR_FORMAT || !import->lines.unended || import->events == 0)
        return status;
    import->repairs.lost_calls++;
    return HB_OK;
}

static enum hb_status finish_lines(struct hb_import *import)
{
    import->read_all = true;
    if (import->format->finish != NULL)
        import->format->finish(import);
    if (import->events == 0)
        return hb_error_set(
            import->error, HB_ERR_FORMAT, "%s: no call of malloc or free is in this file%s", import->path,
            import->format->format == HB_FORMAT_VALGRIND ? "; run valgrind --trace-malloc=yes --log-file=FILE"
                                                         : "");
    return HB_OK;
}

/* One line more, or one allocation more of those that wait at the end. */
static enum hb_status advance(struct hb_import *import, bool *done)
{
    bool more;
    enum hb_status status;

    *done = false;
    if (import->read_all)
        return hb_repair_settle_one(import->repair, done) ? HB_OK : out_of_memory(import);
    status = hb_line_reader_next(&import->lines, &more, import->error);
    if (status != HB_OK)
        return status;
    return more ? take_line(import) : finish_lines(import);
}

static enum hb_status fill_chunk(struct hb_import *import, size_t *count, struct hb_error *error)
{
    enum hb_status status = HB_OK;
    bool done = false;

    import->error = error;
    import->ops_before += hb_repair_collected(import->repair);
    import->wait_count = 0;
    hb_repair_collect(import->repair, import->ops);
    while (status == HB_OK && !done && hb_repair_collected(import->repair) < HB_IMPORT_CHUNK_OPS)
        status = advance(import, &done);
    import->error = NULL;
    *count = hb_repair_collected(import->repair);
    return status;
}

enum hb_status hb_import_open(const char *path, enum hb_workload_format format, struct hb_import **out,
                              struct hb_error *error)
{
    struct hb_import *import = calloc(1, sizeof *import);
    enum hb_status status = HB_ERR_MEMORY;

    if (import != NULL) {
        import->format = find_format(format);
        import->path = strdup(path);
        import->repair = hb_repair_create(&import->repairs);
    }
    if (import == NULL || import->path == NULL || import->repair == NULL)
        hb_error_set(error, status, "%s: out of memory", path);
    else
        status = hb_line_reader_open(&import->lines, import->path, HB_IMPORT_LINE_BYTES, error);
    if (status == HB_OK)
        status = fill_chunk(import, &import->first_count, error);
    if (status != HB_OK) {
        hb_import_close(import);
        return status;
    }
    import->first_ready = true;
    *out = import;
    return HB_OK;
}

void hb_import_close(struct hb_import *import)
{
    if (import == NULL)
        return;
    hb_line_reader_close(&import->lines);
    hb_repair_destroy(import->repair);
    free(import->info.command);
    free(import->path);
    free(import);
}

enum hb_status hb_import_next(struct hb_import *import, const struct hb_op **ops, size_t *count,
                              struct hb_error *error)
{
    enum hb_status status = HB_OK;
    size_t filled = import->first_count;

    if (!import->first_ready)
        status = fill_chunk(import, &filled, error);
    import->first_ready = false;
    if (status != HB_OK)
        return status;
    *ops = import->ops;
    *count = filled;
    return HB_OK;
}

const struct hb_wait *hb_import_waits(const struct hb_import *import, size_t *count)
{
    *count = import->wait_count;
    return import->waits;
}

const struct hb_trace_info *hb_import_info(const struct hb_import *import)
{
    return &import->info;
}

const struct hb_repairs *hb_import_repairs(const struct hb_import *import)
{
    return &import->repairs;
}

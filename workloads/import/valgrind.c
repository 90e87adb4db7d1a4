/*
 * valgrind.c - a log of valgrind --trace-malloc=yes.
 *
 *     ==4207== Command: ./program
 *     --4207-- malloc(100) = 0x4A42040
 *     --4207-- realloc(0x4A42040,2000) = 0x4A420F0
 *     --4207-- realloc(0x0,33)malloc(33) = 0x4A4D5B0         realloc(NULL) calls malloc
 *     --4207-- realloc(0x4A4D5B0,0)free(0x4A4D5B0)           realloc to 0 calls free ...
 *     --4207--  = 0                                          ... and says so on a line of its own
 *     --4207-- memalign(al 64, size 640) = 0x4A4D700
 *     --4207-- _ZnwmSt11align_val_t(size 128, al 64) = 0x4D712C0
 *     --4207-- _ZdlPvm(0x4A42040)
 *
 * A call is written in two pieces, and a thread may be switched to another between them: a result belongs to
 * the call begun last that has none. valgrind 3.22 and later do not write what memalign and its kin return:
 * such a call is lost, and so is its free. Lines of other processes (children of fork) are left out: they
 * have the same addresses. Threads are not written. All other lines are the program's output or valgrind's
 * words.
 */
#include "workloads/import/import_state.h"

#include <string.h>

/* "--PID-- " or "==PID== " */
static bool read_prefix(const char **at, const char *mark, uint64_t *process)
{
    const char *c = *at;

    if (!hb_field_text(&c, mark) || !hb_field_decimal(&c, process) || !hb_field_text(&c, mark) ||
        !hb_field_text(&c, " "))
        return false;
    *at = c;
    return true;
}

/* Some line of the beginning is valgrind's: a program's own output may come first. */
static bool recognise(const char *head)
{
    while (head != NULL) {
        uint64_t process;

        if (read_prefix(&head, "--", &process) || read_prefix(&head, "==", &process))
            return true;
        head = strchr(head, '\n');
        if (head != NULL)
            head++;
    }
    return false;
}

static bool begins_with(const char *name, size_t length, const char *start)
{
    return length >= strlen(start) && strncmp(name, start, strlen(start)) == 0;
}

static bool is_name(const char *name, size_t length, const char *whole)
{
    return length == strlen(whole) && strncmp(name, whole, length) == 0;
}

static bool is_free(const char *name, size_t length)
{
    return is_name(name, length, "free") || is_name(name, length, "cfree") ||
           is_name(name, length, "free_sized") || is_name(name, length, "free_aligned_sized") ||
           begins_with(name, length, "_Zd") || is_name(name, length, "__builtin_delete") ||
           is_name(name, length, "__builtin_vec_delete");
}

static bool is_malloc(const char *name, size_t length)
{
    return is_name(name, length, "malloc") || begins_with(name, length, "_Zn") ||
           is_name(name, length, "__builtin_new") || is_name(name, length, "builtin_new") ||
           is_name(name, length, "__builtin_vec_new") || is_name(name, length, "valloc") ||
           is_name(name, length, "pvalloc");
}

static bool is_aligned(const char *name, size_t length)
{
    return is_name(name, length, "memalign") || is_name(name, length, "posix_memalign") ||
           is_name(name, length, "aligned_alloc");
}

/* "al 64" or "alignment 64" and "size 640", in either order: valgrind has all four. */
static bool read_aligned(const char **at, struct hb_op *op)
{
    uint64_t alignment = 0, size = 0;
    unsigned seen = 0;

    for (int i = 0; i < 2; i++) {
        if (hb_field_text(at, "alignment ") || hb_field_text(at, "al "))
            seen |= hb_field_decimal(at, &alignment) ? 1 : 0;
        else if (hb_field_text(at, "size "))
            seen |= hb_field_decimal(at, &size) ? 2 : 0;
        (void)hb_field_text(at, ", ");
    }
    *op = hb_import_aligned(alignment, size);
    return seen == 3;
}

/* Remembers a call until its result comes. The oldest of many will never get one. */
static void open_call(struct hb_import *import, struct hb_op op, uint64_t from)
{
    if (import->open_count == HB_IMPORT_OPEN_CALLS) {
        memmove(import->open, import->open + 1, sizeof import->open - sizeof import->open[0]);
        import->open_count--;
        import->repairs.lost_calls++;
    }
    import->open[import->open_count++] = (struct hb_import_call){op, from};
}

static enum hb_status close_call(struct hb_import *import, uint64_t address)
{
    const struct hb_import_call *call;

    if (import->open_count == 0) /* of a realloc to 0, whose free was seen */
        return HB_OK;
    call = &import->open[--import->open_count];
    if (call->op.kind == HB_OP_REALLOC)
        return hb_import_realloc(import, call->from, address, call->op.size, 0);
    return hb_import_birth(import, address, call->op, 0);
}

static enum hb_status free_block(struct hb_import *import, uint64_t address)
{
    const struct hb_import_call *last = import->open_count > 0 ? &import->open[import->open_count - 1] : NULL;

    if (last != NULL && last->op.kind == HB_OP_REALLOC && last->op.size == 0 && last->from == address)
        import->open_count--; /* it is this free */
    return hb_import_free(import, address, 0);
}

/* The arguments of a call, and what it means; false when they are not its own. */
static bool read_arguments(const char **at, const char *name, size_t length, struct hb_op *op, uint64_t *from)
{
    uint64_t count;

    if (is_free(name, length)) {
        op->kind = HB_OP_FREE;
        return hb_field_address(at, from);
    }
    if (is_name(name, length, "realloc")) {
        op->kind = HB_OP_REALLOC;
        return hb_field_address(at, from) && hb_field_text(at, ",") && hb_field_decimal(at, &op->size);
    }
    if (is_name(name, length, "calloc")) {
        op->kind = HB_OP_CALLOC;
        return hb_field_decimal(at, &count) && hb_field_text(at, ",") && hb_field_decimal(at, &op->size) &&
               !__builtin_mul_overflow(count, op->size, &op->size);
    }
    if (is_aligned(name, length) || strncmp(*at, "size ", 5) == 0)
        return read_aligned(at, op);
    return is_malloc(name, length) && hb_field_decimal(at, &op->size);
}

static bool is_known(const char *name, size_t length)
{
    return is_free(name, length) || is_malloc(name, length) || is_aligned(name, length) ||
           is_name(name, length, "realloc") || is_name(name, length, "calloc");
}

/* "NAME(ARGUMENTS)", whose '(' is `length` bytes on. */
static enum hb_status read_call(struct hb_import *import, const char **at, size_t length)
{
    struct hb_op op = {.kind = HB_OP_MALLOC};
    const char *name = *at;
    uint64_t from = 0;

    *at += length + 1;
    if (!read_arguments(at, name, length, &op, &from))
        return hb_import_fault(import, "the arguments of %.*s are not those of valgrind's --trace-malloc",
                               (int)(length < 40 ? length : 40), name);
    *at += strcspn(*at, ")"); /* what sized deletes may add */
    if (!hb_field_text(at, ")"))
        return hb_import_fault(import, "a call without its ')'");
    if (op.kind == HB_OP_FREE)
        return free_block(import, from);
    if (op.kind != HB_OP_REALLOC || from != 0) /* realloc(NULL) calls malloc, which follows */
        open_call(import, op, from);
    import->events++;
    return HB_OK;
}

static enum hb_status read_result(struct hb_import *import, const char **at)
{
    uint64_t address;

    if (!hb_field_address(at, &address))
        return hb_import_fault(import, "' = ' is not followed by an address");
    return close_call(import, address);
}

/* Calls and results, one after another; a line that begins with neither is valgrind's own words. */
static enum hb_status read_events(struct hb_import *import, const char *at)
{
    enum hb_status status = HB_OK;

    for (unsigned events = 0; status == HB_OK && *at != '\0'; events++) {
        size_t length = strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
        bool call = at[length] == '(' && is_known(at, length);

        if (events == HB_IMPORT_LINE_EVENTS)
            return hb_import_fault(import, "more calls than valgrind writes on one line");
        if (call)
            status = read_call(import, &at, length);
        else if (hb_field_text(&at, " = "))
            status = read_result(import, &at);
        else
            return events == 0 ? HB_OK : hb_import_fault(import, "'%.20s' follows a call", at);
    }
    return status;
}

static enum hb_status read_line(struct hb_import *import, char *line)
{
    const char *at = line;
    uint64_t process;

    if (read_prefix(&at, "==", &process))
        return hb_field_text(&at, "Command: ") ? hb_import_keep_command(import, at) : HB_OK;
    if (!read_prefix(&at, "--", &process))
        return HB_OK;
    if (import->process == 0)
        import->process = process;
    if (process != import->process) {
        import->repairs.other_processes++;
        return HB_OK;
    }
    return read_events(import, at);
}

static void finish(struct hb_import *import)
{
    import->repairs.lost_calls += import->open_count;
}

const struct hb_import_format hb_import_valgrind = {.name = "valgrind",
                                                    .format = HB_FORMAT_VALGRIND,
                                                    .recognise = recognise,
                                                    .read_line = read_line,
                                                    .finish = finish};

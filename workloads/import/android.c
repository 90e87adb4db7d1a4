/*
 * android.c - the text of Android's memory_replay, as malloc_debug's record_allocs writes it.
 *
 *     TID: malloc PTR SIZE            TID: realloc NEW OLD SIZE       TID: free PTR
 *     TID: calloc PTR COUNT SIZE      TID: memalign PTR ALIGN SIZE    TID: thread_done 0x0
 *
 * each with two times in nanoseconds behind it, when the call began and ended, since Android 12. Sizes are
 * decimal. The grammar is that of AOSP's system/extras/memory_replay/AllocParser.cpp and traces/README.
 */
#include "workloads/import/import_state.h"

#include <string.h>

/* What stands between the pointer and the times. */
enum android_arguments { NOTHING, SIZE, COUNT_AND_SIZE, OLD_AND_SIZE, ALIGN_AND_SIZE };

static const struct android_call {
    const char *name;
    enum android_arguments arguments;
    uint8_t op;
} kinds[] = {
    {"malloc ", SIZE, HB_OP_MALLOC},
    {"free ", NOTHING, HB_OP_FREE},
    {"calloc ", COUNT_AND_SIZE, HB_OP_CALLOC},
    {"realloc ", OLD_AND_SIZE, HB_OP_REALLOC},
    {"memalign ", ALIGN_AND_SIZE, HB_OP_ALIGNED},
    {"thread_done ", NOTHING, HB_OP_KINDS},
};

static void skip_blanks(const char **at)
{
    *at += strspn(*at, " \t");
}

/* "TID: NAME " */
static const struct android_call *read_start(const char **at, uint64_t *thread)
{
    if (!hb_field_decimal(at, thread) || *thread > UINT32_MAX || !hb_field_text(at, ":"))
        return NULL;
    skip_blanks(at);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (hb_field_text(at, kinds[i].name))
            return &kinds[i];
    return NULL;
}

static bool recognise(const char *head)
{
    uint64_t thread;

    return read_start(&head, &thread) != NULL;
}

struct numbers {
    uint64_t address, first, size;
};

static bool read_numbers(const char **at, enum android_arguments arguments, struct numbers *numbers)
{
    bool read;

    skip_blanks(at);
    read = hb_field_address(at, &numbers->address);
    if (arguments == NOTHING)
        return read;
    skip_blanks(at);
    if (arguments == OLD_AND_SIZE)
        read = read && hb_field_address(at, &numbers->first);
    else if (arguments != SIZE)
        read = read && hb_field_decimal(at, &numbers->first);
    skip_blanks(at);
    return read && hb_field_decimal(at, &numbers->size);
}

/* Nothing, or two times. */
static bool read_times(const char **at, uint64_t *begin_ns)
{
    uint64_t end_ns;

    skip_blanks(at);
    if (**at == '\0')
        return true;
    if (!hb_field_decimal(at, begin_ns))
        return false;
    skip_blanks(at);
    if (!hb_field_decimal(at, &end_ns))
        return false;
    skip_blanks(at);
    return **at == '\0';
}

static enum hb_status apply(struct hb_import *import, const struct android_call *kind,
                            const struct numbers *numbers, uint64_t thread)
{
    struct hb_op op = {.kind = kind->op, .size = numbers->size};

    switch (kind->op) {
    case HB_OP_FREE:
        return hb_import_free(import, numbers->address, thread);
    case HB_OP_REALLOC:
        return hb_import_realloc(import, numbers->first, numbers->address, numbers->size, thread);
    case HB_OP_ALIGNED:
        op = hb_import_aligned(numbers->first, numbers->size);
        break;
    case HB_OP_CALLOC:
        if (__builtin_mul_overflow(numbers->first, numbers->size, &op.size))
            return hb_import_fault(import, "%llu times %llu bytes are more than 2^64",
                                   (unsigned long long)numbers->first, (unsigned long long)numbers->size);
        break;
    case HB_OP_KINDS:
        return HB_OK;
    default:
        break;
    }
    return hb_import_birth(import, numbers->address, op, thread);
}

static enum hb_status read_line(struct hb_import *import, char *line)
{
    const char *at = line;
    struct numbers numbers = {0};
    uint64_t thread, begin_ns = 0;
    const struct android_call *kind;

    skip_blanks(&at);
    if (*at == '\0')
        return HB_OK;
    kind = read_start(&at, &thread);
    if (kind == NULL)
        return hb_import_fault(
            import, "'%.40s' is not 'TID: malloc, calloc, realloc, memalign, free or thread_done'", line);
    if (!read_numbers(&at, kind->arguments, &numbers))
        return hb_import_fault(import, "'%.60s': a pointer or a number is missing or too large", line);
    if (!read_times(&at, &begin_ns))
        return hb_import_fault(import, "'%.20s' stands where two times or nothing may", at);
    if (begin_ns != 0)
        hb_import_clock(import, begin_ns / 1000);
    return apply(import, kind, &numbers, thread);
}

const struct hb_import_format hb_import_android = {
    .name = "android", .format = HB_FORMAT_ANDROID, .recognise = recognise, .read_line = read_line};

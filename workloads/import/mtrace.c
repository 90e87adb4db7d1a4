/*
 * mtrace.c - what glibc's mtrace() writes to $MALLOC_TRACE.
 *
 *     = Start
 *     @ ./program:(function+0x1d)[0x1234] + 0x55d0c0a0 0x64      malloc, calloc, memalign: address, size
 *     @ ./program:[0x1240] - 0x55d0c0a0                          free
 *     @ ./program:[0x1250] < 0x55d0c0a0                          realloc: from there ...
 *     @ ./program:[0x1250] > 0x55d0c1b0 0x7d0                    ... to here, with this size
 *     @ ./program:[0x1260] ! 0x55d0c1b0 0x3fffffff               a realloc that failed
 *     = End
 *
 * The caller may be absent, and its path may hold blanks, so lines are read from their end. Threads and
 * alignments are not written. A failed malloc has the address (nil).
 */
#include "workloads/import/import_state.h"

#include <string.h>

enum { WORDS = 3 };

/* The last words of the line, the last one first; fewer where it has fewer. */
static void last_words(char *line, const char *word[WORDS])
{
    char *end = line + strlen(line);

    for (int i = 0; i < WORDS; i++) {
        char *begin;

        while (end > line && (end[-1] == ' ' || end[-1] == '\t'))
            end--;
        *end = '\0';
        begin = end;
        while (begin > line && begin[-1] != ' ' && begin[-1] != '\t')
            begin--;
        word[i] = begin;
        end = begin > line ? begin - 1 : line;
    }
}

static bool is_sign(const char *word, const char *signs)
{
    return word[0] != '\0' && word[1] == '\0' && strchr(signs, word[0]) != NULL;
}

/* A whole word that is a hexadecimal number. */
static bool read_address(const char *word, uint64_t *out)
{
    return hb_field_address(&word, out) && *word == '\0';
}

static bool read_size(const char *word, uint64_t *out)
{
    return hb_field_hex(&word, out) && *word == '\0';
}

static bool recognise(const char *head)
{
    return strncmp(head, "= Start", 7) == 0 || (head[0] == '@' && head[1] == ' ') ||
           strncmp(head, "+ 0x", 4) == 0;
}

static enum hb_status one_number(struct hb_import *import, char sign, const char *word)
{
    uint64_t address;

    if (!read_address(word, &address))
        return hb_import_fault(import, "'%.40s' is not an address", word);
    if (sign == '-')
        return hb_import_free(import, address, 0);
    import->in_realloc = true;
    import->realloc_from = address;
    return HB_OK;
}

static enum hb_status two_numbers(struct hb_import *import, char sign, const char *first, const char *second)
{
    struct hb_op op = {.kind = HB_OP_MALLOC};
    uint64_t address;

    if (!read_address(first, &address) || !read_size(second, &op.size))
        return hb_import_fault(import, "'%.40s %.40s' is not an address and a size", first, second);
    if (sign == '+')
        return hb_import_birth(import, address, op, 0);
    if (sign == '!')
        return HB_OK;
    if (!import->in_realloc)
        return hb_import_fault(import, "a '>' without the '<' of the same realloc before it");
    import->in_realloc = false;
    return hb_import_realloc(import, import->realloc_from, address, op.size, 0);
}

static enum hb_status read_line(struct hb_import *import, char *line)
{
    const char *word[WORDS];

    if (line[0] == '=' || line[strspn(line, " \t")] == '\0')
        return HB_OK;
    last_words(line, word);
    if (import->in_realloc && !is_sign(word[2], ">"))
        return hb_import_fault(import, "no '>' follows the '<' of a realloc");
    if (is_sign(word[1], "-<"))
        return one_number(import, word[1][0], word[0]);
    if (is_sign(word[2], "+>!"))
        return two_numbers(import, word[2][0], word[1], word[0]);
    return hb_import_fault(import, "no line of mtrace: one ends in '+ ADDRESS SIZE' or '- ADDRESS'");
}

/* A program that was killed between the two lines of a realloc. */
static void finish(struct hb_import *import)
{
    import->repairs.lost_calls += import->in_realloc;
}

const struct hb_import_format hb_import_mtrace = {.name = "mtrace",
                                                  .format = HB_FORMAT_MTRACE,
                                                  .recognise = recognise,
                                                  .read_line = read_line,
                                                  .finish = finish};

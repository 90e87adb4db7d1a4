/*
 * heaptrack.c - what heaptrack --raw writes: hexadecimal numbers, one letter before them.
 *
 *     v 10400 3            versions, of heaptrack and of the file
 *     X ./program          the command line
 *     c 1f4                milliseconds since the start
 *     + 64 8 558aed3c01d0  malloc, calloc, memalign: size, stack, address
 *     - 558aed3c01d0       free
 *
 * and x I m t R S A #, which say nothing of the heap. A realloc is written as a free and an allocation;
 * threads and alignments are not written. The file that heaptrack makes by default looks the same at first,
 * but its allocations are numbers of a table: objects have lost their identity, and it cannot be replayed.
 */
#include "workloads/import/import_state.h"

#include <string.h>

static bool recognise(const char *head)
{
    uint64_t number;

    return hb_field_text(&head, "v ") && hb_field_hex(&head, &number) && hb_field_text(&head, " ") &&
           hb_field_hex(&head, &number) && (*head == '\n' || *head == '\r');
}

static enum hb_status refuse_interpreted(struct hb_import *import)
{
    return hb_import_fault(import, "this is heaptrack's interpreted file, in which blocks have lost their "
                                   "addresses; record with heaptrack --raw");
}

static enum hb_status read_birth(struct hb_import *import, const char *at)
{
    struct hb_op op = {.kind = HB_OP_MALLOC};
    uint64_t stack, address;

    if (!hb_field_hex(&at, &op.size))
        return hb_import_fault(import, "'+' without a size");
    if (*at == '\0')
        return refuse_interpreted(import);
    if (!hb_field_text(&at, " ") || !hb_field_hex(&at, &stack) || !hb_field_text(&at, " ") ||
        !hb_field_address(&at, &address) || *at != '\0')
        return hb_import_fault(import, "'+' is not followed by a size, a stack and an address");
    return hb_import_birth(import, address, op, 0);
}

static enum hb_status read_free(struct hb_import *import, const char *at)
{
    uint64_t address;

    if (!hb_field_address(&at, &address) || *at != '\0')
        return hb_import_fault(import, "'-' is not followed by an address");
    return hb_import_free(import, address, 0);
}

static enum hb_status read_clock(struct hb_import *import, const char *at)
{
    uint64_t ms;

    if (!hb_field_hex(&at, &ms) || *at != '\0' || ms > UINT64_MAX / 1000)
        return hb_import_fault(import, "'c' is not followed by a time");
    hb_import_clock(import, ms * 1000);
    return HB_OK;
}

static enum hb_status read_line(struct hb_import *import, char *line)
{
    if (line[0] == '\0')
        return HB_OK;
    if (line[1] != ' ' && line[1] != '\0')
        return hb_import_fault(import, "'%.20s' is no line of heaptrack's", line);
    switch (line[0]) {
    case '+':
        return line[1] == '\0' ? read_birth(import, "") : read_birth(import, line + 2);
    case '-':
        return line[1] == '\0' ? read_free(import, "") : read_free(import, line + 2);
    case 'c':
        return line[1] == '\0' ? read_clock(import, "") : read_clock(import, line + 2);
    case 'X':
        return line[1] == '\0' ? HB_OK : hb_import_keep_command(import, line + 2);
    default:
        break;
    }
    if (strchr("sia", line[0]) != NULL && import->lines.line > 1)
        return refuse_interpreted(import);
    if (strchr("vxImtRSA#", line[0]) == NULL)
        return hb_import_fault(import, "'%.20s' is no line of heaptrack's", line);
    return HB_OK;
}

const struct hb_import_format hb_import_heaptrack = {
    .name = "heaptrack", .format = HB_FORMAT_HEAPTRACK, .recognise = recognise, .read_line = read_line};

/*
 * trace_section.c - the header, the blocks' heads and the end of a trace, as bytes; all little-endian.
 *
 * Every section ends with the XXH64 of its own bytes, so a reader verifies each before it believes any.
 */
#include "workloads/trace/trace_format.h"

#include <endian.h>
#include <string.h>
#include <xxhash.h>

/* As PNG's: not text, not UTF-8, and damaged by whatever translates line ends. */
const uint8_t hb_trace_magic[HB_TRACE_MAGIC_BYTES] = {0x89, 'H', 'B', 'T', '\r', '\n', 0x1a, '\n'};

static const char block_mark[4] = {'H', 'B', 'o', 'p'};
static const char end_mark[4] = {'H', 'B', 'n', 'd'};

static void put32(uint8_t *out, uint32_t value)
{
    value = htole32(value);
    memcpy(out, &value, sizeof value);
}

static void put64(uint8_t *out, uint64_t value)
{
    value = htole64(value);
    memcpy(out, &value, sizeof value);
}

static uint32_t get32(const uint8_t *in)
{
    uint32_t value;

    memcpy(&value, in, sizeof value);
    return le32toh(value);
}

static uint64_t get64(const uint8_t *in)
{
    uint64_t value;

    memcpy(&value, in, sizeof value);
    return le64toh(value);
}

void hb_trace_seal(uint8_t *bytes, size_t length)
{
    put64(bytes + length, XXH64(bytes, length, 0));
}

bool hb_trace_sealed(const uint8_t *bytes, size_t length)
{
    return HB_FUZZING || get64(bytes + length) == XXH64(bytes, length, 0);
}

enum hb_section_kind hb_trace_section_kind(const uint8_t in[4])
{
    if (memcmp(in, block_mark, sizeof block_mark) == 0)
        return HB_SECTION_BLOCK;
    if (memcmp(in, end_mark, sizeof end_mark) == 0)
        return HB_SECTION_END;
    return HB_SECTION_UNKNOWN;
}

void hb_trace_pack_header(const struct hb_trace_header *header, uint8_t out[HB_TRACE_HEADER_BYTES])
{
    memcpy(out, hb_trace_magic, HB_TRACE_MAGIC_BYTES);
    put32(out + 8, header->version);
    put32(out + 12, header->command_bytes);
    put32(out + 16, header->origin_bytes);
    put32(out + 20, 0);
    put64(out + 24, header->suggested_heap_bytes);
}

bool hb_trace_unpack_header(const uint8_t in[HB_TRACE_HEADER_BYTES], struct hb_trace_header *header)
{
    header->version = get32(in + 8);
    header->command_bytes = get32(in + 12);
    header->origin_bytes = get32(in + 16);
    header->suggested_heap_bytes = get64(in + 24);
    return header->version >= 1 && header->version <= HB_TRACE_TOUCHED_VERSION &&
           header->command_bytes <= HB_TRACE_MAX_TEXT_BYTES &&
           header->origin_bytes <= HB_TRACE_MAX_TEXT_BYTES && get32(in + 20) == 0;
}

size_t hb_trace_block_bytes(uint32_t version)
{
    return version == 1 ? HB_TRACE_SECTION_BYTES : HB_TRACE_BLOCK_BYTES;
}

size_t hb_trace_end_bytes(uint32_t version)
{
    return version == 1 ? HB_TRACE_SECTION_BYTES : HB_TRACE_END_BYTES;
}

void hb_trace_pack_block(const struct hb_trace_block *block, uint8_t out[HB_TRACE_BLOCK_BYTES])
{
    memcpy(out, block_mark, sizeof block_mark);
    put32(out + 4, block->raw_bytes);
    put32(out + 8, block->packed_bytes);
    put32(out + 12, block->ops);
    put64(out + 16, block->state.next_op);
    put64(out + 24, block->state.next_object);
    put32(out + 32, block->state.thread);
    put32(out + 36, block->state.threads);
    put64(out + 40, block->state.time_us);
}

bool hb_trace_unpack_block(const uint8_t *in, uint32_t version, struct hb_trace_block *block)
{
    block->raw_bytes = get32(in + 4);
    block->packed_bytes = get32(in + 8);
    block->ops = get32(in + 12);
    block->state.next_op = get64(in + 16);
    block->state.next_object = get64(in + 24);
    block->state.thread = get32(in + 32);
    block->state.threads = get32(in + 36);
    block->state.time_us = version == 1 ? 0 : get64(in + 40);
    return block->raw_bytes <= HB_TRACE_MAX_RAW_BYTES && block->packed_bytes <= HB_TRACE_MAX_PACKED_BYTES &&
           block->raw_bytes >= 1 && block->ops >= (version == 1) && block->ops <= block->raw_bytes;
}

void hb_trace_pack_end(const struct hb_trace_totals *totals, uint8_t out[HB_TRACE_END_BYTES])
{
    memcpy(out, end_mark, sizeof end_mark);
    put32(out + 4, 0);
    put64(out + 8, totals->ops);
    put64(out + 16, totals->objects);
    put64(out + 24, totals->threads);
    put64(out + 32, totals->dropped);
    put64(out + 40, totals->time_us);
    put64(out + 48, totals->wall_ns);
    put64(out + 56, totals->cpu_ns);
}

bool hb_trace_unpack_end(const uint8_t *in, uint32_t version, struct hb_trace_totals *totals)
{
    *totals = (struct hb_trace_totals){0};
    totals->ops = get64(in + 8);
    totals->objects = get64(in + 16);
    totals->threads = get64(in + 24);
    totals->dropped = get64(in + 32);
    if (version > 1) {
        totals->time_us = get64(in + 40);
        totals->wall_ns = get64(in + 48);
        totals->cpu_ns = get64(in + 56);
    }
    return get32(in + 4) == 0;
}

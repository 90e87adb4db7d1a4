/*
 * unzstd.c - a zstd frame: its head, its blocks, their literals and sequences; names are those of RFC 8878.
 *
 * Whatever finds a fault returns false, and the frame is given up.
 */
#include "plots/lab/module/unzstd.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "plots/lab/module/unzstd_entropy.h"

#define MAGIC UINT32_C(0xfd2fb528)

enum {
    MOST_BLOCK = 128 << 10,
    LITERAL_LENGTHS = 0, /* the three tables of sequences, in the order of the block */
    OFFSETS = 1,
    MATCH_LENGTHS = 2,
};

struct unzstd {
    const uint8_t *from, *end;
    uint8_t *to;
    size_t room, done;
    struct hb_huffman huffman;
    struct hb_fse_table tables[3];
    uint64_t offsets[3]; /* the last ones, latest first */
    size_t literal_count;
    uint8_t literals[MOST_BLOCK];
};

/* -- a block's literals -- */

/* Three lengths, then four streams, each of a fourth of the literals. */
static bool decode_four(struct unzstd *z, const uint8_t *from, size_t length)
{
    size_t part = (z->literal_count + 3) / 4, done = 0, at = 6;

    if (length < 6 || z->literal_count <= 3 * part)
        return false;
    for (unsigned i = 0; i < 4; i++) {
        size_t bytes = i < 3 ? hb_little_endian(from + (size_t)2 * i, 2) : length - at;
        size_t count = i < 3 ? part : z->literal_count - done;

        if (bytes > length - at ||
            !hb_huffman_decode(&z->huffman, z->literals + done, count, from + at, bytes))
            return false;
        at += bytes;
        done += count;
    }
    return true;
}

enum { LITERALS_RAW, LITERALS_REPEATED, LITERALS_PACKED, LITERALS_TREELESS };

static bool plain_literals(struct unzstd *z, unsigned type)
{
    static const uint8_t heads[] = {1, 2, 1, 3}, shifts[] = {3, 4, 3, 4};
    unsigned format = z->from[0] >> 2 & 3;
    size_t count, bytes;

    if ((size_t)(z->end - z->from) < heads[format])
        return false;
    count = hb_little_endian(z->from, heads[format]) >> shifts[format];
    bytes = type == LITERALS_RAW ? count : 1;
    z->from += heads[format];
    if (count > MOST_BLOCK || bytes > (size_t)(z->end - z->from))
        return false;
    if (type == LITERALS_RAW)
        memcpy(z->literals, z->from, count);
    else
        memset(z->literals, z->from[0], count);
    z->literal_count = count;
    z->from += bytes;
    return true;
}

static bool packed_literals(struct unzstd *z, unsigned type)
{
    static const uint8_t heads[] = {3, 3, 4, 5}, widths[] = {10, 10, 14, 18};
    unsigned format = z->from[0] >> 2 & 3, width = widths[format];
    uint64_t head, mask = (UINT64_C(1) << width) - 1;
    size_t bytes, tree = 0;

    if ((size_t)(z->end - z->from) < heads[format])
        return false;
    head = hb_little_endian(z->from, heads[format]) >> 4;
    z->from += heads[format];
    z->literal_count = head & mask;
    bytes = head >> width & mask;
    if (z->literal_count > MOST_BLOCK || z->literal_count == 0 || bytes > (size_t)(z->end - z->from))
        return false;
    if (type == LITERALS_PACKED && (tree = hb_huffman_read(&z->huffman, z->from, bytes)) == 0)
        return false;
    if (z->huffman.bits == 0)
        return false;
    z->from += bytes;
    return format == 0 ? hb_huffman_decode(&z->huffman, z->literals, z->literal_count, z->from - bytes + tree,
                                           bytes - tree)
                       : decode_four(z, z->from - bytes + tree, bytes - tree);
}

static bool read_literals(struct unzstd *z)
{
    unsigned type;

    if (z->from == z->end)
        return false;
    type = z->from[0] & 3;
    return type <= LITERALS_REPEATED ? plain_literals(z, type) : packed_literals(z, type);
}

/* -- a block's sequences -- */

/* Of each table: the longest log, the symbols, and the shares where the block says "the usual". */
static const struct {
    unsigned most_log, most_symbols, log, symbols;
    int16_t shares[53];
} kinds[3] = {
    [LITERAL_LENGTHS] = {9, 36, 6, 36, {4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1,  1,  2,  2,
                                        2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1}},
    [OFFSETS] = {8, 32, 5, 29, {1, 1, 1, 1, 1, 1, 2, 2, 2, 1,  1,  1,  1,  1, 1,
                                1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1}},
    [MATCH_LENGTHS] = {9, 53, 6, 53, {1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1,  1,  1,  1,  1,  1,  1, 1,
                                      1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,  1,  1,  1,  1,  1,  1, 1,
                                      1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1}},
};

/* A length: what its code stands for, and the bits that follow it. */
struct length_code {
    uint32_t base;
    uint8_t bits;
};

/* clang-format off */
static const struct length_code literal_codes[36] = {
    {0, 0}, {1, 0}, {2, 0}, {3, 0}, {4, 0}, {5, 0}, {6, 0}, {7, 0}, {8, 0}, {9, 0}, {10, 0}, {11, 0}, {12, 0},
    {13, 0}, {14, 0}, {15, 0}, {16, 1}, {18, 1}, {20, 1}, {22, 1}, {24, 2}, {28, 2}, {32, 3}, {40, 3}, {48, 4},
    {64, 6}, {128, 7}, {256, 8}, {512, 9}, {1024, 10}, {2048, 11}, {4096, 12}, {8192, 13}, {16384, 14},
    {32768, 15}, {65536, 16}};
static const struct length_code match_codes[53] = {
    {3, 0}, {4, 0}, {5, 0}, {6, 0}, {7, 0}, {8, 0}, {9, 0}, {10, 0}, {11, 0}, {12, 0}, {13, 0}, {14, 0}, {15, 0},
    {16, 0}, {17, 0}, {18, 0}, {19, 0}, {20, 0}, {21, 0}, {22, 0}, {23, 0}, {24, 0}, {25, 0}, {26, 0}, {27, 0},
    {28, 0}, {29, 0}, {30, 0}, {31, 0}, {32, 0}, {33, 0}, {34, 0}, {35, 1}, {37, 1}, {39, 1}, {41, 1}, {43, 2},
    {47, 2}, {51, 3}, {59, 3}, {67, 4}, {83, 4}, {99, 5}, {131, 7}, {259, 8}, {515, 9}, {1027, 10}, {2051, 11},
    {4099, 12}, {8195, 13}, {16387, 14}, {32771, 15}, {65539, 16}};
/* clang-format on */

enum { TABLE_USUAL, TABLE_ONE_SYMBOL, TABLE_DESCRIBED, TABLE_AS_BEFORE };

static bool read_table(struct unzstd *z, unsigned kind, unsigned mode)
{
    struct hb_fse_table *table = &z->tables[kind];
    size_t bytes;

    switch (mode) {
    case TABLE_USUAL:
        return hb_fse_build(table, kinds[kind].log, kinds[kind].shares, kinds[kind].symbols);
    case TABLE_ONE_SYMBOL:
        if (z->from == z->end || z->from[0] >= kinds[kind].most_symbols)
            return false;
        *table = (struct hb_fse_table){.known = true, .entries = {{.symbol = *z->from++}}};
        return true;
    case TABLE_DESCRIBED:
        bytes = hb_fse_read(table, kinds[kind].most_log, kinds[kind].most_symbols, z->from,
                            (size_t)(z->end - z->from));
        z->from += bytes;
        return bytes > 0;
    default:
        return table->known;
    }
}

/* The number of sequences; false where it is cut off. */
static bool read_sequence_count(struct unzstd *z, unsigned *count)
{
    size_t left = (size_t)(z->end - z->from), head;

    if (left == 0)
        return false;
    head = z->from[0] < 128 ? 1 : z->from[0] < 255 ? 2 : 3;
    if (left < head)
        return false;
    if (head == 1)
        *count = z->from[0];
    else if (head == 2)
        *count = (z->from[0] - 128u) * 256 + z->from[1];
    else
        *count = z->from[1] + z->from[2] * 256u + 0x7f00;
    z->from += head;
    return true;
}

static bool read_tables(struct unzstd *z)
{
    unsigned modes;

    if (z->from == z->end)
        return false;
    modes = *z->from++;
    return (modes & 3) == 0 && read_table(z, LITERAL_LENGTHS, modes >> 6) &&
           read_table(z, OFFSETS, modes >> 4 & 3) && read_table(z, MATCH_LENGTHS, modes >> 2 & 3);
}

/* Which offset a value means: 1 to 3 are the last ones, shifted by one where no literal stands between. 0:
 * none. */
static uint64_t settle_offset(struct unzstd *z, uint64_t value, uint32_t literals)
{
    uint64_t *last = z->offsets, offset;
    unsigned index = (unsigned)(value - 1 + (literals == 0));

    if (value > 3) {
        offset = value - 3;
        index = 2;
    } else {
        offset = index == 3 ? last[0] - 1 : last[index];
        index = index == 3 ? 2 : index;
    }
    for (; index > 0; index--)
        last[index] = last[index - 1];
    last[0] = offset;
    return offset;
}

static bool put_literals(struct unzstd *z, const uint8_t *literals, size_t count)
{
    if (count > z->room - z->done)
        return false;
    memcpy(z->to + z->done, literals, count);
    z->done += count;
    return true;
}

static bool put_match(struct unzstd *z, uint64_t offset, size_t length)
{
    if (offset == 0 || offset > z->done || length > z->room - z->done)
        return false;
    for (uint8_t *to = z->to + z->done, *end = to + length; to < end; to++) /* they may overlap */
        *to = to[-(ptrdiff_t)offset];
    z->done += length;
    return true;
}

static bool decode_sequences(struct unzstd *z, struct hb_bits *bits, unsigned count)
{
    unsigned state[3];
    size_t used = 0;

    for (unsigned kind = 0; kind < 3; kind++)
        state[kind] = hb_bits_take(bits, z->tables[kind].log);
    for (unsigned i = 0; i < count; i++) {
        unsigned offset_code = hb_fse_symbol(&z->tables[OFFSETS], state[OFFSETS]);
        struct length_code match =
            match_codes[hb_fse_symbol(&z->tables[MATCH_LENGTHS], state[MATCH_LENGTHS])];
        struct length_code literal =
            literal_codes[hb_fse_symbol(&z->tables[LITERAL_LENGTHS], state[LITERAL_LENGTHS])];
        uint64_t value = (UINT64_C(1) << offset_code) + hb_bits_take(bits, offset_code);
        size_t match_bytes = match.base + hb_bits_take(bits, match.bits);
        uint32_t literal_bytes = literal.base + hb_bits_take(bits, literal.bits);

        if (bits->position < 0 || literal_bytes > z->literal_count - used ||
            !put_literals(z, z->literals + used, literal_bytes) ||
            !put_match(z, settle_offset(z, value, literal_bytes), match_bytes))
            return false;
        used += literal_bytes;
        if (i + 1 < count) {
            state[LITERAL_LENGTHS] = hb_fse_next(&z->tables[LITERAL_LENGTHS], state[LITERAL_LENGTHS], bits);
            state[MATCH_LENGTHS] = hb_fse_next(&z->tables[MATCH_LENGTHS], state[MATCH_LENGTHS], bits);
            state[OFFSETS] = hb_fse_next(&z->tables[OFFSETS], state[OFFSETS], bits);
        }
    }
    return bits->position == 0 && put_literals(z, z->literals + used, z->literal_count - used);
}

/* -- blocks and the frame -- */

static bool packed_block(struct unzstd *z)
{
    unsigned count;
    struct hb_bits bits;

    if (!read_literals(z) || !read_sequence_count(z, &count))
        return false;
    if (count == 0)
        return z->from == z->end && put_literals(z, z->literals, z->literal_count);
    return read_tables(z) && hb_bits_begin(&bits, z->from, (size_t)(z->end - z->from)) &&
           decode_sequences(z, &bits, count);
}

enum { BLOCK_RAW, BLOCK_REPEATED, BLOCK_PACKED };

struct block {
    bool last;
    unsigned type;
    size_t size;  /* of what it holds, where raw or repeated */
    size_t bytes; /* behind its head */
};

static bool read_block_head(const uint8_t *from, size_t left, struct block *block)
{
    uint32_t head;

    if (left < 3)
        return false;
    head = (uint32_t)hb_little_endian(from, 3);
    *block = (struct block){.last = head & 1, .type = head >> 1 & 3, .size = head >> 3};
    block->bytes = block->type == BLOCK_REPEATED ? 1 : block->size;
    return block->type <= BLOCK_PACKED && block->size <= MOST_BLOCK && block->bytes <= left - 3;
}

static bool unpack_block(struct unzstd *z, const uint8_t *from, const struct block *block)
{
    size_t before = z->done;

    if (block->type == BLOCK_RAW)
        return put_literals(z, from, block->size);
    if (block->type == BLOCK_REPEATED) {
        memset(z->literals, from[0], block->size);
        return put_literals(z, z->literals, block->size);
    }
    z->from = from;
    z->end = from + block->bytes;
    return packed_block(z) && z->done - before <= MOST_BLOCK;
}

struct frame_head {
    size_t bytes;
    bool has_checksum, has_size;
    uint64_t size;
};

static bool read_frame_head(const uint8_t *from, size_t bytes, struct frame_head *head)
{
    static const uint8_t size_bytes[] = {0, 2, 4, 8}, dictionary_bytes[] = {0, 1, 2, 4};
    unsigned flags, window, size, dictionary;

    if (bytes < 5 || hb_little_endian(from, 4) != MAGIC)
        return false;
    flags = from[4];
    window = (flags >> 5 & 1) == 0; /* the bytes that say how long it is */
    size = flags >> 6 == 0 ? 1 - window : size_bytes[flags >> 6];
    dictionary = dictionary_bytes[flags & 3];
    *head = (struct frame_head){
        .bytes = 5 + window + dictionary + size, .has_checksum = flags >> 2 & 1, .has_size = size > 0};
    if ((flags & 8) != 0 || bytes < head->bytes || hb_little_endian(from + 5 + window, dictionary) != 0)
        return false;
    head->size = hb_little_endian(from + head->bytes - size, size) + (size == 2 ? 256 : 0);
    return true;
}

size_t hb_unzstd_frame_bytes(const uint8_t *from, size_t bytes)
{
    struct frame_head head;
    struct block block = {.last = false};
    size_t at;

    if (!read_frame_head(from, bytes, &head))
        return HB_UNZSTD_FAULT;
    for (at = head.bytes; !block.last; at += 3 + block.bytes)
        if (!read_block_head(from + at, bytes - at, &block))
            return HB_UNZSTD_FAULT;
    if (head.has_checksum)
        at += 4;
    return at <= bytes ? at : HB_UNZSTD_FAULT;
}

static bool unpack_frame(struct unzstd *z, const uint8_t *from, size_t bytes)
{
    struct frame_head head;
    struct block block = {.last = false};

    if (hb_unzstd_frame_bytes(from, bytes) != bytes || !read_frame_head(from, bytes, &head))
        return false;
    for (size_t at = head.bytes; !block.last; at += 3 + block.bytes)
        if (!read_block_head(from + at, bytes - at, &block) || !unpack_block(z, from + at + 3, &block))
            return false;
    if (head.has_size && head.size != z->done)
        return false;
    return !head.has_checksum ||
           (uint32_t)XXH64(z->to, z->done, 0) == (uint32_t)hb_little_endian(from + bytes - 4, 4);
}

size_t hb_unzstd(uint8_t *to, size_t room, const uint8_t *from, size_t bytes)
{
    struct unzstd *z = calloc(1, sizeof *z);
    size_t done = HB_UNZSTD_FAULT;

    if (z == NULL)
        return HB_UNZSTD_FAULT;
    z->to = to;
    z->room = room;
    z->offsets[0] = 1;
    z->offsets[1] = 4;
    z->offsets[2] = 8;
    if (unpack_frame(z, from, bytes))
        done = z->done;
    free(z);
    return done;
}

/*
 * unzstd.c - a zstd frame: its head, its blocks, their literals and sequences; names are those of RFC 8878.
 *
 * Whatever finds a fault returns false, and the frame is given up.
 */
#include "unzstd.h"

#include <assert.h>
#include <endian.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#define MAGIC UINT32_C(0xfd2fb528)

enum {
    MOST_BLOCK = 128 << 10,
    MOST_HUFFMAN_BITS = 11,
    MOST_FSE_LOG = 9,
    MOST_WEIGHTS_LOG = 6,
    MOST_SYMBOLS = 256,
    LITERAL_LENGTHS = 0, /* the three tables of sequences, in the order of the block */
    OFFSETS = 1,
    MATCH_LENGTHS = 2,
};

struct bits {
    const uint8_t *bytes;
    size_t length;
    int64_t position; /* backward: how many bits are left, negative once too many were taken; forward: the next one */
};

struct fse_entry {
    uint16_t base;
    uint8_t symbol, bits;
};

struct fse_table {
    bool known;
    unsigned log;
    struct fse_entry entries[1 << MOST_FSE_LOG];
};

struct huffman_entry {
    uint8_t symbol, bits;
};

struct unzstd {
    const uint8_t *from, *end;
    uint8_t *to;
    size_t room, done;
    unsigned huffman_bits; /* 0: no tree yet */
    struct huffman_entry huffman[1 << MOST_HUFFMAN_BITS];
    struct fse_table tables[3];
    uint64_t offsets[3]; /* the last ones, latest first */
    size_t literal_count;
    uint8_t literals[MOST_BLOCK];
};

static unsigned highest_bit(uint32_t value)
{
    assert(value != 0);
    return 31u - (unsigned)__builtin_clz(value);
}

static uint64_t little_endian(const uint8_t *bytes, size_t count)
{
    uint64_t value = 0;

    for (size_t i = 0; i < count; i++)
        value |= (uint64_t)bytes[i] << (8 * i);
    return value;
}

/* -- bits -- */

/* The `count` bits, at most 32, from bit `at` on; what lies outside the bytes is zero. */
static uint32_t bits_at(const struct bits *bits, int64_t at, unsigned count)
{
    uint64_t word;
    int64_t first;

    if (count == 0 || at + (int64_t)count <= 0)
        return 0;
    if (at < 0)
        return bits_at(bits, 0, (unsigned)(at + (int64_t)count)) << -at;
    first = at / 8;
    if ((uint64_t)first >= bits->length)
        return 0;
    if ((uint64_t)first + 8 <= bits->length) {
        memcpy(&word, bits->bytes + first, 8);
        word = le64toh(word);
    } else {
        word = little_endian(bits->bytes + first, bits->length - (size_t)first);
    }
    return (uint32_t)(word >> (at % 8) & ((UINT64_C(1) << count) - 1));
}

/* A stream that is read from its end, where its highest bit marks the beginning. False where there is none. */
static bool begin_backward(struct bits *bits, const uint8_t *bytes, size_t length)
{
    if (length == 0 || bytes[length - 1] == 0)
        return false;
    *bits = (struct bits){.bytes = bytes,
                          .length = length,
                          .position = (int64_t)(8 * (length - 1)) + highest_bit(bytes[length - 1])};
    return true;
}

static uint32_t read_backward(struct bits *bits, unsigned count)
{
    bits->position -= count;
    return bits_at(bits, bits->position, count);
}

static uint32_t read_forward(struct bits *bits, unsigned count)
{
    uint32_t value = bits_at(bits, bits->position, count);

    bits->position += count;
    return value;
}

/* -- finite state entropy -- */

/* Spreads the symbols over the states. False where `shares` do not add up. */
static bool fse_build(struct fse_table *table, unsigned log, const int16_t *shares, unsigned symbols)
{
    unsigned size = 1u << log, high = size - 1, at = 0, step = (size >> 1) + (size >> 3) + 3;
    uint16_t next[MOST_SYMBOLS];

    for (unsigned s = 0; s < symbols; s++) {
        next[s] = shares[s] < 0 ? 1 : (uint16_t)shares[s];
        if (shares[s] < 0)
            table->entries[high--].symbol = (uint8_t)s;
    }
    for (unsigned s = 0; s < symbols; s++)
        for (int i = 0; i < shares[s]; i++) {
            table->entries[at].symbol = (uint8_t)s;
            do
                at = (at + step) & (size - 1);
            while (at > high);
        }
    if (at != 0)
        return false;
    for (unsigned i = 0; i < size; i++) {
        struct fse_entry *entry = &table->entries[i];
        uint32_t x = next[entry->symbol]++;

        entry->bits = (uint8_t)(log - highest_bit(x));
        entry->base = (uint16_t)((x << entry->bits) - size);
    }
    table->log = log;
    table->known = true;
    return true;
}

/* The share of the next symbol, -1 for "less than one": fewer bits where few values are left. */
static int read_share(struct bits *bits, int remaining)
{
    unsigned count = highest_bit((uint32_t)remaining + 1) + 1;
    uint32_t value = read_forward(bits, count), low = (UINT32_C(1) << (count - 1)) - 1;
    uint32_t threshold = (UINT32_C(1) << count) - 2 - (uint32_t)remaining;

    if ((value & low) < threshold) {
        bits->position--;
        value &= low;
    } else if (value > low) {
        value -= threshold;
    }
    return (int)value - 1;
}

/* How many symbols, whose share is 0, follow one of share 0. */
static unsigned read_zeros(struct bits *bits)
{
    unsigned zeros = 0, more;

    do
        zeros += more = read_forward(bits, 2);
    while (more == 3);
    return zeros;
}

/* A table's description at `from`; returns its length, 0 where it is damaged. */
static size_t fse_read(struct fse_table *table, unsigned most_log, unsigned most_symbols, const uint8_t *from,
                       size_t length)
{
    struct bits bits = {.bytes = from, .length = length};
    unsigned log = read_forward(&bits, 4) + 5, symbols = 0;
    int16_t shares[MOST_SYMBOLS] = {0};
    int remaining = 1 << log;

    if (log > most_log)
        return 0;
    while (remaining > 0 && symbols < most_symbols && bits.position <= (int64_t)(8 * length)) {
        int share = read_share(&bits, remaining);

        remaining -= share < 0 ? 1 : share;
        shares[symbols++] = (int16_t)share;
        if (share == 0)
            symbols += read_zeros(&bits);
    }
    if (remaining != 0 || symbols > most_symbols || bits.position > (int64_t)(8 * length))
        return 0;
    return fse_build(table, log, shares, symbols) ? ((size_t)bits.position + 7) / 8 : 0;
}

static unsigned fse_symbol(const struct fse_table *table, unsigned state)
{
    return table->entries[state].symbol;
}

static unsigned fse_next(const struct fse_table *table, unsigned state, struct bits *bits)
{
    return table->entries[state].base + read_backward(bits, table->entries[state].bits);
}

/* -- Huffman's tree -- */

/* Two states take turns until the bits are used up. Returns how many weights, 0 where there are too many. */
static unsigned decode_weights(const struct fse_table *table, struct bits *bits, uint8_t *weights)
{
    unsigned state[2] = {read_backward(bits, table->log)}, count = 0;

    state[1] = read_backward(bits, table->log);
    for (unsigned turn = 0; count < MOST_SYMBOLS - 2; turn ^= 1) {
        weights[count++] = (uint8_t)fse_symbol(table, state[turn]);
        state[turn] = fse_next(table, state[turn], bits);
        if (bits->position < 0) {
            weights[count++] = (uint8_t)fse_symbol(table, state[turn ^ 1]);
            return count;
        }
    }
    return 0;
}

static unsigned read_packed_weights(const uint8_t *from, size_t length, uint8_t *weights)
{
    struct fse_table table;
    size_t head = fse_read(&table, MOST_WEIGHTS_LOG, MOST_HUFFMAN_BITS + 1, from, length);
    struct bits bits;

    if (head == 0 || !begin_backward(&bits, from + head, length - head))
        return 0;
    return decode_weights(&table, &bits, weights);
}

/* The weight of the last symbol is what is missing to a power of two. False where nothing is, or too much. */
static bool complete_weights(uint8_t *weights, unsigned *count, unsigned *most_bits)
{
    uint32_t sum = 0, missing;

    for (unsigned i = 0; i < *count; i++) {
        if (weights[i] > MOST_HUFFMAN_BITS)
            return false;
        sum += weights[i] > 0 ? UINT32_C(1) << (weights[i] - 1) : 0;
    }
    if (sum == 0 || highest_bit(sum) + 1 > MOST_HUFFMAN_BITS)
        return false;
    *most_bits = highest_bit(sum) + 1;
    missing = (UINT32_C(1) << *most_bits) - sum;
    if ((missing & (missing - 1)) != 0)
        return false;
    weights[(*count)++] = (uint8_t)(highest_bit(missing) + 1);
    return true;
}

/* The lowest weight, the longest code, first; among equals the lowest symbol. */
static bool build_tree(struct unzstd *z, uint8_t *weights, unsigned count)
{
    unsigned at = 0, most_bits;

    if (count == 0 || !complete_weights(weights, &count, &most_bits))
        return false;
    for (unsigned weight = 1; weight <= most_bits; weight++)
        for (unsigned s = 0; s < count; s++)
            for (unsigned i = 0; weights[s] == weight && i < 1u << (weight - 1); i++)
                z->huffman[at++] =
                    (struct huffman_entry){.symbol = (uint8_t)s, .bits = (uint8_t)(most_bits + 1 - weight)};
    z->huffman_bits = most_bits;
    return at == 1u << most_bits;
}

/* A tree's description at `from`; returns its length, 0 where it is damaged. */
static size_t read_tree(struct unzstd *z, const uint8_t *from, size_t length)
{
    uint8_t weights[MOST_SYMBOLS];
    unsigned count;
    size_t bytes;

    if (length == 0)
        return 0;
    if (from[0] < 128) {
        bytes = from[0];
        count = bytes < length ? read_packed_weights(from + 1, bytes, weights) : 0;
    } else {
        count = from[0] - 127u;
        bytes = (count + 1) / 2;
        for (unsigned i = 0; i < count && bytes < length; i++)
            weights[i] = i % 2 == 0 ? from[1 + i / 2] >> 4 : from[1 + i / 2] & 15;
    }
    return bytes < length && build_tree(z, weights, count) ? bytes + 1 : 0;
}

/* One stream of exactly `count` literals. */
static bool decode_literals(const struct unzstd *z, uint8_t *to, size_t count, const uint8_t *from, size_t length)
{
    struct bits bits;
    size_t done = 0;

    if (!begin_backward(&bits, from, length))
        return false;
    for (; done < count && bits.position > 0; done++) {
        struct huffman_entry entry =
            z->huffman[bits_at(&bits, bits.position - z->huffman_bits, z->huffman_bits)];

        to[done] = entry.symbol;
        bits.position -= entry.bits;
    }
    return bits.position == 0 && done == count;
}

/* Three lengths, then four streams, each of a fourth of the literals. */
static bool decode_four(struct unzstd *z, const uint8_t *from, size_t length)
{
    size_t part = (z->literal_count + 3) / 4, done = 0, at = 6;

    if (length < 6 || z->literal_count <= 3 * part)
        return false;
    for (unsigned i = 0; i < 4; i++) {
        size_t bytes = i < 3 ? little_endian(from + 2 * i, 2) : length - at;
        size_t count = i < 3 ? part : z->literal_count - done;

        if (bytes > length - at || !decode_literals(z, z->literals + done, count, from + at, bytes))
            return false;
        at += bytes;
        done += count;
    }
    return true;
}

/* -- a block's literals -- */

enum { LITERALS_RAW, LITERALS_REPEATED, LITERALS_PACKED, LITERALS_TREELESS };

static bool plain_literals(struct unzstd *z, unsigned type)
{
    static const uint8_t heads[] = {1, 2, 1, 3}, shifts[] = {3, 4, 3, 4};
    unsigned format = z->from[0] >> 2 & 3;
    size_t count, bytes;

    if ((size_t)(z->end - z->from) < heads[format])
        return false;
    count = little_endian(z->from, heads[format]) >> shifts[format];
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
    head = little_endian(z->from, heads[format]) >> 4;
    z->from += heads[format];
    z->literal_count = head & mask;
    bytes = head >> width & mask;
    if (z->literal_count > MOST_BLOCK || z->literal_count == 0 || bytes > (size_t)(z->end - z->from))
        return false;
    if (type == LITERALS_PACKED && (tree = read_tree(z, z->from, bytes)) == 0)
        return false;
    if (z->huffman_bits == 0)
        return false;
    z->from += bytes;
    return format == 0
               ? decode_literals(z, z->literals, z->literal_count, z->from - bytes + tree, bytes - tree)
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
    [LITERAL_LENGTHS] = {9, 36, 6, 36, {4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2,
                                        2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1}},
    [OFFSETS] = {8, 32, 5, 29, {1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1}},
    [MATCH_LENGTHS] = {9, 53, 6, 53, {1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                                      1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1}},
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
    struct fse_table *table = &z->tables[kind];
    size_t bytes;

    switch (mode) {
    case TABLE_USUAL:
        return fse_build(table, kinds[kind].log, kinds[kind].shares, kinds[kind].symbols);
    case TABLE_ONE_SYMBOL:
        if (z->from == z->end || z->from[0] >= kinds[kind].most_symbols)
            return false;
        *table = (struct fse_table){.known = true, .entries = {{.symbol = *z->from++}}};
        return true;
    case TABLE_DESCRIBED:
        bytes = fse_read(table, kinds[kind].most_log, kinds[kind].most_symbols, z->from, (size_t)(z->end - z->from));
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
    return (modes & 3) == 0 && read_table(z, LITERAL_LENGTHS, modes >> 6) && read_table(z, OFFSETS, modes >> 4 & 3) &&
           read_table(z, MATCH_LENGTHS, modes >> 2 & 3);
}

/* Which offset a value means: 1 to 3 are the last ones, shifted by one where no literal stands between. 0: none. */
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

static bool decode_sequences(struct unzstd *z, struct bits *bits, unsigned count)
{
    unsigned state[3];
    size_t used = 0;

    for (unsigned kind = 0; kind < 3; kind++)
        state[kind] = read_backward(bits, z->tables[kind].log);
    for (unsigned i = 0; i < count; i++) {
        unsigned offset_code = fse_symbol(&z->tables[OFFSETS], state[OFFSETS]);
        struct length_code match = match_codes[fse_symbol(&z->tables[MATCH_LENGTHS], state[MATCH_LENGTHS])];
        struct length_code literal = literal_codes[fse_symbol(&z->tables[LITERAL_LENGTHS], state[LITERAL_LENGTHS])];
        uint64_t value = (UINT64_C(1) << offset_code) + read_backward(bits, offset_code);
        size_t match_bytes = match.base + read_backward(bits, match.bits);
        uint32_t literal_bytes = literal.base + read_backward(bits, literal.bits);

        if (bits->position < 0 || literal_bytes > z->literal_count - used ||
            !put_literals(z, z->literals + used, literal_bytes) ||
            !put_match(z, settle_offset(z, value, literal_bytes), match_bytes))
            return false;
        used += literal_bytes;
        if (i + 1 < count) {
            state[LITERAL_LENGTHS] = fse_next(&z->tables[LITERAL_LENGTHS], state[LITERAL_LENGTHS], bits);
            state[MATCH_LENGTHS] = fse_next(&z->tables[MATCH_LENGTHS], state[MATCH_LENGTHS], bits);
            state[OFFSETS] = fse_next(&z->tables[OFFSETS], state[OFFSETS], bits);
        }
    }
    return bits->position == 0 && put_literals(z, z->literals + used, z->literal_count - used);
}

/* -- blocks and the frame -- */

static bool packed_block(struct unzstd *z)
{
    unsigned count;
    struct bits bits;

    if (!read_literals(z) || !read_sequence_count(z, &count))
        return false;
    if (count == 0)
        return z->from == z->end && put_literals(z, z->literals, z->literal_count);
    return read_tables(z) && begin_backward(&bits, z->from, (size_t)(z->end - z->from)) &&
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
    head = (uint32_t)little_endian(from, 3);
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
    unsigned flags, single, size, dictionary;

    if (bytes < 5 || little_endian(from, 4) != MAGIC)
        return false;
    flags = from[4];
    single = flags >> 5 & 1;
    size = flags >> 6 == 0 ? single : size_bytes[flags >> 6];
    dictionary = dictionary_bytes[flags & 3];
    *head = (struct frame_head){.bytes = 5 + !single + dictionary + size,
                                .has_checksum = flags >> 2 & 1,
                                .has_size = size > 0};
    if ((flags & 8) != 0 || bytes < head->bytes || little_endian(from + 5 + !single, dictionary) != 0)
        return false;
    head->size = little_endian(from + head->bytes - size, size) + (size == 2 ? 256 : 0);
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
           (uint32_t)XXH64(z->to, z->done, 0) == (uint32_t)little_endian(from + bytes - 4, 4);
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

/*
 * unzstd_entropy.c - tables that are read and built, and the streams that they decode; names are those of RFC
 * 8878.
 */
#include "plots/lab/module/unzstd_entropy.h"

#include <assert.h>
#include <endian.h>
#include <string.h>

enum { MOST_WEIGHTS_LOG = 6, MOST_SYMBOLS = 256 };

static unsigned highest_bit(uint32_t value)
{
    assert(value != 0);
    return (31u - (unsigned)__builtin_clz(value)) & 31; /* which the analyser does not know */
}

uint64_t hb_little_endian(const uint8_t *bytes, size_t count)
{
    uint64_t value = 0;

    for (size_t i = 0; i < count; i++)
        value |= (uint64_t)bytes[i] << (8 * i);
    return value;
}

/* -- bits -- */

/* The `count` bits, at most 32, from bit `at` on; what lies outside the bytes is zero. */
static uint32_t bits_at(const struct hb_bits *bits, int64_t at, unsigned count)
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
        word = hb_little_endian(bits->bytes + first, bits->length - (size_t)first);
    }
    return (uint32_t)(word >> (at % 8) & ((UINT64_C(1) << count) - 1));
}

bool hb_bits_begin(struct hb_bits *bits, const uint8_t *bytes, size_t length)
{
    if (length == 0 || bytes[length - 1] == 0)
        return false;
    *bits = (struct hb_bits){.bytes = bytes,
                             .length = length,
                             .position = (int64_t)(8 * (length - 1)) + highest_bit(bytes[length - 1])};
    return true;
}

uint32_t hb_bits_take(struct hb_bits *bits, unsigned count)
{
    bits->position -= count;
    return bits_at(bits, bits->position, count);
}

static uint32_t read_forward(struct hb_bits *bits, unsigned count)
{
    uint32_t value = bits_at(bits, bits->position, count);

    bits->position += count;
    return value;
}

/* -- finite state entropy -- */

bool hb_fse_build(struct hb_fse_table *table, unsigned log, const int16_t *shares, unsigned symbols)
{
    unsigned size = 1u << log, high = size - 1, at = 0, step = (size >> 1) + (size >> 3) + 3;
    uint16_t next[MOST_SYMBOLS] = {0};

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
        struct hb_fse_entry *entry = &table->entries[i];
        uint32_t x = next[entry->symbol]++;

        entry->bits = (uint8_t)(log - highest_bit(x));
        entry->base = (uint16_t)((x << entry->bits) - size);
    }
    table->log = log;
    table->known = true;
    return true;
}

/* The share of the next symbol, -1 for "less than one": fewer bits where few values are left. */
static int read_share(struct hb_bits *bits, int remaining)
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
static unsigned read_zeros(struct hb_bits *bits)
{
    unsigned zeros = 0, more;

    do
        zeros += more = read_forward(bits, 2);
    while (more == 3);
    return zeros;
}

size_t hb_fse_read(struct hb_fse_table *table, unsigned most_log, unsigned most_symbols, const uint8_t *from,
                   size_t length)
{
    struct hb_bits bits = {.bytes = from, .length = length};
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
    return hb_fse_build(table, log, shares, symbols) ? ((size_t)bits.position + 7) / 8 : 0;
}

/* -- Huffman's tree -- */

/* Two states take turns until the bits are used up. Returns how many weights, 0 where there are too many. */
static unsigned decode_weights(const struct hb_fse_table *table, struct hb_bits *bits, uint8_t *weights)
{
    unsigned state[2] = {hb_bits_take(bits, table->log)}, count = 0;

    state[1] = hb_bits_take(bits, table->log);
    for (unsigned turn = 0; count < MOST_SYMBOLS - 2; turn ^= 1) {
        weights[count++] = (uint8_t)hb_fse_symbol(table, state[turn]);
        state[turn] = hb_fse_next(table, state[turn], bits);
        if (bits->position < 0) {
            weights[count++] = (uint8_t)hb_fse_symbol(table, state[turn ^ 1]);
            return count;
        }
    }
    return 0;
}

static unsigned read_packed_weights(const uint8_t *from, size_t length, uint8_t *weights)
{
    struct hb_fse_table table = {.known = false};
    size_t head = hb_fse_read(&table, MOST_WEIGHTS_LOG, HB_HUFFMAN_MOST_BITS + 1, from, length);
    struct hb_bits bits;

    if (head == 0 || !hb_bits_begin(&bits, from + head, length - head))
        return 0;
    return decode_weights(&table, &bits, weights);
}

/* The weight of the last symbol is what is missing to a power of two. False where nothing is, or too much. */
static bool complete_weights(uint8_t *weights, unsigned *count, unsigned *most_bits)
{
    uint32_t sum = 0, missing;

    for (unsigned i = 0; i < *count; i++) {
        if (weights[i] > HB_HUFFMAN_MOST_BITS)
            return false;
        sum += weights[i] > 0 ? UINT32_C(1) << (weights[i] - 1) : 0;
    }
    if (sum == 0 || highest_bit(sum) + 1 > HB_HUFFMAN_MOST_BITS)
        return false;
    *most_bits = highest_bit(sum) + 1;
    missing = (UINT32_C(1) << *most_bits) - sum;
    if ((missing & (missing - 1)) != 0)
        return false;
    weights[(*count)++] = (uint8_t)(highest_bit(missing) + 1);
    return true;
}

/* The lowest weight, the longest code, first; among equals the lowest symbol. */
static bool build_tree(struct hb_huffman *tree, uint8_t *weights, unsigned count)
{
    unsigned at = 0, most_bits;

    if (count == 0 || !complete_weights(weights, &count, &most_bits))
        return false;
    for (unsigned weight = 1; weight <= most_bits; weight++)
        for (unsigned s = 0; s < count; s++)
            for (unsigned i = 0; weights[s] == weight && i < 1u << (weight - 1); i++)
                tree->entries[at++] = (struct hb_huffman_entry){.symbol = (uint8_t)s,
                                                                .bits = (uint8_t)(most_bits + 1 - weight)};
    tree->bits = most_bits;
    return at == 1u << most_bits;
}

size_t hb_huffman_read(struct hb_huffman *tree, const uint8_t *from, size_t length)
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
    return bytes < length && build_tree(tree, weights, count) ? bytes + 1 : 0;
}

bool hb_huffman_decode(const struct hb_huffman *tree, uint8_t *to, size_t count, const uint8_t *from,
                       size_t length)
{
    struct hb_bits bits;
    size_t done = 0;

    if (!hb_bits_begin(&bits, from, length))
        return false;
    for (; done < count && bits.position > 0; done++) {
        struct hb_huffman_entry entry = tree->entries[bits_at(&bits, bits.position - tree->bits, tree->bits)];

        to[done] = entry.symbol;
        bits.position -= entry.bits;
    }
    return bits.position == 0 && done == count;
}

/*
 * unzstd_entropy.h - bits, finite state entropy and Huffman's trees, as zstd's blocks have them.
 */
#ifndef HB_PLOTS_LAB_MODULE_UNZSTD_ENTROPY_H
#define HB_PLOTS_LAB_MODULE_UNZSTD_ENTROPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HB_FSE_MOST_LOG = 9, HB_HUFFMAN_MOST_BITS = 11 };

/* A stream of bits that is read from its end. */
struct hb_bits {
    const uint8_t *bytes;
    size_t length;
    int64_t position; /* how many are left; negative once too many were taken, which were zeros */
};

struct hb_fse_entry {
    uint16_t base;
    uint8_t symbol, bits;
};

struct hb_fse_table {
    bool known;
    unsigned log;
    struct hb_fse_entry entries[1 << HB_FSE_MOST_LOG];
};

struct hb_huffman_entry {
    uint8_t symbol, bits;
};

struct hb_huffman {
    unsigned bits; /* of the longest code; 0: there is no tree yet */
    struct hb_huffman_entry entries[1 << HB_HUFFMAN_MOST_BITS];
};

/* The number that `count` bytes, up to 8, are. */
uint64_t hb_little_endian(const uint8_t *bytes, size_t count);

/* Sets out at the end, where the highest bit marks the beginning. False where there is none. */
bool hb_bits_begin(struct hb_bits *bits, const uint8_t *bytes, size_t length);
uint32_t hb_bits_take(struct hb_bits *bits, unsigned count); /* at most 32 */

/* Spreads the symbols over 2^log states; a share of -1 is less than one state. False where they do not add
 * up. */
bool hb_fse_build(struct hb_fse_table *table, unsigned log, const int16_t *shares, unsigned symbols);

/* A table's description at `from`; returns its length, 0 where it is damaged. */
size_t hb_fse_read(struct hb_fse_table *table, unsigned most_log, unsigned most_symbols, const uint8_t *from,
                   size_t length);

static inline unsigned hb_fse_symbol(const struct hb_fse_table *table, unsigned state)
{
    return table->entries[state].symbol;
}

static inline unsigned hb_fse_next(const struct hb_fse_table *table, unsigned state, struct hb_bits *bits)
{
    return table->entries[state].base + hb_bits_take(bits, table->entries[state].bits);
}

/* A tree's description at `from`; returns its length, 0 where it is damaged. */
size_t hb_huffman_read(struct hb_huffman *tree, const uint8_t *from, size_t length);

/* One stream of exactly `count` bytes. False where it is not. */
bool hb_huffman_decode(const struct hb_huffman *tree, uint8_t *to, size_t count, const uint8_t *from,
                       size_t length);

#endif

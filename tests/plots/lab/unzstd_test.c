/* unzstd_test.c - frames are unpacked as libzstd does it, and damaged ones never to anything else. */
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "base/random.h"
#include "plots/lab/module/unzstd.h"

enum { SIZE = 300000, DAMAGES = 200 };

struct frame {
    uint8_t *plain, *packed, *out, *other;
    size_t bytes, packed_bytes;
};

static void frame_pack(struct frame *f, const uint8_t *plain, size_t bytes, int level)
{
    f->bytes = bytes;
    f->plain = malloc(bytes + 1);
    f->packed = malloc(ZSTD_compressBound(bytes));
    f->out = malloc(bytes + 1);
    f->other = malloc(bytes + 1);
    memcpy(f->plain, plain, bytes);
    f->packed_bytes = ZSTD_compress(f->packed, ZSTD_compressBound(bytes), plain, bytes, level);
    assert_false(ZSTD_isError(f->packed_bytes));
}

static void frame_clear(struct frame *f)
{
    free(f->plain);
    free(f->packed);
    free(f->out);
    free(f->other);
}

/* What a trace's operations are like; `kind` says how alike they are to one another. */
static void fill(uint8_t *bytes, size_t count, unsigned kind, struct hb_random *random)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t r = hb_random_next(random);

        if (kind == 0)
            bytes[i] = (uint8_t)r;
        else if (kind == 1)
            bytes[i] = (uint8_t)(r % 7 * r % 31);
        else if (kind == 2)
            bytes[i] = 'x';
        else
            bytes[i] = i > 64 && r % 8 != 0 ? bytes[i - 1 - (r >> 8) % 60] : (uint8_t)(r % 11);
    }
}

static void check_whole(struct frame *f)
{
    assert_int_equal(hb_unzstd_frame_bytes(f->packed, f->packed_bytes), f->packed_bytes);
    assert_int_equal(hb_unzstd(f->out, f->bytes, f->packed, f->packed_bytes), f->bytes);
    assert_memory_equal(f->out, f->plain, f->bytes);
    if (f->bytes > 0)
        assert_int_equal(hb_unzstd(f->out, f->bytes - 1, f->packed, f->packed_bytes), HB_UNZSTD_FAULT);
}

static void frames_of_every_kind_and_level_come_back(void **state)
{
    static const size_t sizes[] = {0, 1, 2, 60, 255, 256, 1000, 70000, SIZE};
    static const int levels[] = {-5, 1, 3, 9, 19};
    struct hb_random random;
    uint8_t *bytes = malloc(SIZE);

    (void)state;
    hb_random_seed(&random, 1);
    for (unsigned kind = 0; kind < 4; kind++)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
            for (size_t l = 0; l < sizeof levels / sizeof *levels; l++) {
                struct frame f;

                fill(bytes, sizes[s], kind, &random);
                frame_pack(&f, bytes, sizes[s], levels[l]);
                check_whole(&f);
                frame_clear(&f);
            }
    free(bytes);
}

/* A copy of its own length, so that a sanitizer sees what is read behind it. */
static void check_damaged(struct frame *f, struct hb_random *random)
{
    size_t bytes =
               hb_random_next(random) % 4 == 0 ? hb_random_next(random) % f->packed_bytes : f->packed_bytes,
           ours;
    uint8_t *copy = malloc(bytes + 1);

    memcpy(copy, f->packed, bytes);
    for (unsigned i = 0; i < 3 && bytes > 0; i++)
        copy[hb_random_next(random) % bytes] ^= (uint8_t)(1u << hb_random_next(random) % 8);
    ours = hb_unzstd(f->out, f->bytes, copy, bytes);
    if (ours != HB_UNZSTD_FAULT) {
        assert_int_equal(ZSTD_decompress(f->other, f->bytes, copy, bytes), ours);
        assert_memory_equal(f->out, f->other, ours);
    }
    free(copy);
}

static void a_damaged_frame_is_refused_or_read_as_libzstd_reads_it(void **state)
{
    struct hb_random random;
    uint8_t *bytes = malloc(SIZE);

    (void)state;
    hb_random_seed(&random, 2);
    for (unsigned kind = 1; kind < 4; kind++)
        for (int level = 1; level <= 19; level += 9) {
            struct frame f;

            fill(bytes, 20000, kind, &random);
            frame_pack(&f, bytes, 20000, level);
            for (int i = 0; i < DAMAGES; i++)
                check_damaged(&f, &random);
            frame_clear(&f);
        }
    free(bytes);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        hb_test("frames of every kind and level come back", frames_of_every_kind_and_level_come_back),
        hb_test("a damaged frame is refused, or read as libzstd reads it",
                a_damaged_frame_is_refused_or_read_as_libzstd_reads_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

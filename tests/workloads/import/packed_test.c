/*
 * packed_test.c - gzip, zstd and a zip of one file are read as what they hold, whatever that is; what is cut
 * off, damaged, packed twice or followed by something else is an error, and never half a trace.
 */
#include "tests/workloads/fixtures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include <minizip/zip.h>

#include "workloads/import/foreign.h"

#define TEXT "a x 10\na y 20\nf x\n"

enum { ROOM = 1 << 17, TEXT_BYTES = sizeof TEXT - 1 };

static uint8_t packed[ROOM];

/* Each packs `bytes` into `packed` and returns the length. */
static size_t pack_gzip(const void *bytes, size_t length)
{
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)bytes, .avail_in = (uInt)length};

    stream.next_out = packed;
    stream.avail_out = ROOM;
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_int_equal(deflateEnd(&stream), Z_OK);
    return ROOM - stream.avail_out;
}

static size_t pack_zstd(const void *bytes, size_t length)
{
    ZSTD_CCtx *zstd = ZSTD_createCCtx();
    size_t result;

    ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 1);
    result = ZSTD_compress2(zstd, packed, ROOM, bytes, length);
    ZSTD_freeCCtx(zstd);
    assert_false(ZSTD_isError(result));
    return result;
}

static void add_to_zip(zipFile zip, const char *name, const void *bytes, size_t length)
{
    assert_int_equal(zipOpenNewFileInZip(zip, name, NULL, NULL, 0, NULL, 0, NULL, Z_DEFLATED, 9), ZIP_OK);
    assert_int_equal(zipWriteInFileInZip(zip, bytes, (unsigned)length), ZIP_OK);
    assert_int_equal(zipCloseFileInZip(zip), ZIP_OK);
}

/* Reads the file that was just made into `packed`. */
static size_t take_file(const char *path)
{
    size_t length;
    uint8_t *bytes = hb_test_read_file(path, &length);

    assert_true(length <= ROOM);
    memcpy(packed, bytes, length);
    free(bytes);
    return length;
}

static size_t pack_zip(const void *bytes, size_t length)
{
    zipFile zip = zipOpen64("made.zip", 0);

    add_to_zip(zip, "folder/", "", 0);
    add_to_zip(zip, "folder/web.txt", bytes, length);
    add_to_zip(zip, "__MACOSX/folder/._web.txt", "x", 1);
    assert_int_equal(zipClose(zip, NULL), ZIP_OK);
    return take_file("made.zip");
}

static size_t (*const packers[])(const void *bytes, size_t length) = {pack_gzip, pack_zstd, pack_zip};

enum { PACKERS = 3 };

static enum hb_status try_load(size_t length, uint64_t *ops, struct hb_error *error)
{
    struct hb_workload *workload = NULL;
    enum hb_status status;

    hb_test_write_file("a", packed, length);
    status = hb_workload_load_as("a", HB_FORMAT_ANY, &workload, error);
    if (status == HB_OK)
        *ops = workload->op_count;
    hb_workload_free(workload);
    return status;
}

static void expect_sentence(size_t length, const char *sentence)
{
    struct hb_error error;
    uint64_t ops;

    assert_int_equal(try_load(length, &ops, &error), HB_ERR_FORMAT);
    assert_string_equal(error.text, sentence);
}

static void every_kind(void **state)
{
    struct hb_workload *workload, *unpacked;
    size_t length;
    uint8_t *bytes;

    (void)state;
    hb_test_write_text("plain.txt", TEXT);
    assert_int_equal(hb_workload_load_as("plain.txt", HB_FORMAT_ANY, &unpacked, NULL), HB_OK);
    assert_int_equal(hb_workload_save(unpacked, "plain.trace", 1, NULL), HB_OK);
    bytes = hb_test_read_file("plain.trace", &length);
    for (int i = 0; i < PACKERS; i++)
        for (int trace = 0; trace < 2; trace++) {
            size_t size = trace ? packers[i](bytes, length) : packers[i](TEXT, TEXT_BYTES);

            hb_test_write_file("a", packed, size);
            assert_int_equal(hb_workload_load_as("a", HB_FORMAT_ANY, &workload, NULL), HB_OK);
            assert_int_equal(workload->op_count, 3);
            assert_int_equal(workload->file_bytes, size);
            hb_test_assert_ops(workload->ops, unpacked->ops, 3);
            hb_workload_free(workload);
        }
    hb_workload_free(unpacked);
    free(bytes);
}

static void cut_off(void **state)
{
    (void)state;
    for (int i = 0; i < PACKERS; i++) {
        size_t length = packers[i](TEXT, TEXT_BYTES);

        for (size_t cut = 4; cut < length; cut++) {
            struct hb_error error;
            uint64_t ops;

            assert_int_equal(try_load(cut, &ops, &error), HB_ERR_FORMAT);
            if (strstr(error.text, "cut off") == NULL)
                fail_msg("%zu of %zu bytes: %s", cut, length, error.text);
        }
    }
    expect_sentence(pack_gzip(TEXT, TEXT_BYTES) - 1, "a: the gzip data is cut off");
    expect_sentence(pack_zstd(TEXT, TEXT_BYTES) - 1, "a: the zstd data is cut off");
}

/* Either an error, or what was packed: a bit of a name or a time may change nothing. */
static void flipped(void **state)
{
    (void)state;
    for (int i = 0; i < PACKERS; i++) {
        size_t length = packers[i](TEXT, TEXT_BYTES);

        for (size_t at = 4; at < length; at++)
            for (int bit = 0; bit < 8; bit++) {
                uint64_t ops = 3;
                enum hb_status status;

                packed[at] ^= (uint8_t)(1 << bit);
                status = try_load(length, &ops, NULL);
                packed[at] ^= (uint8_t)(1 << bit);
                assert_true(status == HB_ERR_FORMAT || (status == HB_OK && ops == 3));
            }
    }
}

static void trailing(void **state)
{
    static const char *const sentences[] = {"a: the gzip data is followed by something else",
                                            "a: the zstd data is followed by something else",
                                            "a: the zip data is cut off or followed by something else"};

    (void)state;
    for (int i = 0; i < PACKERS; i++) {
        size_t length = packers[i](TEXT, TEXT_BYTES);

        memcpy(packed + length, "more", 4);
        expect_sentence(length + 4, sentences[i]);
    }
}

/* gzip and zstd files may be laid end to end, and are then one. */
static void end_to_end(void **state)
{
    static const char *const halves[] = {"a x 10\na y ", "20\nf x\n"};

    (void)state;
    for (int i = 0; i < 2; i++) {
        uint8_t first[1000];
        size_t length = packers[i](halves[0], strlen(halves[0])), second;
        uint64_t ops = 0;

        memcpy(first, packed, length);
        second = packers[i](halves[1], strlen(halves[1]));
        memmove(packed + length, packed, second);
        memcpy(packed, first, length);
        assert_int_equal(try_load(length + second, &ops, NULL), HB_OK);
        assert_int_equal(ops, 3);
    }
}

static void zips(void **state)
{
    zipFile zip = zipOpen64("made.zip", 0);

    (void)state;
    add_to_zip(zip, "one.txt", TEXT, TEXT_BYTES);
    add_to_zip(zip, "two\x1b.txt", TEXT, TEXT_BYTES);
    add_to_zip(zip, "three.txt", TEXT, TEXT_BYTES);
    assert_int_equal(zipClose(zip, "a comment"), ZIP_OK);
    expect_sentence(take_file("made.zip"),
                    "a: a zip of 3 files (one.txt, two?.txt, ...); heapbench reads one "
                    "that holds one: unpack it and give the file");
    zip = zipOpen64("made.zip", 0);
    add_to_zip(zip, "folder/", "", 0);
    assert_int_equal(zipClose(zip, NULL), ZIP_OK);
    expect_sentence(take_file("made.zip"), "a: a zip with no file in it");
}

static void twice(void **state)
{
    static const char *const names[] = {"gzip data", "zstd data", "a zip"};
    uint8_t inner[1000];
    char sentence[500];

    (void)state;
    for (int i = 0; i < PACKERS; i++) {
        size_t length = packers[i](TEXT, TEXT_BYTES);

        memcpy(inner, packed, length);
        snprintf(sentence, sizeof sentence, "a: this is %s within packed data: unpack it once; " HB_READABLE,
                 names[i]);
        for (int j = 0; j < PACKERS; j++)
            expect_sentence(packers[j](inner, length), sentence);
    }
}

/* A zstd frame of `blocks` blocks, each of which stands for 128 KiB of '#'. */
static size_t make_bomb(unsigned blocks)
{
    static const uint8_t head[] = {0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38};
    uint8_t *at = packed + sizeof head;

    memcpy(packed, head, sizeof head);
    for (unsigned i = 0; i < blocks; i++, at += 4) {
        uint32_t block = (i + 1 == blocks) | 1 << 1 | UINT32_C(1) << (17 + 3) | (uint32_t)'#' << 24;

        memcpy(at, &block, sizeof block);
    }
    return (size_t)(at - packed);
}

/* A frame header that asks for a window of gigabytes, and gigabytes of one comment in few bytes. */
static void bombs(void **state)
{
    static const uint8_t wide[] = {0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xf0, 0x01, 0x00, 0x00};

    (void)state;
    memcpy(packed, wide, sizeof wide);
    expect_sentence(sizeof wide, "a: the zstd data is damaged, or asks for more than 128 MiB: Frame requires "
                                 "too much memory for decoding");
    expect_sentence(make_bomb(16384), "a:1: the line is too long");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        hb_test_in_folder("gzip, zstd and zip are read as what they hold, a .trace too", every_kind),
        hb_test_in_folder("packed data that is cut off is an error wherever it is cut", cut_off),
        hb_test_in_folder("a flipped bit of packed data is an error, or changes nothing", flipped),
        hb_test_in_folder("what follows packed data is an error", trailing),
        hb_test_in_folder("packed files laid end to end are one", end_to_end),
        hb_test_in_folder("a zip holds one file; of others it is said what they hold", zips),
        hb_test_in_folder("what is packed twice is told so", twice),
        hb_test_in_folder("a small file that unpacks to gigabytes takes no memory", bombs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

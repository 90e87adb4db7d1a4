/*
 * fuzz_packed.c - hostile gzip, zstd and zip files. Whatever they hold, reading ends, with a workload that
 * keeps its promises or with a sentence about the file.
 *
 * An input is the file; what it begins with says how it is packed.
 */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = fuzz_file(data, size);
    struct hb_workload *workload;
    struct hb_error error;
    enum hb_status status = hb_workload_load_as(path, HB_FORMAT_ANY, &workload, &error);

    if (status != HB_OK) {
        fuzz_check(status == HB_ERR_FORMAT && strncmp(error.text, path, strlen(path)) == 0);
        return 0;
    }
    fuzz_check_workload(workload);
    hb_workload_free(workload);
    return 0;
}

static void put(uint8_t **at, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++, value >>= 8)
        *(*at)++ = (uint8_t)value;
}

/* The fields that a file has both before its data and in the list at the end. */
static void put_zip_fields(uint8_t **at, uint32_t checksum, size_t length)
{
    put(at, 20, 2); /* version needed */
    put(at, 0, 8);  /* flags, method (stored), time, date */
    put(at, checksum, 4);
    put(at, length, 4);
    put(at, length, 4);
    put(at, 1, 2); /* of the name */
    put(at, 0, 2); /* of the extra field */
}

static size_t make_zip(const uint8_t *text, size_t length, uint8_t *out)
{
    uint32_t checksum = (uint32_t)crc32(0, text, (uInt)length);
    uint8_t *at = out, *list;

    put(&at, 0x04034b50, 4);
    put_zip_fields(&at, checksum, length);
    *at++ = 'a';
    memcpy(at, text, length);
    at += length;
    list = at;
    put(&at, 0x02014b50, 4);
    put(&at, 20, 2);
    put_zip_fields(&at, checksum, length);
    put(&at, 0, 14); /* comment, disk, attributes, and where the file begins */
    *at++ = 'a';
    put(&at, 0x06054b50, 4);
    put(&at, 0, 4);
    put(&at, 1, 2);
    put(&at, 1, 2);
    put(&at, (uint64_t)(at - 12 - list), 4);
    put(&at, (uint64_t)(list - out), 4);
    put(&at, 0, 2);
    return (size_t)(at - out);
}

static size_t make_gzip(uint8_t *text, size_t length, uint8_t *out)
{
    z_stream stream = {.next_in = text, .avail_in = (uInt)length};

    stream.next_out = out;
    stream.avail_out = FUZZ_SEED_BYTES;
    fuzz_check(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    fuzz_check(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    deflateEnd(&stream);
    return FUZZ_SEED_BYTES - stream.avail_out;
}

size_t fuzz_seed(struct hb_random *random, uint8_t *out)
{
    uint8_t text[4000];
    size_t length = 0;

    for (unsigned i = 0, lines = (unsigned)hb_random_below(random, 100); i < lines; i++)
        length += (size_t)snprintf((char *)text + length, sizeof text - length, "a %u %u\n", i,
                                   (unsigned)hb_random_below(random, 10000));
    switch (hb_random_below(random, 3)) {
    case 0:
        return make_gzip(text, length, out);
    case 1:
        return ZSTD_compress(out, FUZZ_SEED_BYTES, text, length, 1);
    default:
        return make_zip(text, length, out);
    }
}

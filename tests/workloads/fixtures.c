/*
 * fixtures.c - a folder of its own for each test, files in it, and traces of random operations.
 */
#include "tests/workloads/fixtures.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64];

int hb_test_enter_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/hb_workloads_test.XXXXXX");
    return mkdtemp(folder) != NULL && chdir(folder) == 0 ? 0 : -1;
}

int hb_test_leave_folder(void **state)
{
    char command[128];

    (void)state;
    if (chdir("/") != 0)
        return -1;
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

void hb_test_write_file(const char *path, const void *bytes, size_t length)
{
    FILE *stream = fopen(path, "w");

    assert_non_null(stream);
    assert_int_equal(fwrite(bytes, 1, length, stream), length);
    assert_int_equal(fclose(stream), 0);
}

void hb_test_write_text(const char *path, const char *text)
{
    hb_test_write_file(path, text, strlen(text));
}

uint8_t *hb_test_read_file(const char *path, size_t *length)
{
    FILE *stream = fopen(path, "r");
    uint8_t *bytes;
    long end;

    assert_non_null(stream);
    assert_int_equal(fseek(stream, 0, SEEK_END), 0);
    end = ftell(stream);
    assert_true(end >= 0);
    rewind(stream);
    bytes = malloc((size_t)end + 1);
    assert_non_null(bytes);
    *length = fread(bytes, 1, (size_t)end, stream);
    assert_int_equal(*length, end);
    fclose(stream);
    return bytes;
}

unsigned hb_test_files_here(void)
{
    DIR *dir = opendir(".");
    unsigned count = 0;

    assert_non_null(dir);
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(dir);
    return count;
}

/* Small, or of any magnitude that leaves the sum of many below 2^64. */
static uint64_t random_size(struct hb_random *random)
{
    switch (hb_random_below(random, 4)) {
    case 0:
        return hb_random_below(random, 300);
    case 1:
        return hb_random_below(random, 300) * 8;
    case 2:
        return hb_random_next(random) >> (20 + hb_random_below(random, 44));
    default:
        return UINT64_C(1) << hb_random_below(random, 44);
    }
}

static struct hb_op random_birth(struct hb_random *random, uint32_t object)
{
    static const uint8_t kinds[] = {HB_OP_MALLOC, HB_OP_MALLOC, HB_OP_MALLOC, HB_OP_CALLOC, HB_OP_ALIGNED};
    struct hb_op op = {.kind = kinds[hb_random_below(random, sizeof kinds)], .object = object};

    op.size = random_size(random);
    if (op.kind == HB_OP_ALIGNED)
        op.align_log2 = (uint8_t)hb_random_below(random, 64);
    return op;
}

struct hb_op *hb_test_random_ops(struct hb_random *random, size_t count, unsigned threads)
{
    struct hb_op *ops = malloc((count + 1) * sizeof *ops);
    uint32_t *live = malloc((count + 1) * sizeof *live);
    uint32_t objects = 0;
    unsigned acted = 0, thread = 0;
    size_t live_count = 0;

    assert_true(ops != NULL && live != NULL);
    for (size_t i = 0; i < count; i++) {
        size_t pick = live_count > 0 ? hb_random_below(random, live_count) : 0;

        if (live_count == 0 || hb_random_below(random, 2) == 0) {
            ops[i] = random_birth(random, objects);
            live[live_count++] = objects++;
        } else if (hb_random_below(random, 5) == 0) {
            ops[i] = (struct hb_op){.kind = HB_OP_REALLOC, .object = live[pick]};
            ops[i].size = random_size(random) + 1;
        } else {
            ops[i] = (struct hb_op){.kind = HB_OP_FREE, .object = live[pick]};
            live[pick] = live[--live_count];
        }
        if (i > 0 && hb_random_below(random, 3) == 0)
            thread = (unsigned)hb_random_below(random, acted < threads ? acted + 1 : acted);
        acted += thread == acted;
        ops[i].thread = (uint16_t)thread;
    }
    free(live);
    return ops;
}

void hb_test_write_times(const char *path, const struct hb_trace_info *info, const struct hb_op *ops,
                         size_t count, const struct hb_wait *waits, size_t wait_count,
                         const struct hb_trace_totals *totals)
{
    struct hb_trace_writer *writer;
    size_t done = 0;

    assert_int_equal(hb_trace_writer_open(path, info, 3, &writer, NULL), HB_OK);
    for (size_t i = 0; i < wait_count; i++) {
        size_t some = (size_t)waits[i].before_op - done;

        assert_int_equal(hb_trace_writer_append(writer, ops + done, some, NULL), HB_OK);
        assert_int_equal(hb_trace_writer_pass_time(writer, waits[i].us, NULL), HB_OK);
        done += some;
    }
    assert_int_equal(hb_trace_writer_append(writer, ops + done, count - done, NULL), HB_OK);
    hb_trace_writer_set_dropped(writer, totals->dropped);
    hb_trace_writer_set_times(writer, totals->wall_ns, totals->cpu_ns);
    assert_int_equal(hb_trace_writer_finish(writer, NULL), HB_OK);
}

void hb_test_write_trace(const char *path, const struct hb_trace_info *info, const struct hb_op *ops,
                         size_t count)
{
    static const struct hb_trace_totals none;

    hb_test_write_times(path, info, ops, count, NULL, 0, &none);
}

struct hb_wait *hb_test_random_waits(struct hb_random *random, size_t ops, size_t *count)
{
    struct hb_wait *waits = malloc((ops + 1) * sizeof *waits);
    uint64_t often = 1 + hb_random_below(random, 300);

    assert_non_null(waits);
    *count = 0;
    for (size_t i = 0; i <= ops; i++)
        if (hb_random_below(random, often) == 0)
            waits[(*count)++] = (struct hb_wait){
                .before_op = i, .us = 1 + (hb_random_next(random) >> (20 + hb_random_below(random, 44)))};
    return waits;
}

void hb_test_assert_waits(const struct hb_wait *actual, const struct hb_wait *expected, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_true(actual[i].before_op == expected[i].before_op);
        assert_true(actual[i].us == expected[i].us);
    }
}

void hb_test_assert_ops(const struct hb_op *actual, const struct hb_op *expected, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(actual[i].kind, expected[i].kind);
        assert_int_equal(actual[i].object, expected[i].object);
        assert_int_equal(actual[i].size, expected[i].size);
        assert_int_equal(actual[i].thread, expected[i].thread);
        assert_int_equal(actual[i].align_log2, expected[i].align_log2);
    }
}

/*
 * fuzz_capture.c - hostile captures: each image is refused with its file named, or converted to operations
 * that keep the promises of a workload, the same ones each time.
 *
 * A capture is mostly zeros. So an input is what differs from an empty one: whether some process may still
 * write to it, bytes to change in the shared page and in the image's header, then chunks: stream, sequence,
 * pages, bytes to change in the chunk's head, and events.
 */
#include "tests/fuzz/fuzz.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "workloads/record/convert.h"
#include "workloads/whole/builder.h"

enum {
    PAGE = 4096,
    CHUNK_PAGES = 4,
    MAX_CHUNKS = 12,
    STREAMS = 5,
    HEADER_AT = HB_CAPTURE_SHARED_BYTES,
    FILE_BYTES = HEADER_AT + PAGE + MAX_CHUNKS * CHUNK_PAGES * PAGE,
    SHARED_CHANGES = 48,
    HEADER_CHANGES = 128,
    HEAD_CHANGES = sizeof(struct hb_capture_chunk),
    CHUNK_FIELDS = 5 /* stream, sequence, pages, two bytes of length */
};

static unsigned char file_bytes[FILE_BYTES];

static void change(struct fuzz_rest *rest, unsigned char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        bytes[i] ^= fuzz_take(rest);
}

static void put_head(uint64_t offset, uint32_t stream, uint32_t sequence, uint32_t bytes)
{
    struct hb_capture_chunk head = {.magic = HB_CAPTURE_CHUNK_MAGIC,
                                    .image = 1,
                                    .stream = stream,
                                    .sequence = sequence,
                                    .bytes = bytes,
                                    .offset = offset};

    memcpy(file_bytes + offset, &head, sizeof head);
}

/* Returns where the next chunk goes. */
static size_t put_chunk(struct fuzz_rest *rest, size_t offset)
{
    uint32_t stream = 1 + fuzz_take(rest) % STREAMS, sequence = fuzz_take(rest);
    size_t bytes = (1 + fuzz_take(rest) % CHUNK_PAGES) * (size_t)PAGE;
    size_t events = fuzz_take(rest), room = bytes - sizeof(struct hb_capture_chunk);

    events |= (size_t)fuzz_take(rest) << 8;
    put_head(offset, stream, sequence, (uint32_t)bytes);
    change(rest, file_bytes + offset, HEAD_CHANGES);
    events = events < room ? events : room;
    for (size_t i = 0; i < events; i++)
        file_bytes[offset + sizeof(struct hb_capture_chunk) + i] = fuzz_take(rest);
    return offset + bytes;
}

/* Returns the capture's length. */
static size_t forge(struct fuzz_rest *rest)
{
    struct hb_capture_header header = {.pid = 7, .command_bytes = 4, .command = "a\0b", .begin_ns = 1000};
    struct hb_capture_shared shared = {.page_bytes = PAGE, .touch = 1};
    size_t end = HEADER_AT + PAGE;
    const uint8_t *changes = rest->at;
    size_t kept = rest->left;
    static size_t used; /* by the input before */

    memset(file_bytes, 0, used);
    memcpy(file_bytes + HEADER_AT, &header, sizeof header);
    put_head(HEADER_AT, 0, 0, PAGE);
    rest->at += kept < SHARED_CHANGES ? kept : SHARED_CHANGES;
    rest->left -= kept < SHARED_CHANGES ? kept : SHARED_CHANGES;
    change(rest, file_bytes + HEADER_AT, HEADER_CHANGES);
    for (int i = 0; i < MAX_CHUNKS && rest->left > 0; i++)
        end = put_chunk(rest, end);
    memcpy(shared.magic, HB_CAPTURE_MAGIC, sizeof shared.magic);
    atomic_store(&shared.end, end);
    memcpy(file_bytes, &shared, offsetof(struct hb_capture_shared, prepared));
    change(&(struct fuzz_rest){changes, kept}, file_bytes, SHARED_CHANGES);
    used = end;
    return end;
}

static enum hb_status append(void *builder, const struct hb_op *ops, size_t count, struct hb_error *error)
{
    fuzz_check(hb_builder_append(builder, ops, count, error) == HB_OK);
    return HB_OK;
}

/* Times are a stranger's too: all together may be more than fits. */
static enum hb_status pass_time(void *builder, uint64_t us, struct hb_error *error)
{
    return hb_builder_pass_time(builder, us, error);
}

static enum hb_status touch(void *builder, uint64_t bytes, struct hb_error *error)
{
    fuzz_check(hb_builder_touch(builder, bytes, error) == HB_OK);
    return HB_OK;
}

/* NULL where the image is refused. */
static struct hb_workload *convert(const struct hb_capture *capture)
{
    struct hb_capture_summary summary;
    struct hb_builder builder;
    struct hb_op_sink sink = {.append = append, .pass_time = pass_time, .touch = touch, .context = &builder};
    struct hb_error error;
    enum hb_status status;

    fuzz_check(hb_builder_begin(&builder, capture->path, &error) == HB_OK);
    status = hb_capture_convert(capture, &sink, &summary, &error);
    if (status != HB_OK) {
        fuzz_check(status == HB_ERR_FORMAT);
        fuzz_check(strncmp(error.text, capture->path, strlen(capture->path)) == 0);
        hb_builder_abandon(&builder);
        return NULL;
    }
    fuzz_check(summary.ops == builder.workload->op_count);
    fuzz_check(summary.objects == builder.workload->object_count);
    return hb_builder_finish(&builder);
}

static void check_image(const struct hb_capture *capture)
{
    struct hb_workload *workload = convert(capture), *again = convert(capture);
    char *command = hb_capture_command(capture);

    fuzz_check((workload == NULL) == (again == NULL));
    if (workload != NULL) {
        fuzz_check_workload(workload);
        fuzz_check(workload->op_count == again->op_count && workload->time_us == again->time_us);
        fuzz_check(memcmp(workload->ops, again->ops, workload->op_count * sizeof *workload->ops) == 0);
    }
    free(command);
    hb_workload_free(again);
    hb_workload_free(workload);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_rest rest = {data, size};
    bool may_grow = fuzz_take(&rest) % 2 == 1;
    size_t bytes = forge(&rest);
    const char *path = fuzz_file(file_bytes, bytes);
    struct hb_capture_file *file;
    struct hb_error error;
    enum hb_status status = hb_capture_file_open(path, may_grow, &file, &error);

    if (status != HB_OK) {
        fuzz_check(status == HB_ERR_FORMAT && strncmp(error.text, path, strlen(path)) == 0);
        return 0;
    }
    for (size_t i = 0; i < file->count; i++)
        check_image(&file->captures[i]);
    hb_capture_file_close(file);
    return 0;
}

/* Valid captures: threads that hand blocks of a few addresses to each other, each with one chunk. */
enum { SEED_THREADS = 3, SEED_BLOCKS = 12, SEED_EVENTS = 150, EVENTS_ROOM = 3000 };

struct author {
    uint8_t events[SEED_THREADS][EVENTS_ROOM];
    size_t lengths[SEED_THREADS];
    uint64_t last[SEED_THREADS];  /* address, in units of 8 bytes */
    uint64_t epochs[SEED_BLOCKS]; /* of each block's shard: a block has one of its own */
    unsigned owners[SEED_BLOCKS];
    bool live[SEED_BLOCKS];
};

static void put(struct author *author, unsigned thread, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        author->events[thread][author->lengths[thread]++] = (uint8_t)(value >> 8 * i);
}

static void put_event(struct author *author, unsigned thread, enum hb_capture_kind kind, uint64_t address)
{
    uint64_t delta = (address >> 3) - author->last[thread];

    put(author, thread, (unsigned)kind | 3u << 3, 1);
    put(author, thread, (delta << 1) ^ (uint64_t)((int64_t)delta >> 63), 4);
    author->last[thread] = address >> 3;
}

static void write_event(struct hb_random *random, struct author *author)
{
    unsigned thread = (unsigned)hb_random_below(random, SEED_THREADS);
    unsigned block = (unsigned)hb_random_below(random, SEED_BLOCKS);
    uint64_t address = (uint64_t)(block + 1) << 16;

    if (author->epochs[block] == 0 || author->owners[block] != thread) {
        author->owners[block] = thread;
        put(author, thread, HB_CAPTURE_MARK | 1u << 3 | HB_CAPTURE_MARK_ORDER << 6, 1);
        put(author, thread, hb_capture_shard(address), 2);
        put(author, thread, ++author->epochs[block], 2);
    }
    put_event(author, thread, author->live[block] ? HB_CAPTURE_FREE : HB_CAPTURE_MALLOC, address);
    if (!author->live[block])
        put(author, thread, hb_random_below(random, 256), 1);
    author->live[block] = !author->live[block];
    if (hb_random_below(random, 8) == 0) {
        put(author, thread, HB_CAPTURE_MARK | HB_CAPTURE_MARK_TIME << 6, 1);
        put(author, thread, hb_random_below(random, 200), 1);
    }
}

size_t fuzz_seed(struct hb_random *random, uint8_t *out)
{
    struct author *author = calloc(1, sizeof *author);
    size_t length = 1 + SHARED_CHANGES + HEADER_CHANGES;

    fuzz_check(author != NULL);
    for (uint64_t i = hb_random_below(random, SEED_EVENTS); i > 0; i--)
        write_event(random, author);
    memset(out, 0, length);
    out[0] = (uint8_t)hb_random_below(random, 2);
    for (unsigned i = 0; i < SEED_THREADS; i++) {
        size_t events = author->lengths[i];
        const uint8_t fields[CHUNK_FIELDS] = {(uint8_t)i, 0, 0, (uint8_t)events, (uint8_t)(events >> 8)};

        memcpy(out + length, fields, sizeof fields);
        memset(out + length + sizeof fields, 0, HEAD_CHANGES);
        memcpy(out + length + sizeof fields + HEAD_CHANGES, author->events[i], events);
        length += sizeof fields + HEAD_CHANGES + events;
    }
    free(author);
    return length;
}

/*
 * prepare.c - renumbers a workload's birth ids to slots that are used again, and shares the result.
 *
 * A slot that was freed last is handed out first, so the replayer's table of blocks stays as small as the
 * live set and the part of it in use stays in the cache. The image is a header, then the operations, then the
 * waits between them, in a memory file that is sealed against every change before anybody maps it.
 */
#include "bench/replay/prepare.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/pages.h"
#include "base/printable.h"
#include "base/progress.h"
#include "bench/replay/replay_ledger.h"
#include "workloads/scan.h"

#define IMAGE_MAGIC UINT64_C(0x3165676d69706268) /* "hbpimge1" */

enum { PROGRESS_OPS = 1 << 16, IMAGE_HEADER_BYTES = 8192, IMAGE_NAME_BYTES = HB_PRINTABLE_BYTES(NAME_MAX) };

struct image_header {
    uint64_t magic;
    uint64_t op_count;
    uint64_t kept_ops; /* that are in the image: all, or, of one that is streamed, none */
    uint64_t wait_count;
    uint64_t touched_count;
    uint64_t object_count;
    uint64_t slots;
    uint64_t program_wall_ns, program_cpu_ns;
    uint32_t threads;
    struct hb_ledger sums; /* its table is gone */
    char name[IMAGE_NAME_BYTES];
    uint64_t window_ops;
    char path[PATH_MAX]; /* empty, or of one that is streamed */
};

_Static_assert(sizeof(struct image_header) <= IMAGE_HEADER_BYTES, "the operations follow at a fixed place");

/* One operation more than are kept: the replayer looks one ahead. */
static size_t waits_at(uint64_t kept_ops)
{
    return IMAGE_HEADER_BYTES + (kept_ops + 1) * sizeof(struct hb_op);
}

static size_t touched_at(uint64_t kept_ops, uint64_t wait_count)
{
    return waits_at(kept_ops) + wait_count * sizeof(struct hb_wait);
}

static size_t image_bytes(uint64_t kept_ops, uint64_t wait_count, uint64_t touched_count)
{
    return touched_at(kept_ops, wait_count) + touched_count * sizeof(struct hb_touched);
}

/* The blocks that the program did not touch wholly: the others are like any. Returns how many; `rows` may be
 * NULL. */
static uint64_t partly_touched(const struct hb_workload *workload, struct hb_touched *rows)
{
    uint64_t count = 0;

    for (uint64_t i = 0; i < workload->touched_count; i++) {
        const struct hb_touched *row = &workload->touched[i];

        if (row->bytes < workload->ops[row->op].size) {
            if (rows != NULL)
                rows[count] = *row;
            count++;
        }
    }
    return count;
}

/* What renumbering needs beside its input and output. All from hb_pages_reserve. */
struct renumbering {
    uint64_t objects;
    uint32_t *slot_of; /* by birth id */
    uint32_t *unused;  /* a stack of slots that were freed */
    uint64_t unused_count;
    uint64_t slots;
};

static void renumbering_free(struct renumbering *r)
{
    hb_pages_free(r->slot_of, r->objects * sizeof *r->slot_of);
    hb_pages_free(r->unused, r->objects * sizeof *r->unused);
}

static bool renumbering_init(struct renumbering *r, uint64_t objects)
{
    *r = (struct renumbering){.objects =
                                  objects + 1}; /* there may be none, and there is no table of nothing */
    r->slot_of = hb_pages_reserve(r->objects * sizeof *r->slot_of);
    r->unused = hb_pages_reserve(r->objects * sizeof *r->unused);
    return r->slot_of != NULL && r->unused != NULL;
}

static uint32_t slot_take(struct renumbering *r)
{
    return r->unused_count > 0 ? r->unused[--r->unused_count] : (uint32_t)r->slots++;
}

static struct hb_op renumber_op(struct renumbering *r, struct hb_op op)
{
    uint32_t object = op.object;

    assert(object < r->objects);
    if (op.kind != HB_OP_FREE && op.kind != HB_OP_REALLOC)
        r->slot_of[object] = slot_take(r);
    op.object = r->slot_of[object];
    if (op.kind == HB_OP_FREE)
        r->unused[r->unused_count++] = op.object;
    return op;
}

/* What all operations come to where none fails. False when out of memory. */
static bool sum_up(const struct hb_op *ops, uint64_t op_count, uint64_t slots, struct hb_ledger *sums)
{
    struct hb_ledger ledger;

    if (!hb_ledger_init(&ledger, slots))
        return false;
    for (uint64_t i = 0; i < op_count; i++)
        hb_ledger_enter(&ledger, &ops[i], false);
    *sums = ledger;
    sums->held = NULL;
    hb_ledger_clear(&ledger);
    return true;
}

/* Everything but operations, rows of what is touched, slots and sums. */
static struct image_header header_of(const struct hb_workload *workload)
{
    struct image_header header = {.magic = IMAGE_MAGIC,
                                  .op_count = workload->op_count,
                                  .wait_count = workload->wait_count,
                                  .object_count = workload->object_count,
                                  .program_wall_ns = workload->wall_ns,
                                  .program_cpu_ns = workload->cpu_ns,
                                  .threads = workload->threads};

    strncpy(header.name, workload->name, IMAGE_NAME_BYTES - 1);
    return header;
}

static void copy_waits(char *image, const struct hb_workload *workload)
{
    const struct image_header *header = (const struct image_header *)image;

    if (workload->wait_count > 0)
        memcpy(image + waits_at(header->kept_ops), workload->waits,
               workload->wait_count * sizeof *workload->waits);
}

/* Writes header and operations into `image`, which has room for both. */
static enum hb_status image_fill(char *image, const void *from, struct hb_error *error)
{
    const struct hb_workload *workload = from;
    struct image_header *header = (struct image_header *)image;
    struct hb_op *ops = (struct hb_op *)(image + IMAGE_HEADER_BYTES);
    struct renumbering r;
    bool room = renumbering_init(&r, workload->object_count);

    if (room) {
        for (uint64_t i = 0; i < workload->op_count; i++) {
            ops[i] = renumber_op(&r, workload->ops[i]);
            if (i % PROGRESS_OPS == 0)
                hb_progress_set(NULL, i);
        }
        *header = header_of(workload);
        header->kept_ops = workload->op_count;
        header->slots = r.slots;
        copy_waits(image, workload);
        header->touched_count = partly_touched(
            workload, (struct hb_touched *)(image + touched_at(workload->op_count, workload->wait_count)));
        room = sum_up(ops, workload->op_count, r.slots, &header->sums);
    }
    renumbering_free(&r);
    return room ? HB_OK : hb_error_set(error, HB_ERR_MEMORY, "no memory to renumber %s", workload->name);
}

/* Fills the file by `fill`, and seals it. */
static enum hb_status write_image(int fd, size_t bytes, const char *name,
                                  enum hb_status (*fill)(char *, const void *, struct hb_error *),
                                  const void *from, struct hb_error *error)
{
    enum hb_status status;
    char *image;

    errno = posix_fallocate(fd, 0, (off_t)bytes); /* a hole that cannot be filled later is SIGBUS */
    if (errno != 0)
        return hb_error_set_errno(error, HB_ERR_MEMORY,
                                  "cannot share %zu bytes with what measures, for the operations of %s%s",
                                  bytes, name, errno == EFBIG ? " ('ulimit -f' limits this too)" : "");
    image = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (image == MAP_FAILED)
        return hb_error_set_errno(error, HB_ERR_MEMORY, "cannot map the operations of %s", name);
    status = fill(image, from, error);
    munmap(image, bytes);
    if (status == HB_OK &&
        fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0)
        status = hb_error_set_errno(error, HB_ERR_IO, "cannot seal the image of %s", name);
    return status;
}

static enum hb_status make_image(size_t bytes, const char *name,
                                 enum hb_status (*fill)(char *, const void *, struct hb_error *),
                                 const void *from, struct hb_prepared **out, struct hb_error *error)
{
    enum hb_status status;
    int fd = memfd_create("heapbench-image", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (fd < 0)
        return hb_error_set_errno(error, HB_ERR_MEMORY, "cannot make a memory file for %s", name);
    status = write_image(fd, bytes, name, fill, from, error);
    if (status == HB_OK)
        status = hb_prepared_map(fd, out, error);
    close(fd);
    return status;
}

enum hb_status hb_prepare(const struct hb_workload *workload, struct hb_prepared **out,
                          struct hb_error *error)
{
    size_t bytes = image_bytes(workload->op_count, workload->wait_count, partly_touched(workload, NULL));
    enum hb_status status;
    char what[80];

    snprintf(what, sizeof what, "preparing %.60s", workload->name);
    hb_progress_begin(what);
    hb_progress_total(workload->op_count);
    status = make_image(bytes, workload->name, image_fill, workload, out, error);
    hb_progress_end();
    return status;
}

/* -- streamed -- */

/* What is gathered while the file is read. */
struct hb_first_read {
    struct hb_ledger sums;
    struct hb_touched *rows; /* of blocks that the program did not touch wholly; a table */
    size_t row_count, row_room;
    uint64_t window_ops;
    struct hb_workload *workload; /* without operations */
    bool touch_said;              /* of the next operation */
    uint64_t touched_bytes;       /* then */
};

static enum hb_status no_memory_to_read(struct hb_error *error)
{
    return hb_error_set(error, HB_ERR_MEMORY, "no memory to read a trace");
}

static enum hb_status note_touched(void *context, uint64_t bytes, struct hb_error *error)
{
    struct hb_first_read *r = context;

    (void)error;
    r->touch_said = true;
    r->touched_bytes = bytes;
    return HB_OK;
}

static bool add_row(struct hb_first_read *r)
{
    if (r->row_count == r->row_room) {
        size_t room = r->row_room == 0 ? 256 : 2 * r->row_room;
        void *grown = hb_table_grow(r->rows, r->row_room * sizeof *r->rows, room * sizeof *r->rows);

        if (grown == NULL)
            return false;
        r->rows = grown;
        r->row_room = room;
    }
    r->rows[r->row_count++] = (struct hb_touched){.op = r->sums.ops, .bytes = r->touched_bytes};
    return true;
}

static bool enter_op(struct hb_first_read *r, const struct hb_op *op)
{
    if (op->object >= r->sums.slots && !hb_ledger_grow(&r->sums, 2 * (uint64_t)op->object + 1))
        return false;
    if (r->touch_said && r->touched_bytes < op->size && !add_row(r))
        return false;
    r->touch_said = false;
    hb_ledger_enter(&r->sums, op, false);
    return true;
}

static enum hb_status enter_ops(void *context, const struct hb_op *ops, size_t count, struct hb_error *error)
{
    for (size_t i = 0; i < count; i++)
        if (!enter_op(context, &ops[i]))
            return no_memory_to_read(error);
    return HB_OK;
}

static enum hb_status fill_streamed(char *image, const void *from, struct hb_error *error)
{
    const struct hb_first_read *r = from;
    struct image_header *header = (struct image_header *)image;

    (void)error;
    *header = header_of(r->workload);
    header->slots = r->workload->peak_live_objects; /* a slot is new only when all others are taken */
    header->sums = r->sums;
    header->sums.held = NULL;
    header->touched_count = r->row_count;
    copy_waits(image, r->workload);
    if (r->row_count > 0)
        memcpy(image + touched_at(0, header->wait_count), r->rows, r->row_count * sizeof *r->rows);
    header->window_ops = r->window_ops;
    memcpy(header->path, r->workload->path, strlen(r->workload->path) + 1);
    return HB_OK;
}

static enum hb_status make_streamed(const struct hb_first_read *r, struct hb_prepared **out,
                                    struct hb_error *error)
{
    const struct hb_workload *workload = r->workload;

    if (strlen(workload->path) >= PATH_MAX)
        return hb_error_set(error, HB_ERR_LIMIT, "%s: this path is longer than %d bytes", workload->path,
                            PATH_MAX - 1);
    return make_image(image_bytes(0, workload->wait_count, r->row_count), workload->name, fill_streamed, r,
                      out, error);
}

enum hb_status hb_prepare_streamed(const char *path_or_name, uint64_t window_ops, struct hb_prepared **out,
                                   struct hb_repairs *repairs, struct hb_error *error)
{
    struct hb_first_read r = {.window_ops = window_ops};
    const struct hb_op_sink sink = {.append = enter_ops, .touch = note_touched, .context = &r};
    enum hb_status status = hb_ledger_init(&r.sums, 1) ? HB_OK : no_memory_to_read(error);

    if (status == HB_OK)
        status = hb_workload_scan(path_or_name, &sink, &r.workload, error);
    if (status == HB_OK && repairs != NULL)
        *repairs = r.workload->repairs;
    if (status == HB_OK)
        status = make_streamed(&r, out, error);
    hb_workload_free(r.workload);
    hb_table_free(r.rows, r.row_room * sizeof *r.rows);
    hb_ledger_clear(&r.sums);
    return status;
}

static enum hb_status load_file(const char *path, struct hb_prepared **out, struct hb_repairs *repairs,
                                struct hb_error *error)
{
    struct hb_workload *workload = NULL;
    enum hb_status status = hb_workload_load_as(path, HB_FORMAT_ANY, &workload, error);

    if (status == HB_OK && repairs != NULL)
        *repairs = workload->repairs;
    if (status == HB_OK)
        status = hb_prepare(workload, out, error);
    hb_workload_free(workload);
    return status;
}

enum hb_status hb_prepare_file(const char *path_or_name, struct hb_prepared **out, struct hb_repairs *repairs,
                               struct hb_error *error)
{
    char *path = NULL;
    enum hb_status status = hb_workload_locate(path_or_name, &path, error);

    if (status != HB_OK)
        return status;
    assert(path != NULL);
    status = HB_ERR_LIMIT;
    if (!hb_workload_is_long(path, HB_STREAMED_OPS))
        status = load_file(path, out, repairs, error);
    if (status == HB_ERR_LIMIT) /* it may be long for all that */
        status = hb_prepare_streamed(path, HB_WINDOW_OPS, out, repairs, error);
    free(path);
    return status;
}

/* Does the header describe a file of this size? */
static bool header_fits(const struct image_header *header, size_t bytes)
{
    bool is_streamed = header->path[0] != '\0';

    return header->magic == IMAGE_MAGIC && header->kept_ops < bytes / sizeof(struct hb_op) &&
           header->kept_ops == (is_streamed ? 0 : header->op_count) &&
           header->wait_count < bytes / sizeof(struct hb_wait) &&
           header->touched_count < bytes / sizeof(struct hb_touched) &&
           header->wait_count <= header->op_count + 1 && header->touched_count <= header->op_count &&
           image_bytes(header->kept_ops, header->wait_count, header->touched_count) == bytes &&
           header->slots <= header->object_count && header->object_count <= header->op_count &&
           memchr(header->name, '\0', IMAGE_NAME_BYTES) != NULL &&
           memchr(header->path, '\0', sizeof header->path) != NULL;
}

/* NULL with `*status` and `error` set. */
static const struct image_header *map_image(int fd, size_t *bytes, enum hb_status *status,
                                            struct hb_error *error)
{
    struct stat stat;
    void *map;

    *status = HB_ERR_FORMAT;
    if (fstat(fd, &stat) != 0) {
        *status = hb_error_set_errno(error, HB_ERR_IO, "cannot look at the image, descriptor %d", fd);
        return NULL;
    }
    *bytes = (size_t)stat.st_size;
    if (stat.st_size < IMAGE_HEADER_BYTES) {
        hb_error_set(error, HB_ERR_FORMAT, "descriptor %d is not a prepared workload", fd);
        return NULL;
    }
    map = mmap(NULL, *bytes, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0);
    if (map == MAP_FAILED) {
        *status = hb_error_set_errno(error, HB_ERR_IO, "cannot map the image, descriptor %d", fd);
        return NULL;
    }
    if (!header_fits(map, *bytes)) {
        hb_error_set(error, HB_ERR_FORMAT, "descriptor %d is not a prepared workload", fd);
        munmap(map, *bytes);
        return NULL;
    }
    return map;
}

enum hb_status hb_prepared_map(int fd, struct hb_prepared **out, struct hb_error *error)
{
    enum hb_status status;
    size_t bytes = 0;
    const struct image_header *header = map_image(fd, &bytes, &status, error);
    struct hb_prepared *prepared;
    int own_fd;

    if (header == NULL)
        return status;
    /* Never 0 to 2: a child's standard streams are put there. */
    own_fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    prepared = hb_pages_alloc(sizeof *prepared); /* not malloc: it may be the heap under test */
    if (own_fd < 0 || prepared == NULL) {
        hb_pages_free(prepared, sizeof *prepared);
        if (own_fd >= 0)
            close(own_fd);
        munmap((void *)(uintptr_t)header, bytes);
        return hb_error_set(error, HB_ERR_MEMORY, "no memory or descriptor for a prepared workload");
    }
    *prepared = (struct hb_prepared){
        .waits = (const struct hb_wait *)((const char *)header + waits_at(header->kept_ops)),
        .wait_count = header->wait_count,
        .touched = (const struct hb_touched *)((const char *)header +
                                               touched_at(header->kept_ops, header->wait_count)),
        .touched_count = header->touched_count,
        .ops = header->path[0] != '\0' ? NULL
                                       : (const struct hb_op *)((const char *)header + IMAGE_HEADER_BYTES),
        .op_count = header->op_count,
        .window_ops = header->window_ops,
        .path = header->path[0] != '\0' ? header->path : NULL,
        .object_count = header->object_count,
        .slots = header->slots,
        .program_wall_ns = header->program_wall_ns,
        .program_cpu_ns = header->program_cpu_ns,
        .threads = header->threads,
        .sums = &header->sums,
        .peak_live_bytes = header->sums.peak_live_bytes,
        .name = header->name,
        .fd = own_fd,
        .image_bytes = bytes};
    *out = prepared;
    return HB_OK;
}

void hb_prepared_free(struct hb_prepared *prepared)
{
    if (prepared == NULL)
        return;
    munmap((void *)((uintptr_t)prepared->name - offsetof(struct image_header, name)), prepared->image_bytes);
    close(prepared->fd);
    hb_pages_free(prepared, sizeof *prepared);
}

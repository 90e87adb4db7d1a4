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
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/pages.h"
#include "base/printable.h"
#include "base/progress.h"
#include "bench/replay/replay_ledger.h"

#define IMAGE_MAGIC UINT64_C(0x3165676d69706268) /* "hbpimge1" */

enum { PROGRESS_OPS = 1 << 16, IMAGE_HEADER_BYTES = 4096, IMAGE_NAME_BYTES = HB_PRINTABLE_BYTES(NAME_MAX) };

struct image_header {
    uint64_t magic;
    uint64_t op_count;
    uint64_t wait_count;
    uint64_t touched_count;
    uint64_t object_count;
    uint64_t slots;
    uint64_t program_wall_ns, program_cpu_ns;
    uint32_t threads;
    struct hb_ledger sums; /* its table is gone */
    char name[IMAGE_NAME_BYTES];
};

_Static_assert(sizeof(struct image_header) <= IMAGE_HEADER_BYTES, "the operations follow at a fixed place");

/* One operation more than there are: the replayer looks one ahead. */
static size_t waits_at(uint64_t op_count)
{
    return IMAGE_HEADER_BYTES + (op_count + 1) * sizeof(struct hb_op);
}

static size_t touched_at(uint64_t op_count, uint64_t wait_count)
{
    return waits_at(op_count) + wait_count * sizeof(struct hb_wait);
}

static size_t image_bytes(uint64_t op_count, uint64_t wait_count, uint64_t touched_count)
{
    return touched_at(op_count, wait_count) + touched_count * sizeof(struct hb_touched);
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

/* Writes header and operations into `image`, which has room for both. */
static enum hb_status image_fill(char *image, const struct hb_workload *workload, struct hb_error *error)
{
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
        *header = (struct image_header){.magic = IMAGE_MAGIC,
                                        .op_count = workload->op_count,
                                        .wait_count = workload->wait_count,
                                        .object_count = workload->object_count,
                                        .slots = r.slots,
                                        .program_wall_ns = workload->wall_ns,
                                        .program_cpu_ns = workload->cpu_ns,
                                        .threads = workload->threads};
        if (workload->wait_count > 0)
            memcpy(image + waits_at(workload->op_count), workload->waits,
                   workload->wait_count * sizeof *workload->waits);
        header->touched_count = partly_touched(
            workload, (struct hb_touched *)(image + touched_at(workload->op_count, workload->wait_count)));
        strncpy(header->name, workload->name, IMAGE_NAME_BYTES - 1);
        room = sum_up(ops, workload->op_count, r.slots, &header->sums);
    }
    renumbering_free(&r);
    return room ? HB_OK : hb_error_set(error, HB_ERR_MEMORY, "no memory to renumber %s", workload->name);
}

static enum hb_status write_image(int fd, size_t bytes, const struct hb_workload *workload,
                                  struct hb_error *error)
{
    enum hb_status status;
    char *image;

    errno = posix_fallocate(fd, 0, (off_t)bytes); /* a hole that cannot be filled later is SIGBUS */
    if (errno != 0)
        return hb_error_set_errno(error, HB_ERR_MEMORY, "cannot make an image of %zu bytes of %s", bytes,
                                  workload->name);
    image = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (image == MAP_FAILED)
        return hb_error_set_errno(error, HB_ERR_MEMORY, "cannot map the image of %s", workload->name);
    status = image_fill(image, workload, error);
    munmap(image, bytes);
    if (status == HB_OK &&
        fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0)
        status = hb_error_set_errno(error, HB_ERR_IO, "cannot seal the image of %s", workload->name);
    return status;
}

enum hb_status hb_prepare(const struct hb_workload *workload, struct hb_prepared **out,
                          struct hb_error *error)
{
    size_t bytes = image_bytes(workload->op_count, workload->wait_count, partly_touched(workload, NULL));
    enum hb_status status;
    char what[80];
    int fd = memfd_create("heapbench-image", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (fd < 0)
        return hb_error_set_errno(error, HB_ERR_MEMORY, "cannot make a memory file for %s", workload->name);
    snprintf(what, sizeof what, "preparing %.60s", workload->name);
    hb_progress_begin(what);
    hb_progress_total(workload->op_count);
    status = write_image(fd, bytes, workload, error);
    hb_progress_end();
    if (status == HB_OK)
        status = hb_prepared_map(fd, out, error);
    close(fd);
    return status;
}

/* Does the header describe a file of this size? */
static bool header_fits(const struct image_header *header, size_t bytes)
{
    return header->magic == IMAGE_MAGIC && header->op_count < bytes / sizeof(struct hb_op) &&
           header->wait_count <= header->op_count + 1 && header->touched_count <= header->op_count &&
           image_bytes(header->op_count, header->wait_count, header->touched_count) == bytes &&
           header->slots <= header->object_count && header->object_count <= header->op_count &&
           memchr(header->name, '\0', IMAGE_NAME_BYTES) != NULL;
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
        .waits = (const struct hb_wait *)((const char *)header + waits_at(header->op_count)),
        .wait_count = header->wait_count,
        .touched = (const struct hb_touched *)((const char *)header +
                                               touched_at(header->op_count, header->wait_count)),
        .touched_count = header->touched_count,
        .ops = (const struct hb_op *)((const char *)header + IMAGE_HEADER_BYTES),
        .op_count = header->op_count,
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
    munmap((void *)((uintptr_t)prepared->ops - IMAGE_HEADER_BYTES), prepared->image_bytes);
    close(prepared->fd);
    hb_pages_free(prepared, sizeof *prepared);
}

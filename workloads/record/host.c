/*
 * host.c - the folder and the sparse file of a recording, its clock, and chunks prepared ahead.
 */
#include "workloads/record/host.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/pages.h"
#include "workloads/record/capture.h"
#include "workloads/record/collect.h"

/* Older headers lack it. */
enum { POPULATE_WRITE = 23 };

struct hb_host {
    char *folder;
    int descriptor;
    struct hb_capture_shared *shared; /* NULL: not made yet */
    uint64_t capacity, begin_ns;
    bool prepares; /* until the disk is nearly full */
};

static const uint64_t capacity_at_most = UINT64_C(1) << 40, capacity_at_least = UINT64_C(1) << 30;

/* What must be free on the disk for chunks to be prepared. */
static const uint64_t spare_bytes = UINT64_C(1) << 30;

/* What a recording has taken before chunks are prepared for it: small programs never need one. */
static const uint64_t large_bytes = UINT64_C(1) << 20;

/* Makes PREFIX-XXXXXX; its absolute name from malloc, or NULL with errno. */
static char *make_folder(const char *prefix)
{
    char *name = NULL, *absolute = NULL;

    if (asprintf(&name, "%s-XXXXXX", prefix) < 0)
        return NULL;
    if (mkdtemp(name) != NULL)
        absolute = realpath(name, NULL);
    free(name);
    return absolute;
}

/* A device or a pipe, beside which captures have no place. */
static bool is_special(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && !S_ISREG(info.st_mode);
}

static enum hb_status create_folder(struct hb_host *host, const char *out, struct hb_error *error)
{
    const char *temporary = getenv("TMPDIR");
    char prefix[PATH_MAX];

    if (is_special(out))
        snprintf(prefix, sizeof prefix, "%s/heapbench", temporary != NULL ? temporary : "/tmp");
    else
        snprintf(prefix, sizeof prefix, "%s.raw", out);
    host->folder = make_folder(prefix);
    if (host->folder == NULL)
        return hb_error_set_errno(error, HB_ERR_IO, "%s-XXXXXX: the folder for captures cannot be made",
                                  prefix);
    return HB_OK;
}

/* Of root's recordings, workers that run as another user must reach the file. */
static bool share_with_all(const struct hb_host *host)
{
    return geteuid() != 0 || (fchmod(host->descriptor, 0666) == 0 && chmod(host->folder, 0711) == 0);
}

static enum hb_status create_file(struct hb_host *host, struct hb_error *error)
{
    char path[PATH_MAX];

    if (snprintf(path, sizeof path, "%s/" HB_CAPTURE_NAME, host->folder) >= (int)sizeof path)
        return hb_error_set(error, HB_ERR_IO, "%s: the name is too long", host->folder);
    host->descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (host->descriptor < 0 || !share_with_all(host))
        return hb_error_set_errno(error, HB_ERR_IO, "%s: cannot be made", path);
    return HB_OK;
}

/* As long as the file system lets a file be, and no longer than this process may make one: beyond that the
 * kernel would send a signal. */
static enum hb_status set_capacity(struct hb_host *host, struct hb_error *error)
{
    struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
    uint64_t capacity = capacity_at_most;

    getrlimit(RLIMIT_FSIZE, &limit);
    if (limit.rlim_cur <= HB_CAPTURE_SHARED_BYTES)
        return hb_error_set(error, HB_ERR_IO,
                            "%s: the limit on file sizes, %" PRIu64
                            " bytes, leaves no room for a recording; raise it with ulimit -f",
                            host->folder, (uint64_t)limit.rlim_cur);
    if (limit.rlim_cur < capacity)
        capacity = limit.rlim_cur & ~((uint64_t)hb_page_bytes() - 1);
    while (ftruncate(host->descriptor, (off_t)capacity) != 0) {
        if ((errno != EFBIG && errno != EINVAL) || capacity / 2 < capacity_at_least)
            return hb_error_set_errno(error, HB_ERR_IO, "%s: no file can be made there", host->folder);
        capacity /= 2;
    }
    host->capacity = capacity;
    return HB_OK;
}

/* How many seccomp filters there are, as in a container; 0 on kernels before 5.9, which do not say. */
static uint32_t count_filters(void)
{
    static const char name[] = "Seccomp_filters:";
    FILE *file = fopen("/proc/self/status", "re");
    char line[256];
    uint32_t count = 0;

    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, name, sizeof name - 1) == 0)
            count = (uint32_t)strtoul(line + sizeof name - 1, NULL, 10);
    if (file != NULL)
        fclose(file);
    return count;
}

/* What the recorder calls and few others do; a filter may refuse it, or be the end of who calls it. */
static void call_as_recorder(void *page, size_t bytes)
{
    struct iovec none = {page, 0};
    void *copy = mremap(page, 0, bytes, MREMAP_MAYMOVE);

    munlock(page, bytes);
    if (copy != MAP_FAILED) {
        madvise(copy, bytes, MADV_RANDOM);
        madvise(copy, bytes, POPULATE_WRITE);
        mprotect(copy, bytes, PROT_READ);
        munmap(copy, bytes);
    }
    (void)!process_vm_writev(getpid(), &none, 1, &none, 1, 0);
    (void)!readlinkat(AT_FDCWD, "/proc/self/exe", (char[1]){0}, 1);
    (void)!symlinkat("", AT_FDCWD, "");
    (void)!unlinkat(AT_FDCWD, "", 0);
    tgkill(getpid(), gettid(), 0);
    sched_yield();
}

/* And what it calls to find out what is touched. */
static void call_for_touch(void *page, size_t bytes)
{
    if (mincore(page, bytes, (unsigned char[HB_CAPTURE_SHARED_BYTES / 4096]){0}) != 0)
        _exit(1);
}

/* Tried in a child, which nobody misses. */
static bool recorder_may_call(void (*call)(void *, size_t), void *page, size_t bytes)
{
    pid_t child = fork();
    int status = -1;

    if (child == 0) {
        call(page, bytes);
        _exit(0);
    }
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    return status == 0;
}

static void write_shared(struct hb_host *host)
{
    struct hb_capture_shared *shared = host->shared;

    host->begin_ns = hb_clock_ns();
    shared->page_bytes = (uint32_t)hb_page_bytes();
    shared->recorder_pid = (uint32_t)getpid();
    shared->capacity = host->capacity;
    shared->begin_ns = host->begin_ns;
    atomic_store(&shared->end, HB_CAPTURE_SHARED_BYTES);
    shared->filters = count_filters();
    if (shared->filters > 0 && !recorder_may_call(call_as_recorder, shared, HB_CAPTURE_SHARED_BYTES))
        shared->filters = 0;
    memcpy(shared->magic, HB_CAPTURE_MAGIC, sizeof shared->magic);
}

/* The beginning of the file, which must be there before the program runs. */
static enum hb_status map_shared(struct hb_host *host, struct hb_error *error)
{
    void *shared;

    errno = posix_fallocate(host->descriptor, 0, HB_CAPTURE_SHARED_BYTES);
    if (errno != 0)
        return hb_error_set_errno(error, HB_ERR_IO, "%s: the recording cannot begin", host->folder);
    shared = mmap(NULL, HB_CAPTURE_SHARED_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, host->descriptor, 0);
    if (shared == MAP_FAILED)
        return hb_error_set_errno(error, HB_ERR_IO, "%s: the recording cannot begin", host->folder);
    host->shared = shared;
    write_shared(host);
    return HB_OK;
}

enum hb_status hb_host_create(const char *out, struct hb_host **out_host, struct hb_error *error)
{
    struct hb_host *host = calloc(1, sizeof *host);
    enum hb_status status;

    if (host == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory");
    host->descriptor = -1;
    status = create_folder(host, out, error);
    if (status == HB_OK)
        status = create_file(host, error);
    if (status == HB_OK)
        status = set_capacity(host, error);
    if (status == HB_OK)
        status = map_shared(host, error);
    if (status != HB_OK) {
        hb_host_close(host, false);
        return status;
    }
    host->prepares = true;
    *out_host = host;
    return HB_OK;
}

const char *hb_host_folder(const struct hb_host *host)
{
    return host->folder;
}

bool hb_host_note_touch(struct hb_host *host)
{
    host->shared->touch = recorder_may_call(call_for_touch, host->shared, HB_CAPTURE_SHARED_BYTES);
    return host->shared->touch != 0;
}

/* The end that the file says it has, kept within bounds: every process can write there. */
static uint64_t end_of(const struct hb_host *host)
{
    uint64_t end = atomic_load_explicit(&host->shared->end, memory_order_relaxed);

    if (end < HB_CAPTURE_SHARED_BYTES)
        return HB_CAPTURE_SHARED_BYTES;
    return end < host->capacity ? end : host->capacity;
}

/* Takes nothing from a disk that is nearly full: the program may need it. */
static bool is_roomy(const struct hb_host *host)
{
    struct statfs disk;

    return fstatfs(host->descriptor, &disk) == 0 && disk.f_bavail > spare_bytes / (uint64_t)disk.f_bsize;
}

/* A chunk that is nobody's yet, with its pages in memory: written with zeros, which is what it holds. 0: it
 * cannot be had. */
static uint64_t prepare_chunk(const struct hb_host *host)
{
    static const char zeros[HB_CAPTURE_CHUNK_BYTES];
    uint64_t offset = atomic_fetch_add(&host->shared->end, sizeof zeros);

    if (offset < HB_CAPTURE_SHARED_BYTES || offset > host->capacity ||
        host->capacity - offset < 2 * sizeof zeros)
        return 0;
    return pwrite(host->descriptor, zeros, sizeof zeros, (off_t)offset) == (ssize_t)sizeof zeros ? offset : 0;
}

static void prepare_chunks(struct hb_host *host)
{
    for (size_t i = 0; host->prepares && i < HB_CAPTURE_PREPARED; i++) {
        uint64_t offset;

        if (atomic_load_explicit(&host->shared->prepared[i], memory_order_relaxed) != 0)
            continue;
        offset = is_roomy(host) ? prepare_chunk(host) : 0;
        host->prepares = offset != 0;
        atomic_store(&host->shared->prepared[i], offset);
    }
}

void hb_host_tick(struct hb_host *host)
{
    uint64_t ms = (hb_clock_ns() - host->begin_ns) / 1000000;

    if (atomic_load_explicit(&host->shared->clock_ms, memory_order_relaxed) != ms)
        atomic_store_explicit(&host->shared->clock_ms, ms, memory_order_relaxed);
    if (end_of(host) > HB_CAPTURE_SHARED_BYTES + large_bytes)
        prepare_chunks(host);
}

/* Who asks for a chunk from now on finds the file full; all that were given lie before its end. */
static void seal(const struct hb_host *host)
{
    uint64_t end = atomic_exchange(&host->shared->end, host->capacity);

    if (end >= HB_CAPTURE_SHARED_BYTES && end < host->capacity)
        (void)!ftruncate(host->descriptor, (off_t)end);
}

void hb_host_close(struct hb_host *host, bool keep)
{
    if (host == NULL)
        return;
    if (host->shared != NULL) {
        seal(host);
        munmap(host->shared, HB_CAPTURE_SHARED_BYTES);
    }
    if (host->descriptor >= 0)
        close(host->descriptor);
    if (!keep && host->folder != NULL)
        hb_collect_folder_remove(host->folder);
    free(host->folder);
    free(host);
}

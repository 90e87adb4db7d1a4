/*
 * sink.c - maps pieces of the recording's file, and keeps the accounts of this image in it.
 */
#include "workloads/record/preload/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "workloads/record/preload/next.h"

/* Older headers lack it. */
enum { POPULATE_WRITE = 23 };

enum {
    /* The first chunk of a stream and the largest: 1000 threads that allocate little take 4 MiB in all. */
    FIRST_CHUNK_BYTES = 4096,
    LAST_CHUNK_BYTES = HB_CAPTURE_CHUNK_BYTES,
    /* What is kept for a program that sets a seccomp filter: some 5 million events, in chunks that threads
       share. */
    RESERVE_BYTES = 16 << 20,
    LAST_RESERVED_CHUNK_BYTES = 1 << 16,
    PAGES_TOUCHED_AT_ONCE = 32,
    PATH_BYTES = 4096,
};

#ifndef HB_RECORD_GUARD
#define HB_RECORD_GUARD 0 /* 1: a page that cannot be touched behind each piece, for tests */
#endif

/* A piece that is mapped, and where it is in the file. */
struct piece {
    unsigned char *at;
    uint64_t offset;
    size_t bytes;
};

/* What children of fork inherit: mappings that stay good, whoever the process is. */
static struct hb_capture_shared *shared;
static struct piece reserve;
static bool is_filtered; /* since before the image began */
static uint64_t no_clock;
const _Atomic uint64_t *hb_record_clock = (const _Atomic uint64_t *)&no_clock;
_Atomic bool hb_sink_is_sealed;

/* Of the image that forked: what a child cannot ask for once a filter is set. */
static const struct hb_capture_header *parent_header;

static long system_call(long number, long a, long b, long c, long d, long e, long f)
{
    return hb_next.system_call(number, a, b, c, d, e, f);
}

#define SYSTEM1(name, a)          system_call(SYS_##name, (long)(a), 0, 0, 0, 0, 0)
#define SYSTEM2(name, a, b)       system_call(SYS_##name, (long)(a), (long)(b), 0, 0, 0, 0)
#define SYSTEM3(name, a, b, c)    system_call(SYS_##name, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define SYSTEM4(name, a, b, c, d) system_call(SYS_##name, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define SYSTEM6(name, a, b, c, d, e, f) \
    system_call(SYS_##name, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

static size_t page_bytes(void)
{
    size_t page = getauxval(AT_PAGESZ);

    return page >= HB_CAPTURE_HEADER_BYTES ? page : HB_CAPTURE_HEADER_BYTES;
}

static int open_path(const char *path, int flags)
{
    return (int)SYSTEM4(openat, AT_FDCWD, path, flags | O_CLOEXEC | O_NOFOLLOW, 0);
}

/* Reads the beginning of a file of /proc. Returns the bytes; 0 where it cannot be read. */
static size_t read_path(const char *path, char *text, size_t capacity)
{
    int fd = open_path(path, O_RDONLY);
    long bytes;

    if (fd < 0)
        return 0;
    bytes = SYSTEM3(read, fd, text, capacity);
    SYSTEM1(close, fd);
    return bytes > 0 ? (size_t)bytes : 0;
}

/* What the process was started with, where the C library has not been told yet. */
static const char *find_in_initial_environment(const char *name)
{
    static char block[1 << 16];
    size_t bytes = read_path("/proc/self/environ", block, sizeof block - 1);
    size_t length = strlen(name);

    for (const char *entry = block; entry < block + bytes; entry += strlen(entry) + 1)
        if (strncmp(entry, name, length) == 0 && entry[length] == '=')
            return entry + length + 1;
    return NULL;
}

const char *hb_sink_folder(void)
{
    return environ != NULL ? getenv(HB_RECORD_FOLDER_VARIABLE)
                           : find_in_initial_environment(HB_RECORD_FOLDER_VARIABLE);
}

static char *append_text(char *at, const char *end, const char *text)
{
    while (*text != '\0' && at < end)
        *at++ = *text++;
    return at;
}

static char *append_number(char *at, const char *end, unsigned long number)
{
    char digits[24];
    char *first = digits + sizeof digits - 1;

    *first = '\0';
    do {
        *--first = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    return append_text(at, end, first);
}

/* FOLDER/NUMBER.NAME; FOLDER/NAME where the number is 0. */
static void make_path(char path[static PATH_BYTES], const char *folder, unsigned long number,
                      const char *name)
{
    const char *end = &path[PATH_BYTES - 1];
    char *at = append_text(path, end, folder);

    at = append_text(at, end, "/");
    if (number > 0) {
        at = append_number(at, end, number);
        at = append_text(at, end, ".");
    }
    *append_text(at, end, name) = '\0';
}

static unsigned long process(void)
{
    return (unsigned long)SYSTEM1(getpid, 0);
}

/* The way to tell of a process that needs neither a descriptor nor the file: a link that says the errno. */
static void leave_refusal(const char *folder, int reason)
{
    char path[PATH_BYTES], text[24];

    *append_number(text, text + sizeof text - 1, (unsigned long)reason) = '\0';
    make_path(path, folder, process(), HB_CAPTURE_REFUSED_NAME);
    SYSTEM3(symlinkat, text, AT_FDCWD, path);
}

static void withdraw_refusal(const char *folder)
{
    char path[PATH_BYTES];

    make_path(path, folder, process(), HB_CAPTURE_REFUSED_NAME);
    SYSTEM3(unlinkat, AT_FDCWD, path, 0);
}

/*
 * Whether the open file behind `fd` is the one that `path` names. Between two calls of ours the program may
 * have closed the descriptor, and opened something else under its number. Asked after the mapping was made,
 * yes means that it is of our file: a number that was lost does not come back to it.
 */
static bool is_file_of(int fd, const char *path)
{
    struct stat opened, named;

    return SYSTEM4(newfstatat, fd, "", &opened, AT_EMPTY_PATH) == 0 &&
           SYSTEM4(newfstatat, AT_FDCWD, path, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

/* Nothing is written before it is known to be ours, and no descriptor closed that is not. */
static void *map_by_name(const char *path, size_t bytes)
{
    int fd = open_path(path, O_RDWR);
    void *map;

    if (fd < 0)
        return NULL;
    map = (void *)SYSTEM6(mmap, NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (!is_file_of(fd, path)) {
        if (map != MAP_FAILED)
            SYSTEM2(munmap, map, bytes);
        errno = EBADF;
        return NULL;
    }
    SYSTEM1(close, fd);
    return map != MAP_FAILED ? map : NULL;
}

/* The number behind NAME in a file of lines such as "Pid:\t12"; 0 where there is none. */
static unsigned long find_number(const char *text, const char *name)
{
    const char *at = strstr(text, name);

    return at != NULL ? strtoul(at + strlen(name), NULL, 10) : 0;
}

/*
 * Asks by reading a file, as the loader has just done too: an image may begin under a filter that was set
 * before its exec, and any other call might be its end. The filters of heapbench record, as of a container,
 * are known to do no harm: there are no fewer, and were none added where there are no more. (Kernels before
 * 5.9 do not say how many there are.)
 */
static bool is_under_filter(uint32_t known)
{
    char text[4096];
    unsigned long filters;

    text[read_path("/proc/self/status", text, sizeof text - 1)] = '\0';
    hb_recorder.pid = (uint32_t)find_number(text, "\nPid:");
    filters = find_number(text, "\nSeccomp_filters:");
    return find_number(text, "\nSeccomp:") != 0 && (filters == 0 || filters != known);
}

bool hb_sink_open(const char *folder)
{
    char path[PATH_BYTES];
    struct hb_capture_shared *map;
    int reason;

    if (shared != NULL)
        return true;
    make_path(path, folder, 0, HB_CAPTURE_NAME);
    map = map_by_name(path, HB_CAPTURE_SHARED_BYTES);
    if (map == NULL || memcmp(map->magic, HB_CAPTURE_MAGIC, sizeof map->magic) != 0) {
        reason = map == NULL ? errno : EINVAL;
        leave_refusal(folder, reason);
        errno = reason;
        return false;
    }
    if (atomic_load(&hb_recorder.lost_early) > 0)
        withdraw_refusal(folder);
    hb_record_clock = &map->clock_ms;
    is_filtered = is_under_filter(map->filters);
    if (map->touch != 0 && !is_filtered)
        hb_touched_begin();
    shared = map;
    return true;
}

/* Touches the pages through the kernel, for kernels before 5.14, which cannot populate. */
static bool touch(unsigned char *at, size_t bytes)
{
    static char zeros[PAGES_TOUCHED_AT_ONCE];
    size_t page = page_bytes();

    for (size_t done = 0; done < bytes; done += PAGES_TOUCHED_AT_ONCE * page) {
        struct iovec remote[PAGES_TOUCHED_AT_ONCE], local;
        size_t count = 0;

        for (size_t i = done; i < bytes && count < PAGES_TOUCHED_AT_ONCE; i += page)
            remote[count++] = (struct iovec){.iov_base = at + i, .iov_len = 1};
        local = (struct iovec){.iov_base = zeros, .iov_len = count};
        if (SYSTEM6(process_vm_writev, process(), &local, 1, remote, count, 0) != (long)count)
            return false;
    }
    return true;
}

/* Gives the pages blocks of the disk. False, with errno: there are none. */
static bool populate(unsigned char *at, size_t bytes)
{
    if (SYSTEM3(madvise, at, bytes, POPULATE_WRITE) == 0)
        return true;
    if (errno == EINVAL && touch(at, bytes))
        return true;
    if (errno == EFAULT) /* it would have been a SIGBUS */
        errno = ENOSPC;
    return false;
}

/* In checked builds: whoever passes the end of the piece dies of it. */
static bool guard(const unsigned char *end)
{
    return !HB_RECORD_GUARD || SYSTEM3(mprotect, end, page_bytes(), PROT_NONE) == 0;
}

/* Maps another piece of the file that `near` is of, which must lie before it. */
static unsigned char *map_beyond(const struct piece *near, uint64_t offset, size_t bytes)
{
    size_t between = (size_t)(offset - near->offset);
    size_t extra = HB_RECORD_GUARD ? page_bytes() : 0;
    unsigned char *window;

    /* Where the program locks all of its memory, the copy would be locked, and read from the disk, whole. */
    SYSTEM2(munlock, near->at, near->bytes);
    window = (unsigned char *)SYSTEM4(mremap, near->at, 0, between + bytes + extra, MREMAP_MAYMOVE);
    if (window == MAP_FAILED)
        return NULL;
    if (between > 0)
        SYSTEM2(munmap, window, between);
    window += between;
    /* Else each fault reads ahead, in units that are dirtied whole page by page: four times as slow on ext4.
     */
    SYSTEM3(madvise, window, bytes, MADV_RANDOM);
    if (guard(window + bytes) && populate(window, bytes))
        return window;
    {
        int reason = errno;

        SYSTEM2(munmap, window, bytes + extra);
        errno = reason;
    }
    return NULL;
}

/* The offset of a chunk that was prepared; 0: there is none. */
static uint64_t take_prepared(void)
{
    for (size_t i = 0; i < HB_CAPTURE_PREPARED; i++)
        if (atomic_load_explicit(&shared->prepared[i], memory_order_relaxed) != 0) {
            uint64_t offset = atomic_exchange(&shared->prepared[i], 0);

            if (offset != 0)
                return offset;
        }
    return 0;
}

static struct piece shared_piece(void)
{
    return (struct piece){.at = (unsigned char *)shared, .bytes = HB_CAPTURE_SHARED_BYTES};
}

/* A fresh piece of the file; `near` is mapped, and hopefully just before it. False, with errno. */
static bool take(const struct piece *near, size_t bytes, struct piece *piece)
{
    struct piece first = shared_piece();

    *piece = (struct piece){.bytes = bytes};
    if (bytes == HB_CAPTURE_CHUNK_BYTES)
        piece->offset = take_prepared();
    if (piece->offset == 0)
        piece->offset = atomic_fetch_add_explicit(&shared->end, bytes, memory_order_relaxed);
    if (piece->offset > shared->capacity || shared->capacity - piece->offset < bytes + page_bytes()) {
        errno = EFBIG;
        return false;
    }
    piece->at = map_beyond(near->offset < piece->offset ? near : &first, piece->offset, bytes);
    return piece->at != NULL;
}

/* A fresh piece of what was reserved: the counter is in its first page, so parent and child share it. */
static bool take_reserved(size_t bytes, struct piece *piece)
{
    _Atomic uint64_t *used = (_Atomic uint64_t *)(void *)reserve.at;
    uint64_t at;

    if (reserve.at == NULL || atomic_load(used) > reserve.bytes) {
        errno = HB_CAPTURE_USED_UP;
        return false;
    }
    at = page_bytes() + atomic_fetch_add(used, bytes);
    if (at > reserve.bytes || reserve.bytes - at < bytes) {
        errno = HB_CAPTURE_USED_UP;
        return false;
    }
    *piece = (struct piece){.at = reserve.at + at, .offset = reserve.offset + at, .bytes = bytes};
    return true;
}

static struct hb_capture_chunk *begin_chunk(const struct piece *piece, uint32_t image, uint32_t stream,
                                            uint32_t sequence)
{
    struct hb_capture_chunk *chunk = (struct hb_capture_chunk *)(void *)piece->at;

    chunk->image = image;
    chunk->stream = stream;
    chunk->sequence = sequence;
    chunk->bytes = (uint32_t)piece->bytes;
    chunk->offset = piece->offset;
    atomic_thread_fence(memory_order_release);
    *(volatile uint32_t *)&chunk->magic = HB_CAPTURE_CHUNK_MAGIC;
    return chunk;
}

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec now = {0};

    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Strict mode forbids even to read the processor's own clock; then the recording's must do. */
static uint64_t now_ns(void)
{
    if (!atomic_load_explicit(&hb_sink_is_sealed, memory_order_relaxed))
        return clock_ns(CLOCK_MONOTONIC);
    return shared->begin_ns + atomic_load_explicit(&shared->clock_ms, memory_order_relaxed) * 1000000;
}

void hb_sink_note_times(void)
{
    struct hb_capture_header *header = hb_recorder.header;

    if (header == NULL)
        return;
    header->last_ns = now_ns();
    if (!atomic_load_explicit(&hb_sink_is_sealed, memory_order_relaxed))
        header->cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

static size_t read_program(char *text, size_t capacity)
{
    long bytes = SYSTEM4(readlinkat, AT_FDCWD, "/proc/self/exe", text, capacity - 1);

    return bytes > 0 ? (size_t)bytes : 0;
}

static void ask_for_names(struct hb_capture_header *header)
{
    header->pid = (uint32_t)process();
    header->parent_pid = (uint32_t)SYSTEM1(getppid, 0);
    if (read_program(header->program, sizeof header->program) == 0 && getauxval(AT_EXECFN) != 0)
        append_text(header->program, header->program + sizeof header->program - 1,
                    (const char *)getauxval(AT_EXECFN)); /* another root, without /proc */
    header->command_bytes =
        (uint32_t)read_path("/proc/self/cmdline", header->command, sizeof header->command);
}

/* A child of fork that may not ask is another of its parent's kind; its number is not known. */
static void copy_names(struct hb_capture_header *header)
{
    header->is_sealed = 1;
    if (parent_header == NULL)
        return;
    header->parent_pid = parent_header->pid;
    memcpy(header->program, parent_header->program, sizeof header->program);
    memcpy(header->command, parent_header->command, sizeof header->command);
    header->command_bytes = parent_header->command_bytes;
}

static void fill_header(struct hb_capture_header *header)
{
    if (atomic_load(&hb_sink_is_sealed))
        copy_names(header);
    else
        ask_for_names(header);
    append_text(header->allocator, header->allocator + sizeof header->allocator - 1, hb_next_library());
    header->begin_ns = now_ns();
    if (!atomic_load(&hb_sink_is_sealed))
        header->begin_cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    header->lost_early = atomic_exchange(&hb_recorder.lost_early, 0);
    header->open_errno = (uint64_t)hb_recorder.early_reason;
    if (hb_recorder.refused != NULL)
        atomic_store(&hb_recorder.refused->lost, 0); /* they are in the header now */
}

bool hb_sink_begin_image(void)
{
    struct piece near = shared_piece(), piece;
    struct hb_capture_header *header;

    if (atomic_load(&hb_sink_is_sealed)) {
        if (!take_reserved(page_bytes(), &piece))
            return false;
    } else if (is_filtered) {
        errno = HB_CAPTURE_FILTERED;
        return false;
    } else if (!take(&near, page_bytes(), &piece)) {
        return false;
    }
    header = (struct hb_capture_header *)(void *)piece.at;
    fill_header(header);
    begin_chunk(&piece, atomic_fetch_add(&shared->images, 1) + 1, 0, 0);
    hb_recorder.header = header;
    parent_header = header;
    hb_sink_note_times();
    return true;
}

/* A place in the table of those that found no room. NULL where it is full. */
static struct hb_capture_refused *find_refused(int reason)
{
    for (size_t i = 0; i < HB_CAPTURE_REFUSED; i++) {
        struct hb_capture_refused *entry = &shared->refused[i];
        const char *program = (const char *)getauxval(AT_EXECFN);
        uint32_t nobody = 0;
        size_t length;

        if (atomic_load(&entry->pid) != 0 ||
            !atomic_compare_exchange_strong(&entry->pid, &nobody, hb_recorder.pid))
            continue;
        length = program != NULL ? strlen(program) : 0;
        entry->reason = reason;
        if (length >= sizeof entry->program)
            program += length - sizeof entry->program + 1;
        if (length > 0)
            append_text(entry->program, entry->program + sizeof entry->program - 1, program);
        return entry;
    }
    return NULL;
}

void hb_sink_count_early(int reason)
{
    hb_recorder.early_reason = reason;
    if (hb_recorder.pid == 0 && !is_filtered && !atomic_load(&hb_sink_is_sealed))
        hb_recorder.pid = (uint32_t)process();
    if (shared != NULL && hb_recorder.refused == NULL && hb_recorder.pid != 0)
        hb_recorder.refused = find_refused(reason);
    if (hb_recorder.refused != NULL)
        atomic_fetch_add(&hb_recorder.refused->lost, 1);
    atomic_fetch_add(&hb_recorder.lost_early, 1);
}

static uint32_t next_chunk_bytes(const struct hb_record_stream *stream, uint32_t at_most)
{
    uint32_t page = (uint32_t)page_bytes();
    uint32_t bytes = stream->chunk == NULL ? FIRST_CHUNK_BYTES : stream->chunk_bytes * 2;

    if (bytes > at_most)
        bytes = at_most;
    return bytes < page ? page : bytes;
}

static void unmap_chunk(unsigned char *chunk, size_t bytes)
{
    SYSTEM2(munmap, chunk, bytes + (HB_RECORD_GUARD ? page_bytes() : 0));
}

/* The nearest mapping before what comes: the less lies between, the less a limit on addresses is in the way.
 */
static struct piece nearest(const struct hb_record_stream *stream)
{
    const struct hb_capture_header *header = hb_recorder.header;
    const unsigned char *at = stream->chunk != NULL ? stream->chunk : (const unsigned char *)header;
    struct hb_capture_chunk head;

    memcpy(&head, at, sizeof head);
    return (struct piece){.at = (unsigned char *)(uintptr_t)at, .offset = head.offset, .bytes = head.bytes};
}

static bool take_chunk(const struct hb_record_stream *stream, struct piece *piece)
{
    struct piece near;

    if (atomic_load(&hb_sink_is_sealed))
        return take_reserved(next_chunk_bytes(stream, LAST_RESERVED_CHUNK_BYTES), piece);
    near = nearest(stream);
    return take(&near, next_chunk_bytes(stream, LAST_CHUNK_BYTES), piece);
}

bool hb_sink_next_chunk(struct hb_record_stream *stream)
{
    struct piece piece;

    if (!take_chunk(stream, &piece))
        return false;
    begin_chunk(&piece, hb_recorder.header->chunk.image, stream->id, stream->sequence);
    if (stream->chunk != NULL && !atomic_load(&hb_sink_is_sealed))
        unmap_chunk(stream->chunk, stream->chunk_bytes);
    stream->chunk = piece.at;
    stream->chunk_bytes = (uint32_t)piece.bytes;
    stream->sequence++;
    stream->cursor = piece.at + sizeof(struct hb_capture_chunk);
    hb_record_thread.chunk = piece.at;
    hb_record_thread.chunk_bytes = (uint32_t)piece.bytes;
    hb_sink_note_times();
    return true;
}

static bool is_reserved(const unsigned char *at)
{
    return reserve.at != NULL && at >= reserve.at && at < reserve.at + reserve.bytes;
}

void hb_sink_drop_inherited(void)
{
    struct hb_record_thread *thread = &hb_record_thread;

    if (thread->chunk != NULL && !is_reserved(thread->chunk) && !atomic_load(&hb_sink_is_sealed))
        unmap_chunk(thread->chunk, thread->chunk_bytes);
    thread->chunk = NULL;
}

void hb_sink_reserve(void)
{
    struct piece near = shared_piece(), piece;

    if (reserve.at == NULL && take(&near, RESERVE_BYTES, &piece))
        reserve = piece;
}

#include "workloads/record/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "workloads/record/next.h"

/* MADV_POPULATE_WRITE, which older headers lack. */
enum { POPULATE_WRITE = 23 };

/* The first chunk of a stream and the largest: 1000 threads that allocate little take 4 MiB in all. */
enum { FIRST_CHUNK_BYTES = 4096, LAST_CHUNK_BYTES = 1 << 20 };

static size_t page_bytes(void)
{
    size_t page = getauxval(AT_PAGESZ);

    return page >= HB_CAPTURE_HEADER_BYTES ? page : HB_CAPTURE_HEADER_BYTES;
}

static int open_path(const char *path, int flags)
{
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
}

/* Writes zeros, for a file system that cannot reserve. */
static bool fill(int fd, uint64_t offset, size_t bytes)
{
    static const char zeros[4096];

    for (size_t done = 0; done < bytes; done += sizeof zeros)
        if (syscall(SYS_pwrite64, fd, zeros, sizeof zeros, offset + done) != (long)sizeof zeros)
            return false;
    return true;
}

/* Blocks that are there when they are written to, from `offset` on. */
static bool reserve(int fd, uint64_t offset, size_t bytes)
{
    long result;

    do {
        result = syscall(SYS_fallocate, fd, 0, offset, bytes);
    } while (result != 0 && errno == EINTR);
    if (result == 0)
        return true;
    return errno == EOPNOTSUPP && fill(fd, offset, bytes);
}

/* Reserves and maps a piece of the open file; closes it. NULL: errno says why. */
static void *map_piece(int fd, uint64_t offset, size_t bytes)
{
    void *piece = MAP_FAILED;
    int saved;

    if (reserve(fd, offset, bytes))
        piece = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)offset);
    saved = errno;
    syscall(SYS_close, fd);
    errno = saved;
    if (piece == MAP_FAILED)
        return NULL;
    /* A child of fork writes to a file of its own. */
    madvise(piece, bytes, MADV_DONTFORK);
    /* One call for all pages, in place of a fault for each; kernels before 5.14 fault. */
    madvise(piece, bytes, POPULATE_WRITE);
    return piece;
}

/* What the process was started with, where the C library has not been told yet. */
static const char *find_in_initial_environment(const char *name)
{
    static char block[1 << 16];
    int fd = open_path("/proc/self/environ", O_RDONLY);
    size_t length = strlen(name);
    long bytes;

    if (fd < 0)
        return NULL;
    bytes = syscall(SYS_read, fd, block, sizeof block - 1);
    syscall(SYS_close, fd);
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

/* FOLDER/PID.N.capture. False where it is too long. */
static bool make_path(char *path, size_t capacity, const char *folder, unsigned long number)
{
    const char *end = path + capacity - 1;
    char *at = append_text(path, end, folder);

    at = append_text(at, end, "/");
    at = append_number(at, end, (unsigned long)syscall(SYS_getpid));
    at = append_text(at, end, ".");
    at = append_number(at, end, number);
    at = append_text(at, end, ".capture");
    *at = '\0';
    return at < end;
}

/* The same process may have been another program before an exec: each image takes the next number. */
static int create_file(const char *folder)
{
    int fd = -1;

    for (unsigned long number = 0; fd < 0 && number < 100000; number++) {
        if (!make_path(hb_recorder.path, sizeof hb_recorder.path, folder, number)) {
            errno = ENAMETOOLONG;
            return -1;
        }
        fd = open_path(hb_recorder.path, O_RDWR | O_CREAT | O_EXCL);
        if (fd < 0 && errno != EEXIST)
            return -1;
    }
    return fd;
}

static void read_command(struct hb_capture_header *header)
{
    int fd = open_path("/proc/self/cmdline", O_RDONLY);
    long bytes;

    if (fd < 0)
        return;
    bytes = syscall(SYS_read, fd, header->command, sizeof header->command);
    syscall(SYS_close, fd);
    header->command_bytes = bytes > 0 ? (uint32_t)bytes : 0;
}

static void fill_header(struct hb_capture_header *header, size_t page)
{
    header->page_bytes = (uint32_t)page;
    header->pid = (uint32_t)syscall(SYS_getpid);
    header->parent_pid = (uint32_t)syscall(SYS_getppid);
    append_text(header->allocator, header->allocator + sizeof header->allocator - 1, hb_next_library());
    read_command(header);
    memcpy(header->magic, HB_CAPTURE_MAGIC, sizeof header->magic);
}

bool hb_sink_open(const char *folder)
{
    size_t page = page_bytes();
    int fd = create_file(folder);
    struct hb_capture_header *header;

    if (fd < 0)
        return false;
    header = map_piece(fd, 0, page);
    if (header == NULL)
        return false;
    fill_header(header, page);
    atomic_store_explicit(&hb_recorder.file_end, page, memory_order_relaxed);
    hb_recorder.header = header;
    return true;
}

static uint32_t next_chunk_bytes(const struct hb_stream *stream)
{
    uint32_t page = (uint32_t)page_bytes();
    uint32_t bytes = stream->chunk == NULL ? FIRST_CHUNK_BYTES : stream->chunk_bytes * 2;

    if (bytes > LAST_CHUNK_BYTES)
        bytes = LAST_CHUNK_BYTES;
    return bytes < page ? page : bytes;
}

bool hb_sink_next_chunk(struct hb_stream *stream)
{
    uint32_t bytes = next_chunk_bytes(stream);
    int fd = open_path(hb_recorder.path, O_RDWR);
    struct hb_capture_chunk head = {.magic = HB_CAPTURE_CHUNK_MAGIC, .stream = stream->id, .bytes = bytes};
    unsigned char *chunk;

    if (fd < 0)
        return false;
    head.offset = atomic_fetch_add_explicit(&hb_recorder.file_end, bytes, memory_order_relaxed);
    head.sequence = stream->sequence;
    chunk = map_piece(fd, head.offset, bytes);
    if (chunk == NULL)
        return false;
    memcpy(chunk, &head, sizeof head);
    if (stream->chunk != NULL)
        munmap(stream->chunk, stream->chunk_bytes);
    stream->chunk = chunk;
    stream->chunk_bytes = bytes;
    stream->sequence++;
    stream->cursor = chunk + sizeof head;
    return true;
}

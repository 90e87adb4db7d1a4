#include "workloads/record/recorder.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "workloads/record/next.h"
#include "workloads/record/sink.h"

enum file_state { FILE_NONE = 0, FILE_OPENING, FILE_READY, FILE_REFUSED };

struct hb_recorder hb_recorder;
__thread struct hb_stream *hb_stream;

/* What a child does inherit: whether to record at all. */
static _Atomic int wanted; /* 0 not known yet, 1 yes, -1 no */
static char folder[3500];

enum { LOST_BEFORE_RETRY = 1024, ENDED_THREADS_LOOKED_AT = 4 };

static int32_t this_thread(void)
{
    return (int32_t)syscall(SYS_gettid);
}

/* False where the kernel is older than 4.14: then a fork could not be told, and nothing is recorded. */
static bool empty_on_fork(void *pages, size_t bytes)
{
    return madvise(pages, bytes, MADV_WIPEONFORK) == 0;
}

/* Decides once, at the first event of the first image, whether this process is recorded. */
static bool decide(void)
{
    const char *name = hb_sink_folder();
    bool yes = name != NULL && name[0] == '/' && strlen(name) < sizeof folder;

    if (yes)
        memcpy(folder, name, strlen(name) + 1);
    yes = yes && empty_on_fork(&hb_recorder, sizeof hb_recorder);
    atomic_store_explicit(&wanted, yes ? 1 : -1, memory_order_release);
    return yes;
}

static bool is_wanted(void)
{
    int known = atomic_load_explicit(&wanted, memory_order_acquire);

    return known != 0 ? known > 0 : decide();
}

/* The process's file is there. One thread opens it, others wait. */
static bool have_file(void)
{
    uint32_t state = FILE_NONE;

    if (atomic_compare_exchange_strong(&hb_recorder.file_state, &state, FILE_OPENING)) {
        state = hb_sink_open(folder) ? FILE_READY : FILE_REFUSED;
        atomic_store_explicit(&hb_recorder.file_state, state, memory_order_release);
    }
    while (state == FILE_OPENING) {
        syscall(SYS_sched_yield);
        state = atomic_load_explicit(&hb_recorder.file_state, memory_order_acquire);
    }
    return state == FILE_READY;
}

static bool has_ended(int32_t tid)
{
    int saved = errno;
    bool ended = tid == this_thread() || (syscall(SYS_tkill, tid, 0) != 0 && errno == ESRCH);

    errno = saved;
    return ended;
}

/* Readies an ended thread's stream for its next: the thread may have ended in the middle of an event. */
static void inherit(struct hb_stream *stream)
{
    if (stream->chunk != NULL)
        memset(stream->cursor, 0, HB_RECORD_MARGIN);
    stream->limit = stream->cursor;
    stream->fresh = true;
    atomic_store(&stream->busy, 0);
}

/* The stream of a thread that has ended, now this thread's; NULL where a short search finds none. */
static struct hb_stream *take_over(void)
{
    struct hb_stream *stream = atomic_load(&hb_recorder.scan);

    for (int i = 0; i < ENDED_THREADS_LOOKED_AT; i++) {
        int32_t tid;

        if (stream == NULL)
            stream = atomic_load(&hb_recorder.streams);
        if (stream == NULL)
            return NULL;
        atomic_store(&hb_recorder.scan, stream->next);
        tid = atomic_load(&stream->tid);
        if (has_ended(tid) && atomic_compare_exchange_strong(&stream->tid, &tid, this_thread())) {
            inherit(stream);
            return stream;
        }
        stream = stream->next;
    }
    return NULL;
}

static void publish(struct hb_stream *stream)
{
    struct hb_stream *first = atomic_load(&hb_recorder.streams);

    do {
        stream->next = first;
    } while (!atomic_compare_exchange_weak(&hb_recorder.streams, &first, stream));
}

/* Gives an empty stream (new, or emptied by a fork) an identity. */
static void identify(struct hb_stream *stream)
{
    stream->id = atomic_fetch_add(&hb_recorder.stream_ids, 1) + 1;
    atomic_store(&stream->tid, this_thread());
    stream->fresh = true;
    publish(stream);
}

static struct hb_stream *create_stream(void)
{
    struct hb_stream *stream =
        mmap(NULL, HB_RECORD_PAGE_AT_MOST, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (stream == MAP_FAILED)
        return NULL;
    if (!empty_on_fork(stream, HB_RECORD_PAGE_AT_MOST)) {
        munmap(stream, HB_RECORD_PAGE_AT_MOST);
        return NULL;
    }
    identify(stream);
    return stream;
}

static struct hb_stream *find_stream(void)
{
    struct hb_stream *stream;

    if (!is_wanted() || !have_file())
        return NULL;
    stream = take_over();
    return stream != NULL ? stream : create_stream();
}

/* The thread's first event. A signal handler that allocates while the thread is in here is not recorded: it
 * would wait for the file that this very thread is opening. */
static struct hb_stream *attach(void)
{
    static __thread bool is_attaching __attribute__((tls_model("initial-exec")));

    if (hb_next_is_resolving || is_attaching)
        return NULL;
    is_attaching = true;
    hb_stream = find_stream();
    is_attaching = false;
    return hb_stream;
}

static void count_lost(uint64_t *counter)
{
    __atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

struct hb_stream *hb_record_enter(void)
{
    struct hb_stream *stream = hb_stream;
    int saved = errno;

    if (stream == NULL)
        stream = attach();
    else if (atomic_load_explicit(&stream->busy, memory_order_relaxed) != 0) {
        if (hb_recorder.header != NULL)
            count_lost(&hb_recorder.header->lost_nested);
        stream = NULL;
    }
    errno = saved;
    return stream;
}

/* Writes a mark with a number, at `skip` bytes behind the tag. */
static void put_mark(struct hb_stream *stream, enum hb_capture_mark mark, unsigned skip, uint64_t number)
{
    unsigned length = hb_record_length(number);

    hb_record_store(stream->cursor + 1 + skip, number);
    hb_record_publish(stream->cursor, HB_CAPTURE_MARK | length << 3 | (unsigned)mark << 6);
    stream->cursor += 2 + skip + length;
}

static void put_bare_mark(struct hb_stream *stream, enum hb_capture_mark mark)
{
    hb_record_publish(stream->cursor, HB_CAPTURE_MARK | (unsigned)mark << 6);
    stream->cursor++;
}

static unsigned char *last_place(const struct hb_stream *stream)
{
    return stream->chunk + stream->chunk_bytes - HB_RECORD_MARGIN;
}

/* The clock goes on when nobody has moved it since this stream last looked: so it keeps the pace of the
 * busiest thread, however many there are. */
static void look_at_clock(struct hb_stream *stream)
{
    uint32_t now = atomic_load_explicit(&hb_recorder.tick, memory_order_relaxed);

    if (now == stream->stride_tick)
        atomic_compare_exchange_strong(&hb_recorder.tick, &now, now + 1);
    stream->stride_tick = atomic_load_explicit(&hb_recorder.tick, memory_order_relaxed);
}

/* Room for at least one event and its marks. */
static bool make_room(struct hb_stream *stream)
{
    if (stream->chunk == NULL || stream->cursor >= last_place(stream)) {
        /* A full disk is not asked again at every event. */
        if (stream->lost_in_a_row % LOST_BEFORE_RETRY != 0)
            return false;
        if (!hb_sink_next_chunk(stream)) {
            hb_recorder.header->stop_errno = (uint64_t)errno;
            return false;
        }
    }
    stream->limit = stream->cursor + HB_RECORD_STRIDE;
    if (stream->limit > last_place(stream))
        stream->limit = last_place(stream);
    look_at_clock(stream);
    return true;
}

static void mark_clock(struct hb_stream *stream)
{
    uint32_t now = atomic_load_explicit(&hb_recorder.tick, memory_order_relaxed);

    if (now == stream->tick)
        return;
    stream->tick = now;
    put_mark(stream, HB_CAPTURE_MARK_TICK, 0, now);
}

/* Takes the shard where another stream has it. Plain atomics suffice: whoever frees a block touches the shard
 * before the allocator's own release, and whoever is given the block next does so after its acquire. */
static void own_shard(struct hb_stream *stream, uint64_t address)
{
    uint32_t shard = hb_capture_shard(address);
    uint64_t owner_mask = (1u << HB_CAPTURE_OWNER_BITS) - 1;
    uint64_t held = atomic_load_explicit(&hb_recorder.shards[shard], memory_order_relaxed);
    uint64_t taken;

    if ((held & owner_mask) == stream->id)
        return;
    do {
        taken = ((held >> HB_CAPTURE_OWNER_BITS) + 1) << HB_CAPTURE_OWNER_BITS | stream->id;
    } while (!atomic_compare_exchange_weak_explicit(&hb_recorder.shards[shard], &held, taken,
                                                    memory_order_relaxed, memory_order_relaxed));
    hb_record_store(stream->cursor + 1, shard);
    put_mark(stream, HB_CAPTURE_MARK_ORDER, 2, taken >> HB_CAPTURE_OWNER_BITS);
}

/* In a child of fork: the stream is empty, and so is all that belonged to the process. */
static bool begin_again(struct hb_stream *stream)
{
    if (!have_file())
        return false;
    identify(stream);
    return true;
}

static bool settle(struct hb_stream *stream, uint64_t address)
{
    if (stream->id == 0 && !begin_again(stream))
        return false;
    if (stream->cursor >= stream->limit && !make_room(stream)) {
        stream->lost_in_a_row++;
        count_lost(&hb_recorder.header->lost_space);
        return false;
    }
    stream->lost_in_a_row = 0;
    if (stream->fresh) {
        stream->fresh = false;
        put_bare_mark(stream, HB_CAPTURE_MARK_THREAD);
    }
    mark_clock(stream);
    own_shard(stream, address);
    return true;
}

bool hb_record_settle(struct hb_stream *stream, uint64_t address)
{
    int saved = errno;
    bool settled = settle(stream, address);

    if (!settled)
        atomic_store_explicit(&stream->busy, 0, memory_order_relaxed);
    errno = saved;
    return settled;
}

void hb_record_realloc_failed(const void *block)
{
    struct hb_stream *stream = hb_record_begin((uintptr_t)block);

    if (stream == NULL)
        return;
    put_bare_mark(stream, HB_CAPTURE_MARK_REALLOC_FAILED);
    hb_record_end(stream, stream->cursor);
}

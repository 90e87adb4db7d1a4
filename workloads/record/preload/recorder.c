/*
 * recorder.c - the slow path: what is done once a thread, once a chunk, or when a shard changes hands.
 */
#include "workloads/record/preload/recorder.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "workloads/record/preload/next.h"
#include "workloads/record/preload/sink.h"

enum image_state { IMAGE_NONE = 0, IMAGE_OPENING, IMAGE_READY, IMAGE_REFUSED };

struct hb_recorder hb_recorder;
__thread struct hb_record_thread hb_record_thread;

/* What a child does inherit: whether to record at all. */
static _Atomic int wanted; /* 0 not known yet, 1 yes, -1 no */
static char folder[3500];

/* Its destructor tells that a thread is about to end. */
static pthread_key_t ending_key;
static bool has_ending_key;

enum {
    LOST_BEFORE_RETRY = 1024,
    ENDED_THREADS_LOOKED_AT = 4,
    /* glibc keeps so many values in the thread itself; for further ones it would allocate. */
    KEYS_WITHOUT_ALLOCATION = 32,
    /* For threads that begin after a filter was set. */
    SPARE_STREAMS = 64,
    SIGNAL_SET_BYTES = 8,
    LONGEST_MARKS = 32,
};

/* What the clock never says: so the next event marks the time, and its thread. */
#define NO_TIME UINT64_MAX

static unsigned char *_Atomic spare_pages;
static _Atomic uint32_t spare_used;

static long system_call(long number, long a, long b, long c, long d)
{
    return hb_next.system_call(number, a, b, c, d, 0, 0);
}

static bool is_sealed(void)
{
    return atomic_load_explicit(&hb_sink_is_sealed, memory_order_relaxed);
}

/* A handler that forks and returns in the child must not find itself in the middle of what follows. */
static uint64_t block_signals(void)
{
    uint64_t all = UINT64_MAX, before = 0;

    if (!is_sealed())
        system_call(SYS_rt_sigprocmask, SIG_BLOCK, (long)&all, (long)&before, SIGNAL_SET_BYTES);
    return before;
}

static void restore_signals(uint64_t before)
{
    if (!is_sealed())
        system_call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&before, 0, SIGNAL_SET_BYTES);
}

static int32_t this_thread(void)
{
    return (int32_t)system_call(SYS_gettid, 0, 0, 0, 0);
}

/* False where the kernel is older than 4.14: then a fork could not be told, and nothing is recorded. */
static bool empty_on_fork(void *pages, size_t bytes)
{
    return madvise(pages, bytes, MADV_WIPEONFORK) == 0;
}

/* Tells the next thread that it may have the stream, once this one is gone: see has_ended. */
static void end_thread(void *value)
{
    struct hb_record_stream *stream = value;

    if (!is_sealed())
        atomic_store(&stream->ending_tid, this_thread());
}

/* Decides once, at the first event of the first image, whether this process is recorded. */
static bool decide(void)
{
    const char *name = hb_sink_folder();
    bool yes = name != NULL && name[0] == '/' && strlen(name) < sizeof folder;

    if (yes)
        memcpy(folder, name, strlen(name) + 1);
    yes = yes && empty_on_fork(&hb_recorder, sizeof hb_recorder);
    if (yes)
        has_ending_key =
            pthread_key_create(&ending_key, end_thread) == 0 && ending_key < KEYS_WITHOUT_ALLOCATION;
    atomic_store_explicit(&wanted, yes ? 1 : -1, memory_order_release);
    return yes;
}

static bool is_wanted(void)
{
    int known = atomic_load_explicit(&wanted, memory_order_acquire);

    return known != 0 ? known > 0 : decide();
}

static bool open_image(void)
{
    bool open = hb_sink_open(folder) && hb_sink_begin_image();

    if (!open)
        hb_sink_count_early(errno);
    return open;
}

/* The process's image is there. One thread opens it, others wait. */
static bool have_image(void)
{
    uint32_t state = atomic_load_explicit(&hb_recorder.image_state, memory_order_acquire);

    while (state != IMAGE_READY) {
        if (state == IMAGE_OPENING) {
            system_call(SYS_sched_yield, 0, 0, 0, 0);
            state = atomic_load_explicit(&hb_recorder.image_state, memory_order_acquire);
        } else if (atomic_compare_exchange_strong(&hb_recorder.image_state, &state, IMAGE_OPENING)) {
            state = open_image() ? IMAGE_READY : IMAGE_REFUSED;
            atomic_store_explicit(&hb_recorder.image_state, state, memory_order_release);
            return state == IMAGE_READY;
        }
    }
    return true;
}

/* A refusal is not asked about again at every event. */
static bool is_refused(void)
{
    if (atomic_load_explicit(&hb_recorder.image_state, memory_order_relaxed) != IMAGE_REFUSED ||
        atomic_load_explicit(&hb_recorder.lost_early, memory_order_relaxed) % LOST_BEFORE_RETRY == 0)
        return false;
    hb_sink_count_early(hb_recorder.early_reason);
    return true;
}

/* A thread that has announced its end, and is not there any more: it will never write again. */
static bool has_ended(int32_t tid)
{
    int saved = errno;
    bool ended;

    if (tid == 0)
        return false;
    ended = system_call(SYS_tgkill, system_call(SYS_getpid, 0, 0, 0, 0), tid, 0, 0) != 0 && errno == ESRCH;
    errno = saved;
    return ended;
}

/* Readies an ended thread's stream for its next: the thread may have ended in the middle of an event. */
static void inherit(struct hb_record_stream *stream)
{
    if (stream->chunk != NULL) {
        size_t left = (size_t)(stream->chunk + stream->chunk_bytes - stream->cursor);

        memset(stream->cursor, 0, left < HB_CAPTURE_MARGIN ? left : HB_CAPTURE_MARGIN);
    }
    stream->fresh = true;
    stream->time = NO_TIME;
}

/* The stream of a thread that has ended, now this thread's; NULL where a short search finds none. */
static struct hb_record_stream *take_over(void)
{
    struct hb_record_stream *stream = atomic_load(&hb_recorder.scan);

    for (int i = 0; i < ENDED_THREADS_LOOKED_AT && !is_sealed(); i++) {
        int32_t tid;

        if (stream == NULL)
            stream = atomic_load(&hb_recorder.streams);
        if (stream == NULL)
            return NULL;
        atomic_store(&hb_recorder.scan, stream->next);
        tid = atomic_load(&stream->ending_tid);
        if (has_ended(tid) && atomic_compare_exchange_strong(&stream->ending_tid, &tid, 0)) {
            inherit(stream);
            return stream;
        }
        stream = stream->next;
    }
    return NULL;
}

static void publish(struct hb_record_stream *stream)
{
    struct hb_record_stream *first = atomic_load(&hb_recorder.streams);

    do {
        stream->next = first;
    } while (!atomic_compare_exchange_weak(&hb_recorder.streams, &first, stream));
}

/* Gives a stream (new, or emptied by a fork) an identity. What it may hold was left by an event that the fork
 * interrupted. */
static void identify(struct hb_record_stream *stream)
{
    *stream = (struct hb_record_stream){
        .id = atomic_fetch_add(&hb_recorder.stream_ids, 1) + 1, .fresh = true, .time = NO_TIME};
    publish(stream);
}

static unsigned char *map_pages(size_t count)
{
    size_t bytes = count * HB_RECORD_PAGE_AT_MOST;
    void *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (pages == MAP_FAILED)
        return NULL;
    if (!empty_on_fork(pages, bytes)) {
        munmap(pages, bytes);
        return NULL;
    }
    return pages;
}

static unsigned char *take_spare_page(void)
{
    unsigned char *pages = atomic_load(&spare_pages);
    uint32_t index;

    if (pages == NULL)
        return NULL;
    index = atomic_fetch_add(&spare_used, 1);
    return index < SPARE_STREAMS ? pages + (size_t)index * HB_RECORD_PAGE_AT_MOST : NULL;
}

static void count_lost(uint64_t *counter)
{
    __atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

static struct hb_record_stream *create_stream(void)
{
    struct hb_record_stream *stream =
        (struct hb_record_stream *)(void *)(is_sealed() ? take_spare_page() : map_pages(1));

    if (stream != NULL)
        identify(stream);
    else
        count_lost(is_sealed() ? &hb_recorder.header->lost_sealed : &hb_recorder.header->lost_space);
    return stream;
}

static struct hb_record_stream *find_stream(void)
{
    struct hb_record_stream *stream;

    if (!is_wanted() || !have_image())
        return NULL;
    stream = take_over();
    if (stream == NULL)
        stream = create_stream();
    if (stream != NULL && has_ending_key)
        pthread_setspecific(ending_key, stream);
    return stream;
}

/* The thread's first event. */
static struct hb_record_stream *attach(void)
{
    uint64_t before;

    if (hb_next_is_resolving || atomic_load_explicit(&wanted, memory_order_relaxed) < 0 || is_refused())
        return NULL;
    before = block_signals();
    hb_record_thread.stream = find_stream();
    restore_signals(before);
    return hb_record_thread.stream;
}

struct hb_record_stream *hb_record_enter(void)
{
    struct hb_record_stream *stream = hb_record_thread.stream;
    int saved = errno;

    if (atomic_load_explicit(&hb_record_thread.busy, memory_order_relaxed) != 0) {
        if (hb_recorder.header != NULL)
            count_lost(&hb_recorder.header->lost_nested);
        stream = NULL;
    } else if (stream == NULL) {
        stream = attach();
    }
    errno = saved;
    return stream;
}

/* In a child of fork: the stream is empty, and so is all that belonged to the process. */
static bool begin_again(struct hb_record_stream *stream)
{
    hb_sink_drop_inherited();
    if (!have_image())
        return false;
    identify(stream);
    return true;
}

static bool next_chunk(struct hb_record_stream *stream)
{
    /* A full disk is not asked again at every event. */
    if (stream->lost_in_a_row % LOST_BEFORE_RETRY != 0)
        return false;
    if (!hb_sink_next_chunk(stream)) {
        hb_recorder.header->stop_errno = (uint64_t)errno;
        return false;
    }
    stream->limit = stream->chunk + stream->chunk_bytes - HB_CAPTURE_MARGIN;
    return true;
}

/* With signals blocked: room for at least one event and its marks. */
static bool make_room(struct hb_record_stream *stream)
{
    if (stream->id == 0 && (is_refused() || !begin_again(stream)))
        return false;
    if (stream->cursor < stream->limit || next_chunk(stream)) {
        stream->lost_in_a_row = 0;
        return true;
    }
    stream->lost_in_a_row++;
    count_lost(is_sealed() ? &hb_recorder.header->lost_sealed : &hb_recorder.header->lost_space);
    return false;
}

/* Marks, before they are stored. */
struct marks {
    unsigned char bytes[LONGEST_MARKS];
    unsigned count;
};

static void add_number(struct marks *marks, uint64_t number, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        marks->bytes[marks->count++] = (unsigned char)(number >> 8 * i);
}

static void add_mark(struct marks *marks, enum hb_capture_mark mark, unsigned number_bytes)
{
    add_number(marks, HB_CAPTURE_MARK | (number_bytes - 1) << 3 | (unsigned)mark << 6, 1);
}

static void add_bare_mark(struct marks *marks, enum hb_capture_bare bare)
{
    add_mark(marks, HB_CAPTURE_MARK_BARE, (unsigned)bare + 1);
}

static void add_clock_mark(struct marks *marks, enum hb_capture_mark mark, uint64_t number)
{
    unsigned bytes = hb_record_length(number) + 1;

    add_mark(marks, mark, bytes);
    add_number(marks, number, bytes);
}

/* Takes the shard where another stream has it. Plain atomics suffice: whoever frees a block touches the shard
 * before the allocator's own release, and whoever is given the block next does so after its acquire. */
static void own_shard(struct marks *marks, uint32_t id, uint64_t address)
{
    uint32_t shard = hb_capture_shard(address);
    uint64_t owner_mask = (1u << HB_CAPTURE_OWNER_BITS) - 1;
    uint64_t held = atomic_load_explicit(&hb_recorder.shards[shard], memory_order_relaxed);
    uint64_t taken, epoch;
    unsigned bytes;

    if ((held & owner_mask) == id)
        return;
    do {
        taken = ((held >> HB_CAPTURE_OWNER_BITS) + 1) << HB_CAPTURE_OWNER_BITS | id;
    } while (!atomic_compare_exchange_weak_explicit(&hb_recorder.shards[shard], &held, taken,
                                                    memory_order_relaxed, memory_order_relaxed));
    epoch = taken >> HB_CAPTURE_OWNER_BITS;
    bytes = hb_record_length(epoch) + 1;
    add_mark(marks, HB_CAPTURE_MARK_ORDER, bytes);
    add_number(marks, shard, 2);
    add_number(marks, epoch, bytes);
}

/* Stores marks, the first byte last: so they are there whole or not at all. */
static void put_marks(struct hb_record_stream *stream, unsigned char *at, const struct marks *marks)
{
    for (unsigned i = marks->count; i-- > 1;)
        *(volatile unsigned char *)(at + i) = marks->bytes[i];
    atomic_thread_fence(memory_order_release);
    if (marks->count > 0)
        *(volatile unsigned char *)at = marks->bytes[0];
    stream->cursor = at + marks->count;
}

/* Writes the marks that must precede an event; none where a fork has just emptied the stream. */
static void mark(struct hb_record_stream *stream, uint64_t address)
{
    struct marks marks = {.count = 0};
    uint64_t time = atomic_load_explicit(hb_record_clock, memory_order_relaxed);
    unsigned char *at = stream->cursor;

    if (stream->fresh)
        add_bare_mark(&marks, HB_CAPTURE_BARE_THREAD);
    if (time != stream->time)
        add_clock_mark(&marks, HB_CAPTURE_MARK_TIME, time);
    own_shard(&marks, stream->id, address);
    if (!hb_record_has_room(stream, at))
        return;
    put_marks(stream, at, &marks);
    stream->fresh = false;
    stream->time = time;
}

bool hb_record_settle(struct hb_record_stream *stream, uint64_t address)
{
    int saved = errno;
    bool room = true;

    if (!hb_record_has_room(stream, stream->cursor)) {
        uint64_t before = block_signals();

        room = make_room(stream);
        restore_signals(before);
    }
    if (room)
        mark(stream, address);
    errno = saved;
    return room;
}

/* The clock goes on when nobody has moved it since this stream last looked: so it keeps the pace of the
 * busiest thread, however many there are. */
unsigned char *hb_record_stride(struct hb_record_stream *stream, unsigned char *end)
{
    uint32_t now = atomic_load_explicit(&hb_recorder.tick, memory_order_relaxed);
    struct marks marks = {.count = 0};

    if (now == stream->stride_tick)
        atomic_compare_exchange_strong(&hb_recorder.tick, &now, now + 1);
    now = atomic_load_explicit(&hb_recorder.tick, memory_order_relaxed);
    stream->stride_tick = now;
    if (now == stream->tick)
        return end;
    add_clock_mark(&marks, HB_CAPTURE_MARK_TICK, now);
    if (!hb_record_has_room(stream, NULL)) /* a fork has just emptied the stream */
        return end;
    put_marks(stream, end, &marks);
    stream->tick = now;
    return end + marks.count;
}

void hb_record_realloc_failed(const void *block)
{
    struct hb_record_stream *stream = hb_record_begin();
    struct marks marks = {.count = 0};
    unsigned char *at;
    uint64_t delta;

    if (stream == NULL || !hb_record_find_place(stream, (uintptr_t)block, &at, &delta))
        return;
    add_bare_mark(&marks, HB_CAPTURE_BARE_REALLOC_FAILED);
    put_marks(stream, at, &marks);
    hb_record_leave();
}

void hb_record_touched(uint64_t address, uint64_t bytes)
{
    struct hb_record_stream *stream = hb_record_begin();
    struct marks marks = {.count = 0};
    unsigned char *at;
    uint64_t delta;

    if (stream == NULL || !hb_record_find_place(stream, address, &at, &delta))
        return;
    add_bare_mark(&marks, HB_CAPTURE_BARE_TOUCHED);
    add_number(&marks, address, 8);
    add_number(&marks, bytes, 8);
    put_marks(stream, at, &marks);
    hb_record_leave();
}

void hb_record_prepare(void)
{
    uint64_t before;

    if (atomic_load(&wanted) < 0 || hb_next_is_resolving)
        return;
    before = block_signals();
    if (is_wanted())
        hb_sink_open(folder);
    restore_signals(before);
}

bool hb_record_seal(void)
{
    uint64_t before;

    if (is_sealed() || hb_next_is_resolving)
        return false;
    before = block_signals();
    if (is_wanted() && have_image()) {
        hb_sink_reserve();
        if (atomic_load(&spare_pages) == NULL)
            atomic_store(&spare_pages, map_pages(SPARE_STREAMS));
        hb_recorder.header->is_sealed = 1;
    }
    restore_signals(before);
    atomic_store(&hb_sink_is_sealed, true);
    return true;
}

void hb_record_unseal(void)
{
    atomic_store(&hb_sink_is_sealed, false);
    if (hb_recorder.header != NULL)
        hb_recorder.header->is_sealed = 0;
}

/* The end of the image, where it has one that runs destructors. */
__attribute__((destructor)) static void note_end(void)
{
    hb_touched_end();
    hb_sink_note_times();
    if (hb_recorder.header != NULL)
        hb_recorder.header->has_ended = 1;
}

void hb_record_note_name(void)
{
    if (hb_recorder.header != NULL)
        hb_recorder.header->is_renamed = 1;
}

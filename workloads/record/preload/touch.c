/*
 * touch.c - how much of each large block the program ever wrote, asked of the kernel.
 *
 * A block that malloc or an aligned allocation has just given out holds nothing that anybody may rely on. Its
 * inner whole pages that are in memory, left there by an earlier block, are given back (MADV_DONTNEED); when
 * the block dies, the kernel says which are there again (mincore): the program has touched those. A block of
 * calloc or realloc keeps all that it has: there, a page that was in memory at birth counts as touched.
 *
 * Nothing of the program's can be lost. Only bytes of a block that has this moment been given out, with
 * contents that are undefined, are ever dropped. Where the memory is a file's or shared, the file's bytes
 * come back, and mincore calls them touched; where it is locked, the kernel refuses, and the block is left
 * alone. So is one in huge pages of the kind that must be reserved, of which a dropped one might not be had
 * again: the kernel refuses such a range unless it begins on a huge page's border, and the first page is
 * dropped by itself.
 * Nothing is written, and of a block's whole pages nothing read: a program may have protected them.
 *
 * A block may begin and end within a page that is not its own. The page at its end is touched where it is in
 * memory. The one at its beginning always is, for what the allocator keeps there: it counts as touched unless
 * no other page is and the block's first word is what it was at birth.
 *
 * What is spent is limited to a part of the processor time that the program takes: beyond it, blocks go
 * unmeasured. The price of a page that is dropped includes the fault that will bring it back. A fair sample
 * is measured of blocks of one size from one function, however they come: one that there was nothing left for
 * lets a random number of those after it pass, twice as many as the time before, since to wait for the next
 * that can be paid would take the first of each burst and the cheap ones. A dear one is paid for by what
 * comes after it, up to a bound.
 *
 * Large blocks that live are in a table of ways: a set for each shard of addresses. It is empty in a child of
 * fork, whose inherited blocks are no part of its trace. Nobody waits for anybody here: a handler may come at
 * any moment, and fork.
 */
#include <assert.h>
#include <errno.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

#include "workloads/record/preload/next.h"
#include "workloads/record/preload/recorder.h"
#include "workloads/record/preload/sink.h"

enum {
    WAYS = 4,
    PAGES_AT_ONCE = 1024, /* whose answers are on the stack of whoever calls */
    SMALLEST_HUGE_PAGE = 65536,
    /* Prices, in nanoseconds: as measured in a virtual machine, where they are high, rounded up. */
    PRICE_OF_BLOCK = 3000, /* asked about at birth and at death */
    PRICE_OF_PAGE = 20,
    PRICE_OF_ABSENT_PAGE = 2, /* where there are no page tables either */
    DEAR_PAGES = 8192,        /* who has as many is a mapping of its own, as a rule, and fresh */
    PRICE_OF_DROP = 2000,
    PRICE_OF_DROPPED_PAGE =
        3500, /* half of it for the fault that brings it back, and then it is in no cache */
    FIRST_ALLOWANCE = 400000,
    PLENTY = 50000,
    DEBT_TO_ASK = 400000, /* for a burst of blocks */
    MOST_DEBT = 2000000,  /* for a dear one */
    ALLOWED_PART = 200,   /* of the processor time: one in so many */
    SORTS = 512,
    MOST_APART = 63,
};

/* An address of 0 is a free way; 1, one that is being filled. */
enum { FREE_WAY = 0, BUSY_WAY = 1 };

struct large_block {
    _Atomic uint64_t address;
    uint64_t size;
    uint64_t first_word; /* at birth */
    bool is_fresh;       /* nothing of the program's is in it at birth: it is of no realloc */
};

/* Blocks of one size from one function. */
struct sort {
    uint32_t likeness; /* hash of both */
    uint16_t apart;    /* half of so many, on average, pass between two that are measured */
    uint16_t left;     /* so many more pass now */
};

static_assert(sizeof(struct sort) == 8, "read and written at once");

static struct accounts {
    struct large_block blocks[HB_CAPTURE_SHARDS][WAYS];
    _Atomic struct sort sorts[SORTS];
} * table;

static _Atomic int64_t allowance = FIRST_ALLOWANCE;
static _Atomic uint64_t allowed_at_ms;
static _Atomic uint64_t allowed_until_ns; /* processor time that allowance was given for */

void hb_touched_begin(void)
{
    size_t bytes = sizeof *table;
    void *pages;

    if (table != NULL)
        return;
    pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (pages == MAP_FAILED)
        return;
    if (madvise(pages, bytes, MADV_WIPEONFORK) == 0)
        table = pages;
    else
        munmap(pages, bytes);
}

static uint64_t processor_ns(void)
{
    struct timespec now = {0};

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Once a millisecond at most: the clock is a system call. */
static void allow_more(void)
{
    uint64_t ms = atomic_load_explicit(hb_record_clock, memory_order_relaxed);
    uint64_t now, before;

    if (atomic_exchange(&allowed_at_ms, ms) == ms)
        return;
    now = processor_ns();
    before = atomic_exchange(&allowed_until_ns, now);
    if (now > before) /* a child's clock begins anew */
        atomic_fetch_add(&allowance, (int64_t)((now - before) / ALLOWED_PART));
}

static bool is_affordable(uint64_t ns, int64_t debt)
{
    return atomic_load_explicit(&allowance, memory_order_relaxed) + debt >= (int64_t)ns;
}

/* At most so much more than is allowed; the processor time that follows pays for it. */
static bool spend(uint64_t ns, int64_t debt)
{
    if (!is_affordable(ns, debt))
        allow_more();
    if (!is_affordable(ns, debt))
        return false;
    atomic_fetch_sub(&allowance, (int64_t)ns);
    return true;
}

static size_t page_bytes(void)
{
    static size_t page;

    if (page == 0)
        page = getauxval(AT_PAGESZ);
    return page;
}

/* Whole pages: [first, end). */
struct pages {
    uintptr_t first, end;
};

/* Those within a block. */
static struct pages inner_pages(uintptr_t block, uint64_t size)
{
    size_t page = page_bytes();

    return (struct pages){.first = (block + page - 1) & ~(page - 1), .end = (block + size) & ~(page - 1)};
}

/* How many of the pages are in memory, and whether the last one is. False where the kernel cannot say. */
static bool count_present(struct pages range, uint64_t *present, bool *last)
{
    size_t page = page_bytes();
    unsigned char answers[PAGES_AT_ONCE];

    *present = 0;
    for (uintptr_t at = range.first; at < range.end; at += PAGES_AT_ONCE * page) {
        size_t pages = (range.end - at) / page;

        pages = pages < PAGES_AT_ONCE ? pages : PAGES_AT_ONCE;
        if (hb_next.system_call(SYS_mincore, (long)at, (long)(pages * page), (long)answers, 0, 0, 0) != 0)
            return false;
        for (size_t i = 0; i < pages; i++)
            *present += answers[i] & 1;
        *last = (answers[pages - 1] & 1) != 0;
    }
    return true;
}

/* By the C library's function, which whoever keeps records of pinned pages has interposed. */
static bool drop(struct pages inner)
{
    size_t page = page_bytes();

    if (inner.first % SMALLEST_HUGE_PAGE == 0) {
        if (madvise((void *)inner.first, page, MADV_DONTNEED) != 0)
            return false;
        inner.first += page;
    }
    return inner.first == inner.end ||
           madvise((void *)inner.first, inner.end - inner.first, MADV_DONTNEED) == 0;
}

/* Pages of a dear block beyond those that count in full from its birth. */
static uint64_t dear_pages(struct pages inner)
{
    uint64_t pages = (inner.end - inner.first) / page_bytes();

    return pages > DEAR_PAGES ? pages - DEAR_PAGES : 0;
}

/* Can the block be asked about, at birth and at death? Most pages of a dear one are expected never to be
 * touched: what more they cost where they were is known at its death, and paid then. */
static bool can_ask(struct pages inner)
{
    uint64_t pages = (inner.end - inner.first) / page_bytes(), dear = dear_pages(inner);
    uint64_t price = PRICE_OF_BLOCK + (pages - dear) * PRICE_OF_PAGE + dear * PRICE_OF_ABSENT_PAGE;

    return spend(price, dear > 0 ? MOST_DEBT : DEBT_TO_ASK);
}

/* Readies the pages of a new block, so that those there at its death were touched. False: leave it alone. */
static bool prepare(enum hb_capture_kind kind, struct pages inner)
{
    uint64_t present;
    bool last;

    if (!can_ask(inner))
        return false;
    if (kind != HB_CAPTURE_MALLOC && kind != HB_CAPTURE_ALIGNED)
        return true;
    if (!count_present(inner, &present, &last))
        return false;
    return present == 0 || (spend(PRICE_OF_DROP + present * PRICE_OF_DROPPED_PAGE, MOST_DEBT) && drop(inner));
}

static uint32_t likeness_of(enum hb_capture_kind kind, uint64_t size)
{
    return (uint32_t)(((size << 3 ^ (uint64_t)kind) * 0x9e3779b97f4a7c15u) >> 32);
}

/* SplitMix64 (Steele, Lea and Flood, 2014), the upper half. */
static uint32_t draw(void)
{
    static _Atomic uint64_t state;
    uint64_t z = atomic_fetch_add(&state, 0x9e3779b97f4a7c15u);

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (uint32_t)(z >> 32);
}

static void pass_some(uint32_t likeness, uint32_t apart)
{
    uint32_t drawn = draw() % (apart + 1);
    struct sort sort = {.likeness = likeness, .apart = (uint16_t)apart, .left = (uint16_t)drawn};

    atomic_store_explicit(&table->sorts[likeness % SORTS], sort, memory_order_relaxed);
}

/* Measures the block, or lets it pass; of two sorts in one place, the newer is known. */
static bool measure(enum hb_capture_kind kind, struct pages inner, uint32_t likeness)
{
    _Atomic struct sort *place = &table->sorts[likeness % SORTS];
    struct sort sort = atomic_load_explicit(place, memory_order_relaxed);
    uint32_t apart = sort.likeness == likeness ? sort.apart : 0;

    if (sort.likeness == likeness && sort.left > 0) {
        sort.left--;
        atomic_store_explicit(place, sort, memory_order_relaxed);
        return false;
    }
    if (!prepare(kind, inner)) {
        pass_some(likeness, apart + apart / 2 + 1 < MOST_APART ? apart + apart / 2 + 1 : MOST_APART);
        return false;
    }
    if (apart > 0)
        pass_some(likeness,
                  atomic_load_explicit(&allowance, memory_order_relaxed) > PLENTY ? apart / 2 : apart);
    return true;
}

static uint64_t first_word(uint64_t address)
{
    uint64_t word;

    __builtin_memcpy(&word, (const void *)(uintptr_t)address, sizeof word);
    return word;
}

static void enter(enum hb_capture_kind kind, uint64_t address, uint64_t size)
{
    uint32_t shard = hb_capture_shard(address);

    for (unsigned i = 0; i < WAYS; i++) {
        struct large_block *way = &table->blocks[shard][i];
        uint64_t held = FREE_WAY;

        if (!atomic_compare_exchange_strong(&way->address, &held, BUSY_WAY))
            continue;
        way->size = size;
        way->is_fresh = kind != HB_CAPTURE_REALLOC_NEW && address % page_bytes() != 0;
        way->first_word = way->is_fresh ? first_word(address) : 0;
        atomic_store(&way->address, address);
        atomic_fetch_add(hb_record_large_near(address), 1);
        return;
    }
}

/* Takes the block out of the table. False: it is not there. */
static bool leave(uint64_t address, struct large_block *block)
{
    uint32_t shard = hb_capture_shard(address);

    for (unsigned i = 0; i < WAYS; i++) {
        struct large_block *way = &table->blocks[shard][i];
        uint64_t held = address;

        if (atomic_load_explicit(&way->address, memory_order_relaxed) != address)
            continue;
        block->size = way->size;
        block->first_word = way->first_word;
        block->is_fresh = way->is_fresh;
        if (!atomic_compare_exchange_strong(&way->address, &held, FREE_WAY))
            continue;
        atomic_fetch_sub(hb_record_large_near(address), 1);
        return true;
    }
    return false;
}

static bool may_ask(void)
{
    return table != NULL && hb_recorder.header != NULL &&
           !atomic_load_explicit(&hb_sink_is_sealed, memory_order_relaxed);
}

void hb_touched_birth(enum hb_capture_kind kind, const void *block, uint64_t size)
{
    struct pages inner = inner_pages((uintptr_t)block, size);
    uint32_t likeness = likeness_of(kind, size);
    struct large_block before;
    int saved = errno;

    if (!may_ask() || inner.first >= inner.end)
        return;
    leave((uintptr_t)block, &before); /* of one that was given back unseen */
    if (measure(kind, inner, likeness))
        enter(kind, (uintptr_t)block, size);
    errno = saved;
}

/* Of the part of a page that a block begins with, how much is touched: all or nothing. */
static uint64_t touched_head(uint64_t address, const struct large_block *block, uint64_t head,
                             uint64_t others)
{
    return others == 0 && block->is_fresh && first_word(address) == block->first_word ? 0 : head;
}

static void tell(uint64_t address, const struct large_block *block)
{
    struct pages inner = inner_pages(address, block->size), asked = inner;
    uint64_t tail = address + block->size - inner.end, present, bytes;
    bool last = false;

    asked.end += tail > 0 ? page_bytes() : 0;
    if (!count_present(asked, &present, &last))
        return;
    if (present > 0)
        atomic_fetch_sub(&allowance, (int64_t)(dear_pages(inner) * (PRICE_OF_PAGE - PRICE_OF_ABSENT_PAGE)));
    bytes = tail > 0 && last ? (present - 1) * page_bytes() + tail : present * page_bytes();
    hb_record_touched(address, bytes + touched_head(address, block, inner.first - address, bytes));
}

void hb_touched_death(const void *block)
{
    struct large_block held;
    int saved = errno;

    if (table != NULL && leave((uintptr_t)block, &held) && may_ask())
        tell((uintptr_t)block, &held);
    errno = saved;
}

static bool has_accounts(uint32_t shard)
{
    unsigned found = 0;

    for (unsigned i = 0; i < HB_RECORD_SIEVE; i++)
        found += atomic_load_explicit(&hb_recorder.large[shard][i], memory_order_relaxed);
    return found > 0;
}

void hb_touched_end(void)
{
    for (uint32_t shard = 0; may_ask() && shard < HB_CAPTURE_SHARDS; shard++)
        for (unsigned i = 0; i < WAYS && has_accounts(shard); i++) {
            uint64_t address = atomic_load(&table->blocks[shard][i].address);

            if (address > BUSY_WAY)
                hb_touched_death((const void *)(uintptr_t)address);
        }
}

/*
 * fit_index.c - bins of one length each, their bitmap, and what is known of a range by its id.
 */
#include "allocator/model/fit_index.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/pages.h"

enum {
    ARITY = 4,
    FIRST_MEMBERS = 8,
    SLAB_BINS = 64,
    AT_ONCE = 2,
    WORD_BITS = 64,
    WORDS = HB_FIT_BINS / WORD_BITS
};

/* A range in a bin. */
struct member {
    uint64_t offset;
    uint32_t id;
};

/* No parent in the heap has a higher offset than its children. */
struct bin {
    struct member *members; /* FIRST_MEMBERS are in a slab; more are from malloc */
    uint32_t count, capacity;
    uint32_t free_ranges; /* of the members, those that are true */
};

/* Room for the first members of bins to come. */
struct fit_slab {
    struct fit_slab *next;
    uint32_t taken;
    struct member rooms[SLAB_BINS][FIRST_MEMBERS];
};

/* Of each range that was ever inserted. */
struct fit_known {
    uint64_t offset;
    uint64_t free_length; /* 0: it is not free */
};

struct hb_fit_index {
    struct bin *bins;        /* a table */
    struct fit_known *known; /* by id; a table */
    uint32_t ids;
    struct fit_slab *slabs, *spare; /* the first has room, or the spare is there */
    struct bin *crowded[AT_ONCE];   /* that have no room for two more, since memory was short; NULL: none */
    struct hb_fit_list *list;
    uint64_t summary[WORDS / WORD_BITS]; /* a bit for each word */
    uint64_t words[WORDS];               /* a bit for each bin with a free range */
};

struct hb_fit_index *hb_fit_index_create(void)
{
    struct hb_fit_index *index = calloc(1, sizeof *index);

    if (index == NULL)
        return NULL;
    index->bins = hb_table_grow(NULL, 0, HB_FIT_BINS * sizeof *index->bins);
    index->list = hb_fit_list_create();
    if (index->bins != NULL && index->list != NULL)
        return index;
    hb_fit_index_destroy(index);
    return NULL;
}

void hb_fit_index_destroy(struct hb_fit_index *index)
{
    struct fit_slab *slab;

    if (index == NULL)
        return;
    for (uint64_t i = 0; index->bins != NULL && i < HB_FIT_BINS; i++)
        if (index->bins[i].capacity > FIRST_MEMBERS)
            free(index->bins[i].members);
    while ((slab = index->slabs) != NULL) {
        index->slabs = slab->next;
        free(slab);
    }
    free(index->spare);
    hb_table_free(index->bins, HB_FIT_BINS * sizeof *index->bins);
    hb_table_free(index->known, index->ids * sizeof *index->known);
    hb_fit_list_destroy(index->list);
    free(index);
}

/* -- memory, before it is needed -- */

static bool grow_known(struct hb_fit_index *index, uint32_t ids)
{
    size_t bytes = index->ids * sizeof *index->known;
    uint64_t wanted = hb_table_room((bytes > 0 ? 2 * bytes : 1)) / sizeof *index->known;
    void *grown;

    if (wanted < ids)
        wanted = ids;
    grown = hb_table_grow(index->known, bytes, wanted * sizeof *index->known);
    if (grown == NULL)
        return false;
    index->known = grown;
    index->ids = (uint32_t)wanted;
    return true;
}

static bool has_room(const struct bin *bin)
{
    return bin->count == 0 || bin->capacity - bin->count >= AT_ONCE;
}

/* Is what a member says still so? */
static bool is_true(const struct hb_fit_index *index, const struct bin *bin, const struct member *member)
{
    const struct fit_known *known = &index->known[member->id];

    return known->free_length == (uint64_t)(bin - index->bins) && known->offset == member->offset;
}

static void sift_down(struct bin *bin, uint32_t at, struct member member);

/* Takes out the members that are no longer true, and of those that say the same all but one; makes it a heap
 * again. */
static void sweep(const struct hb_fit_index *index, struct bin *bin)
{
    const uint64_t seen = UINT64_C(1) << 63; /* no length that has a bin */
    uint32_t kept = 0;

    for (uint32_t i = 0; i < bin->count; i++)
        if (is_true(index, bin, &bin->members[i])) {
            index->known[bin->members[i].id].free_length |= seen;
            bin->members[kept++] = bin->members[i];
        }
    for (uint32_t i = 0; i < kept; i++)
        index->known[bin->members[i].id].free_length &= ~seen;
    assert(kept == bin->free_ranges);
    bin->count = kept;
    for (uint32_t i = kept / ARITY + 1; i-- > 0;)
        if (i < kept)
            sift_down(bin, i, bin->members[i]);
}

/* Room for two more: by sweeping where that makes half of it free, else in twice the memory. */
static bool widen(struct hb_fit_index *index, struct bin *bin)
{
    struct member *grown;

    if (bin->free_ranges <= bin->capacity / 2)
        sweep(index, bin);
    if (has_room(bin) && bin->count <= bin->capacity / 2)
        return true;
    if (bin->capacity > FIRST_MEMBERS)
        grown = realloc(bin->members, 2 * (size_t)bin->capacity * sizeof *grown);
    else if ((grown = malloc((size_t)2 * FIRST_MEMBERS * sizeof *grown)) != NULL)
        memcpy(grown, bin->members, bin->count * sizeof *grown);
    if (grown == NULL)
        return false;
    bin->members = grown;
    bin->capacity *= 2;
    return true;
}

bool hb_fit_index_reserve(struct hb_fit_index *index, uint32_t ids)
{
    if (ids > index->ids && !grow_known(index, ids))
        return false;
    for (unsigned i = 0; i < AT_ONCE; i++) {
        if (index->crowded[i] != NULL && !widen(index, index->crowded[i]))
            return false;
        index->crowded[i] = NULL;
    }
    if (index->spare == NULL)
        index->spare = calloc(1, sizeof *index->spare);
    return index->spare != NULL && hb_fit_list_reserve(index->list);
}

static void give_first_room(struct hb_fit_index *index, struct bin *bin)
{
    if (index->slabs == NULL || index->slabs->taken == SLAB_BINS) {
        assert(index->spare != NULL);
        index->spare->next = index->slabs;
        index->slabs = index->spare;
        index->spare = NULL;
    }
    bin->members = index->slabs->rooms[index->slabs->taken++];
    bin->capacity = FIRST_MEMBERS;
}

/* -- a bin -- */

static void sift_up(struct bin *bin, uint32_t at, struct member member)
{
    while (at > 0 && bin->members[(at - 1) / ARITY].offset > member.offset) {
        bin->members[at] = bin->members[(at - 1) / ARITY];
        at = (at - 1) / ARITY;
    }
    bin->members[at] = member;
}

/* The child of `at` with the lowest offset; there is one. */
static uint32_t lowest_child(const struct bin *bin, uint32_t at)
{
    uint32_t low = ARITY * at + 1, end = low + ARITY < bin->count ? low + ARITY : bin->count;

    for (uint32_t child = low + 1; child < end; child++)
        if (bin->members[child].offset < bin->members[low].offset)
            low = child;
    return low;
}

static void sift_down(struct bin *bin, uint32_t at, struct member member)
{
    while (ARITY * at + 1 < bin->count) {
        uint32_t child = lowest_child(bin, at);

        if (bin->members[child].offset >= member.offset)
            break;
        bin->members[at] = bin->members[child];
        at = child;
    }
    bin->members[at] = member;
}

static void drop_top(struct bin *bin)
{
    assert(bin->count > 0);
    bin->count--;
    if (bin->count > 0)
        sift_down(bin, 0, bin->members[bin->count]);
}

/* Takes the place of the top where that is no longer true. */
static void add_member(struct hb_fit_index *index, struct bin *bin, struct member member)
{
    if (bin->count > 0 && !is_true(index, bin, &bin->members[0])) {
        sift_down(bin, 0, member);
        return;
    }
    if (bin->capacity == 0)
        give_first_room(index, bin);
    assert(bin->count < bin->capacity);
    sift_up(bin, bin->count++, member);
    if (!has_room(bin) && !widen(index, bin))
        index->crowded[index->crowded[0] != NULL] = bin;
}

/* -- which bins have a free range -- */

static void set_bit(struct hb_fit_index *index, uint64_t bin)
{
    index->words[bin / WORD_BITS] |= UINT64_C(1) << bin % WORD_BITS;
    index->summary[bin / WORD_BITS / WORD_BITS] |= UINT64_C(1) << bin / WORD_BITS % WORD_BITS;
}

static void clear_bit(struct hb_fit_index *index, uint64_t bin)
{
    uint64_t *word = &index->words[bin / WORD_BITS];

    *word &= ~(UINT64_C(1) << bin % WORD_BITS);
    if (*word == 0)
        index->summary[bin / WORD_BITS / WORD_BITS] &= ~(UINT64_C(1) << bin / WORD_BITS % WORD_BITS);
}

/* The first bit set from `from` on, in so many words; 64 times as many where there is none. */
static uint64_t next_bit(const uint64_t *words, uint64_t count, uint64_t from)
{
    uint64_t at = from / WORD_BITS, word;

    if (at >= count)
        return count * WORD_BITS;
    word = words[at] & ~UINT64_C(0) << from % WORD_BITS;
    while (word == 0 && ++at < count)
        word = words[at];
    return word == 0 ? count * WORD_BITS : at * WORD_BITS + (unsigned)__builtin_ctzll(word);
}

/* The first bin from `from` on that has a free range; HB_FIT_BINS: none. */
static uint64_t next_bin(const struct hb_fit_index *index, uint64_t from)
{
    uint64_t at = from / WORD_BITS, word = index->words[at] & ~UINT64_C(0) << from % WORD_BITS;

    if (word == 0) {
        at = next_bit(index->summary, WORDS / WORD_BITS, at + 1);
        if (at == WORDS)
            return HB_FIT_BINS;
        word = index->words[at];
    }
    return at * WORD_BITS + (unsigned)__builtin_ctzll(word);
}

/* -- the index -- */

/* Whether it was handed out from the top and is there still; then it is true again as it stands. */
static bool is_on_top(const struct bin *bin, const struct hb_fit_entry *entry)
{
    return bin->count > 0 && bin->members[0].id == entry->id && bin->members[0].offset == entry->offset;
}

void hb_fit_index_insert(struct hb_fit_index *index, struct hb_fit_entry entry)
{
    assert(entry.id < index->ids && entry.length > 0 && index->known[entry.id].free_length == 0);
    index->known[entry.id] = (struct fit_known){.offset = entry.offset, .free_length = entry.length};
    if (entry.length >= HB_FIT_BINS) {
        hb_fit_list_insert(index->list, entry);
        return;
    }
    index->bins[entry.length].free_ranges++;
    set_bit(index, entry.length);
    if (!is_on_top(&index->bins[entry.length], &entry))
        add_member(index, &index->bins[entry.length],
                   (struct member){.offset = entry.offset, .id = entry.id});
}

void hb_fit_index_remove(struct hb_fit_index *index, uint32_t id, uint64_t length)
{
    struct fit_known *known = &index->known[id];
    struct bin *bin;

    assert(id < index->ids && known->free_length == length);
    known->free_length = 0;
    if (length >= HB_FIT_BINS) {
        hb_fit_list_remove(index->list, length, known->offset);
        return;
    }
    bin = &index->bins[length];
    assert(bin->free_ranges > 0);
    if (--bin->free_ranges == 0) {
        bin->count = 0; /* none of them is true */
        clear_bit(index, length);
    }
}

bool hb_fit_index_best_fit(struct hb_fit_index *index, uint64_t need, struct hb_fit_entry *entry)
{
    uint64_t length = need < HB_FIT_BINS ? next_bin(index, need) : HB_FIT_BINS;
    struct bin *bin;

    if (length == HB_FIT_BINS)
        return hb_fit_list_best_fit(index->list, need, entry);
    bin = &index->bins[length];
    while (!is_true(index, bin, &bin->members[0]))
        drop_top(bin);
    *entry =
        (struct hb_fit_entry){.length = length, .offset = bin->members[0].offset, .id = bin->members[0].id};
    return true;
}

uint64_t hb_fit_index_offset(const struct hb_fit_index *index, uint32_t id)
{
    assert(id < index->ids);
    return index->known[id].offset;
}

/*
 * bins.c - the last rung: two-level segregated fit, every operation in O(1).
 *
 * The idea     Free ranges are on lists by length, two levels of bitmaps say which lists have
 *              any, and a search is two bit scans: TLSF (Masmano, Ripoll, Crespo and Real 2004), with
 *              constants of our own and the records, tags and links of the rungs below.
 * Placement    Good fit. `need` is rounded up to the next list's beginning, so that any range on the list
 *              found, and every longer one, is long enough: the youngest of the first such list is taken. A
 *              range on need's own list is passed over even where it would have fitted, so a request can fail
 *              while a range up to 1/32 longer than it is free, and placement is not address-ordered. Below
 *              512 bytes lists have one length, and the fit is the best there is.
 * In header    Nothing: 8 bytes. 3.7 KB of lists and bitmaps a heap. A heap is at most 64 GiB.
 * In code      About a hundred lines, and no loop among them.
 * Buys         A cost that neither the number of ranges nor their lengths has any part in.
 * A walk       is 1 record when a range was found, and 0 when none was: the bitmaps answer.
 */
#include "allocator/ladder/bins_index.h"

static const struct hb_ladder_kind kind = {
    HB_LADDER_KIND_OF(struct bins_heap, HB_LINK_HEAP_MAX),
    .start = start,
    .check_index = check_index,
};

HB_TABLE(bins) = {
    .name = "bins",
    .summary = "two-level segregated fit: lists by length, bitmaps, O(1)",
    .before = "free-list",
    .idea = "free ranges by length: no walk",
    .group = HB_GROUP_LADDER,
    .colour = "#6A51A3",
    .shape = 14,
    HB_LADDER_FUNCTIONS(bins),
};

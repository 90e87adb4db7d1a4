/* pages_test.c - memory of the harness's own: zeroed, whole pages, refused rather than wrapped. */
#include "tests/check.h"

#include <string.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/pages.h"

static void zeroed(void **state)
{
    size_t bytes = 3 * hb_page_bytes() + 1;
    unsigned char *pages = hb_pages_alloc(bytes);

    (void)state;
    assert_non_null(pages);
    assert_true((uintptr_t)pages % hb_page_bytes() == 0);
    for (size_t i = 0; i < bytes; i++)
        assert_int_equal(pages[i], 0);
    pages[bytes - 1] = 1;
    hb_pages_free(pages, bytes);
    hb_pages_free(NULL, bytes);
}

static void reserve_is_cheap(void **state)
{
    size_t bytes = (size_t)1 << (sizeof(size_t) == 8 ? 36 : 28);
    unsigned char *pages = hb_pages_reserve(bytes);

    (void)state;
    if (pages == NULL) {
        print_message("skipped: this system does not reserve 64 GiB of address space\n");
        skip();
    }
    pages[0] = 1;
    pages[bytes - 1] = 1;
    hb_pages_free(pages, bytes);
}

/* Much, and not too much for a small address space. */
#define LARGE_ALIGNMENT ((size_t)1 << (sizeof(size_t) == 8 ? 30 : 24))

/* Wherever the system would have put them, and with others' pages around. */
static void reserved_at_a_multiple(void **state)
{
    enum { TIMES = 20 };
    size_t page = hb_page_bytes(), bytes = 3 * page;
    unsigned char *pages[TIMES];

    (void)state;
    for (int i = 0; i < TIMES; i++) {
        size_t alignment = i % 2 == 0 ? LARGE_ALIGNMENT : page << i % 8;

        pages[i] = hb_pages_reserve_aligned(bytes, alignment);
        assert_non_null(pages[i]);
        assert_int_equal((uintptr_t)pages[i] % alignment, 0);
        for (size_t at = 0; at < bytes; at += page - 1)
            assert_int_equal(pages[i][at], 0);
        memset(pages[i], i + 1, bytes);
    }
    for (int i = 0; i < TIMES; i++) {
        assert_int_equal(pages[i][0], i + 1);
        assert_int_equal(pages[i][bytes - 1], i + 1);
        hb_pages_free(pages[i], bytes);
    }
    assert_null(hb_pages_reserve_aligned(SIZE_MAX - 1, page));
    assert_null(hb_pages_reserve_aligned(SIZE_MAX - (1 << 20), LARGE_ALIGNMENT));
}

/* Address space for the pages, and not for as much again to find them a place in. */
static void reserved_within_a_limit(void **state)
{
    struct rlimit before, limit;
    unsigned char *pages;

    (void)state;
    if (HB_SANITIZED) {
        print_message("skipped: a sanitizer has terabytes of address space already\n");
        skip();
    }
    assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
    limit = before;
    limit.rlim_cur = (rlim_t)512 << 20;
    assert_int_equal(setrlimit(RLIMIT_AS, &limit), 0);
    pages = hb_pages_reserve_aligned(100000, LARGE_ALIGNMENT);
    setrlimit(RLIMIT_AS, &before);
    assert_non_null(pages);
    assert_int_equal((uintptr_t)pages % LARGE_ALIGNMENT, 0);
    memset(pages, 1, 100000);
    hb_pages_free(pages, 100000);
}

static void refused(void **state)
{
    (void)state;
    assert_null(hb_pages_alloc(0));
    assert_null(hb_pages_alloc(SIZE_MAX));
    assert_null(hb_pages_reserve(SIZE_MAX - 1));
    assert_null(hb_pages_reserve(SIZE_MAX / 4 * 3));
}

static void grown(void **state)
{
    size_t page = hb_page_bytes();
    unsigned char *pages = hb_pages_reserve(page + 1), *larger;

    (void)state;
    assert_non_null(pages);
    memset(pages, 7, 2 * page);
    assert_null(hb_pages_grow(pages, page + 1, SIZE_MAX - 1));
    larger = hb_pages_grow(pages, page + 1, 1000 * page);
    assert_non_null(larger);
    for (size_t i = 0; i < 1000 * page; i++)
        assert_int_equal(larger[i], i < 2 * page ? 7 : 0);
    hb_pages_free(larger, 1000 * page);
}

static void monotonic(void **state)
{
    uint64_t last = hb_clock_ns();

    (void)state;
    for (int i = 0; i < 1000; i++) {
        uint64_t now = hb_clock_ns();

        assert_true(now >= last);
        last = now;
    }
    assert_true(hb_clock_pair_cost_ns() < 1000000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        hb_test("pages come zeroed, aligned and writable to the last byte", zeroed),
        hb_test("a reservation of 64 GiB takes only the pages that are touched", reserve_is_cheap),
        hb_test("a reservation begins at the multiple asked for, and overlaps nothing",
                reserved_at_a_multiple),
        hb_test("where address space is short, too", reserved_within_a_limit),
        hb_test("a reservation grows, and keeps what is in it", grown),
        hb_test("nothing, too much and sizes that wrap are refused", refused),
        hb_test("the clock never goes back", monotonic),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

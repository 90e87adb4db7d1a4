/*
 * elf_symbols_test.c - a library's file is read as a stranger's: any byte of it may be wrong.
 *
 * The files are copies in memory (memfd) of a small library; nothing here is ever loaded.
 */
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "allocator/library/elf_symbols.h"
#include "base/file.h"
#include "base/random.h"
#include "tests/allocator/test_scale.h"

static char *original;
static size_t original_bytes;
static int copy_fd;
static char copy_path[64];

static int read_library(void **unused)
{
    struct hb_error error;

    (void)unused;
    if (hb_file_read(TEST_ARENA, (size_t)1 << 24, &original, &original_bytes, &error) != HB_OK)
        return -1;
    copy_fd = memfd_create("copy", 0);
    snprintf(copy_path, sizeof copy_path, "/proc/self/fd/%d", copy_fd);
    return copy_fd >= 0 ? 0 : -1;
}

static int release_library(void **unused)
{
    (void)unused;
    free(original);
    return close(copy_fd);
}

static void write_copy(const void *data, size_t bytes)
{
    assert_int_equal(ftruncate(copy_fd, 0), 0);
    assert_int_equal(pwrite(copy_fd, data, bytes, 0), bytes);
}

/* Opens the copy and asks everything; whatever comes, it must be an answer or a sentence. */
static enum hb_status interrogate(struct hb_error *error)
{
    enum hb_status status;
    struct hb_elf *elf;

    error->text[0] = '\0';
    status = hb_elf_open(copy_path, &elf, error);
    if (status != HB_OK) {
        assert_int_equal(strncmp(error->text, copy_path, strlen(copy_path)), 0);
        return status;
    }
    hb_elf_has_symbols(elf);
    hb_elf_defines(elf, "malloc");
    hb_elf_binds_late(elf, "malloc");
    hb_elf_close(elf);
    return HB_OK;
}

static void a_whole_library_answers(void **unused)
{
    struct hb_error error;
    struct hb_elf *elf;

    (void)unused;
    assert_int_equal(hb_elf_open(TEST_ARENA, &elf, &error), HB_OK);
    assert_true(hb_elf_has_symbols(elf));
    assert_true(hb_elf_defines(elf, "malloc"));
    assert_true(hb_elf_binds_late(elf, "malloc")); /* its calloc calls it */
    assert_true(hb_elf_defines(elf, "calloc"));
    assert_false(hb_elf_binds_late(elf, "calloc"));
    assert_false(hb_elf_defines(elf, "abort")); /* it uses that of libc */
    assert_false(hb_elf_binds_late(elf, "abort"));
    assert_false(hb_elf_defines(elf, "mallo"));
    assert_false(hb_elf_defines(elf, "malloc_"));
    hb_elf_close(elf);
    hb_elf_close(NULL);
}

/* The header with one field changed is refused for that field. */
#define ASSERT_REFUSED(field, value, words)                        \
    do {                                                           \
        ElfW(Ehdr) *header = (ElfW(Ehdr) *)(void *)damaged;        \
                                                                   \
        memcpy(damaged, original, original_bytes);                 \
        header->field = (value);                                   \
        write_copy(damaged, original_bytes);                       \
        assert_int_equal(interrogate(&error), HB_ERR_UNAVAILABLE); \
        if (strstr(error.text, words) == NULL)                     \
            fail_msg("'%s' does not say '%s'", error.text, words); \
    } while (0)

static void a_wrong_header_is_refused_for_what_is_wrong_in_it(void **unused)
{
    char *damaged = malloc(original_bytes);
    struct hb_error error;

    (void)unused;
    assert_non_null(damaged);
    ASSERT_REFUSED(e_ident[0], 'x', "not a shared library");
    ASSERT_REFUSED(e_ident[EI_CLASS], sizeof(void *) == 8 ? ELFCLASS32 : ELFCLASS64, "-bit library");
    ASSERT_REFUSED(e_ident[EI_DATA], original[EI_DATA] == ELFDATA2LSB ? ELFDATA2MSB : ELFDATA2LSB,
                   "byte order");
    ASSERT_REFUSED(e_machine, EM_S390, "another machine");
    ASSERT_REFUSED(e_type, ET_REL, "not a shared library");
    ASSERT_REFUSED(e_type, ET_EXEC, "not a shared library");
    ASSERT_REFUSED(e_shentsize, 1, "odd size");
    ASSERT_REFUSED(e_shoff, original_bytes - 10, "beyond the file");
    ASSERT_REFUSED(e_shoff, UINT64_MAX - 10, "beyond the file");
    free(damaged);
}

static void a_file_without_section_headers_tells_nothing_of_its_symbols(void **unused)
{
    char *stripped = malloc(original_bytes);
    ElfW(Ehdr) header;
    struct hb_elf *elf;

    (void)unused;
    assert_non_null(stripped);
    memcpy(stripped, original, original_bytes);
    memcpy(&header, stripped, sizeof header);
    header.e_shnum = 0;
    memcpy(stripped, &header, sizeof header);
    write_copy(stripped, original_bytes);
    assert_int_equal(hb_elf_open(copy_path, &elf, NULL), HB_OK);
    assert_false(hb_elf_has_symbols(elf));
    hb_elf_close(elf);
    free(stripped);
}

static void every_truncation_is_an_answer_or_a_sentence(void **unused)
{
    size_t step = original_bytes / HB_TEST_SCALE(2000, 300) + 1;
    struct hb_error error;

    (void)unused;
    for (size_t bytes = 0; bytes < original_bytes; bytes += bytes < 256 ? 1 : step) {
        write_copy(original, bytes);
        interrogate(&error);
    }
}

/* Where a number in the headers or in the tables lies, as often as anywhere. */
static size_t random_place(struct hb_random *random)
{
    ElfW(Ehdr) header;

    memcpy(&header, original, sizeof header);
    switch (hb_random_below(random, 3)) {
    case 0:
        return hb_random_below(random, sizeof header);
    case 1:
        return (size_t)header.e_shoff + hb_random_below(random, original_bytes - header.e_shoff);
    default:
        return hb_random_below(random, original_bytes);
    }
}

static void flipped_bits_are_an_answer_or_a_sentence(void **unused)
{
    char *damaged = malloc(original_bytes);
    struct hb_random random;
    struct hb_error error;

    (void)unused;
    assert_non_null(damaged);
    hb_random_seed(&random, 7);
    for (int round = 0; round < HB_TEST_SCALE(10000, 1500); round++) {
        memcpy(damaged, original, original_bytes);
        for (uint64_t flips = 1 + hb_random_below(&random, 4); flips > 0; flips--)
            damaged[random_place(&random)] ^= (char)(1u << hb_random_below(&random, 8));
        write_copy(damaged, original_bytes);
        interrogate(&error);
    }
    free(damaged);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_library_answers),
        cmocka_unit_test(a_wrong_header_is_refused_for_what_is_wrong_in_it),
        cmocka_unit_test(a_file_without_section_headers_tells_nothing_of_its_symbols),
        cmocka_unit_test(every_truncation_is_an_answer_or_a_sentence),
        cmocka_unit_test(flipped_bits_are_an_answer_or_a_sentence),
    };

    return cmocka_run_group_tests(tests, read_library, release_library);
}

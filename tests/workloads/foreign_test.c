/*
 * foreign_test - files of other kinds, folders, devices and pipes: each is refused at once, with a sentence
 * that says what it is.
 */
#include "tests/workloads/fixtures.h"

#include <stdio.h>
#include <sys/stat.h>

static void expect_foreign(const char *path, const char *sentence, enum hb_status expected)
{
    struct hb_workload *workload;
    struct hb_trace_reader *reader;
    struct hb_error error;

    assert_int_equal(hb_workload_load(path, &workload, &error), expected);
    assert_string_equal(error.text, sentence);
    assert_int_not_equal(hb_trace_reader_open(path, &reader, NULL), HB_OK);
}

static void foreign(void **state)
{
    static const char neither[] =
        ": byte 0: not a workload: neither a heapbench trace nor a .rep or text file";
    char sentence[200];

    (void)state;
    hb_test_write_file("elf", "\177ELF\2\1\1\0", 8);
    hb_test_write_file("png", "\211PNG\r\n\032\n\0\0\0\rIHDR", 16);
    hb_test_write_file("empty", "", 0);
    hb_test_write_file("blank", " \n\n", 3);
    snprintf(sentence, sizeof sentence, "./elf%s", neither);
    expect_foreign("./elf", sentence, HB_ERR_FORMAT);
    snprintf(sentence, sizeof sentence, "./png%s", neither);
    expect_foreign("./png", sentence, HB_ERR_FORMAT);
    snprintf(sentence, sizeof sentence, "./blank%s", neither);
    expect_foreign("./blank", sentence, HB_ERR_FORMAT);
    expect_foreign("./empty", "./empty: the file is empty", HB_ERR_FORMAT);
    expect_foreign("/dev/null", "/dev/null: cannot be read: it is a device", HB_ERR_IO);
    expect_foreign("./missing", "./missing: cannot be read: No such file or directory", HB_ERR_IO);
    expect_foreign("./", "./: cannot be read: it is a folder", HB_ERR_IO);
    assert_int_equal(mkfifo("pipe", 0600), 0);
    expect_foreign("./pipe", "./pipe: cannot be read: it is a pipe; save what it gives as a file first",
                   HB_ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        hb_test_in_folder("files of other kinds, folders, devices and pipes are refused at once", foreign),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

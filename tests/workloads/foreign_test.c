/*
 * foreign_test.c - files of other kinds, folders, devices and pipes: each is refused at once, with a sentence
 * that says what it is.
 */
#include "tests/workloads/fixtures.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "workloads/import/foreign.h"

static void expect_foreign(const char *path, const char *sentence, enum hb_status expected)
{
    struct hb_workload *workload;
    struct hb_trace_reader *reader;
    struct hb_error error;

    assert_int_equal(hb_workload_load(path, &workload, &error), expected);
    assert_string_equal(error.text, sentence);
    assert_int_not_equal(hb_trace_reader_open(path, &reader, NULL), HB_OK);
}

static void expect_named(const char *name, const char *bytes, size_t length, const char *what)
{
    char sentence[500];

    hb_test_write_file(name, bytes, length);
    snprintf(sentence, sizeof sentence, "%s: %s; " HB_READABLE, name, what);
    expect_foreign(name, sentence, HB_ERR_FORMAT);
}

static void not_files(void **state)
{
    (void)state;
    hb_test_write_file("empty", "", 0);
    expect_foreign("./empty", "./empty: the file is empty", HB_ERR_FORMAT);
    expect_foreign("/dev/null", "/dev/null: cannot be read: it is a device", HB_ERR_IO);
    expect_foreign("./missing", "./missing: cannot be read: No such file or directory", HB_ERR_IO);
    expect_foreign("./", "./: cannot be read: it is a folder", HB_ERR_IO);
    assert_int_equal(mkfifo("pipe", 0600), 0);
    expect_foreign("./pipe", "./pipe: cannot be read: it is a pipe; save what it gives as a file first",
                   HB_ERR_IO);
}

static void binaries(void **state)
{
    static const char memusage[] = "\0\0\0\0\0\0\0\0\x3e\x28\1\0";
    char tar[512] = "web.trace";

    (void)state;
    memcpy(tar + 257, "ustar", 5);
    expect_named("./elf", "\177ELF\2\1\1\0", 8,
                 "this is a program or a library (ELF): to record one, 'heapbench record -- PROGRAM'");
    expect_named("./utf16", "\377\3760\0\n\0001\0\n", 9,
                 "this is UTF-16 text, as PowerShell's > writes it: save it as UTF-8");
    expect_named("./utf16be", "\376\377\0000\0\n\0001", 8, "this is UTF-16 text: save it as UTF-8");
    expect_named("./png", "\211PNG\r\n\032\n\0\0\0\rIHDR", 16, "this is an image (PNG)");
    expect_named("./perf", "PERFILE2\150\0\0\0", 12,
                 "this is perf data: samples, and no record of each allocation");
    expect_named("./pdf", "%PDF-1.5\n%\xd0\xd4\n", 12, "this is a PDF document");
    expect_named("./xz", "\3757zXZ\0\0\4", 8,
                 "this is xz data, and gzip, zstd and zip are unpacked here: unpack it first");
    expect_named("./tar", tar, sizeof tar, "this is a tar archive: unpack it first");
    expect_named("./memusage", memusage, sizeof memusage, "byte 0: not a workload");
    expect_named("./blank", " \n\n", 3, "byte 0: not a workload");
}

static void texts(void **state)
{
    static const struct {
        const char *text, *name;
    } cases[] = {
        {"libstdc++.so.6->malloc(21)                       = 0x55f74fd04eb0\n", "an ltrace log"},
        {"malloc(100)                                      = 0x1c0a2a0\nfree(0x1c0a2a0) = <void>\n",
         "an ltrace log"},
        {"[pid 12] prog->free(0x1c0a2a0)   = <void>\n", "an ltrace log"},
        {"execve(\"./p\", [\"./p\"], 0x7ffd /* 41 vars */) = 0\nbrk(NULL)  = 0x55c42ff7b000\n",
         "an strace log: calls of the kernel, and no malloc"},
        {"12    mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, -1, 0) = 0x7f90ee59e000\n",
         "an strace log: calls of the kernel, and no malloc"},
        {"{\"dhatFileVersion\":2\n,\"mode\":\"heap\"\n",
         "a DHAT file: sums, and no record of each allocation"},
        {"desc: --massif-out-file=ms\ncmd: ./p\ntime_unit: i\n",
         "a massif file: sums, and no record of each allocation"},
        {"\nMemory usage summary: heap total: 76514, heap peak: 75549\n",
         "a summary of memusage: sums, and no record of each allocation"},
        {"{\"ops\": 1}\n", "a JSON file"},
    };
    char what[200];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(what, sizeof what, "this is %s", cases[i].name);
        expect_named("./a", cases[i].text, strlen(cases[i].text), what);
    }
}

/* A text of ours is never taken for somebody else's, whatever its names and comments are. */
static void own_text(void **state)
{
    struct hb_workload *workload;

    (void)state;
    hb_test_write_text("a.txt",
                       "#!heapbench info\n# malloc(3) = 0x1\na malloc() 3 # x = y\nf malloc()\n"
                       "a = 1 # p->free(0x1) = <void>\na {desc: 1 # Memory usage summary: lttng_ust_libc:\n");
    assert_int_equal(hb_workload_load("a.txt", &workload, NULL), HB_OK);
    assert_int_equal(workload->op_count, 4);
    hb_workload_free(workload);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        hb_test_in_folder("what is no file, or empty, is refused at once", not_files),
        hb_test_in_folder("a binary file of another kind is told what it is", binaries),
        hb_test_in_folder("a text of another kind is told what it is", texts),
        hb_test_in_folder("a text of ours is never taken for another kind", own_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

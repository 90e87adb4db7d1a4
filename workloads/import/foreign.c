/*
 * foreign.c - files that are not read, told by their first lines so that a message can name them.
 */
#include "workloads/import/foreign.h"

#include <stdbool.h>
#include <string.h>

struct foreign_kind {
    const char *begin;  /* the first bytes */
    const char *inside; /* what stands somewhere in the beginning; NULL where nothing need */
    const char *name;
};

/* The first that fits is it. None may fit a text of ours, whatever its comments say. */
static const struct foreign_kind kinds[] = {
    {"\x1f\x8b", NULL, "gzip data within packed data: unpack it once"},
    {"\x28\xb5\x2f\xfd", NULL, "zstd data within packed data: unpack it once"},
    {"PK\3\4", NULL, "a zip within packed data: unpack it once"},
    {"BZh", NULL, "bzip2 data, and gzip, zstd and zip are unpacked here: unpack it first"},
    {"\xfd"
     "7zXZ",
     NULL, "xz data, and gzip, zstd and zip are unpacked here: unpack it first"},
    {"7z\xbc\xaf", NULL, "a 7-Zip archive, and gzip, zstd and zip are unpacked here: unpack it first"},
    {"Rar!", NULL, "a RAR archive, and gzip, zstd and zip are unpacked here: unpack it first"},
    {"\x04\x22\x4d\x18", NULL, "lz4 data, and gzip, zstd and zip are unpacked here: unpack it first"},
    {"\177ELF", NULL, "a program or a library (ELF): to record one, 'heapbench record -- PROGRAM'"},
    {"%PDF", NULL, "a PDF document"},
    {"\x89PNG", NULL, "an image (PNG)"},
    {"\xff\xd8\xff", NULL, "an image (JPEG)"},
    {"GIF8", NULL, "an image (GIF)"},
    {"PERFILE2", NULL, "perf data: samples, and no record of each allocation"},
    {"\xc1\x1f\xfc\xc1", NULL, "an LTTng trace (CTF)"},
    {"SQLite format 3", NULL, "a database (SQLite)"},
    {"{", "\"dhatFileVersion\"", "a DHAT file: sums, and no record of each allocation"},
    {"<?xml", "<valgrindoutput",
     "valgrind's XML, which has no allocations: give --trace-malloc=yes "
     "--log-file=FILE and no --xml"},
    {"desc: ", "time_unit:", "a massif file: sums, and no record of each allocation"},
    {"Memory usage summary:", NULL, "a summary of memusage: sums, and no record of each allocation"},
    {"\x1b[01;32mMemory usage summary:", NULL,
     "a summary of memusage: sums, and no record of each allocation"},
    {"heap profile:", NULL, "a heap profile of gperftools: sums, and no record of each allocation"},
    {"heap_v2/", NULL, "a heap profile of jemalloc: sums, and no record of each allocation"},
    {"[", "lttng_ust_libc:", "text of babeltrace (LTTng's libc wrapper)"},
    {"<!DOCTYPE html", NULL, "a web page"},
    {"<html", NULL, "a web page"},
    {"<?xml", NULL, "an XML file"},
    {"{", NULL, "a JSON file"},
    {"\xff\xfe", NULL, "UTF-16 text, as PowerShell's > writes it: save it as UTF-8"},
    {"\xfe\xff", NULL, "UTF-16 text: save it as UTF-8"},
};

static const char *find_kind(const char *head, size_t bytes)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        size_t length = strlen(kinds[i].begin);

        if (bytes >= length && memcmp(head, kinds[i].begin, length) == 0 &&
            (kinds[i].inside == NULL || strstr(head, kinds[i].inside) != NULL))
            return kinds[i].name;
    }
    return NULL;
}

/* Past "[pid 12] ", "12 " and times, and past "library.so->": the name of the function that a line is a call
 * of; NULL when it begins with none. A text of ours begins no line so. */
static const char *name_of_call(const char *line)
{
    const char *name;
    size_t length = strcspn(line, "]\n");

    if (strncmp(line, "[pid ", 5) == 0 && line[length] == ']')
        line += length + 1;
    line += strspn(line, " 0123456789.:");
    length = strcspn(line, " (\n");
    if (length == 0 || line[length] != '(')
        return NULL;
    for (name = line + length; name > line && name[-1] != '>';)
        name--;
    return name;
}

/* "NAME(...) = ..." */
static bool is_call(const char *line, size_t length)
{
    const char *close = memchr(line, ')', length);

    while (close != NULL && close + 3 < line + length) {
        size_t blanks = strspn(close + 1, " ");

        if (blanks > 0 && close[1 + blanks] == '=')
            return true;
        close = memchr(close + 1, ')', (size_t)(line + length - close - 1));
    }
    return false;
}

static bool is_of_malloc(const char *name)
{
    static const char *const names[] = {"malloc(", "calloc(", "realloc(", "free(", "_Zn", "_Zd"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strncmp(name, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

/* A log of calls with their results: ltrace's are those of libraries, strace's those of the kernel. */
static const char *find_log(const char *head)
{
    for (const char *line = head; *line != '\0'; line += *line == '\n') {
        size_t length = strcspn(line, "\n");
        const char *name = name_of_call(line);

        if (name != NULL && is_call(line, length)) {
            if (is_of_malloc(name) || (name > line && name[-1] == '>'))
                return "an ltrace log";
            if (strncmp(name, "execve(", 7) == 0 || strncmp(name, "brk(", 4) == 0 ||
                strncmp(name, "mmap(", 5) == 0)
                return "an strace log: calls of the kernel, and no malloc";
        }
        line += length;
    }
    return NULL;
}

const char *hb_foreign_name(const char *head, size_t bytes)
{
    size_t blank = strspn(head, " \t\r\n");
    const char *name = find_kind(head + blank, bytes - blank);

    if (name == NULL && bytes > 262 && memcmp(head + 257, "ustar", 5) == 0)
        name = "a tar archive: unpack it first";
    return name != NULL ? name : find_log(head);
}

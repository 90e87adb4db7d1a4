/*
 * explain.c - why a program left no capture: looks at the file that was run.
 */
#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "workloads/record/launch.h"

enum { HEAD_BYTES = 256, SCRIPTS_AT_MOST = 4, PROGRAM_HEADERS_AT_MOST = 256 };

static bool is_program(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISREG(info.st_mode) && access(path, X_OK) == 0;
}

/* As execvp would: in $PATH, unless there is a slash. */
static bool find_program(const char *name, char path[static PATH_MAX])
{
    const char *folders = getenv("PATH");

    if (strchr(name, '/') != NULL || folders == NULL)
        return snprintf(path, PATH_MAX, "%s", name) < PATH_MAX && is_program(path);
    while (*folders != '\0') {
        size_t length = strcspn(folders, ":");

        if (snprintf(path, PATH_MAX, "%.*s/%s", (int)length, length > 0 ? folders : ".", name) < PATH_MAX &&
            is_program(path))
            return true;
        folders += length + (folders[length] == ':');
    }
    return false;
}

/* The interpreter that a script names in its first line, in place of `head`; NULL where there is none. */
static const char *interpreter_of(char head[static HEAD_BYTES])
{
    char *name;

    if (head[0] != '#' || head[1] != '!')
        return NULL;
    name = head + 2 + strspn(head + 2, " \t");
    name[strcspn(name, " \t\n")] = '\0';
    return *name != '\0' ? name : NULL;
}

/* A program that asks for no loader is linked statically. False where that cannot be read. */
static bool is_static(FILE *file, const Elf64_Ehdr *header)
{
    bool read_all = header->e_phentsize == sizeof(Elf64_Phdr) && header->e_phnum <= PROGRAM_HEADERS_AT_MOST &&
                    header->e_phoff <= LONG_MAX && fseek(file, (long)header->e_phoff, SEEK_SET) == 0;

    for (unsigned i = 0; read_all && i < header->e_phnum; i++) {
        Elf64_Phdr segment;

        if (fread(&segment, sizeof segment, 1, file) != 1)
            return false;
        if (segment.p_type == PT_INTERP)
            return false;
    }
    return read_all;
}

static const char *explain_binary(FILE *file, const struct stat *info)
{
    Elf64_Ehdr header;

    if ((info->st_mode & (S_ISUID | S_ISGID)) != 0)
        return "is set-user-ID or set-group-ID, and the loader loads no recorder into such a program; run a "
               "copy "
               "without that bit";
    rewind(file);
    if (fread(&header, sizeof header, 1, file) != 1 || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
        return "is not a program that Linux loads by itself";
    if (header.e_ident[EI_CLASS] != ELFCLASS64)
        return "is a 32-bit program, and the recorder is a 64-bit library";
    if (is_static(file, &header))
        return "is statically linked, so no recorder can be loaded into it; link it dynamically";
    return "ended before its first allocation, has a malloc of its own linked into it, or was started with "
           "an "
           "environment that names no recorder";
}

static void explain_file(const char *path, char *text, size_t capacity, int depth)
{
    FILE *file = fopen(path, "re");
    char head[HEAD_BYTES] = {0};
    const char *interpreter;
    struct stat info;

    if (file == NULL || fstat(fileno(file), &info) != 0) {
        snprintf(text, capacity, "%s cannot be read: %s", path, strerror(errno));
    } else {
        size_t bytes = fread(head, 1, sizeof head - 1, file);

        interpreter = bytes > 2 && depth < SCRIPTS_AT_MOST ? interpreter_of(head) : NULL;
        if (interpreter != NULL)
            explain_file(interpreter, text, capacity, depth + 1);
        else
            snprintf(text, capacity, "%s %s", path, explain_binary(file, &info));
    }
    if (file != NULL)
        fclose(file);
}

void hb_launch_explain(const char *program, char *text, size_t capacity)
{
    char path[PATH_MAX];

    if (find_program(program, path))
        explain_file(path, text, capacity, 0);
    else
        snprintf(text, capacity, "%s is not a program that can be run", program);
}

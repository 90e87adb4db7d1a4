/*
 * explain.c - why something was not recorded: looks at the file that was run.
 */
#include "workloads/record/explain.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <limits.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "workloads/record/capture.h"

enum { HEAD_BYTES = 256, SCRIPTS_AT_MOST = 4 };

/* What of an ELF file tells whether it can be recorded. */
struct binary {
    bool is_elf, is_64_bit, has_loader, has_musl;
    bool has_malloc;        /* one of its own, linked in */
    bool has_sanitizer;     /* linked in */
    bool needs_to_be_first; /* a sanitizer that is a library */
};

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

/* The libraries that it asks for. */
static void look_at_needed(Elf *elf, Elf_Scn *section, const GElf_Shdr *header, struct binary *binary)
{
    Elf_Data *data = elf_getdata(section, NULL);
    GElf_Dyn entry;

    for (int i = 0; data != NULL && gelf_getdyn(data, i, &entry) != NULL && entry.d_tag != DT_NULL; i++) {
        const char *name =
            entry.d_tag == DT_NEEDED ? elf_strptr(elf, header->sh_link, entry.d_un.d_val) : NULL;

        if (name == NULL)
            continue;
        binary->needs_to_be_first = binary->needs_to_be_first || strncmp(name, "libasan.so", 10) == 0 ||
                                    strncmp(name, "libclang_rt.asan", 16) == 0 ||
                                    strncmp(name, "libhwasan.so", 12) == 0 ||
                                    strncmp(name, "libtsan.so", 10) == 0;
    }
}

static void look_at_symbols(Elf *elf, Elf_Scn *section, const GElf_Shdr *header, struct binary *binary)
{
    Elf_Data *data = elf_getdata(section, NULL);
    GElf_Sym symbol;

    for (int i = 0; data != NULL && gelf_getsym(data, i, &symbol) != NULL; i++) {
        const char *name =
            symbol.st_shndx != SHN_UNDEF ? elf_strptr(elf, header->sh_link, symbol.st_name) : NULL;

        if (name == NULL || GELF_ST_TYPE(symbol.st_info) != STT_FUNC)
            continue;
        binary->has_malloc = binary->has_malloc || strcmp(name, "malloc") == 0;
        binary->has_sanitizer = binary->has_sanitizer || strcmp(name, "__asan_init") == 0 ||
                                strcmp(name, "__tsan_init") == 0 || strcmp(name, "__lsan_init") == 0 ||
                                strcmp(name, "__msan_init") == 0;
    }
}

static void look_at_segments(Elf *elf, struct binary *binary)
{
    size_t count = 0, bytes = 0;
    const char *file = elf_rawfile(elf, &bytes);
    GElf_Phdr segment;

    elf_getphdrnum(elf, &count);
    for (size_t i = 0; i < count && i <= INT_MAX && gelf_getphdr(elf, (int)i, &segment) != NULL; i++) {
        if (segment.p_type != PT_INTERP)
            continue;
        binary->has_loader = true;
        binary->has_musl = file != NULL && segment.p_offset < bytes &&
                           segment.p_filesz <= bytes - segment.p_offset &&
                           memmem(file + segment.p_offset, segment.p_filesz, "ld-musl", 7) != NULL;
    }
}

static void look_at_sections(Elf *elf, struct binary *binary)
{
    Elf_Scn *section = NULL;

    while ((section = elf_nextscn(elf, section)) != NULL) {
        GElf_Shdr header;

        if (gelf_getshdr(section, &header) == NULL)
            continue;
        if (header.sh_type == SHT_DYNAMIC)
            look_at_needed(elf, section, &header, binary);
        else if (header.sh_type == SHT_DYNSYM || header.sh_type == SHT_SYMTAB)
            look_at_symbols(elf, section, &header, binary);
    }
}

static struct binary look_at_binary(int descriptor)
{
    struct binary binary = {0};
    Elf *elf = elf_version(EV_CURRENT) != EV_NONE ? elf_begin(descriptor, ELF_C_READ_MMAP, NULL) : NULL;

    if (elf != NULL && elf_kind(elf) == ELF_K_ELF) {
        binary.is_elf = true;
        binary.is_64_bit = gelf_getclass(elf) == ELFCLASS64;
        look_at_segments(elf, &binary);
        look_at_sections(elf, &binary);
    }
    elf_end(elf);
    return binary;
}

/* Whether the file gives whoever runs it capabilities: setcap's p or e. To root it gives nothing new. */
static bool has_capabilities(int descriptor)
{
    struct vfs_ns_cap_data file;
    ssize_t bytes = fgetxattr(descriptor, "security.capability", &file, sizeof file);

    if (getuid() == 0 || bytes < (ssize_t)XATTR_CAPS_SZ_1)
        return false;
    return (le32toh(file.magic_etc) & VFS_CAP_FLAGS_EFFECTIVE) != 0 || file.data[0].permitted != 0 ||
           (bytes >= (ssize_t)XATTR_CAPS_SZ_2 && file.data[1].permitted != 0);
}

/* Whether the kernel gives the program rights that whoever runs it has not; if so, the loader does not do as
 * the environment says. NULL: it gives none. */
static const char *explain_rights(int descriptor, const struct stat *info)
{
    if (((info->st_mode & S_ISUID) != 0 && info->st_uid != getuid()) ||
        ((info->st_mode & S_ISGID) != 0 && info->st_gid != getgid()))
        return "is set-user-ID or set-group-ID, and the loader loads nothing into such a program; run a "
               "copy without that bit";
    if (has_capabilities(descriptor))
        return "has file capabilities (getcap shows them), and the loader loads nothing into such a program; "
               "run a copy, which has none";
    return NULL;
}

static const char *explain_binary(const struct binary *binary)
{
    if (!binary->is_elf)
        return "is not a program that Linux loads by itself";
    if (!binary->is_64_bit)
        return "is a 32-bit program, and heapbench's libraries are of 64 bits";
    if (!binary->has_loader)
        return "is statically linked, so nothing can be loaded into it; link it dynamically";
    if (binary->has_musl)
        return "is linked with musl, and heapbench's libraries are for programs of glibc";
    if (binary->has_sanitizer || binary->needs_to_be_first)
        return "is built with a sanitizer, whose runtime has a malloc of its own; build it without "
               "-fsanitize";
    if (binary->has_malloc)
        return "has a malloc of its own linked into it, and calls no other; link that as a shared library";
    return NULL;
}

/* The file to be loaded for `path`, which may be a script: its interpreter, in place of `path`. -1 with
 * errno. */
static int open_binary(char path[static PATH_MAX], struct stat *info)
{
    for (int depth = 0;; depth++) {
        char head[HEAD_BYTES] = {0};
        int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        const char *interpreter;

        if (descriptor < 0 || fstat(descriptor, info) != 0)
            return descriptor;
        if (!S_ISREG(info->st_mode) || depth == SCRIPTS_AT_MOST ||
            pread(descriptor, head, sizeof head - 1, 0) <= 0)
            return descriptor;
        interpreter = interpreter_of(head);
        if (interpreter == NULL)
            return descriptor;
        snprintf(path, PATH_MAX, "%s", interpreter);
        close(descriptor);
    }
}

/* Into `text`: the path, and why nothing can be loaded into it. False where nothing speaks against it. */
static bool explain_file(char path[static PATH_MAX], char *text, size_t capacity)
{
    struct stat info = {0};
    int descriptor = open_binary(path, &info);
    struct binary binary;
    const char *rights, *why;

    if (descriptor < 0) {
        snprintf(text, capacity, "%s cannot be read: %s", path, strerror(errno));
        return true;
    }
    binary = look_at_binary(descriptor);
    rights = explain_rights(descriptor, &info);
    close(descriptor);
    why = rights != NULL ? rights : explain_binary(&binary);
    snprintf(text, capacity, "%s %s", path, why != NULL ? why : "");
    return why != NULL;
}

bool hb_explain_unloadable(const char *program, char *text, size_t capacity)
{
    char path[PATH_MAX];

    return find_program(program, path) && explain_file(path, text, capacity);
}

void hb_explain_program(const char *program, char *text, size_t capacity)
{
    char path[PATH_MAX];

    if (!find_program(program, path))
        snprintf(text, capacity, "%s is not a program that can be run", program);
    else if (!explain_file(path, text, capacity))
        snprintf(
            text, capacity,
            "%s ended before its first allocation, or was started with an environment that names no recorder",
            path);
}

enum hb_status hb_explain_check(const char *program, struct hb_error *error)
{
    struct stat info;
    char path[PATH_MAX];
    int descriptor = find_program(program, path) ? open_binary(path, &info) : -1;
    struct binary binary;
    const char *rights;

    if (descriptor < 0)
        return HB_OK;
    binary = look_at_binary(descriptor);
    rights = explain_rights(descriptor, &info);
    close(descriptor);
    if (rights != NULL)
        return hb_error_set(error, HB_ERR_UNAVAILABLE, "%s %s", path, rights);
    if (!binary.needs_to_be_first)
        return HB_OK;
    return hb_error_set(
        error, HB_ERR_UNAVAILABLE,
        "%s is built with a sanitizer, whose runtime must be loaded first and would end it with the "
        "recorder loaded; build it without -fsanitize",
        path);
}

bool hb_explain_process(const struct hb_process *process, char *text, size_t capacity)
{
    char path[PATH_MAX];

    if (process->is_elsewhere) {
        snprintf(text, capacity, "it changed its root, where neither the recorder nor its file is");
        return true;
    }
    if (process->state == HB_PROCESS_LOADED) {
        snprintf(text, capacity, "it runs as user %u, who could not reach the recording", process->user);
        return process->user != geteuid();
    }
    snprintf(path, sizeof path, "%s", process->program != NULL ? process->program : "");
    if (process->program != NULL && explain_file(path, text, capacity))
        return true;
    if (process->names_recorder) {
        snprintf(text, capacity,
                 "the loader did not load the recorder: user %u may not read it (copy it to where all may, "
                 "and name it in "
                 "HEAPBENCH_RECORDER), or the program has rights of its own, as by setcap",
                 process->user);
        return true;
    }
    snprintf(text, capacity,
             process->state == HB_PROCESS_HIDDEN
                 ? "it may not be looked into; a set-user-ID program loads no recorder"
                 : "it was started with an environment that names no recorder, as by env -i or sudo");
    return process->state == HB_PROCESS_HIDDEN || process->state == HB_PROCESS_UNLOADED;
}

const char *hb_explain_reason(int reason)
{
    switch (reason) {
    case ENOSPC:
    case EFAULT: /* of a page that could get no block */
        return "no space left on the disk";
    case EDQUOT:
        return "the disk quota is used up";
    case EFBIG:
        return "the recording is as large as it may be";
    case EMFILE:
        return "the process had no descriptor free";
    case ENFILE:
        return "the system had no descriptor free";
    case ENOMEM:
    case EAGAIN:
        return "no memory could be mapped";
    case EACCES:
    case EPERM:
        return "permission denied: it ran as another user or under a filter of system calls, and could not "
               "reach "
               "the recording";
    case ENOENT:
    case ENOTDIR:
        return "the recording is not there: it changed its root";
    case HB_CAPTURE_FILTERED:
        return "a seccomp filter that was set before it began might forbid a system call of the recorder";
    case HB_CAPTURE_USED_UP:
        return "it had set a seccomp filter, and the room that was reserved before is used up";
    default:
        return strerror(reason);
    }
}

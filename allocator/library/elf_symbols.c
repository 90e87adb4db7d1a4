/*
 * elf_symbols.c - the dynamic symbols of an ELF file and the relocations that name them, every offset
 * checked.
 */
#include "allocator/library/elf_symbols.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#if UINTPTR_MAX > 0xffffffffu
#define NATIVE_CLASS    ELFCLASS64
#define NATIVE_BITS     64
#define RELOC_SYMBOL(x) ELF64_R_SYM(x)
#else
#define NATIVE_CLASS    ELFCLASS32
#define NATIVE_BITS     32
#define RELOC_SYMBOL(x) ELF32_R_SYM(x)
#endif

#if defined(__x86_64__)
#define NATIVE_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define NATIVE_MACHINE EM_AARCH64
#endif

/* A part of the file, known to lie within it. */
struct part {
    const unsigned char *start;
    uint64_t bytes;
};

struct hb_elf {
    struct part file;
    ElfW(Ehdr) header;
    uint64_t symbols_section; /* its index, 0 when there is none */
    struct part symbols;      /* ElfW(Sym)s */
    struct part names;
};

static enum hb_status refuse(struct hb_error *error, const char *path, const char *why)
{
    hb_error_set(error, HB_ERR_UNAVAILABLE, "%s: %s", path, why);
    return HB_ERR_UNAVAILABLE;
}

/* Why a file of this kind cannot be a library, or NULL. */
static const char *unsuitable(const struct stat *info)
{
    if (S_ISDIR(info->st_mode))
        return "is a folder, not a shared library";
    if (!S_ISREG(info->st_mode))
        return "is not a regular file";
    if (info->st_size < (off_t)sizeof(ElfW(Ehdr)))
        return "is too short to be a shared library";
    return NULL;
}

/* The file's contents, or NULL and why not: errno's reason where `*why` is NULL. */
static void *map_descriptor(int fd, size_t *bytes, const char **why)
{
    struct stat info;
    void *start;

    if (fstat(fd, &info) != 0)
        return NULL;
    *why = unsuitable(&info);
    if (*why != NULL)
        return NULL;
    *bytes = (size_t)info.st_size;
    start = mmap(NULL, *bytes, PROT_READ, MAP_PRIVATE, fd, 0);
    return start != MAP_FAILED ? start : NULL;
}

/* Without waiting: the other end of a FIFO may never come. */
static enum hb_status map_file(struct hb_elf *elf, const char *path, struct hb_error *error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    const char *why = NULL;
    size_t bytes = 0;
    void *start = NULL;

    if (fd >= 0)
        start = map_descriptor(fd, &bytes, &why);
    if (start == NULL && why == NULL)
        hb_error_set_errno(error, HB_ERR_UNAVAILABLE, "%s: cannot be read", path);
    if (fd >= 0)
        close(fd);
    if (start == NULL)
        return why != NULL ? refuse(error, path, why) : HB_ERR_UNAVAILABLE;
    elf->file = (struct part){.start = start, .bytes = bytes};
    return HB_OK;
}

static enum hb_status check_header(struct hb_elf *elf, const char *path, struct hb_error *error)
{
    const uint16_t one = 1;
    unsigned char native_order = *(const unsigned char *)&one == 1 ? ELFDATA2LSB : ELFDATA2MSB;

    memcpy(&elf->header, elf->file.start, sizeof elf->header);
    if (memcmp(elf->header.e_ident, ELFMAG, SELFMAG) != 0)
        return refuse(error, path, "is not a shared library (no ELF file)");
    if (elf->header.e_ident[EI_CLASS] != NATIVE_CLASS)
        return hb_error_set(error, HB_ERR_UNAVAILABLE, "%s: is not a %d-bit library, as this program is",
                            path, NATIVE_BITS);
    if (elf->header.e_ident[EI_DATA] != native_order)
        return refuse(error, path, "is a library for a machine of the other byte order");
#ifdef NATIVE_MACHINE
    if (elf->header.e_machine != NATIVE_MACHINE)
        return refuse(error, path, "is a library for another machine");
#endif
    if (elf->header.e_type != ET_DYN)
        return refuse(error, path, "is an ELF file but not a shared library");
    return HB_OK;
}

/* `*out` is the part of the file that a section header speaks of; false when it is not within the file. */
static bool section_part(const struct hb_elf *elf, const ElfW(Shdr) * section, struct part *out)
{
    if (section->sh_offset > elf->file.bytes || section->sh_size > elf->file.bytes - section->sh_offset)
        return false;
    *out = (struct part){.start = elf->file.start + section->sh_offset, .bytes = section->sh_size};
    return true;
}

static bool section_read(const struct hb_elf *elf, uint64_t index, ElfW(Shdr) * out)
{
    uint64_t table = elf->header.e_shoff;
    uint64_t room = table <= elf->file.bytes ? elf->file.bytes - table : 0;

    if (index >= elf->header.e_shnum || index >= room / sizeof *out)
        return false;
    memcpy(out, elf->file.start + table + index * sizeof *out, sizeof *out);
    return true;
}

/* Finds the table of dynamic symbols. A file without section headers has none that we know of, and is no
 * error. */
static enum hb_status find_symbols(struct hb_elf *elf, const char *path, struct hb_error *error)
{
    ElfW(Shdr) section, names;

    if (elf->header.e_shnum == 0)
        return HB_OK;
    if (elf->header.e_shentsize != sizeof section)
        return refuse(error, path, "is a damaged library (its section headers have an odd size)");
    for (uint64_t i = 1; i < elf->header.e_shnum; i++) {
        if (!section_read(elf, i, &section))
            return refuse(error, path, "is a damaged library (its section headers end beyond the file)");
        if (section.sh_type != SHT_DYNSYM)
            continue;
        if (!section_part(elf, &section, &elf->symbols) || !section_read(elf, section.sh_link, &names) ||
            !section_part(elf, &names, &elf->names))
            return refuse(error, path, "is a damaged library (its symbols end beyond the file)");
        elf->symbols_section = i;
        return HB_OK;
    }
    return HB_OK;
}

enum hb_status hb_elf_open(const char *path, struct hb_elf **out, struct hb_error *error)
{
    struct hb_elf *elf = calloc(1, sizeof *elf);
    enum hb_status status;

    if (elf == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", path);
    status = map_file(elf, path, error);
    if (status == HB_OK)
        status = check_header(elf, path, error);
    if (status == HB_OK)
        status = find_symbols(elf, path, error);
    if (status != HB_OK)
        goto fail;
    *out = elf;
    return HB_OK;
fail:
    hb_elf_close(elf);
    return status;
}

void hb_elf_close(struct hb_elf *elf)
{
    if (elf == NULL)
        return;
    if (elf->file.start != NULL)
        munmap((void *)(uintptr_t)elf->file.start, (size_t)elf->file.bytes);
    free(elf);
}

bool hb_elf_has_symbols(const struct hb_elf *elf)
{
    return elf->symbols_section != 0;
}

static bool symbol_read(const struct hb_elf *elf, uint64_t index, ElfW(Sym) * out)
{
    if (index >= elf->symbols.bytes / sizeof *out)
        return false;
    memcpy(out, elf->symbols.start + index * sizeof *out, sizeof *out);
    return true;
}

/* True for a definition of `name` that other objects can see. */
static bool symbol_is(const struct hb_elf *elf, const ElfW(Sym) * symbol, const char *name)
{
    size_t bytes = strlen(name) + 1;

    if (symbol->st_shndx == SHN_UNDEF || ELF64_ST_BIND(symbol->st_info) == STB_LOCAL)
        return false;
    if (symbol->st_name > elf->names.bytes || elf->names.bytes - symbol->st_name < bytes)
        return false;
    return memcmp(elf->names.start + symbol->st_name, name, bytes) == 0;
}

bool hb_elf_defines(const struct hb_elf *elf, const char *name)
{
    ElfW(Sym) symbol;

    for (uint64_t i = 0; symbol_read(elf, i, &symbol); i++)
        if (symbol_is(elf, &symbol, name))
            return true;
    return false;
}

/* Whether one of a section's relocations is about `name`. */
static bool relocates(const struct hb_elf *elf, const struct part *relocations, const char *name)
{
    ElfW(Rela) relocation;
    ElfW(Sym) symbol;

    for (uint64_t at = 0; relocations->bytes - at >= sizeof relocation; at += sizeof relocation) {
        memcpy(&relocation, relocations->start + at, sizeof relocation);
        if (symbol_read(elf, RELOC_SYMBOL(relocation.r_info), &symbol) && symbol_is(elf, &symbol, name))
            return true;
    }
    return false;
}

bool hb_elf_binds_late(const struct hb_elf *elf, const char *name)
{
    ElfW(Shdr) section;
    struct part part;

    for (uint64_t i = 1; section_read(elf, i, &section); i++)
        if (section.sh_type == SHT_RELA && section.sh_link == elf->symbols_section &&
            section_part(elf, &section, &part) && relocates(elf, &part, name))
            return true;
    return false;
}

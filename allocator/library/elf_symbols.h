/*
 * elf_symbols.h - what a shared library defines, read from its file without loading it.
 *
 * Loading a library runs its constructors. What can be told from the file beforehand - a folder, a text, a
 * library for another machine, one that has no malloc - is refused before that. The file is a stranger's:
 * every offset in it is checked.
 */
#ifndef HB_ALLOCATOR_LIBRARY_ELF_SYMBOLS_H
#define HB_ALLOCATOR_LIBRARY_ELF_SYMBOLS_H

#include <stdbool.h>

#include "base/error.h"

struct hb_elf;

/*
 * HB_ERR_UNAVAILABLE, with a sentence that begins with the path: it is missing or unreadable, no regular
 * file, not ELF, damaged, of another word size or machine, or not a shared library. Close with hb_elf_close.
 */
enum hb_status hb_elf_open(const char *path, struct hb_elf **out, struct hb_error *error);
void hb_elf_close(struct hb_elf *elf); /* NULL does nothing */

/* False for a file without section headers: then nothing is known of its symbols, and only loading tells. */
bool hb_elf_has_symbols(const struct hb_elf *elf);

/* Whether other objects can find `name` in it. */
bool hb_elf_defines(const struct hb_elf *elf, const char *name);

/* Whether it defines `name` and yet leaves it to the loader which definition its own uses of `name` get. */
bool hb_elf_binds_late(const struct hb_elf *elf, const char *name);

#endif

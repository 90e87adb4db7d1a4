/*
 * library_symbols.h - the names that an allocator library may give its functions, and what its loading needs.
 */
#ifndef HB_ALLOCATOR_LIBRARY_LIBRARY_SYMBOLS_H
#define HB_ALLOCATOR_LIBRARY_LIBRARY_SYMBOLS_H

/* Longest name looked up, with its NUL. */
enum { HB_SYMBOL_BYTES = 64 };

/* What may come before "malloc", in order of preference: "", "je_", ... NULL-terminated. */
extern const char *const hb_symbol_prefixes[];

/* The functions that must be one allocator's own: malloc, free, calloc, realloc, ... NULL-terminated. */
extern const char *const hb_symbol_family[];

/*
 * The tunable that makes the loader set aside room for libraries with static TLS, and how much. Debian's
 * jemalloc 5.3.0 has 2632 bytes of it, and loads from 2048 on (the loader has some of its own); the rest is
 * headroom for other builds. It costs each thread this much of address space, which nobody touches.
 */
#define HB_TLS_TUNABLE "glibc.rtld.optional_static_tls"
enum { HB_TLS_BYTES = 16384 };

#endif

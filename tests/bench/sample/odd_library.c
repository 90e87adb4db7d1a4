/*
 * odd_library.c - shared libraries that are bad allocators, each in its own way: what a sample must survive.
 *
 * Built once for each ODD_*: a library that crashes at its 100th allocation (ODD_FICKLE otherwise in a check
 * than in a replay that is timed), never returns from it, ends the process, writes to standard output,
 * closes files that are not its own, returns NULL, or has no malloc. Three (ODD_MAPS*) have a mapping for
 * each block, and where they get none they return NULL, abort, or end the process. One writes into a file
 * which settings it was loaded with.
 */
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef ODD_NONE
int odd_library_without_malloc(void);
int odd_library_without_malloc(void)
{
    return 1;
}
#else

#if defined ODD_MAPS_ABORT || defined ODD_MAPS_EXIT
#define ODD_MAPS
#endif
#ifdef ODD_MAPS

static void *serve(size_t size)
{
    void *block = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (block != MAP_FAILED)
        return block;
#if defined ODD_MAPS_ABORT
    abort();
#elif defined ODD_MAPS_EXIT
    _exit(7);
#endif
    return NULL;
}
#else

static char memory[1 << 24];
static size_t used;
static int calls;

/* What the library does at its 100th allocation. */
static void misbehave(void)
{
#if defined ODD_CRASH
    raise(SIGSEGV);
#elif defined ODD_FICKLE
    raise(memory[8] != 0 ? SIGABRT : SIGSEGV); /* a check has written to all of the first block */
#elif defined ODD_EXIT
    _exit(7);
#elif defined ODD_CLOSE
    for (int fd = 3; fd < 200; fd++)
        close(fd);
#elif defined ODD_LOOP
    const char *mark = getenv("ODD_LIBRARY_MARK");

    if (mark != NULL)
        close(open(mark, O_CREAT | O_WRONLY | O_CLOEXEC, 0600)); /* says that it is in the loop */
    for (;;)
        pause();
#elif defined ODD_NOISY
    static const char noise[] = "elapsed_ns,1\n";

    if (write(STDOUT_FILENO, noise, sizeof noise - 1) < 0)
        return;
#endif
}

#ifdef ODD_TELL
static void tell(int out, const char *name)
{
    const char *value = getenv(name);

    if (value == NULL)
        value = "-";
    if (write(out, value, strlen(value)) < 0 || write(out, "\n", 1) < 0)
        abort();
}

__attribute__((constructor)) static void tell_all(void)
{
    const char *path = getenv("ODD_LIBRARY_TOLD");
    const char *word = getenv("ODD_LIBRARY_WORD");
    int out = path != NULL ? open(path, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600) : -1;

    if (word != NULL && write(STDERR_FILENO, word, strlen(word)) < 0)
        abort();
    if (getenv("ODD_LIBRARY_END") != NULL)
        _exit(9);
    if (out < 0)
        return;
    tell(out, "ODD_SETTING");
    tell(out, "GLIBC_TUNABLES");
    close(out);
}
#endif

/* Apart from malloc, so that nothing here calls malloc through the linker. Threads may call it at once. */
static void *serve(size_t size)
{
    size_t whole, from = __atomic_load_n(&used, __ATOMIC_RELAXED);

    if (__atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED) == 100)
        misbehave();
#ifdef ODD_NULL
    return NULL;
#endif
    do {
        if (size > sizeof memory - from - 16)
            return NULL;
        whole = (size + 15) / 16 * 16;
    } while (!__atomic_compare_exchange_n(&used, &from, from + whole, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
    return memory + from;
}
#endif

void *malloc(size_t size)
{
    return serve(size);
}

void free(void *block)
{
    (void)block;
}

void *calloc(size_t count, size_t size)
{
    return serve(count * size);
}

void *realloc(void *block, size_t size)
{
    char *moved = serve(size);

    if (moved != NULL && block != NULL)
        memmove(moved, block, size); /* may copy too much: it is all our own */
    return moved;
}
#endif

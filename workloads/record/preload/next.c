/*
 * next.c - the real allocator looked up, and a small arena for what the lookup itself allocates.
 */
#include "workloads/record/preload/next.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <string.h>

struct hb_next hb_next;
_Alignas(16) unsigned char hb_next_arena[HB_NEXT_ARENA_BYTES];
__thread bool hb_next_is_resolving __attribute__((tls_model("initial-exec")));

static _Atomic size_t arena_used;
static char library_name[64];

/* Each block is preceded by 16 bytes that hold its size. */
enum { ARENA_HEADER = 16 };

void *hb_next_arena_alloc(size_t bytes)
{
    size_t need, at;

    if (bytes > HB_NEXT_ARENA_BYTES - ARENA_HEADER)
        return NULL;
    need = (bytes + ARENA_HEADER + 15) & ~(size_t)15;
    at = atomic_fetch_add(&arena_used, need);
    if (at > HB_NEXT_ARENA_BYTES - need) {
        atomic_fetch_sub(&arena_used, need);
        errno = ENOMEM;
        return NULL;
    }
    memcpy(hb_next_arena + at, &bytes, sizeof bytes);
    return hb_next_arena + at + ARENA_HEADER;
}

size_t hb_next_arena_size(const void *block)
{
    size_t bytes;

    memcpy(&bytes, (const unsigned char *)block - ARENA_HEADER, sizeof bytes);
    return bytes;
}

/* dlsym returns an object pointer; a function pointer of the same bits is what POSIX promises. */
static void look_up(void *function, const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);

    memcpy(function, &found, sizeof found);
}

/* Kept for hb_next_library, which may be asked in a child of fork, where the loader's lock may be held. */
static void remember_library(const void *function)
{
    const char *path, *slash;
    Dl_info info;

    if (dladdr(function, &info) == 0 || info.dli_fname == NULL)
        return;
    path = info.dli_fname;
    slash = strrchr(path, '/');
    path = slash != NULL ? slash + 1 : path;
    for (size_t i = 0; i + 1 < sizeof library_name && path[i] != '\0'; i++)
        library_name[i] = path[i];
}

static const void *address_of_malloc(void)
{
    const void *function;

    memcpy(&function, &hb_next.allocate, sizeof function);
    return function;
}

bool hb_next_resolve(void)
{
    int saved = errno;
    struct hb_next next;

    if (hb_next_is_resolving)
        return false;
    hb_next_is_resolving = true;
    look_up(&next.allocate, "malloc");
    look_up(&next.release, "free");
    look_up(&next.allocate_zeroed, "calloc");
    look_up(&next.reallocate, "realloc");
    look_up(&next.posix_memalign, "posix_memalign");
    look_up(&next.aligned_alloc, "aligned_alloc");
    look_up(&next.memalign, "memalign");
    look_up(&next.valloc, "valloc");
    look_up(&next.pvalloc, "pvalloc");
    look_up(&next.process_control, "prctl");
    look_up(&next.system_call, "syscall");
    hb_next = next;
    remember_library(address_of_malloc());
    hb_next_is_resolving = false;
    errno = saved;
    return true;
}

/* Where libstdc++ came with a library that was loaded privately, RTLD_NEXT does not see it. */
static void *find_in_runtime(const char *name)
{
    static const char *const runtimes[] = {"libstdc++.so.6", "libc++.so.1", "libc++abi.so.1"};

    for (size_t i = 0; i < sizeof runtimes / sizeof runtimes[0]; i++) {
        void *handle = dlopen(runtimes[i], RTLD_LAZY | RTLD_NOLOAD);
        void *found = handle != NULL ? dlsym(handle, name) : NULL;

        if (handle != NULL)
            dlclose(handle);
        if (found != NULL)
            return found;
    }
    return NULL;
}

static const void *library_of(const void *function)
{
    Dl_info info;

    return dladdr(function, &info) != 0 ? info.dli_fbase : NULL;
}

void *hb_next_operator(const char *name, bool *own)
{
    int saved = errno;
    void *found = dlsym(RTLD_NEXT, name);

    if (found == NULL)
        found = find_in_runtime(name);
    *own = found != NULL && library_of(found) == library_of(address_of_malloc());
    errno = saved;
    return found;
}

const char *hb_next_library(void)
{
    return library_name;
}

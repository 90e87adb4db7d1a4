/*
 * virtual_clock.c - the clock, the functions that read it, and how they get into a library.
 *
 * What was told last is stored, and worked in by who reads: the replay pays for a store. So the first reading
 * after it shows that very time.
 */
#include "allocator/library/virtual_clock.h"

#include <assert.h>
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "allocator/library/library.h"
#include "base/clock.h"
#include "base/pages.h"

#define SECOND_NS INT64_C(1000000000)

/* -- the clock -- */

static _Atomic uint64_t told_ns;  /* since it was begun */
static _Atomic int64_t ahead_ns;  /* of the machine's, beside what `rate` makes; only grows */
static _Atomic uint64_t begun_ns; /* by the machine's clock; 0: it was not */
static double rate = 1;           /* written before it is begun */

void hb_virtual_clock_begin(double of_machine)
{
    assert(of_machine > 0);
    if (atomic_load(&begun_ns) != 0)
        return;
    rate = of_machine;
    atomic_store(&begun_ns, hb_clock_ns());
}

/* No exchange, which would wait until all that the replay wrote has left the processor: of two threads at
 * once the one that says less may win, and who reads has seen the other's time or gets it with the next. */
void hb_virtual_clock_set_ns(uint64_t ns)
{
    if (ns > HB_VIRTUAL_CLOCK_MOST_NS)
        ns = HB_VIRTUAL_CLOCK_MOST_NS;
    if (ns > atomic_load_explicit(&told_ns, memory_order_relaxed))
        atomic_store_explicit(&told_ns, ns, memory_order_relaxed);
}

/* How far the clock is ahead of the machine's, which shows `machine_ns`. */
static int64_t find_shift(uint64_t machine_ns)
{
    uint64_t begun = atomic_load(&begun_ns);
    int64_t ahead = atomic_load(&ahead_ns), passed, run;

    if (begun == 0 || machine_ns < begun)
        return 0;
    passed = (int64_t)(machine_ns - begun);
    run = rate == 1 ? passed : (int64_t)((double)passed * rate);
    for (;;) {
        int64_t behind = (int64_t)atomic_load(&told_ns) - (run + ahead);

        if (behind <= 0)
            return run - passed + ahead;
        if (atomic_compare_exchange_weak(&ahead_ns, &ahead, ahead + behind))
            ahead += behind;
    }
}

static int64_t ns_of(const struct timespec *time)
{
    return time->tv_sec * SECOND_NS + time->tv_nsec;
}

static struct timespec timespec_of(int64_t ns)
{
    return (struct timespec){.tv_sec = ns / SECOND_NS, .tv_nsec = ns % SECOND_NS};
}

/* Nanoseconds of the machine's clock in which the virtual one runs so many. */
static int64_t machine_span(int64_t ns)
{
    return rate == 1 ? ns : (int64_t)((double)ns / rate);
}

/* -- what the library calls in place of libc's -- */

/* Processor times are what they are. */
static bool is_of_the_day(clockid_t clock)
{
    return clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_RAW ||
           clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE || clock == CLOCK_BOOTTIME ||
           clock == CLOCK_TAI;
}

static int read_clock(clockid_t clock, struct timespec *out)
{
    uint64_t machine_ns = hb_clock_ns();
    int result = 0;

    if (clock == CLOCK_MONOTONIC)
        *out = timespec_of((int64_t)machine_ns);
    else
        result = clock_gettime(clock, out);
    if (result == 0 && is_of_the_day(clock))
        *out = timespec_of(ns_of(out) + find_shift(machine_ns));
    return result;
}

static int read_time_of_day(struct timeval *out, void *zone)
{
    struct timespec now;

    (void)zone; /* obsolete */
    read_clock(CLOCK_REALTIME, &now);
    *out = (struct timeval){.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
    return 0;
}

static time_t read_time(time_t *out)
{
    struct timespec now;

    read_clock(CLOCK_REALTIME, &now);
    if (out != NULL)
        *out = now.tv_sec;
    return now.tv_sec;
}

static int read_timespec(struct timespec *out, int base)
{
    return base == TIME_UTC && read_clock(CLOCK_REALTIME, out) == 0 ? base : 0;
}

/* The moment by the machine's clock at which the virtual one, if nobody tells it more, shows `moment`. */
static struct timespec machine_moment(clockid_t clock, const struct timespec *moment)
{
    struct timespec shown, machine;
    int64_t left;

    read_clock(clock, &shown);
    clock_gettime(clock, &machine);
    left = ns_of(moment) - ns_of(&shown);
    return timespec_of(ns_of(&machine) + (left > 0 ? machine_span(left) : 0));
}

static bool is_moment(const struct timespec *moment)
{
    return moment->tv_nsec >= 0 && moment->tv_nsec < SECOND_NS && moment->tv_sec >= 0 &&
           moment->tv_sec < INT64_MAX / SECOND_NS;
}

/* A condition does not say which of the two its clock is: the one that the moment is nearer to. */
static clockid_t clock_of(const struct timespec *moment)
{
    struct timespec day, since_boot;

    read_clock(CLOCK_REALTIME, &day);
    read_clock(CLOCK_MONOTONIC, &since_boot);
    return llabs(moment->tv_sec - day.tv_sec) < llabs(moment->tv_sec - since_boot.tv_sec) ? CLOCK_REALTIME
                                                                                          : CLOCK_MONOTONIC;
}

static int wait_by_clock(pthread_cond_t *condition, pthread_mutex_t *mutex, clockid_t clock,
                         const struct timespec *until)
{
    struct timespec moment = is_moment(until) ? machine_moment(clock, until) : *until;

    return pthread_cond_clockwait(condition, mutex, clock, &moment);
}

static int wait_until(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *until)
{
    struct timespec moment = is_moment(until) ? machine_moment(clock_of(until), until) : *until;

    return pthread_cond_timedwait(condition, mutex, &moment);
}

static int sleep_for(const struct timespec *span, struct timespec *left)
{
    struct timespec machine = is_moment(span) ? timespec_of(machine_span(ns_of(span))) : *span;
    int result = nanosleep(&machine, left);

    if (result != 0 && errno == EINTR && left != NULL)
        *left = timespec_of((int64_t)((double)ns_of(left) * rate));
    return result;
}

static int sleep_for_us(unsigned us)
{
    const struct timespec span = timespec_of(INT64_C(1000) * us);

    return sleep_for(&span, NULL);
}

static int sleep_by_clock(clockid_t clock, int flags, const struct timespec *time, struct timespec *left)
{
    struct timespec moment;

    if (!is_of_the_day(clock) || !is_moment(time))
        return clock_nanosleep(clock, flags, time, left);
    if ((flags & TIMER_ABSTIME) == 0)
        return sleep_for(time, left) == 0 ? 0 : errno;
    moment = machine_moment(clock, time);
    return clock_nanosleep(clock, flags, &moment, left);
}

/* -- how they get there -- */

#define FUNCTION(name, function)         \
    {                                    \
        name, (void (*)(void))(function) \
    }

static const struct replacement {
    const char *name;
    void (*function)(void); /* NULL: it is left, and reads the clock in libstdc++ */
} replacements[] = {
    FUNCTION("clock_gettime", read_clock),
    FUNCTION("gettimeofday", read_time_of_day),
    FUNCTION("time", read_time),
    FUNCTION("timespec_get", read_timespec),
    FUNCTION("_ZNSt6chrono3_V212steady_clock3nowEv", NULL),
    FUNCTION("_ZNSt6chrono3_V212system_clock3nowEv", NULL),
    FUNCTION("pthread_cond_timedwait", wait_until),
    FUNCTION("pthread_cond_clockwait", wait_by_clock),
    FUNCTION("nanosleep", sleep_for),
    FUNCTION("usleep", sleep_for_us),
    FUNCTION("clock_nanosleep", sleep_by_clock),
};

enum { REPLACEMENTS = sizeof replacements / sizeof replacements[0], READERS = 6 /* come first */ };

static const struct replacement *find_replacement(const char *name)
{
    for (size_t i = 0; i < REPLACEMENTS; i++)
        if (strcmp(replacements[i].name, name) == 0)
            return &replacements[i];
    return NULL;
}

/* What the dynamic section of a loaded object says of its references. */
struct references {
    const char *names;
    const ElfW(Sym) * symbols;
    const char *tables[2]; /* of ElfW(Rela)s: data's and functions' */
    size_t bytes[2];
};

/* glibc puts addresses there when it loads an object, others leave offsets. */
static const char *address_in(const struct link_map *object, const ElfW(Dyn) * entry)
{
    uintptr_t value = entry->d_un.d_ptr;

    return (const char *)(value < object->l_addr ? object->l_addr + value : value);
}

static struct references find_references(const struct link_map *object)
{
    struct references found = {.names = NULL};
    bool has_addends = true;

    for (const ElfW(Dyn) *entry = object->l_ld; entry->d_tag != DT_NULL; entry++)
        switch (entry->d_tag) {
        case DT_STRTAB:
            found.names = address_in(object, entry);
            break;
        case DT_SYMTAB:
            found.symbols = (const ElfW(Sym) *)(const void *)address_in(object, entry);
            break;
        case DT_RELA:
            found.tables[0] = address_in(object, entry);
            break;
        case DT_RELASZ:
            found.bytes[0] = entry->d_un.d_val;
            break;
        case DT_JMPREL:
            found.tables[1] = address_in(object, entry);
            break;
        case DT_PLTRELSZ:
            found.bytes[1] = entry->d_un.d_val;
            break;
        case DT_PLTREL:
            has_addends = entry->d_un.d_val == DT_RELA;
            break;
        default:
            break;
        }
    if (found.names == NULL || found.symbols == NULL || !has_addends)
        found.bytes[0] = found.bytes[1] = 0;
    return found;
}

/* Writes an address that the loader may have closed to writing since; false where that is refused. */
static bool write_slot(void **slot, void (*function)(void))
{
    char *page = (char *)((uintptr_t)slot & ~(uintptr_t)(hb_page_bytes() - 1));

    if (mprotect(page, hb_page_bytes(), PROT_READ | PROT_WRITE) != 0)
        return false;
    memcpy(slot, &function, sizeof function);
    return true;
}

/* Does the loader put nothing but the function's address in such a place? */
static bool is_address(unsigned long type)
{
#if defined __x86_64__
    return type == R_X86_64_JUMP_SLOT || type == R_X86_64_GLOB_DAT || type == R_X86_64_64;
#elif defined __aarch64__
    return type == R_AARCH64_JUMP_SLOT || type == R_AARCH64_GLOB_DAT || type == R_AARCH64_ABS64;
#else
    (void)type;
    return false;
#endif
}

static unsigned replace_in_table(const struct link_map *object, const struct references *all, unsigned table)
{
    const ElfW(Rela) *entries = (const ElfW(Rela) *)(const void *)all->tables[table];
    unsigned replaced = 0;

    for (size_t i = 0; i < all->bytes[table] / sizeof *entries; i++) {
        const ElfW(Sym) *symbol = &all->symbols[entries[i].r_info >> (sizeof(void *) == 8 ? 32 : 8)];
        const struct replacement *by = NULL;

        if (is_address(ELF64_R_TYPE(entries[i].r_info)) && symbol->st_shndx == SHN_UNDEF)
            by = find_replacement(all->names + symbol->st_name);
        if (by != NULL && (by->function == NULL ||
                           write_slot((void **)(object->l_addr + entries[i].r_offset), by->function)))
            replaced += by < replacements + READERS;
    }
    return replaced;
}

static unsigned replace_in(const struct link_map *object)
{
    struct references all = find_references(object);

    return replace_in_table(object, &all, 0) + replace_in_table(object, &all, 1);
}

/* C++ reads the clock through it. */
static unsigned replace_in_cxx(void)
{
    void *handle = dlopen("libstdc++.so.6", RTLD_LAZY | RTLD_NOLOAD);
    struct link_map *map = NULL;
    unsigned replaced = 0;

    if (handle == NULL)
        return 0;
    if (dlinfo(handle, RTLD_DI_LINKMAP, &map) == 0)
        replaced = replace_in(map);
    dlclose(handle);
    return replaced;
}

unsigned hb_virtual_clock_give(const struct hb_allocator *allocator)
{
    const struct link_map *map = hb_library_is(allocator) ? hb_library_map(allocator) : NULL;
    unsigned replaced = map != NULL ? replace_in(map) : 0;

    if (map != NULL)
        replace_in_cxx();
    return replaced;
}

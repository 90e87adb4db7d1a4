/*
 * interpose_filter.c - notices that the program is about to restrict its system calls.
 *
 * A seccomp filter, or strict mode, would make a later call of the recorder's a signal that kills the
 * program. glibc has no function for seccomp: programs and libseccomp come through prctl or syscall. (One
 * that makes the system call by itself is not noticed.)
 */
#include <errno.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "workloads/record/preload/next.h"
#include "workloads/record/preload/recorder.h"

#define HB_EXPORT __attribute__((visibility("default")))

static bool is_ready(void)
{
    return HB_LIKELY(hb_next.system_call != NULL) || hb_next_resolve();
}

static bool sets_filter(long number, long a)
{
    return (number == SYS_prctl && a == PR_SET_SECCOMP) ||
           (number == SYS_seccomp && (a == SECCOMP_SET_MODE_STRICT || a == SECCOMP_SET_MODE_FILTER));
}

/* Declared by its bits here: the C library's declaration takes any arguments. */
HB_EXPORT int hb_prctl(int option, unsigned long a, unsigned long b, unsigned long c,
                       unsigned long d) __asm__("prctl");
HB_EXPORT long hb_syscall(long number, long a, long b, long c, long d, long e, long f) __asm__("syscall");

int hb_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
    int result;
    bool sealed;

    if (!is_ready()) {
        errno = ENOSYS;
        return -1;
    }
    if (option == PR_SET_NAME)
        hb_record_note_name();
    if (HB_LIKELY(option != PR_SET_SECCOMP))
        return hb_next.process_control(option, a, b, c, d);
    sealed = hb_record_seal();
    result = hb_next.process_control(option, a, b, c, d);
    if (result != 0 && sealed)
        hb_record_unseal();
    return result;
}

/* What is no filter goes on by a jump, its arguments where they were. */
long hb_syscall(long number, long a, long b, long c, long d, long e, long f)
{
    long result;
    bool sealed;

    if (!is_ready()) {
        errno = ENOSYS;
        return -1;
    }
    if (HB_LIKELY(!sets_filter(number, a)))
        return hb_next.system_call(number, a, b, c, d, e, f);
    sealed = hb_record_seal();
    result = hb_next.system_call(number, a, b, c, d, e, f);
    if (result < 0 && sealed)
        hb_record_unseal();
    return result;
}

/* Before main: a handler, or a child of vfork, could not look up what it passes on to. */
__attribute__((constructor)) static void begin_early(void)
{
    int saved = errno;

    if (is_ready())
        hb_record_prepare();
    errno = saved;
}

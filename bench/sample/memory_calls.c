/*
 * memory_calls.c - counts calls that give memory back, by a filter that reports them to a thread of ours.
 *
 * The thread is started before the filter is, and so is not held up by it. It never allocates. Each call is
 * let go on as it was made; that its arguments could change meanwhile is no matter for a count.
 */
#include "bench/sample/memory_calls.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define REPORT(call) \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of all of these, and of the counts */
static int listener = -1;                                /* of the filter */
static uint64_t last_break;
static bool is_counting;

static void count_madvise(struct hb_memory_calls *calls, const struct seccomp_data *call)
{
    int advice = (int)call->args[2];

    calls->madvise_calls++;
    if (advice == MADV_DONTNEED || advice == MADV_FREE || advice == MADV_REMOVE)
        calls->madvise_bytes += call->args[1];
}

static void count_break(struct hb_memory_calls *calls, uint64_t wanted)
{
    if (wanted != 0 && wanted < last_break && is_counting) {
        calls->unmap_calls++;
        calls->unmap_bytes += last_break - wanted;
    }
    if (wanted != 0)
        last_break = wanted;
}

static void count(struct hb_memory_calls *calls, const struct seccomp_data *call)
{
    pthread_mutex_lock(&lock);
    if (call->nr == SYS_brk) {
        count_break(calls, call->args[0]);
    } else if (is_counting && call->nr == SYS_madvise) {
        count_madvise(calls, call);
    } else if (is_counting && call->nr == SYS_munmap) {
        calls->unmap_calls++;
        calls->unmap_bytes += call->args[1];
    }
    pthread_mutex_unlock(&lock);
}

/* Until the process ends. */
static void *listen_for_calls(void *calls)
{
    for (;;) {
        struct seccomp_notif call;
        struct seccomp_notif_resp reply = {.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};

        memset(&call, 0, sizeof call);
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0) {
            if (errno == EINTR || errno == ENOENT)
                continue;
            return NULL;
        }
        count(calls, &call.data);
        reply.id = call.id;
        ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &reply);
    }
}

static int install_filter(void)
{
    struct sock_filter steps[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                                  REPORT(SYS_madvise), REPORT(SYS_munmap), REPORT(SYS_brk),
                                  BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    const struct sock_fprog filter = {.len = sizeof steps / sizeof *steps, .filter = steps};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return -1;
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter);
}

/* Waits until there is a filter, or none is to be had. */
static void *begin_listening(void *calls)
{
    pthread_mutex_lock(&lock);
    pthread_mutex_unlock(&lock);
    return listener >= 0 ? listen_for_calls(calls) : NULL;
}

void hb_memory_calls_watch(struct hb_memory_calls *calls)
{
    pthread_t thread;

    pthread_mutex_lock(&lock);
    if (pthread_create(&thread, NULL, begin_listening, calls) == 0) {
        pthread_detach(thread);
        last_break = (uint64_t)syscall(SYS_brk, 0);
        listener = install_filter();
    }
    calls->known = listener >= 0;
    pthread_mutex_unlock(&lock);
}

static void set_counting(bool counting)
{
    pthread_mutex_lock(&lock);
    is_counting = counting && listener >= 0;
    pthread_mutex_unlock(&lock);
}

void hb_memory_calls_begin(void)
{
    set_counting(true);
}

void hb_memory_calls_end(void)
{
    set_counting(false);
}

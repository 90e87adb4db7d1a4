/*
 * family.h - all processes that come from one that we started: who runs, who has ended, and who runs without
 * the recorder.
 *
 * This process is their subreaper: who loses its parent becomes our child, so all are below us, and whoever
 * ends last ends here. /proc is looked at now and then; what starts and ends between two looks is not seen.
 */
#ifndef HB_WORKLOADS_RECORD_FAMILY_H
#define HB_WORKLOADS_RECORD_FAMILY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { HB_PROCESS_NAME = 64 };

enum hb_process_state {
    HB_PROCESS_UNKNOWN,  /* not looked into yet */
    HB_PROCESS_LOADED,   /* the recorder is in it */
    HB_PROCESS_UNLOADED, /* it is not, and will not be */
    HB_PROCESS_HIDDEN,   /* this user may not know */
};

/* A process that was seen running. */
struct hb_process {
    uint32_t pid, parent;
    uint64_t started; /* with pid: which process; the kernel's ticks */
    uint64_t stack;   /* with both: which program, since exec begins a new one */
    uint64_t seen_ns; /* when this program was first seen */
    enum hb_process_state state;
    uid_t user;
    char name[HB_PROCESS_NAME]; /* the last part of its program's path */
    char *program;              /* the path, from malloc; NULL: not known */
    bool is_elsewhere;          /* its root is not ours */
    bool names_recorder;        /* its environment does, and yet it is not loaded */
    bool is_ours;               /* while /proc is looked at */
};

struct hb_processes {
    struct hb_process *items;
    size_t count, capacity;
};

/* A process that ended and was ours to wait for. */
struct hb_ended {
    uint32_t pid;
    int status; /* as of waitpid */
    uint64_t end_ns;
    uint64_t cpu_ns; /* its own, all threads together */
    char name[16];   /* what the kernel calls its last program; cut, and the program may change it */
};

struct hb_family {
    const char *recorder;        /* the library's path */
    uint32_t program;            /* the process that was started; 0: none */
    struct hb_processes running; /* by pid */
    struct hb_processes past;    /* programs seen before that no longer run, but for those well recorded */
    struct hb_ended *ended;
    size_t ended_count, ended_capacity;
    pid_t *strangers; /* children that this process had before */
    size_t stranger_count;
};

/* Before the first process is started. `recorder` must outlive it. End with hb_family_clear. */
void hb_family_init(struct hb_family *family, const char *recorder);
void hb_family_clear(struct hb_family *family);

/* Looks at /proc. What cannot be read or kept is left out. */
void hb_family_look(struct hb_family *family);

/* Takes note of all that have ended. True where the program was among them: its status into `*status`. */
bool hb_family_reap(struct hb_family *family, int *status);

#endif

/*
 * collect.h - what a recording left in its folder: one image for each process and each exec, and word of
 * those that could not be recorded.
 */
#ifndef HB_WORKLOADS_RECORD_COLLECT_H
#define HB_WORKLOADS_RECORD_COLLECT_H

#include "workloads/record/convert.h"
#include "workloads/record/family.h"

struct hb_collected {
    struct hb_capture *capture;
    uint64_t events;
    uint64_t lost;  /* events that happened and were not recorded */
    uint32_t image; /* of its process: 0, and one more after each exec */
};

/* A process of which nothing was recorded. */
struct hb_unrecorded {
    uint32_t pid;
    int reason;       /* an errno */
    uint64_t lost;    /* events; 0: nobody could count them */
    char program[48]; /* the end of its path; "": not known */
};

struct hb_collection {
    struct hb_capture_file *file;
    struct hb_collected *items; /* the one with most events, recorded or lost, first */
    size_t count;
    struct hb_unrecorded *unrecorded; /* the one that lost most first */
    size_t unrecorded_count;
    uint32_t *pids; /* of both, sorted */
    size_t pid_count;
    size_t damaged; /* captures that could not be read; `first_damage` says why of one */
    struct hb_error first_damage;
};

/*
 * Opens what is in `folder`. `family`, which may be NULL, says when processes ended; those that still run may
 * go on writing while it is read, as they may where it is NULL and a process of that number exists. A damaged
 * image is counted and left out. HB_ERR_IO: the folder cannot be read; HB_ERR_FORMAT; HB_ERR_MEMORY. Free
 * with hb_collection_clear.
 */
enum hb_status hb_collect(const char *folder, const struct hb_family *family,
                          struct hb_collection *collection, struct hb_error *error);
void hb_collection_clear(struct hb_collection *collection);

/* True where something is known of the process, be it only that it could not be recorded. */
bool hb_collection_has(const struct hb_collection *collection, uint32_t pid);

/* The last part of the program's path, as the kernel knew it; "" where it is not known. Not NUL-terminated
 * beyond `capacity`. */
void hb_collected_name(const struct hb_collected *item, char *name, size_t capacity);

/* Removes the folder with the captures in it, and nothing else. */
void hb_collect_folder_remove(const char *folder);

#endif

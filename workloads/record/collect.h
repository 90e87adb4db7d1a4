/*
 * collect.h - the captures that a run left in its folder, one for each process image.
 */
#ifndef HB_WORKLOADS_RECORD_COLLECT_H
#define HB_WORKLOADS_RECORD_COLLECT_H

#include "workloads/record/convert.h"

struct hb_collected {
    struct hb_capture *capture;
    uint64_t events;
    uint32_t image; /* of its process: 0, and one more after each exec */
};

struct hb_collection {
    struct hb_collected *items; /* the one with most events first */
    size_t count;
    size_t damaged; /* captures that could not be read; `first_damage` says why of one */
    struct hb_error first_damage;
};

/*
 * Opens every capture in `folder`. One that is damaged is counted and left out. HB_ERR_IO: the folder cannot
 * be read; HB_ERR_MEMORY. Free with hb_collection_clear.
 */
enum hb_status hb_collect(const char *folder, struct hb_collection *collection, struct hb_error *error);
void hb_collection_clear(struct hb_collection *collection);

/* Makes a folder for captures, `*folder` absolute and from malloc: OUT.raw-XXXXXX beside the file `out`,
 * which also tells early whether that can be written; in $TMPDIR or /tmp where `out` is a device. HB_ERR_IO.
 */
enum hb_status hb_collect_folder_create(const char *out, char **folder, struct hb_error *error);

/* Removes the folder and the captures in it, and nothing else. */
void hb_collect_folder_remove(const char *folder);

#endif

/*
 * whole.h - a whole trace in memory.
 *
 * A workload keeps these promises, which the replayer relies on: ids count births from 0; a free or realloc
 * names an object that is live at that moment; no object is born twice; alignments are powers of two.
 * builder.h makes one, and checks them; workload.h loads one from a file.
 */
#ifndef HB_WORKLOADS_WHOLE_WHOLE_H
#define HB_WORKLOADS_WHOLE_WHOLE_H

#include "workloads/trace/trace.h"
#include "workloads/whole/repairs.h"

enum hb_workload_format {
    HB_FORMAT_ANY, /* recognised by content */
    HB_FORMAT_TRACE,
    HB_FORMAT_REP,
    HB_FORMAT_TEXT,
    HB_FORMAT_BUFFERS,   /* CSV of lifetimes, of offline packing */
    HB_FORMAT_ANDROID,   /* memory_replay's text */
    HB_FORMAT_MTRACE,    /* of glibc's mtrace */
    HB_FORMAT_HEAPTRACK, /* raw */
    HB_FORMAT_VALGRIND,  /* a log with --trace-malloc=yes */
};

struct hb_workload {
    char *name; /* hb_workload_name_of its path */
    char *path;
    struct hb_trace_info info;
    struct hb_op *ops; /* from hb_pages_reserve */
    size_t ops_capacity_bytes;
    uint64_t op_count;
    struct hb_wait *waits; /* ascending, one an operation at most; from hb_pages_reserve, NULL for none */
    size_t waits_capacity_bytes;
    uint64_t wait_count;
    struct hb_touched *touched; /* ascending; from hb_pages_reserve, NULL for none */
    size_t touched_capacity_bytes;
    uint64_t touched_count;
    uint64_t time_us;      /* of all waits together */
    uint64_t wall_ns;      /* that the recorded program ran; 0: not known */
    uint64_t cpu_ns;       /* that it was on a processor; 0: not known */
    uint64_t object_count; /* births */
    char **
        names; /* what a text file calls each, as it stands there; NULL: it has none, or more than are kept */
    uint64_t peak_live_objects;
    uint64_t peak_live_bytes;     /* of requested sizes, after any operation */
    uint64_t live_objects_at_end; /* never freed */
    uint64_t live_bytes_at_end;
    uint32_t threads;          /* that do anything */
    uint64_t dropped;          /* events that were lost, left out or made up; 0 in a faithful trace */
    struct hb_repairs repairs; /* of this very file; a trace keeps their sum as `dropped` */
    uint32_t version;          /* of a .trace: 1, which has no times, 2 or 3; of other formats 0 */
    uint64_t raw_bytes; /* of the operation stream before compression; 0 when the file was not a .trace */
    uint64_t file_bytes;
    uint64_t suggested_heap_bytes; /* from a .rep header; 0 where there is none */
};

/* NULL does nothing. */
void hb_workload_free(struct hb_workload *workload);

/*
 * What tables, files of results and benchmark names show of a trace: its file's name without folder and
 * ending, printable (base/printable.h), a backslash escaped too, so that no two names become one. From
 * malloc; NULL when out of memory.
 */
char *hb_workload_name_of(const char *path);

/* Of a file's name, without a folder, the bytes before its ending. */
size_t hb_workload_stem_bytes(const char *base);

#endif

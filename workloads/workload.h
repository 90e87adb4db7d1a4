/*
 * workload.h - a whole trace in memory, from a file in any format that is understood, checked.
 *
 * A loaded workload keeps these promises, which the replayer relies on: ids count births from 0; a free or
 * realloc names an object that is live at that moment; no object is born twice; alignments are powers of two.
 */
#ifndef HB_WORKLOADS_WORKLOAD_H
#define HB_WORKLOADS_WORKLOAD_H

#include "workloads/repairs.h"
#include "workloads/trace/trace.h"

enum hb_workload_format {
    HB_FORMAT_ANY, /* recognised by content */
    HB_FORMAT_TRACE,
    HB_FORMAT_REP,
    HB_FORMAT_TEXT,
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
    uint64_t time_us;      /* of all waits together */
    uint64_t wall_ns;      /* that the recorded program ran; 0: not known */
    uint64_t cpu_ns;       /* that it was on a processor; 0: not known */
    uint64_t object_count; /* births */
    uint64_t peak_live_objects;
    uint64_t peak_live_bytes;     /* of requested sizes, after any operation */
    uint64_t live_objects_at_end; /* never freed */
    uint64_t live_bytes_at_end;
    uint32_t threads;          /* that do anything */
    uint64_t dropped;          /* events that were lost, left out or made up; 0 in a faithful trace */
    struct hb_repairs repairs; /* of this very file; a trace keeps their sum as `dropped` */
    uint32_t version;          /* of a .trace: 1, which has no times, or 2; of other formats 0 */
    uint64_t raw_bytes; /* of the operation stream before compression; 0 when the file was not a .trace */
    uint64_t file_bytes;
    uint64_t suggested_heap_bytes; /* from a .rep header; 0 where there is none */
};

/*
 * Loads `path_or_name`: a .trace, a file in any format that can be imported (recognised by content), or the
 * bare name of a shipped trace (hb_traces_folder), with or without its ending. HB_ERR_IO; HB_ERR_FORMAT, with
 * file and byte or line; HB_ERR_LIMIT: more than 2^31 operations, or than fit half of this machine's memory;
 * HB_ERR_MEMORY. Free with hb_workload_free.
 */
enum hb_status hb_workload_load(const char *path_or_name, struct hb_workload **out, struct hb_error *error);

/*
 * The file that `path_or_name` stands for; from malloc. Every command and every benchmark finds traces by
 * this: what has a slash in it is a path; else a file in the current folder is that file; else a shipped
 * trace with that file name; else the one shipped trace that is called so but for its ending. HB_ERR_USAGE
 * where two are, naming both; HB_ERR_IO where none is; HB_ERR_MEMORY.
 */
enum hb_status hb_workload_locate(const char *path_or_name, char **path, struct hb_error *error);

/*
 * What tables, files of results and benchmark names show of a trace: its file's name without folder and
 * ending, printable (base/printable.h), a backslash escaped too, so that no two names become one. From
 * malloc; NULL when out of memory.
 */
char *hb_workload_name_of(const char *path);

/* The format that a file's first bytes are of. HB_ERR_IO; HB_ERR_FORMAT when of none. */
enum hb_status hb_workload_recognise(const char *path, enum hb_workload_format *format,
                                     struct hb_error *error);

/* As hb_workload_load, of a file whose format is known already; `path` is a path and no name. */
enum hb_status hb_workload_load_as(const char *path, enum hb_workload_format format, struct hb_workload **out,
                                   struct hb_error *error);

/* Writes it as a .trace; `level` as hb_trace_writer_open takes it. HB_ERR_USAGE, HB_ERR_IO, HB_ERR_MEMORY. */
enum hb_status hb_workload_save(const struct hb_workload *workload, const char *path, int level,
                                struct hb_error *error);
void hb_workload_free(struct hb_workload *workload); /* NULL does nothing */

/* Where shipped traces are: $HEAPBENCH_TRACES, else where base/place.h finds them from this executable. */
const char *hb_traces_folder(void);

/*
 * What is in hb_traces_folder() to be read as workloads (all but folders, *.md, *.part and what begins with a
 * dot), sorted by name; from malloc, NULL-terminated, freed with hb_traces_free. Whether it is one, loading
 * says. HB_ERR_IO when the folder cannot be read.
 */
enum hb_status hb_traces_find(char ***paths, size_t *count, struct hb_error *error);
void hb_traces_free(char **paths);

#endif

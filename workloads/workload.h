/*
 * workload.h - workloads from files: found by name, loaded from any format that is understood, saved.
 */
#ifndef HB_WORKLOADS_WORKLOAD_H
#define HB_WORKLOADS_WORKLOAD_H

#include "workloads/whole/whole.h"

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

/* The format that a file's first bytes are of. HB_ERR_IO; HB_ERR_FORMAT when of none. */
enum hb_status hb_workload_recognise(const char *path, enum hb_workload_format *format,
                                     struct hb_error *error);

/* As hb_workload_load, of a file whose format is known already; `path` is a path and no name. */
enum hb_status hb_workload_load_as(const char *path, enum hb_workload_format format, struct hb_workload **out,
                                   struct hb_error *error);

/* Writes it as a .trace; `level` as hb_trace_writer_open takes it. HB_ERR_USAGE, HB_ERR_IO, HB_ERR_MEMORY. */
enum hb_status hb_workload_save(const struct hb_workload *workload, const char *path, int level,
                                struct hb_error *error);

/* Where shipped traces are: $HEAPBENCH_TRACES, else where base/place.h finds them from this executable. */
const char *hb_traces_folder(void);

/* The folder within it whose traces are there for the asking: by name, or by --all. */
#define HB_TRACES_MORE "more"

/*
 * What is in hb_traces_folder() to be read as workloads (all but folders, *.md, *.part and what begins with a
 * dot), sorted by name; from malloc, NULL-terminated, freed with hb_traces_free. Whether it is one, loading
 * says. HB_ERR_IO when the folder cannot be read. hb_traces_find_all: behind these, what is in its folder
 * HB_TRACES_MORE, where it has one.
 */
enum hb_status hb_traces_find(char ***paths, size_t *count, struct hb_error *error);
enum hb_status hb_traces_find_all(char ***paths, size_t *count, struct hb_error *error);
void hb_traces_free(char **paths);

#endif

/* report_source.c - finds and reads the result files of a folder. */
#include "bench/report/report_source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const file_names[HB_RESULT_FILES] = {
    [HB_RESULT_THROUGHPUT] = "throughput.csv",
    [HB_RESULT_VARIANTS] = "variants.csv",
    [HB_RESULT_LATENCY] = "latency.csv",
    [HB_RESULT_WALK_COST] = "walk_cost.csv",
    [HB_RESULT_WALK_LENGTHS] = "walk_lengths.csv",
    [HB_RESULT_WALK_SUMMARY] = "walk_summary.csv",
    [HB_RESULT_FRAGMENTATION] = "fragmentation.csv",
    [HB_RESULT_FRAGMENTATION_SUMMARY] = "fragmentation_summary.csv",
    [HB_RESULT_HEAP_MAP] = "heap_map.csv",
    [HB_RESULT_FAILURE_POINTS] = "failure_points.csv",
    [HB_RESULT_LEAST_MEMORY] = "least_memory.csv",
    [HB_RESULT_POLICIES] = "policies.csv",
    [HB_RESULT_CURVE] = "curve.csv",
    [HB_RESULT_CURVE_SUMMARY] = "curve_summary.csv",
    [HB_RESULT_LADDER] = "ladder.csv",
    [HB_RESULT_ADVERSARY] = "adversary.csv",
    [HB_RESULT_MODEL_SPEED] = "model_speed.csv",
};

const char *hb_result_file_name(enum hb_result_file file)
{
    return file_names[file];
}

enum hb_result_file hb_result_file_find(const char *name)
{
    for (size_t i = 0; i < HB_RESULT_FILES; i++)
        if (strcmp(file_names[i], name) == 0)
            return (enum hb_result_file)i;
    return HB_RESULT_FILES;
}

/* "folder/name", from malloc; NULL without memory. */
static char *path_of(const char *folder, size_t file)
{
    char *path = NULL;

    return asprintf(&path, "%s/%s", folder, file_names[file]) < 0 ? NULL : path;
}

bool hb_report_source_exists(const char *folder)
{
    bool found = false;

    for (size_t i = 0; i < HB_RESULT_FILES && !found; i++) {
        char *path = path_of(folder, i);

        found = path != NULL && access(path, F_OK) == 0;
        free(path);
    }
    return found;
}

static enum hb_status read_file(struct hb_report_source *source, size_t file)
{
    char *path = path_of(source->folder, file);

    if (path == NULL)
        return HB_ERR_MEMORY;
    if (access(path, F_OK) != 0)
        hb_error_set(&source->missing[file], HB_ERR_UNAVAILABLE, "%s is not there", file_names[file]);
    else
        hb_csv_read(path, &source->csv[file], &source->missing[file]);
    free(path);
    return source->missing[file].status == HB_ERR_MEMORY ? HB_ERR_MEMORY : HB_OK;
}

enum hb_status hb_report_source_read(const char *folder, struct hb_report_source *source,
                                     struct hb_error *error)
{
    enum hb_status status = HB_OK;

    memset(source, 0, sizeof *source);
    source->folder = realpath(folder, NULL);
    if (source->folder == NULL)
        return hb_error_set_errno(error, HB_ERR_IO, "%s: cannot be opened", folder);
    if (!hb_report_source_exists(source->folder))
        status =
            hb_error_set(error, HB_ERR_UNAVAILABLE,
                         "%s: holds no results; 'heapbench run --results %s' makes some", folder, folder);
    for (size_t i = 0; i < HB_RESULT_FILES && status == HB_OK; i++)
        status = read_file(source, i);
    if (status == HB_ERR_MEMORY)
        hb_error_set(error, status, "%s: out of memory", folder);
    if (status != HB_OK)
        hb_report_source_clear(source);
    return status;
}

void hb_report_source_clear(struct hb_report_source *source)
{
    for (size_t i = 0; i < HB_RESULT_FILES; i++)
        hb_csv_free(source->csv[i]);
    free(source->folder);
    memset(source, 0, sizeof *source);
}

/*
 * discover.c - which allocators and which traces there are on this machine.
 */
#include "bench/question/discover.h"

#include <gnu/libc-version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/printable.h"
#include "bench/sample/sample.h"

static enum hb_status out_of_memory(struct hb_error *error)
{
    return hb_error_set(error, HB_ERR_MEMORY, "out of memory while looking for allocators and traces");
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

/* As hb_workload_name_of has it. */
static char *printable_name(const char *text)
{
    return hb_printable_copy(text, "\\");
}

/* Allocators */

static enum hb_status add_candidate(struct hb_discovery *found, const char *spec, size_t bytes,
                                    struct hb_error *error)
{
    struct hb_candidate *grown, *candidate;
    const struct hb_allocator *builtin;

    if (bytes == 0)
        return hb_error_set(error, HB_ERR_USAGE, "an allocator's name is empty; 'heapbench list' names them");
    grown = realloc(found->candidates, (found->candidate_count + 1) * sizeof *grown);
    if (grown == NULL)
        return out_of_memory(error);
    found->candidates = grown;
    candidate = &grown[found->candidate_count++];
    memset(candidate, 0, sizeof *candidate);
    candidate->spec = strndup(spec, bytes);
    candidate->name = candidate->spec != NULL ? printable_name(base_name(candidate->spec)) : NULL;
    if (candidate->name == NULL)
        return out_of_memory(error);
    builtin = hb_allocator_find(candidate->spec);
    candidate->library = builtin == NULL;
    candidate->process = builtin == NULL || (builtin->caps & HB_CAP_PROCESS) != 0;
    candidate->builtin = builtin;
    candidate->model = builtin != NULL ? builtin->model : NULL;
    candidate->walks = builtin != NULL && builtin->counting != NULL;
    candidate->bounded = builtin != NULL && (builtin->caps & HB_CAP_BOUNDED) != 0;
    candidate->untouchable = builtin != NULL && (builtin->caps & HB_CAP_UNTOUCHABLE) != 0;
    return HB_OK;
}

/* All but the models, which compute: they are to be asked for by name. */
static void mark_extras(struct hb_discovery *found)
{
    for (size_t i = 0; i < found->candidate_count; i++)
        found->candidates[i].extra =
            found->candidates[i].walks && strcmp(found->candidates[i].name, HB_SUBJECT) != 0;
}

static enum hb_status add_every_candidate(struct hb_discovery *found, struct hb_error *error)
{
    size_t count;
    const struct hb_allocator *const *builtin = hb_allocator_builtin(&count);
    enum hb_status status = HB_OK;

    for (size_t i = 0; i < count && status == HB_OK; i++)
        if ((builtin[i]->caps & HB_CAP_MODEL) == 0)
            status = add_candidate(found, builtin[i]->name, strlen(builtin[i]->name), error);
    for (const char *const *name = hb_allocator_library_names(); *name != NULL && status == HB_OK; name++)
        status = add_candidate(found, *name, strlen(*name), error);
    mark_extras(found);
    return status;
}

/* An allocator that is named twice is measured once. */
static bool is_candidate(const struct hb_discovery *found, const char *spec, size_t bytes)
{
    for (size_t i = 0; i < found->candidate_count; i++)
        if (strlen(found->candidates[i].spec) == bytes && memcmp(found->candidates[i].spec, spec, bytes) == 0)
            return true;
    return false;
}

static enum hb_status add_named_candidates(struct hb_discovery *found, const char *list,
                                           struct hb_error *error)
{
    enum hb_status status = HB_OK;

    for (;;) {
        size_t bytes = strcspn(list, ",");

        if (!is_candidate(found, list, bytes))
            status = add_candidate(found, list, bytes, error);
        if (status != HB_OK || list[bytes] == '\0')
            return status;
        list += bytes + 1;
    }
}

/* A replay of nothing: what it takes to open the allocator and to make a heap. */
static enum hb_status try_candidate(struct hb_candidate *candidate, const struct hb_prepared *nothing,
                                    struct hb_error *error)
{
    struct hb_sample_request request = {.prepared = nothing,
                                        .allocator = candidate->spec,
                                        .mode = HB_SAMPLE_TIME,
                                        .timeout_ms = 10000,
                                        .quiet = true};
    struct hb_sample_result *result = calloc(1, sizeof *result);
    enum hb_status status;

    if (result == NULL)
        return out_of_memory(error);
    status = hb_sample_run(&request, result, error);
    if (status == HB_OK) {
        candidate->usable = result->outcome == HB_SAMPLE_OK;
        candidate->error = result->error;
        hb_printable(candidate->version, sizeof candidate->version, result->library.version, "");
        memcpy(candidate->path, result->library.path, sizeof candidate->path);
        if (result->outcome == HB_SAMPLE_CRASHED && result->signal == 0)
            hb_error_set(&candidate->error, HB_ERR_UNAVAILABLE,
                         "%s: ended the process as it was loaded (exit status %d)", candidate->spec,
                         result->exit_status);
        else if (result->outcome == HB_SAMPLE_CRASHED)
            hb_error_set(&candidate->error, HB_ERR_UNAVAILABLE, "%s: crashed as it was loaded (signal %d)",
                         candidate->spec, result->signal);
        else if (result->outcome == HB_SAMPLE_TIMED_OUT)
            hb_error_set(&candidate->error, HB_ERR_UNAVAILABLE, "%s: did not load within %.0f s",
                         candidate->spec, (double)request.timeout_ms / 1000);
        hb_sample_result_clear(result);
    }
    free(result);
    if (status == HB_OK && !candidate->usable && candidate->error.status == HB_ERR_USAGE) {
        return hb_error_set(error, HB_ERR_USAGE, "%s", candidate->error.text);
    }
    return status;
}

/* Two libraries of one file name, in two folders, are shown with their paths. */
static enum hb_status make_candidates_unique(struct hb_discovery *found, struct hb_error *error)
{
    for (size_t i = 0; i < found->candidate_count; i++) {
        for (size_t j = 0; j < found->candidate_count; j++) {
            struct hb_candidate *candidate = &found->candidates[i];
            char *full;

            if (i == j || strcmp(base_name(candidate->spec), base_name(found->candidates[j].spec)) != 0)
                continue;
            full = printable_name(candidate->spec);
            if (full == NULL)
                return out_of_memory(error);
            free(candidate->name);
            candidate->name = full;
        }
    }
    return HB_OK;
}

static enum hb_status try_candidates(struct hb_discovery *found, struct hb_error *error)
{
    static char name[] = "nothing";
    struct hb_workload empty = {.name = name, .path = name, .threads = 1};
    struct hb_prepared *nothing;
    enum hb_status status = hb_prepare(&empty, &nothing, error);

    if (status != HB_OK)
        return status;
    for (size_t i = 0; i < found->candidate_count && status == HB_OK; i++)
        status = try_candidate(&found->candidates[i], nothing, error);
    hb_prepared_free(nothing);
    return status;
}

/* Traces */

static enum hb_status add_trace(struct hb_discovery *found, const char *path, struct hb_error *error)
{
    struct hb_found_trace *grown = realloc(found->traces, (found->trace_count + 1) * sizeof *found->traces);

    if (grown == NULL)
        return out_of_memory(error);
    found->traces = grown;
    grown[found->trace_count].path = strdup(path);
    grown[found->trace_count].name = hb_workload_name_of(path);
    found->trace_count++;
    if (grown[found->trace_count - 1].path == NULL || grown[found->trace_count - 1].name == NULL)
        return out_of_memory(error);
    return HB_OK;
}

/* A trace that is named twice is measured once. */
static bool is_trace(const struct hb_discovery *found, const char *path)
{
    for (size_t i = 0; i < found->trace_count; i++)
        if (strcmp(found->traces[i].path, path) == 0)
            return true;
    return false;
}

static enum hb_status add_named_trace(struct hb_discovery *found, const char *name, struct hb_error *error)
{
    char *path = NULL;
    enum hb_status status = hb_workload_locate(name, &path, error);

    if (status == HB_OK && access(path, F_OK) != 0)
        status = hb_error_set_errno(error, HB_ERR_IO, "%s: cannot be read", path);
    if (status == HB_OK && !is_trace(found, path))
        status = add_trace(found, path, error);
    free(path);
    return status;
}

static enum hb_status add_every_trace(struct hb_discovery *found, struct hb_error *error)
{
    char **paths = NULL;
    size_t count = 0;
    enum hb_status status = hb_traces_find(&paths, &count, error);

    for (size_t i = 0; i < count && status == HB_OK; i++)
        status = add_trace(found, paths[i], error);
    hb_traces_free(paths);
    if (status == HB_OK && count == 0)
        return hb_error_set(error, HB_ERR_IO, "%s: no traces there; name one, or set HEAPBENCH_TRACES",
                            hb_traces_folder());
    return status;
}

static enum hb_status add_traces(struct hb_discovery *found, char *const *traces, struct hb_error *error)
{
    enum hb_status status = HB_OK;

    if (traces == NULL || traces[0] == NULL)
        return add_every_trace(found, error);
    for (; *traces != NULL && status == HB_OK; traces++)
        status = add_named_trace(found, *traces, error);
    return status;
}

/* What a trace may be called: its file's name without ending, with it, its path. */
enum { NAME_STEM, NAME_FILE, NAME_PATH };

static char *name_of(const char *path, int kind)
{
    if (kind == NAME_STEM)
        return hb_workload_name_of(path);
    return printable_name(kind == NAME_FILE ? base_name(path) : path);
}

/* Whether another trace would be called `name`. */
static bool is_shared(const struct hb_discovery *found, size_t index, const char *name, int kind)
{
    bool shared = false;

    for (size_t i = 0; i < found->trace_count && !shared; i++) {
        char *other = i != index ? name_of(found->traces[i].path, kind) : NULL;

        shared = other != NULL && strcmp(name, other) == 0;
        free(other);
    }
    return shared;
}

/* Two files that differ in their endings alone, a.rep and a.trace, keep them in their names; two that differ
 * in their folders are shown with their paths. */
static enum hb_status make_names_unique(struct hb_discovery *found, struct hb_error *error)
{
    for (size_t i = 0; i < found->trace_count; i++) {
        struct hb_found_trace *trace = &found->traces[i];

        for (int kind = NAME_FILE; kind <= NAME_PATH && is_shared(found, i, trace->name, kind - 1); kind++) {
            free(trace->name);
            trace->name = name_of(trace->path, kind);
            if (trace->name == NULL)
                return out_of_memory(error);
        }
    }
    return HB_OK;
}

enum hb_status hb_discover(const char *allocators, char *const *traces, struct hb_discovery *found,
                           struct hb_error *error)
{
    enum hb_status status;

    memset(found, 0, sizeof *found);
    status = add_traces(found, traces, error);
    if (status == HB_OK)
        status = make_names_unique(found, error);
    if (status == HB_OK && allocators != NULL)
        status = add_named_candidates(found, allocators, error);
    else if (status == HB_OK)
        status = add_every_candidate(found, error);
    if (status == HB_OK)
        status = make_candidates_unique(found, error);
    if (status == HB_OK)
        status = try_candidates(found, error);
    if (status != HB_OK)
        hb_discovery_free(found);
    return status;
}

void hb_discovery_free(struct hb_discovery *found)
{
    for (size_t i = 0; i < found->candidate_count; i++) {
        free(found->candidates[i].name);
        free(found->candidates[i].spec);
    }
    for (size_t i = 0; i < found->trace_count; i++) {
        free(found->traces[i].name);
        free(found->traces[i].path);
    }
    free(found->candidates);
    free(found->traces);
    hb_prepared_free(found->loaded);
    memset(found, 0, sizeof *found);
}

enum hb_status hb_discovery_trace(struct hb_discovery *found, size_t index, const struct hb_prepared **out,
                                  struct hb_error *error)
{
    struct hb_workload *workload;
    enum hb_status status;

    if (found->loaded == NULL || found->loaded_index != index) {
        hb_prepared_free(found->loaded);
        found->loaded = NULL;
        status = hb_workload_load_as(found->traces[index].path, HB_FORMAT_ANY, &workload, error);
        if (status != HB_OK)
            return status;
        status = hb_prepare(workload, &found->loaded, error);
        hb_workload_free(workload);
        if (status != HB_OK) {
            found->loaded = NULL;
            return status;
        }
        found->loaded_index = index;
    }
    *out = found->loaded;
    return HB_OK;
}

const struct hb_candidate *hb_discovery_find(const struct hb_discovery *found, const char *name)
{
    for (size_t i = 0; i < found->candidate_count; i++)
        if (found->candidates[i].usable &&
            (strcmp(found->candidates[i].name, name) == 0 || strcmp(found->candidates[i].spec, name) == 0))
            return &found->candidates[i];
    return NULL;
}

void hb_discovery_libraries(const struct hb_discovery *found, char *out, size_t bytes)
{
    size_t used;

    snprintf(out, bytes, "glibc %s", gnu_get_libc_version());
    for (size_t i = 0; i < found->candidate_count; i++) {
        const struct hb_candidate *candidate = &found->candidates[i];

        used = strlen(out);
        if (candidate->usable && candidate->library)
            snprintf(out + used, bytes - used, "; %s %s", candidate->name,
                     candidate->version[0] != '\0' ? candidate->version : "(version not told)");
    }
    hb_make_printable(out, bytes);
}

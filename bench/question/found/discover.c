/*
 * discover.c - which allocators and which traces there are on this machine.
 */
#include "bench/question/found/discover.h"

#include <gnu/libc-version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/printable.h"
#include "workloads/generate/generate.h"

static enum hb_status out_of_memory(struct hb_error *error)
{
    return hb_error_set(error, HB_ERR_MEMORY, "out of memory while looking for traces");
}

/* As hb_workload_name_of has it. */
static char *printable_name(const char *text)
{
    return hb_printable_copy(text, "\\");
}

static enum hb_status add_trace(struct hb_discovery *found, const char *path, struct hb_error *error)
{
    struct hb_found_trace *grown = realloc(found->traces, (found->trace_count + 1) * sizeof *found->traces);

    if (grown == NULL)
        return out_of_memory(error);
    found->traces = grown;
    grown[found->trace_count].path = strdup(path);
    grown[found->trace_count].name = hb_workload_name_of(path);
    grown[found->trace_count].recipe = NULL;
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

static enum hb_status add_shipped_traces(struct hb_discovery *found, bool all, struct hb_error *error)
{
    char **paths = NULL;
    size_t count = 0;
    enum hb_status status = (all ? hb_traces_find_all : hb_traces_find)(&paths, &count, error);

    for (size_t i = 0; i < count && status == HB_OK; i++)
        status = add_trace(found, paths[i], error);
    hb_traces_free(paths);
    if (status == HB_OK && count == 0)
        return hb_error_set(error, HB_ERR_IO, "%s: no traces there; name one, or set HEAPBENCH_TRACES",
                            hb_traces_folder());
    return status;
}

static enum hb_status add_traces(struct hb_discovery *found, char *const *traces, bool all,
                                 struct hb_error *error)
{
    enum hb_status status = HB_OK;

    if (traces == NULL || traces[0] == NULL) {
        found->chosen_few = !all;
        return add_shipped_traces(found, all, error);
    }
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
    return printable_name(kind == NAME_FILE ? basename(path) : path);
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

static enum hb_status discover(const struct hb_candidate_choice *choice, char *const *traces, bool all,
                               struct hb_discovery *found, struct hb_error *error)
{
    enum hb_status status;

    memset(found, 0, sizeof *found);
    status = add_traces(found, traces, all, error);
    if (status == HB_OK)
        status = make_names_unique(found, error);
    if (status == HB_OK)
        status = hb_candidates_find(choice, &found->candidates, &found->candidate_count, error);
    if (status != HB_OK)
        hb_discovery_free(found);
    return status;
}

enum hb_status hb_discover(const struct hb_candidate_choice *choice, char *const *traces,
                           struct hb_discovery *found, struct hb_error *error)
{
    return discover(choice, traces, false, found, error);
}

enum hb_status hb_discover_all(const struct hb_candidate_choice *choice, struct hb_discovery *found,
                               struct hb_error *error)
{
    return discover(choice, NULL, true, found, error);
}

/* The last one of the traces goes to the front. */
static void put_first(struct hb_discovery *found, size_t place)
{
    struct hb_found_trace last = found->traces[found->trace_count - 1];

    memmove(&found->traces[place + 1], &found->traces[place],
            (found->trace_count - 1 - place) * sizeof *found->traces);
    found->traces[place] = last;
}

enum hb_status hb_discovery_generate(struct hb_discovery *found, const struct hb_recipe *recipes,
                                     struct hb_error *error)
{
    enum hb_status status = HB_OK;

    for (size_t i = 0; recipes[i].name != NULL && status == HB_OK; i++) {
        status = add_trace(found, recipes[i].name, error);
        if (status != HB_OK)
            break;
        found->traces[found->trace_count - 1].recipe = recipes[i].text;
        put_first(found, i);
    }
    if (status != HB_OK)
        hb_discovery_free(found);
    return status;
}

static void free_lines(char **lines)
{
    for (size_t i = 0; lines != NULL && lines[i] != NULL; i++)
        free(lines[i]);
    free(lines);
}

void hb_discovery_free(struct hb_discovery *found)
{
    hb_candidates_free(found->candidates, found->candidate_count);
    free_lines(found->library_lines);
    free_lines(found->variant_lines);
    for (size_t i = 0; i < found->trace_count; i++) {
        free(found->traces[i].name);
        free(found->traces[i].path);
    }
    free(found->traces);
    hb_prepared_free(found->loaded);
    memset(found, 0, sizeof *found);
}

static enum hb_status load(const struct hb_found_trace *trace, struct hb_prepared **out,
                           struct hb_error *error)
{
    struct hb_workload *workload;
    enum hb_status status;

    if (trace->recipe == NULL)
        return hb_prepare_file(trace->path, out, NULL, error);
    status = hb_generate_workload(trace->recipe, trace->path, &workload, error);
    if (status != HB_OK)
        return status;
    status = hb_prepare(workload, out, error);
    hb_workload_free(workload);
    return status;
}

enum hb_status hb_discovery_trace(struct hb_discovery *found, size_t index, const struct hb_prepared **out,
                                  struct hb_error *error)
{
    enum hb_status status;

    if (found->loaded == NULL || found->loaded_index != index) {
        hb_prepared_free(found->loaded);
        found->loaded = NULL;
        status = load(&found->traces[index], &found->loaded, error);
        if (status != HB_OK) {
            found->loaded = NULL;
            return status;
        }
        found->loaded_index = index;
    }
    *out = found->loaded;
    return HB_OK;
}

/* By its name, or, unless it is a variant, by its path. */
static bool is_called(const struct hb_candidate *candidate, const char *name)
{
    return strcmp(candidate->name, name) == 0 ||
           (candidate->variant.name == NULL && strcmp(candidate->spec, name) == 0);
}

const struct hb_candidate *hb_discovery_find(const struct hb_discovery *found, const char *name)
{
    for (size_t i = 0; i < found->candidate_count; i++)
        if (found->candidates[i].usable && is_called(&found->candidates[i], name))
            return &found->candidates[i];
    return NULL;
}

/* "jemalloc 5.3.0; mimalloc 2.0.9": every usable library and glibc, as far as `bytes` reach. */
static void list_libraries(const struct hb_discovery *found, char *out, size_t bytes)
{
    size_t used;

    snprintf(out, bytes, "glibc %s", gnu_get_libc_version());
    for (size_t i = 0; i < found->candidate_count; i++) {
        const struct hb_candidate *candidate = &found->candidates[i];

        used = strlen(out);
        if (candidate->usable && candidate->library && candidate->variant.name == NULL)
            snprintf(out + used, bytes - used, "; %s %s", candidate->name,
                     candidate->version[0] != '\0' ? candidate->version : "(version not told)");
    }
    hb_make_printable(out, bytes);
}

/* Is its file the first of that path? */
static bool is_first_of_file(const struct hb_discovery *found, size_t index)
{
    const struct hb_candidate *candidate = &found->candidates[index];

    for (size_t i = 0; i < index; i++)
        if (strcmp(found->candidates[i].path, candidate->path) == 0)
            return false;
    return candidate->usable && candidate->path[0] != '\0';
}

/* False where `line` is NULL. */
static bool add_line(char **lines, char *line)
{
    while (*lines != NULL)
        lines++;
    *lines = line;
    return line != NULL;
}

/* False when out of memory. */
static bool make_lines(struct hb_discovery *found)
{
    bool whole = true;

    found->library_lines = calloc(found->candidate_count + 1, sizeof *found->library_lines);
    found->variant_lines = calloc(found->candidate_count + 1, sizeof *found->variant_lines);
    if (found->library_lines == NULL || found->variant_lines == NULL)
        return false;
    for (size_t i = 0; i < found->candidate_count; i++) {
        const struct hb_candidate *candidate = &found->candidates[i];

        if (is_first_of_file(found, i))
            whole &= add_line(found->library_lines, hb_candidate_library_line(candidate));
        if (candidate->variant.name != NULL)
            whole &= add_line(found->variant_lines, hb_candidate_variant_line(candidate));
    }
    return whole;
}

static void leave_variants_out(const struct hb_discovery *found, struct hb_provenance *provenance)
{
    size_t count;
    const struct hb_known_variant *known = hb_known_variants(&count);

    for (size_t i = 0; i < found->candidate_count; i++) {
        const struct hb_candidate *candidate = &found->candidates[i];
        unsigned variants = 0;

        for (size_t k = 0; k < count; k++)
            variants += strcmp(known[k].library, candidate->spec) == 0;
        if (!candidate->usable && candidate->variant.name == NULL && variants > 0)
            hb_provenance_leave_out(provenance, "the %u known variants of %s", variants,
                                    candidate->error.text);
    }
}

/* Appends ", name" where that leaves room for ", ...", which stands once for all that do not fit. */
static void append_name(char *names, size_t bytes, const char *name)
{
    const size_t used = strlen(names), room = bytes - used;
    const char *const separator = used > 0 ? ", " : "";

    if (strlen(separator) + strlen(name) + sizeof ", ..." <= room)
        snprintf(names + used, room, "%s%s", separator, name);
    else if (used < 3 || strcmp(names + used - 3, "...") != 0)
        snprintf(names + used, room, ", ...");
}

/* Where the shipped traces are taken that `run` takes by default, the others are left out, and said. */
static enum hb_status leave_traces_out(const struct hb_discovery *found, struct hb_provenance *provenance,
                                       struct hb_error *error)
{
    char names[192] = "", **paths;
    size_t count, others = 0;
    enum hb_status status = hb_traces_find_all(&paths, &count, error);

    if (status != HB_OK)
        return status;
    for (size_t i = 0; i < count; i++) {
        char *name = is_trace(found, paths[i]) ? NULL : hb_workload_name_of(paths[i]);

        if (name != NULL)
            append_name(names, sizeof names, name);
        others += name != NULL;
        free(name);
    }
    hb_traces_free(paths);
    if (others > 0)
        hb_provenance_leave_out(provenance, "%zu more traces (ask with --all): %s", others, names);
    return HB_OK;
}

enum hb_status hb_discovery_note(struct hb_discovery *found, bool known_variants,
                                 struct hb_provenance *provenance, struct hb_error *error)
{
    list_libraries(found, provenance->libraries, sizeof provenance->libraries);
    if (!make_lines(found))
        return out_of_memory(error);
    provenance->library_lines = found->library_lines;
    provenance->variant_lines = found->variant_lines;
    if (known_variants)
        leave_variants_out(found, provenance);
    return found->chosen_few ? leave_traces_out(found, provenance, error) : HB_OK;
}

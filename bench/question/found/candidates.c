/*
 * candidates.c - which allocators are to be measured, and whether each can be.
 */
#include "bench/question/found/candidates.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "allocator/library/product.h"
#include "base/file.h"
#include "base/printable.h"

/* The candidates while they are being found. */
struct candidate_list {
    struct hb_candidate *at;
    size_t count;
};

static enum hb_status out_of_memory(struct hb_error *error)
{
    return hb_error_set(error, HB_ERR_MEMORY, "out of memory while looking for allocators");
}

/* As hb_workload_name_of has it. */
static char *printable_name(const char *text)
{
    return hb_printable_copy(text, "\\");
}

/* -- one more -- */

static void take_facts(struct hb_candidate *candidate, const struct hb_allocator *builtin)
{
    candidate->library = builtin == NULL;
    candidate->process = builtin == NULL || (builtin->caps & HB_CAP_PROCESS) != 0;
    candidate->builtin = builtin;
    candidate->model = builtin != NULL ? builtin->model : NULL;
    candidate->walks = builtin != NULL && builtin->counting != NULL;
    candidate->bounded = builtin != NULL && (builtin->caps & HB_CAP_BOUNDED) != 0;
    candidate->untouchable = builtin != NULL && (builtin->caps & HB_CAP_UNTOUCHABLE) != 0;
}

/* Takes over `variant`, which may be all zero, also where it fails. */
static enum hb_status add(struct candidate_list *list, const char *spec, size_t bytes,
                          struct hb_variant *variant, struct hb_error *error)
{
    struct hb_candidate *grown = realloc(list->at, (list->count + 1) * sizeof *grown), *candidate;

    if (grown == NULL) {
        hb_variant_free(variant);
        return out_of_memory(error);
    }
    list->at = grown;
    candidate = &grown[list->count++];
    memset(candidate, 0, sizeof *candidate);
    candidate->variant = *variant;
    candidate->spec = strndup(spec, bytes);
    if (candidate->spec == NULL)
        return out_of_memory(error);
    candidate->name = printable_name(variant->name != NULL ? variant->name : basename(candidate->spec));
    if (candidate->name == NULL)
        return out_of_memory(error);
    take_facts(candidate, hb_allocator_find(candidate->spec));
    return HB_OK;
}

static enum hb_status add_plain(struct candidate_list *list, const char *spec, size_t bytes,
                                struct hb_error *error)
{
    struct hb_variant none = {.name = NULL};

    if (bytes == 0)
        return hb_error_set(error, HB_ERR_USAGE, "an allocator's name is empty; 'heapbench list' names them");
    return add(list, spec, bytes, &none, error);
}

/* All but the models, which compute: they are to be asked for by name. */
static enum hb_status add_every(struct candidate_list *list, struct hb_error *error)
{
    size_t count;
    const struct hb_allocator *const *builtin = hb_allocator_builtin(&count);
    enum hb_status status = HB_OK;

    for (size_t i = 0; i < count && status == HB_OK; i++)
        if ((builtin[i]->caps & HB_CAP_MODEL) == 0)
            status = add_plain(list, builtin[i]->name, strlen(builtin[i]->name), error);
    for (const char *const *name = hb_allocator_library_names(); *name != NULL && status == HB_OK; name++)
        status = add_plain(list, *name, strlen(*name), error);
    for (size_t i = 0; i < list->count; i++)
        list->at[i].extra = list->at[i].walks && strcmp(list->at[i].name, HB_SUBJECT) != 0;
    return status;
}

/* An allocator that is named twice is measured once. */
static bool has_spec(const struct candidate_list *list, const char *spec, size_t bytes)
{
    for (size_t i = 0; i < list->count; i++)
        if (strlen(list->at[i].spec) == bytes && memcmp(list->at[i].spec, spec, bytes) == 0)
            return true;
    return false;
}

static enum hb_status add_named(struct candidate_list *list, const char *names, struct hb_error *error)
{
    enum hb_status status = HB_OK;

    for (;;) {
        size_t bytes = strcspn(names, ",");

        if (!has_spec(list, names, bytes))
            status = add_plain(list, names, bytes, error);
        if (status != HB_OK || names[bytes] == '\0')
            return status;
        names += bytes + 1;
    }
}

/* Two libraries of one file name, in two folders, are shown with their paths. */
static enum hb_status make_unique(struct candidate_list *list, struct hb_error *error)
{
    for (size_t i = 0; i < list->count; i++) {
        for (size_t j = 0; j < list->count; j++) {
            struct hb_candidate *candidate = &list->at[i];
            char *full;

            if (i == j || strcmp(basename(candidate->spec), basename(list->at[j].spec)) != 0)
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

/* -- variants -- */

static bool is_known_variant(const char *name)
{
    size_t count;
    const struct hb_known_variant *known = hb_known_variants(&count);

    for (size_t i = 0; i < count; i++)
        if (strcmp(known[i].name, name) == 0)
            return true;
    return false;
}

/* Has the last one a name that is taken: by what 'heapbench list' shows, whether it is measured now or not;
 * by a known variant, where these are; by one before it? */
static bool is_last_taken(const struct candidate_list *list, bool known_variants)
{
    const char *name;

    assert(list->at != NULL && list->count > 0);
    name = list->at[list->count - 1].name;
    if (hb_allocator_find(name) != NULL || hb_product_find(name) != NULL ||
        (known_variants && is_known_variant(name)))
        return true;
    for (size_t i = 0; i + 1 < list->count; i++)
        if (strcmp(list->at[i].name, name) == 0)
            return true;
    return false;
}

static enum hb_status add_variant(struct candidate_list *list, const char *text, struct hb_error *error)
{
    struct hb_variant variant;
    enum hb_status status = hb_variant_read(text, &variant, error);

    return status == HB_OK ? add(list, variant.library, strlen(variant.library), &variant, error) : status;
}

static enum hb_status add_variants(struct candidate_list *list, const struct hb_candidate_choice *choice,
                                   struct hb_error *error)
{
    enum hb_status status = HB_OK;

    for (char *const *text = choice->variants; text != NULL && *text != NULL && status == HB_OK; text++) {
        status = add_variant(list, *text, error);
        if (status == HB_OK && is_last_taken(list, choice->known_variants || choice->decay_variants))
            status = hb_error_set(error, HB_ERR_USAGE,
                                  "variant '%s': another allocator or variant has that name; give it one of "
                                  "its own",
                                  list->at[list->count - 1].name);
    }
    return status;
}

/* Of a library that is not to be measured as it is, none either. */
static bool is_chosen(const struct candidate_list *list, const char *library)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->at[i].variant.name == NULL && strcmp(list->at[i].spec, library) == 0)
            return list->at[i].usable;
    return false;
}

static enum hb_status add_known_variants(struct candidate_list *list, bool all, struct hb_error *error)
{
    size_t count;
    const struct hb_known_variant *known = hb_known_variants(&count);
    enum hb_status status = HB_OK;

    for (size_t i = 0; i < count && status == HB_OK; i++)
        if ((all || known[i].is_of_decay) && is_chosen(list, known[i].library))
            status = add_variant(list, known[i].text, error);
    return status;
}

/* -- whether it can be used -- */

/* As `xxhsum FILE` prints it; left empty where the file cannot be read. */
static void hash_file(const char *path, char hash[17])
{
    static char bytes[1 << 16];
    XXH64_state_t *state = XXH64_createState();
    FILE *file;
    size_t length;

    if (state == NULL || path[0] == '\0' || hb_file_open(path, &file, NULL) != HB_OK) {
        XXH64_freeState(state);
        return;
    }
    XXH64_reset(state, 0);
    while ((length = fread(bytes, 1, sizeof bytes, file)) > 0)
        XXH64_update(state, bytes, length);
    if (!ferror(file))
        snprintf(hash, 17, "%016" PRIx64, XXH64_digest(state));
    fclose(file);
    XXH64_freeState(state);
}

/* It did not survive being loaded; its own words, if it had any, say most. */
static void take_crash(struct hb_candidate *candidate, const struct hb_sample_result *result,
                       uint64_t timeout_ms)
{
    const char *colon = result->printed[0] != '\0' ? ": " : "";

    if (result->outcome == HB_SAMPLE_TIMED_OUT)
        hb_error_set(&candidate->error, HB_ERR_UNAVAILABLE, "%s: did not load within %.0f s%s%s",
                     candidate->spec, (double)timeout_ms / 1000, colon, result->printed);
    else if (result->signal == 0)
        hb_error_set(&candidate->error, HB_ERR_UNAVAILABLE,
                     "%s: ended the process as it was loaded (exit status %d)%s%s", candidate->spec,
                     result->exit_status, colon, result->printed);
    else
        hb_error_set(&candidate->error, HB_ERR_UNAVAILABLE, "%s: crashed as it was loaded (signal %d)%s%s",
                     candidate->spec, result->signal, colon, result->printed);
}

static void take_result(struct hb_candidate *candidate, const struct hb_sample_result *result,
                        uint64_t timeout_ms)
{
    candidate->usable = result->outcome == HB_SAMPLE_OK;
    candidate->error = result->error;
    hb_printable(candidate->version, sizeof candidate->version, result->library.version, "");
    memcpy(candidate->made, result->library.made, sizeof candidate->made);
    memcpy(candidate->path, result->library.path, sizeof candidate->path);
    hash_file(candidate->path, candidate->hash);
    memcpy(candidate->printed, result->printed, sizeof candidate->printed);
    if (result->outcome == HB_SAMPLE_CRASHED || result->outcome == HB_SAMPLE_TIMED_OUT)
        take_crash(candidate, result, timeout_ms);
}

/* A replay of nothing: what it takes to open the allocator and to make a heap. */
static enum hb_status try_candidate(struct hb_candidate *candidate, const struct hb_prepared *nothing,
                                    struct hb_error *error)
{
    struct hb_sample_request request = {.prepared = nothing,
                                        .allocator = candidate->spec,
                                        .settings = candidate->variant.settings,
                                        .mode = HB_SAMPLE_TIME,
                                        .timeout_ms = 10000,
                                        .quiet = true};
    struct hb_sample_result *result = calloc(1, sizeof *result);
    enum hb_status status;

    if (result == NULL)
        return out_of_memory(error);
    status = hb_sample_run(&request, result, error);
    if (status == HB_OK) {
        take_result(candidate, result, request.timeout_ms);
        hb_sample_result_clear(result);
    }
    free(result);
    if (status == HB_OK && !candidate->usable && candidate->error.status == HB_ERR_USAGE)
        return hb_error_set(error, HB_ERR_USAGE, "%s", candidate->error.text);
    return status;
}

/* From the `first` one on. */
static enum hb_status try_from(struct candidate_list *list, size_t first, struct hb_error *error)
{
    static char name[] = "an empty trace";
    struct hb_workload empty = {.name = name, .path = name, .threads = 1};
    struct hb_prepared *nothing;
    enum hb_status status = hb_prepare(&empty, &nothing, error);

    if (status != HB_OK)
        return status;
    for (size_t i = first; i < list->count && status == HB_OK; i++)
        status = try_candidate(&list->at[i], nothing, error);
    hb_prepared_free(nothing);
    return status;
}

/* -- all of them -- */

static enum hb_status find(const struct hb_candidate_choice *choice, struct candidate_list *list,
                           struct hb_error *error)
{
    enum hb_status status =
        choice->allocators != NULL ? add_named(list, choice->allocators, error) : add_every(list, error);
    size_t tried;

    if (status == HB_OK)
        status = make_unique(list, error);
    if (status == HB_OK)
        status = add_variants(list, choice, error);
    if (status == HB_OK)
        status = try_from(list, 0, error);
    tried = list->count;
    if (status == HB_OK && (choice->known_variants || choice->decay_variants))
        status = add_known_variants(list, choice->known_variants, error);
    return status == HB_OK ? try_from(list, tried, error) : status;
}

enum hb_status hb_candidates_find(const struct hb_candidate_choice *choice, struct hb_candidate **out,
                                  size_t *count, struct hb_error *error)
{
    struct candidate_list list = {.at = NULL};
    enum hb_status status = find(choice, &list, error);

    if (status != HB_OK) {
        hb_candidates_free(list.at, list.count);
        list = (struct candidate_list){.at = NULL};
    }
    *out = list.at;
    *count = list.count;
    return status;
}

void hb_candidates_free(struct hb_candidate *candidates, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(candidates[i].name);
        free(candidates[i].spec);
        hb_variant_free(&candidates[i].variant);
    }
    free(candidates);
}

/* -- what there is to say of it -- */

/* Room for it: a path, a name and what people set. */
enum { LINE_BYTES = 8192 };

/* `first`, unless that is NULL, and the settings. */
static char *join_settings(const struct hb_candidate *candidate, const char *first)
{
    char line[LINE_BYTES] = "";

    if (first != NULL)
        hb_append_word(line, sizeof line, first);
    for (char *const *setting = candidate->variant.settings; setting != NULL && *setting != NULL; setting++)
        hb_append_word(line, sizeof line, *setting);
    return hb_printable_copy(line, "");
}

char *hb_candidate_settings(const struct hb_candidate *candidate)
{
    return join_settings(candidate, NULL);
}

char *hb_candidate_variant_line(const struct hb_candidate *candidate)
{
    char *first, *line;

    if (asprintf(&first, "%s=%s", candidate->variant.name, candidate->spec) < 0)
        return NULL;
    line = join_settings(candidate, first);
    free(first);
    return line;
}

char *hb_candidate_library_line(const struct hb_candidate *candidate)
{
    const char *name = candidate->variant.name != NULL ? candidate->spec : candidate->name;
    char line[LINE_BYTES];

    snprintf(line, sizeof line, "%s %s %s%s%s%s%s", name,
             candidate->version[0] != '\0' ? candidate->version : "(version not told)", candidate->path,
             candidate->hash[0] != '\0' ? " xxh64 " : "", candidate->hash,
             candidate->made[0] != '\0' ? "; " : "", candidate->made);
    return hb_printable_copy(line, "");
}

/*
 * settings.c - from "key=value" to checked settings, and back to text.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "workloads/generate/keys.h"

const char *const hb_size_names[HB_SIZES_KINDS] = {"uniform", "log-uniform", "empirical"};
const char *const hb_order_names[HB_ORDERS] = {"random", "oldest", "newest"};

static uint64_t *value_of(struct hb_generate_settings *settings, const struct hb_generate_key *key)
{
    return (uint64_t *)(void *)((char *)settings + key->offset);
}

static uint64_t value_in(const struct hb_generate_settings *settings, const struct hb_generate_key *key)
{
    return *(const uint64_t *)(const void *)((const char *)settings + key->offset);
}

void hb_generate_defaults(const struct hb_generator *generator, struct hb_generate_settings *settings)
{
    memset(settings, 0, sizeof *settings);
    for (const struct hb_generate_key *key = generator->keys; key->name != NULL; key++)
        *value_of(settings, key) = key->initial;
}

const struct hb_generate_key *hb_generate_key_find(const struct hb_generator *generator, const char *name)
{
    for (const struct hb_generate_key *key = generator->keys; key->name != NULL; key++)
        if (strcmp(key->name, name) == 0)
            return key;
    return NULL;
}

/* "a, b, c", as far as it fits. */
static void join(char *list, size_t bytes, const char *item)
{
    size_t used = strlen(list);

    snprintf(list + used, bytes - used, "%s%s", used > 0 ? ", " : "", item);
}

static enum hb_status refuse_key(const struct hb_generator *generator, const char *setting,
                                 struct hb_error *error)
{
    char known[256] = "";

    for (const struct hb_generate_key *key = generator->keys; key->name != NULL; key++)
        join(known, sizeof known, key->name);
    return hb_error_set(error, HB_ERR_USAGE, "%s takes no '%.60s'; it takes key=value with the keys %s",
                        generator->name, setting, known);
}

static enum hb_status set_word(const struct hb_generate_key *key, const char *text, uint64_t *value,
                               struct hb_error *error)
{
    char known[256] = "";

    for (uint64_t i = 0; i <= key->high; i++) {
        if (strcmp(key->words[i], text) == 0) {
            *value = i;
            return HB_OK;
        }
        join(known, sizeof known, key->words[i]);
    }
    return hb_error_set(error, HB_ERR_USAGE, "%s=%.60s: it must be one of %s", key->name, text, known);
}

static enum hb_status set_number(const struct hb_generate_key *key, const char *text, uint64_t *value,
                                 struct hb_error *error)
{
    uint64_t number;

    if (!hb_number_parse_size(text, &number) || number < key->low || number > key->high)
        return hb_error_set(error, HB_ERR_USAGE, "%s=%.60s: it must be %" PRIu64 " to %" PRIu64, key->name,
                            text, key->low, key->high);
    *value = number;
    return HB_OK;
}

enum hb_status hb_generate_set(const struct hb_generator *generator, const char *setting,
                               struct hb_generate_settings *settings, struct hb_error *error)
{
    const char *equals = strchr(setting, '=');
    const struct hb_generate_key *key;
    char name[32];

    if (equals == NULL || (size_t)(equals - setting) >= sizeof name)
        return refuse_key(generator, setting, error);
    snprintf(name, sizeof name, "%.*s", (int)(equals - setting), setting);
    if (strcmp(name, "empirical") == 0 && hb_generate_key_find(generator, "sizes") != NULL) {
        settings->sizes = HB_SIZES_EMPIRICAL;
        settings->empirical_name = equals + 1;
        return HB_OK;
    }
    if (generator->load != NULL && strcmp(name, generator->name) == 0) {
        settings->like = equals + 1;
        return HB_OK;
    }
    key = hb_generate_key_find(generator, name);
    if (key == NULL)
        return refuse_key(generator, setting, error);
    if (key->words != NULL)
        return set_word(key, equals + 1, value_of(settings, key), error);
    return set_number(key, equals + 1, value_of(settings, key), error);
}

/* The header must leave something to ask for. */
static enum hb_status check_unit(const struct hb_generate_settings *settings, struct hb_error *error)
{
    if (settings->header >= settings->unit)
        return hb_error_set(error, HB_ERR_USAGE,
                            "header=%" PRIu64 ": it must be 0 to %" PRIu64 ", less than the unit of %" PRIu64
                            " bytes",
                            settings->header, settings->unit - 1, settings->unit);
    return HB_OK;
}

static enum hb_status check_sizes(const struct hb_generate_settings *settings, struct hb_error *error)
{
    if (settings->sizes == HB_SIZES_EMPIRICAL && settings->empirical_name == NULL)
        return hb_error_set(error, HB_ERR_USAGE,
                            "sizes=empirical needs the trace to take them from: empirical=TRACE");
    if (settings->sizes != HB_SIZES_EMPIRICAL && settings->smallest > settings->largest)
        return hb_error_set(error, HB_ERR_USAGE,
                            "smallest=%" PRIu64 ": it must be 1 to %" PRIu64 ", which is the largest",
                            settings->smallest, settings->largest);
    return HB_OK;
}

enum hb_status hb_generate_check(const struct hb_generator *generator,
                                 const struct hb_generate_settings *settings, struct hb_error *error)
{
    enum hb_status status = HB_OK;
    uint64_t births;

    if (hb_generate_key_find(generator, "unit") != NULL)
        status = check_unit(settings, error);
    if (status == HB_OK && hb_generate_key_find(generator, "sizes") != NULL)
        status = check_sizes(settings, error);
    if (status == HB_OK && generator->check != NULL)
        status = generator->check(settings, error);
    if (status != HB_OK)
        return status;
    births = generator->births(settings);
    if (births > HB_GENERATE_MAX_BIRTHS)
        return hb_error_set(error, HB_ERR_USAGE,
                            "%s would allocate %" PRIu64 " objects; a trace can number 1 to %" PRIu32,
                            generator->name, births, HB_GENERATE_MAX_BIRTHS);
    return HB_OK;
}

/* False for what an empirical distribution takes no notice of. */
static bool is_told(const struct hb_generate_settings *settings, const struct hb_generate_key *key)
{
    bool empirical = settings->sizes == HB_SIZES_EMPIRICAL && settings->empirical_name != NULL;

    return !empirical || (strcmp(key->name, "sizes") != 0 && strcmp(key->name, "smallest") != 0 &&
                          strcmp(key->name, "largest") != 0);
}

void hb_generate_describe(const struct hb_generator *generator, const struct hb_generate_settings *settings,
                          char *text, size_t bytes)
{
    if (settings->like != NULL)
        snprintf(text, bytes, "%s=%s", generator->name, settings->like);
    else
        snprintf(text, bytes, "%s", generator->name);
    for (const struct hb_generate_key *key = generator->keys; key->name != NULL; key++) {
        uint64_t value = value_in(settings, key);
        size_t used = strlen(text);

        if (!is_told(settings, key))
            continue;
        if (key->words != NULL)
            snprintf(text + used, bytes - used, " %s=%s", key->name, key->words[value]);
        else
            snprintf(text + used, bytes - used, " %s=%" PRIu64, key->name, value);
    }
    if (settings->empirical_name != NULL)
        snprintf(text + strlen(text), bytes - strlen(text), " empirical=%s", settings->empirical_name);
}

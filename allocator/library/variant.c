/*
 * variant.c - reads a library with settings of its own, and knows those of variants.list.
 */
#include "allocator/library/variant.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define EXAMPLE "eager=jemalloc MALLOC_CONF=dirty_decay_ms:0"

/* -- words, as a shell has them -- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

/* Does a backslash, outside quotes or within `quote`, stand for the character behind it? */
static bool escapes(char quote, char next)
{
    return next != '\0' && (quote == '\0' || (quote == '"' && strchr("$`\"\\", next) != NULL));
}

/* Copies the word at `*from`, with its NUL, to `*to`, and moves both behind it. False where a quote is left
 * open. */
static bool take_word(const char **from, char **to)
{
    const char *at = *from;
    char *end = *to, quote = '\0';

    for (; *at != '\0' && (quote != '\0' || !is_blank(*at)); at++) {
        if (*at == quote)
            quote = '\0';
        else if (quote == '\0' && (*at == '\'' || *at == '"'))
            quote = *at;
        else if (*at == '\\' && escapes(quote, at[1]))
            *end++ = *++at;
        else
            *end++ = *at;
    }
    *end++ = '\0';
    *from = at;
    *to = end;
    return quote == '\0';
}

/* Splits `text` into `variant`'s memory, where there is room for it: the first word, then the settings. False
 * where a quote is left open. */
static bool split(const char *text, struct hb_variant *variant)
{
    char *end = variant->words;
    size_t count = 0;

    *end = '\0';
    for (text += strspn(text, " \t\n"); *text != '\0'; text += strspn(text, " \t\n")) {
        char *word = end;

        if (!take_word(&text, &end))
            return false;
        if (word != variant->words)
            variant->settings[count++] = word;
    }
    return true;
}

/* -- what the words may be -- */

/* A name is part of file names, of lists with commas and of benchmarks' names with slashes. */
static enum hb_status check_name(const char *text, const char *name, struct hb_error *error)
{
    if (name[0] == '\0')
        return hb_error_set(error, HB_ERR_USAGE, "variant '%s': its name is empty; it is written as " EXAMPLE,
                            text);
    for (const char *c = name; *c != '\0'; c++)
        if (iscntrl((unsigned char)*c) || strchr(" /,", *c) != NULL)
            return hb_error_set(error, HB_ERR_USAGE,
                                "variant '%s': a name has no blanks, slashes, commas or control characters",
                                name);
    return HB_OK;
}

static bool is_variable(const char *name, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        if (name[i] != '_' && !isalpha((unsigned char)name[i]) &&
            (i == 0 || !isdigit((unsigned char)name[i])))
            return false;
    return bytes > 0;
}

/* glibc passes over what it cannot read, without a word. */
static enum hb_status check_tunables(const char *name, const char *tunables, struct hb_error *error)
{
    for (;;) {
        size_t bytes = strcspn(tunables, ":"), name_bytes = strcspn(tunables, ":=");

        if (strncmp(tunables, "glibc.", 6) != 0 || name_bytes + 1 >= bytes)
            return hb_error_set(error, HB_ERR_USAGE,
                                "variant '%s': '%.*s' is no tunable; GLIBC_TUNABLES is a list such as "
                                "glibc.malloc.arena_max=1:glibc.malloc.tcache_count=0",
                                name, (int)(bytes < 100 ? bytes : 100), tunables);
        if (tunables[bytes] == '\0')
            return HB_OK;
        tunables += bytes + 1;
    }
}

static bool is_earlier(const struct hb_variant *variant, size_t index, size_t name_bytes)
{
    for (size_t i = 0; i < index; i++)
        if (strncmp(variant->settings[i], variant->settings[index], name_bytes + 1) == 0)
            return true;
    return false;
}

static enum hb_status check_setting(const struct hb_variant *variant, size_t index, struct hb_error *error)
{
    const char *setting = variant->settings[index];
    size_t bytes = strcspn(setting, "=");

    if (setting[bytes] == '\0')
        return hb_error_set(error, HB_ERR_USAGE,
                            "variant '%s': '%s' sets nothing; behind the library stand words NAME=VALUE",
                            variant->name, setting);
    if (!is_variable(setting, bytes))
        return hb_error_set(error, HB_ERR_USAGE, "variant '%s': '%.*s' is no name of a variable",
                            variant->name, (int)(bytes < 100 ? bytes : 100), setting);
    if (strncmp(setting, "LD_", 3) == 0)
        return hb_error_set(
            error, HB_ERR_USAGE,
            "variant '%s': %.*s is the loader's, which would change the harness too; name the "
            "library by its path instead",
            variant->name, (int)bytes, setting);
    if (is_earlier(variant, index, bytes))
        return hb_error_set(error, HB_ERR_USAGE, "variant '%s': %.*s is set twice", variant->name, (int)bytes,
                            setting);
    if (strncmp(setting, "GLIBC_TUNABLES=", bytes + 1) == 0)
        return check_tunables(variant->name, setting + bytes + 1, error);
    return HB_OK;
}

/* Makes name and library of the first word. */
static enum hb_status cut_first_word(const char *text, struct hb_variant *variant, struct hb_error *error)
{
    char *equals = strchr(variant->words, '=');

    if (equals == NULL)
        return hb_error_set(error, HB_ERR_USAGE,
                            "variant '%s' begins with no NAME=LIBRARY; it is written as " EXAMPLE, text);
    *equals = '\0';
    variant->name = variant->words;
    variant->library = equals + 1;
    if (variant->library[0] == '\0')
        return hb_error_set(error, HB_ERR_USAGE,
                            "variant '%s' has no library behind its '='; it is written as " EXAMPLE, text);
    return check_name(text, variant->name, error);
}

static enum hb_status read_words(const char *text, struct hb_variant *variant, struct hb_error *error)
{
    enum hb_status status;

    if (!split(text, variant))
        return hb_error_set(error, HB_ERR_USAGE, "variant '%s': a quote is not closed", text);
    status = cut_first_word(text, variant, error);
    for (size_t i = 0; status == HB_OK && variant->settings[i] != NULL; i++)
        status = check_setting(variant, i, error);
    return status;
}

enum hb_status hb_variant_read(const char *text, struct hb_variant *variant, struct hb_error *error)
{
    size_t bytes = strlen(text);
    enum hb_status status;

    /* A word takes no more than it does in the text, with the blank or the end behind it. */
    *variant = (struct hb_variant){.words = malloc(bytes + 2),
                                   .settings = calloc(bytes / 2 + 2, sizeof *variant->settings)};
    if (variant->words == NULL || variant->settings == NULL)
        status = hb_error_set(error, HB_ERR_MEMORY, "out of memory for a variant");
    else
        status = read_words(text, variant, error);
    if (status != HB_OK)
        hb_variant_free(variant);
    return status;
}

void hb_variant_free(struct hb_variant *variant)
{
    free(variant->settings);
    free(variant->words);
    *variant = (struct hb_variant){.name = NULL};
}

/* -- those worth knowing -- */

#define KNOWN(name, library, settings, source, decay) \
    {name, library, name "=" library " " settings, source, decay},
#define HB_VARIANT(name, library, settings, source)       KNOWN(name, library, settings, source, false)
#define HB_DECAY_VARIANT(name, library, settings, source) KNOWN(name, library, settings, source, true)
static const struct hb_known_variant known[] = {
#include "allocator/library/variants.list"
};
#undef HB_VARIANT
#undef HB_DECAY_VARIANT
#undef KNOWN

const struct hb_known_variant *hb_known_variants(size_t *count)
{
    *count = sizeof known / sizeof known[0];
    return known;
}

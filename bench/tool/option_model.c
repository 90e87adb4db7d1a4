/* option_model.c - see option_model.h. */
#include "bench/tool/option_model.h"

#include "bench/tool/command_common.h"

enum { KEY_MERGE = 2000, KEY_HEADER, KEY_ALIGN };
enum { MAX_HEADER = 4096 };

const struct hb_model_options hb_model_option_defaults = {
    .policy = HB_POLICY_FIRST, .header_bytes = 8, .align = 1};

bool hb_model_option_is_default(const struct hb_model_options *model)
{
    const struct hb_model_options *simple = &hb_model_option_defaults;

    return model->policy == simple->policy && model->merge == simple->merge &&
           model->header_bytes == simple->header_bytes && model->align == simple->align &&
           model->heap_bytes == simple->heap_bytes;
}

static uint32_t option_u32(const struct argp_state *state, const char *option, const char *text)
{
    uint64_t value = hb_option_number(state, option, text);

    if (value > UINT32_MAX)
        hb_option_fail(state, "%s %s is out of range: up to 4096", option, text);
    return (uint32_t)value; /* the model says the rest */
}

/* A model may have headers of 0 bytes, for comparison with a paper; a heap that could be built has not. */
static uint32_t option_header(const struct argp_state *state, const char *text)
{
    uint32_t bytes = option_u32(state, "--header", text);

    if (bytes < 1 || bytes > MAX_HEADER)
        hb_option_fail(state, "a header of %s bytes is out of range: 1 to %d", text, (int)MAX_HEADER);
    return bytes;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct hb_model_options *model = state->input;

    switch (key) {
    case KEY_MERGE:
        model->merge = true;
        return 0;
    case KEY_HEADER:
        model->header_bytes = option_header(state, argument);
        return 0;
    case KEY_ALIGN:
        model->align = option_u32(state, "--align", argument);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option option_table[] = {
    {"merge", KEY_MERGE, NULL, 0, "join a freed range with its free neighbours at once", 0},
    {"header", KEY_HEADER, "N", 0, "bytes of a range's record, 1 to 4096 (default: 8)", 0},
    {"align", KEY_ALIGN, "N", 0, "round lengths up to N, a power of two up to 4096 (default: 1)", 0},
    {0}};

static const struct argp argp = {.options = option_table, .parser = parse};

const struct argp_child hb_model_option_children[] = {{.argp = &argp}, {0}};

/*
 * command_misuse.c - heapbench misuse: what each allocator does about a free, or a store, that is wrong.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/adversary/abuse.h"
#include "bench/question/session.h"
#include "bench/results/results.h"
#include "bench/tool/command.h"
#include "bench/tool/output.h"

struct options {
    struct hb_candidate_choice choice;
    const char *results;
    bool json;
};

static const struct hb_option option_table[] = {
    {HB_OPTION_NAMES, 'a', "allocators", "A,B,...", HB_AT(struct options, choice.allocators),
     .help = "names from 'heapbench list', or paths of shared libraries. Default: all"},
    HB_SESSION_PREFIX,
    HB_SESSION_VARIANTS(struct options, choice),
    {HB_OPTION_FOLDER, 0, "results", "DIR", HB_AT(struct options, results), .help = "write DIR/misuse.csv"},
    HB_COMMAND_JSON(struct options, json, "print one JSON object: {\"libraries\": [...], \"rows\": [...]}"),
    {0},
};

static const struct hb_usage usage = {
    .options = option_table,
    .doc =
        "Misuse each allocator in six ways, each in a process of its own, and tell what it does about it.\v"
        "use-after-free writes into a freed block; double-free frees one twice; overflow-1 and overflow-16 "
        "write so "
        "many bytes behind one; wild-free frees what no allocator gave; middle-free frees 16 bytes into a "
        "block. "
        "Then the program goes on: it allocates, looks at its blocks, frees them. Our own heaps are tried as "
        "they "
        "are measured (plain) and with their checks on (checked).\n\n"
        "at once: the allocator said so, or ended the process, in the call that was wrong. late: in a later "
        "one. "
        "crash: the processor ended it. hang: it did not come back. silent: nothing happened, but for what "
        "stands in "
        "brackets: live blocks changed (contents), two live blocks that overlap, or NULL though there is "
        "room "
        "(refused). results/README.md has it exactly.\n\n"
        "Example: heapbench misuse -a simple,glibc,mimalloc",
};

/* The rows of one allocator, in one build. */
struct abused_row {
    const struct hb_candidate *candidate;
    bool checked;
    struct hb_abuse_result results[HB_ABUSE_ACTS];
};

struct abused_table {
    const struct options *options;
    struct hb_discovery found;
    struct hb_provenance provenance;
    struct abused_row *rows;
    size_t count;
    bool partial;
};

static const char *build_of(const struct abused_row *row)
{
    return row->checked ? "checked" : "plain";
}

static void add_row(struct abused_table *table, const struct hb_candidate *candidate, bool checked)
{
    table->rows[table->count++] = (struct abused_row){.candidate = candidate, .checked = checked};
}

/* Those that can be used; models and what hands out no memory can only be named, and are refused. */
static enum hb_status choose_rows(struct abused_table *table, struct hb_error *error)
{
    const struct hb_discovery *found = &table->found;

    table->rows = calloc(2 * found->candidate_count + 1, sizeof *table->rows);
    if (table->rows == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "out of memory for a table of misuse");
    for (size_t i = 0; i < found->candidate_count; i++) {
        const struct hb_candidate *candidate = &found->candidates[i];

        if (candidate->untouchable && table->options->choice.allocators != NULL)
            return hb_error_set(error, HB_ERR_USAGE, "%s hands out no memory: there is nothing to misuse",
                                candidate->name);
        if (!candidate->usable) {
            fprintf(stderr, "heapbench: %s\n", candidate->error.text);
            hb_provenance_leave_out(&table->provenance, "%s", candidate->error.text);
            table->partial |= table->options->choice.allocators != NULL;
        }
        if (!candidate->usable || candidate->untouchable)
            continue;
        add_row(table, candidate, false);
        if (candidate->builtin != NULL && candidate->builtin->checked != NULL)
            add_row(table, candidate, true);
    }
    return HB_OK;
}

static enum hb_status fill_rows(struct abused_table *table, struct hb_error *error)
{
    enum hb_status status = HB_OK;
    uint64_t done = 0;

    hb_progress_begin("misuse");
    hb_progress_total(table->count * HB_ABUSE_ACTS);
    for (size_t i = 0; i < table->count; i++) {
        struct abused_row *row = &table->rows[i];
        struct hb_abuse_order order = {.checked = row->checked};

        assert(row->candidate != NULL);
        order.allocator = row->candidate->spec;
        order.settings = row->candidate->variant.settings;

        for (int act = 0; act < HB_ABUSE_ACTS && status == HB_OK; act++) {
            order.act = (enum hb_abuse_act)act;
            status = hb_abuse_run(&order, &row->results[act], error);
            table->partial |= row->results[act].status == HB_ABUSE_UNAVAILABLE;
            hb_progress_set(NULL, ++done);
        }
    }
    hb_progress_end();
    return status;
}

/* -- for people -- */

static void print_cell(const struct hb_abuse_result *result)
{
    bool shows_harm = result->status == HB_ABUSE_SILENT && result->harm != HB_ABUSE_NO_HARM;
    char text[40];

    snprintf(text, sizeof text, "%s%s%s%s", hb_abuse_statuses[result->status], shows_harm ? " (" : "",
             shows_harm ? hb_abuse_harms[result->harm] : "", shows_harm ? ")" : "");
    printf("  %-17s", text);
}

static void print_table(const struct abused_table *table)
{
    if (table->count == 0) {
        puts("No allocator that was named can be used, so none was misused.");
        return;
    }
    printf("%-22s", "");
    for (int act = 0; act < HB_ABUSE_ACTS; act++)
        printf("  %-17s", hb_abuse_acts[act]);
    putchar('\n');
    for (size_t i = 0; i < table->count; i++) {
        const struct abused_row *row = &table->rows[i];
        char name[80];

        snprintf(name, sizeof name, "%s%s", row->candidate->name, row->checked ? ", checked" : "");
        printf("%-22s", name);
        for (int act = 0; act < HB_ABUSE_ACTS; act++)
            print_cell(&row->results[act]);
        putchar('\n');
    }
    puts("\nat once, late: found and said, in that call or in a later one. crash: the processor ended the "
         "process.\n"
         "silent: nothing happened, but for what stands in brackets.");
    hb_stdout_libraries(&table->found);
}

/* -- for programs -- */

static json_t *cell_json(const struct abused_row *row, int act)
{
    const struct hb_abuse_result *result = &row->results[act];
    struct hb_json json = {.members = json_object()};

    hb_json_text(&json, "allocator", row->candidate->name);
    hb_json_text(&json, "build", build_of(row));
    hb_json_text(&json, "act", hb_abuse_acts[act]);
    hb_json_text(&json, "status", hb_abuse_statuses[result->status]);
    hb_json_text(&json, "step", hb_abuse_steps[result->step]);
    hb_json_text(&json, "harm", hb_abuse_harms[result->harm]);
    hb_json_known(&json, "signal", (uint64_t)result->signal, result->signal != 0);
    hb_json_known(&json, "exit_status", (uint64_t)result->exit_status, result->exit_status != 0);
    hb_json_number(&json, "block_bytes", result->block_bytes);
    hb_json_text(&json, "said", result->said[0] != '\0' ? result->said : NULL);
    return hb_json_end(&json);
}

static int print_json(const struct abused_table *table)
{
    struct hb_json json = {.members = json_object()};
    json_t *rows = json_array();

    for (size_t i = 0; i < table->count; i++)
        for (int act = 0; act < HB_ABUSE_ACTS; act++)
            json.failed |= json_array_append_new(rows, cell_json(&table->rows[i], act)) != 0;
    hb_json_put(&json, "libraries", hb_json_libraries(&table->found));
    hb_json_put(&json, "rows", rows);
    return hb_json_print(&json);
}

static void add_cell(struct hb_results *out, const struct abused_row *row, int act)
{
    const struct hb_abuse_result *result = &row->results[act];

    hb_results_set_text(out, "allocator", row->candidate->name);
    hb_results_set_text(out, "build", build_of(row));
    hb_results_set_text(out, "act", hb_abuse_acts[act]);
    hb_results_set_text(out, "status", hb_abuse_statuses[result->status]);
    hb_results_set_text(out, "step", hb_abuse_steps[result->step]);
    hb_results_set_text(out, "harm", hb_abuse_harms[result->harm]);
    hb_results_set_known_count(out, "signal", (uint64_t)result->signal);
    hb_results_set_known_count(out, "exit_status", (uint64_t)result->exit_status);
    hb_results_set_count(out, "block_bytes", result->block_bytes);
    hb_results_set_text(out, "said", result->said[0] != '\0' ? result->said : NULL);
    hb_results_end_row(out);
}

static enum hb_status write_results(const struct abused_table *table, struct hb_error *error)
{
    static const struct hb_schema schema = {
        "misuse/1", "misuse.csv",
        "allocator:text,build:text,act:text,status:text,step:text,harm:text,signal:count,exit_status:count,"
        "block_bytes:count,said:text"};
    struct hb_results *out = hb_results_begin(&schema);
    enum hb_status status;

    if (out == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "no memory for results");
    for (size_t i = 0; i < table->count; i++)
        for (int act = 0; act < HB_ABUSE_ACTS; act++)
            add_cell(out, &table->rows[i], act);
    status = hb_results_write(&out, 1, table->options->results, &table->provenance, error);
    hb_results_free(out);
    return status;
}

/* -- all of it -- */

static enum hb_status make_table(struct abused_table *table, struct hb_error *error)
{
    enum hb_status status = HB_OK;

    if (table->options->results != NULL)
        status = hb_results_check_folder(table->options->results, &table->provenance, error);
    if (status == HB_OK)
        status = hb_candidates_find(&table->options->choice, &table->found.candidates,
                                    &table->found.candidate_count, error);
    if (status == HB_OK)
        status = hb_discovery_note(&table->found, table->options->choice.known_variants, &table->provenance,
                                   error);
    if (status == HB_OK)
        status = choose_rows(table, error);
    if (status == HB_OK)
        status = fill_rows(table, error);
    if (status == HB_OK && table->options->results != NULL)
        status = write_results(table, error);
    return status;
}

int hb_command_misuse(int argc, char **argv)
{
    struct options options = {.json = false};
    struct abused_table table = {.options = &options};
    struct hb_error error;
    int exit_status;

    hb_provenance_begin(&table.provenance, argc, argv);
    table.provenance.untimed = true;
    hb_options_parse(&usage, argc, argv, &options);
    if (make_table(&table, &error) != HB_OK) {
        exit_status = hb_command_fail(&error);
    } else if (options.json) {
        exit_status = print_json(&table);
    } else {
        print_table(&table);
        exit_status = hb_stdout_end_table();
    }
    hb_discovery_free(&table.found);
    free(table.rows);
    free((void *)(uintptr_t)options.choice.variants);
    return exit_status == HB_EXIT_DONE && table.partial ? HB_EXIT_PARTIAL : exit_status;
}

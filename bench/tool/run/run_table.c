/*
 * run_table.c - a comparison as a table: cells of text, in columns that a narrow terminal loses one by one.
 */
#include "bench/tool/run/run_show.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/number.h"
#include "base/printable.h"

/* -- tables of text -- */

enum { CELL_BYTES = 160, COLUMNS_MAX = 24, NAME_MOST = 40 };

struct column {
    const char *title;
    bool is_left;   /* text, and not a number */
    unsigned worth; /* those of the least are left out first; 0: of no worth here */
};

struct line {
    char cells[COLUMNS_MAX][CELL_BYTES];
    const char *rest;               /* instead of the cells behind the name; NULL: none */
    const char *heading;            /* instead of all of it; NULL: none */
    enum hb_compared_verdict color; /* what it says for the reader of a terminal */
};

struct cell_table {
    const struct hb_run_style *style;
    struct column columns[COLUMNS_MAX];
    unsigned column_count, name; /* `name`: the column that `rest` follows */
    struct line *lines;
    size_t line_count;
    unsigned widths[COLUMNS_MAX]; /* 0: left out */
};

/* In characters: names may have letters of several bytes. */
static unsigned width_of(const char *text)
{
    unsigned width = 0;

    for (; *text != '\0'; text++)
        width += ((unsigned char)*text & 0xC0) != 0x80;
    return width;
}

static void find_widths(struct cell_table *table)
{
    for (unsigned c = 0; c < table->column_count; c++) {
        table->widths[c] = table->columns[c].worth > 0 ? width_of(table->columns[c].title) : 0;
        for (size_t i = 0; i < table->line_count && table->columns[c].worth > 0; i++)
            if (width_of(table->lines[i].cells[c]) > table->widths[c])
                table->widths[c] = width_of(table->lines[i].cells[c]);
    }
}

static unsigned table_width(const struct cell_table *table)
{
    unsigned width = 0;

    for (unsigned c = 0; c < table->column_count; c++)
        width += table->widths[c] > 0 ? table->widths[c] + 2 : 0;
    return width;
}

/* Leaves out the columns of the least worth until the rest has room; the name stays. */
static void fit(struct cell_table *table)
{
    find_widths(table);
    while (table->style->width != 0 && table_width(table) > table->style->width) {
        unsigned least = table->name;

        for (unsigned c = 0; c < table->column_count; c++)
            if (table->widths[c] > 0 && table->columns[c].worth < table->columns[least].worth)
                least = c;
        if (least == table->name)
            return;
        table->widths[least] = 0;
    }
}

static void print_padded(const char *text, unsigned width, bool is_left, bool is_last)
{
    int pad = (int)(width - width_of(text));

    if (is_left)
        printf("%s%*s", text, is_last ? 0 : pad, "");
    else
        printf("%*s%s", pad, "", text);
}

static unsigned last_column(const struct cell_table *table)
{
    unsigned last = table->name;

    for (unsigned c = 0; c < table->column_count; c++)
        if (table->widths[c] > 0)
            last = c;
    return last;
}

static void print_cells(const struct cell_table *table, const char *const *texts, const char *rest)
{
    unsigned last = last_column(table);

    assert(last < table->column_count);
    for (unsigned c = 0; c <= last; c++) {
        if (table->widths[c] == 0)
            continue;
        fputs("  ", stdout);
        if (c == table->name && rest != NULL) {
            print_padded(texts[c], table->widths[c], true, false);
            printf("  %s", rest);
            return;
        }
        print_padded(texts[c], table->widths[c], table->columns[c].is_left, c == last);
    }
}

/* Green is faster, red slower, yellow not decided. */
static const char *color_of(const struct cell_table *table, const struct line *line)
{
    static const char *const colors[] = {[HB_COMPARED_FASTER] = "\033[32m",
                                         [HB_COMPARED_SLOWER] = "\033[31m",
                                         [HB_COMPARED_UNDECIDED] = "\033[33m"};

    if (!table->style->colors || line->color >= sizeof colors / sizeof *colors)
        return NULL;
    return colors[line->color];
}

static void print_plain(const struct cell_table *table)
{
    const char *texts[COLUMNS_MAX];

    for (unsigned c = 0; c < table->column_count; c++)
        texts[c] = table->columns[c].title;
    print_cells(table, texts, NULL);
    putchar('\n');
    for (size_t i = 0; i < table->line_count; i++) {
        const struct line *line = &table->lines[i];
        const char *color = color_of(table, line);

        for (unsigned c = 0; c < table->column_count; c++)
            texts[c] = line->cells[c];
        if (color != NULL)
            fputs(color, stdout);
        if (line->heading != NULL)
            printf("  -- %s --", line->heading);
        else
            print_cells(table, texts, line->rest);
        puts(color != NULL ? "\033[0m" : "");
    }
}

/* A bar would end the cell. */
static void print_marked(const char *text)
{
    for (; *text != '\0'; text++)
        printf(*text == '|' ? "\\%c" : "%c", *text);
}

static void print_markdown_line(const struct cell_table *table, const struct line *line)
{
    for (unsigned c = 0; c < table->column_count; c++) {
        if (table->widths[c] == 0)
            continue;
        fputs("| ", stdout);
        if (line->heading != NULL && c == table->name)
            printf("*%s*", line->heading);
        else
            print_marked(line->rest != NULL && c == table->name + 1 ? line->rest : line->cells[c]);
        putchar(' ');
    }
    puts("|");
}

static void print_markdown(const struct cell_table *table)
{
    for (unsigned c = 0; c < table->column_count; c++) {
        if (table->widths[c] == 0)
            continue;
        fputs("| ", stdout);
        print_marked(table->columns[c].title);
        putchar(' ');
    }
    puts("|");
    for (unsigned c = 0; c < table->column_count; c++)
        if (table->widths[c] > 0)
            fputs(table->columns[c].is_left ? "|:---" : "|---:", stdout);
    puts("|");
    for (size_t i = 0; i < table->line_count; i++)
        print_markdown_line(table, &table->lines[i]);
}

static void print_table(struct cell_table *table)
{
    fit(table);
    (table->style->markdown ? print_markdown : print_plain)(table);
}

/* A line below the table. */
static void print_remark(const struct hb_run_style *style, const char *mark, const char *text)
{
    printf(style->markdown ? "\n- %s%s" : "  %s %s", style->markdown ? "" : mark, text);
    if (!style->markdown)
        putchar('\n');
}

struct hb_run_style hb_run_style_find(bool markdown, bool shows_floor)
{
    struct hb_run_style style = {.markdown = markdown, .shows_floor = shows_floor};
    const char *terminal = getenv("TERM"), *no_color = getenv("NO_COLOR");
    struct winsize size;

    if (markdown || !isatty(STDOUT_FILENO))
        return style;
    style.colors =
        (terminal == NULL || strcmp(terminal, "dumb") != 0) && (no_color == NULL || no_color[0] == '\0');
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        style.width = size.ws_col;
    return style;
}

/* -- the rows of a trace -- */

enum {
    RANK,
    NAME,
    TIME,
    SPAN,
    RATIO,
    INTERVAL,
    NET,
    VERDICT,
    SAVES,
    CPU,
    WAITING,
    LIVE,
    PEAK,
    END,
    FAULTS,
    KERNEL,
    MADVISE,
    FAILURES
};

/* Ticks are coarse: the rounds must have taken a tenth of a second together. */
static bool knows_kernel(const struct hb_run_row *row)
{
    return row->has_figures && row->cpu_ns.median * (double)row->cell->ops * row->rounds >= 1e8;
}

static void set_columns(struct cell_table *table, const struct hb_run_trace *trace)
{
    static char ratio_title[CELL_BYTES];
    bool has_ratio = trace->baseline != NULL && !trace->for_memory, fails = false,
         by_threads = trace->replay_threads > 1, knows_calls = false, ticks = false;

    for (size_t i = 0; i < trace->count; i++) {
        fails = fails || trace->rows[i].failures > 0;
        ticks = ticks || (trace->rows[i].has_memory && knows_kernel(&trace->rows[i]));
        knows_calls = knows_calls || trace->rows[i].cell->calls.known;
    }
    snprintf(ratio_title, sizeof ratio_title, "to %.30s", has_ratio ? trace->baseline : "");
    const struct column columns[] = {
        [RANK] = {"", false, trace->ranked > 0 ? 11 : 0},
        [NAME] = {"", true, 99},
        [TIME] = {"ns per op", false, 9},
        [SPAN] = {"least - most", true, trace->ranked > 0 ? 1 : 9},
        [RATIO] = {ratio_title, false, has_ratio ? 12 : 0},
        [INTERVAL] = {"95 % interval", true, trace->ranked > 0 ? 7 : 0},
        [NET] = {"net", false, has_ratio && trace->null_ns > 0 ? 4 : 0},
        [VERDICT] = {"verdict", true, trace->ranked > 0 ? 10 : 0},
        [SAVES] = {"saves", false, trace->program_cpu_ns > 0 && trace->ranked > 1 && !by_threads ? 8 : 0},
        [CPU] = {"cpu ns", false, by_threads && trace->noise.clock == HB_ROUNDS_ELAPSED ? 4 : 0},
        [WAITING] = {"waiting", false, by_threads ? 8 : 0},
        [LIVE] = {"peak live", false, by_threads ? 3 : 0},
        [PEAK] = {"peak mem", false, trace->for_memory ? 13 : 6}, /* that rows are ordered by */
        [END] = {"at end", false, 3},
        [FAULTS] = {"faults", false, 2},
        [KERNEL] = {"kernel", false, ticks ? 2 : 0},
        [MADVISE] = {"given back", false, knows_calls ? 2 : 0},
        [FAILURES] = {"failures", false, fails ? 5 : 0},
    };
    static_assert(sizeof columns <= sizeof table->columns, "room for all columns");
    memcpy(table->columns, columns, sizeof columns);
    table->column_count = sizeof columns / sizeof *columns;
    table->name = NAME;
}

static void set_ratio_cells(struct line *line, const struct hb_compared *compared)
{
    if (compared->ratio.estimate > 0)
        snprintf(line->cells[RATIO], CELL_BYTES, "%s", hb_show_ratio(compared->ratio.estimate).text);
    if (compared->ratio.low > 0 && compared->verdict != HB_COMPARED_REFERENCE)
        snprintf(line->cells[INTERVAL], CELL_BYTES, "%s - %s", hb_show_ratio(compared->ratio.low).text,
                 hb_show_ratio(compared->ratio.high).text);
    if (compared->net.estimate > 0)
        snprintf(line->cells[NET], CELL_BYTES, "%s", hb_show_ratio(compared->net.estimate).text);
    snprintf(line->cells[VERDICT], CELL_BYTES, "%s", hb_compared_name(compared->verdict));
}

/* "-5.79 ms, -8.8 %"; a share that rounds to nothing has no sign. */
static void set_worth_cell(struct line *line, const struct hb_worth *worth)
{
    double percent = 100 * worth->share;

    snprintf(line->cells[SAVES], CELL_BYTES, "%s%s, %.1f %%", worth->saved_s < 0 ? "-" : "",
             hb_show_seconds(fabs(worth->saved_s)).text, fabs(percent) < 0.05 ? 0 : percent);
}

/* "12 MiB, 40" */
static void set_calls_cell(struct line *line, const struct hb_memory_calls *calls)
{
    uint64_t count = calls->madvise_calls + calls->unmap_calls;

    if (calls->known && count > 0)
        snprintf(line->cells[MADVISE], CELL_BYTES, "%s, %s",
                 hb_show_bytes(calls->madvise_bytes + calls->unmap_bytes).text, hb_show_count(count).text);
    else if (calls->known)
        snprintf(line->cells[MADVISE], CELL_BYTES, "0");
}

static void set_memory_cells(struct line *line, const struct hb_run_row *row)
{
    if (!row->has_memory)
        return;
    snprintf(line->cells[PEAK], CELL_BYTES, "%s", hb_show_bytes(row->peak_resident_bytes).text);
    snprintf(line->cells[END], CELL_BYTES, "%s", hb_show_bytes(row->end_resident_bytes).text);
    snprintf(line->cells[FAULTS], CELL_BYTES, "%s", hb_show_count(row->page_faults).text);
    if (knows_kernel(row))
        snprintf(line->cells[KERNEL], CELL_BYTES, "%.0f %%",
                 fmin(100 * row->system_ns / row->cpu_ns.median, 100));
    set_calls_cell(line, &row->cell->calls);
}

static void set_thread_cells(struct line *line, const struct hb_run_row *row)
{
    if (row->threads.threads == 0)
        return;
    snprintf(line->cells[CPU], CELL_BYTES, "%s", hb_show_figure(row->cpu_ns.median).text);
    snprintf(line->cells[WAITING], CELL_BYTES, "%.1f %%", 100 * row->waiting);
    snprintf(line->cells[LIVE], CELL_BYTES, "%s", hb_show_bytes(row->replay_peak_live_bytes).text);
}

static void set_line(struct line *line, const struct hb_run_row *row, enum hb_rounds_clock clock)
{
    const struct hb_stats_spread *ns = clock == HB_ROUNDS_CPU ? &row->cpu_ns : &row->ns;

    hb_printable(line->cells[NAME], NAME_MOST, row->allocator, "");
    if (row->cell->cut)
        strcat(line->cells[NAME], "*");
    if (row->problem[0] != '\0') {
        line->rest = row->problem;
        return;
    }
    if (row->rank > 0)
        snprintf(line->cells[RANK], CELL_BYTES, "%u", row->rank);
    snprintf(line->cells[TIME], CELL_BYTES, "%s", hb_show_figure(ns->median).text);
    snprintf(line->cells[SPAN], CELL_BYTES, "%s - %s", hb_show_figure(ns->min).text,
             hb_show_figure(ns->max).text);
    snprintf(line->cells[FAILURES], CELL_BYTES, "%s", hb_show_count(row->failures).text);
    set_memory_cells(line, row);
    set_thread_cells(line, row);
    if (row->cell->cut)
        return; /* of other operations: what follows is said below */
    set_ratio_cells(line, &row->compared);
    line->color = row->compared.verdict;
    if (row->worth.known && row->compared.verdict != HB_COMPARED_REFERENCE)
        set_worth_cell(line, &row->worth);
}

static void set_lines(struct cell_table *table, const struct hb_run_trace *trace)
{
    bool has_rivals = trace->rivals > 0;

    for (size_t i = 0; i < trace->count; i++) {
        const struct hb_run_row *row = &trace->rows[i];

        if (row->group == HB_RUN_FLOOR && !table->style->shows_floor)
            continue;
        if (row->group != HB_RUN_RIVAL && has_rivals)
            table->lines[table->line_count++].heading = "built in, not ranked";
        has_rivals = has_rivals && row->group == HB_RUN_RIVAL;
        set_line(&table->lines[table->line_count++], row, trace->noise.clock);
    }
}

static void print_heading(const struct hb_run_trace *trace, const struct hb_run_style *style)
{
    printf("%s%s: %s", style->markdown ? "### " : "", trace->name,
           hb_show_counted(trace->ops, "operation").text);
    if (trace->peak_live_bytes > 0)
        printf(", %s live at most", hb_show_bytes(trace->peak_live_bytes).text);
    if (trace->streamed)
        printf(", streamed");
    printf("; %s%s\n", hb_show_counted(trace->rounds->round_count, "round").text,
           trace->for_memory                     ? ", by peak memory"
           : trace->noise.clock == HB_ROUNDS_CPU ? ", by processor time"
                                                 : "");
    if (style->markdown)
        putchar('\n');
}

/* What is to be said of one row. */
static void print_row_remarks(const struct hb_run_trace *trace, const struct hb_run_row *row,
                              const struct hb_run_style *style)
{
    char text[400];

    if (row->warning[0] != '\0') {
        snprintf(text, sizeof text, "%s: %s", row->allocator, row->warning);
        print_remark(style, "!", text);
    }
    if (!row->cell->cut || !row->has_figures)
        return;
    snprintf(text, sizeof text, "%s: the first %s only", row->allocator,
             hb_show_counted(row->cell->ops, "operation").text);
    if (row->reference_ns > 0 && row->compared.verdict != HB_COMPARED_REFERENCE)
        snprintf(text + strlen(text), sizeof text - strlen(text), ", of which %s takes %s ns each",
                 trace->baseline, hb_show_figure(row->reference_ns).text);
    print_remark(style, "*", text);
}

static void print_remarks(const struct hb_run_trace *trace, const struct hb_run_style *style)
{
    char text[HB_RUN_WORDS_BYTES];
    bool is_broken = false;

    for (unsigned i = 0; hb_run_words(trace, i, text); i++)
        print_remark(style, ">", text);
    for (size_t i = 0; i < trace->count; i++) {
        print_row_remarks(trace, &trace->rows[i], style);
        is_broken = is_broken || trace->rows[i].cell->result.outcome == HB_SAMPLE_BROKEN;
    }
    if (is_broken)
        print_remark(style, "!",
                     "broken: wrong in a check before the rounds; --no-check measures it all the same");
    for (unsigned i = 0; hb_run_noise_words(trace, i, text); i++)
        print_remark(style, "!", text);
}

/* -- the tails of a trace -- */

/* A column a percentile, but for p90, of allocations and then of frees. */
static const unsigned tail_percentiles[] = {0, 2, 3, 4, 5};

enum { TAILS = sizeof tail_percentiles / sizeof *tail_percentiles, TAIL_NAME = 0 };

/* The middle of what is left out in a narrow terminal goes first: nobody misses p99 beside p99.9. */
static void set_tail_columns(struct cell_table *table, char titles[2 * TAILS][CELL_BYTES])
{
    static const unsigned worth[TAILS] = {8, 5, 9, 6, 7};

    table->columns[TAIL_NAME] = (struct column){"", true, 99};
    for (unsigned i = 0; i < 2 * TAILS; i++) {
        const char *name = hb_percentiles[tail_percentiles[i % TAILS]].name;

        snprintf(titles[i], CELL_BYTES, "%s%s%s", i < TAILS ? "" : "free ", name[0] == 'm' ? "" : "p", name);
        table->columns[1 + i] = (struct column){titles[i], false, worth[i % TAILS] * 2 - i / TAILS};
    }
    table->column_count = 1 + 2 * TAILS;
    table->name = TAIL_NAME;
}

/* `problem`: of the comparison, "" where there is none. The calls of what fails, or is wrong, say nothing. */
static void set_tail_line(struct line *line, const struct hb_rounds *calls, const struct hb_rounds_cell *cell,
                          const char *problem)
{
    hb_printable(line->cells[TAIL_NAME], NAME_MOST, cell->candidate->name, "");
    if (cell->cut)
        strcat(line->cells[TAIL_NAME], "*");
    if (problem[0] != '\0') {
        line->rest = problem;
        return;
    }
    if (cell->latency == NULL || hb_rounds_is_failed(cell)) {
        line->rest = hb_rounds_status(cell);
        return;
    }
    for (unsigned i = 0; i < 2 * TAILS; i++) {
        enum hb_call_kind kind = i < TAILS ? HB_CALL_ALLOCATION : HB_CALL_FREE;
        struct hb_rounds_tail tail = hb_rounds_tail(calls, cell, kind, tail_percentiles[i % TAILS]);

        if (cell->latency->kinds[kind].count > 0)
            snprintf(line->cells[1 + i], CELL_BYTES, "%s", hb_show_seconds((double)tail.ns / 1e9).text);
    }
}

/* In the order of the comparison; the null allocator last, asked for or not. */
static void set_tail_lines(struct cell_table *table, const struct hb_run_trace *trace)
{
    const struct hb_rounds *calls = trace->calls;

    for (size_t i = 0; i < trace->count; i++) {
        const struct hb_rounds_cell *compared = trace->rows[i].cell;
        const struct hb_rounds_cell *cell = hb_rounds_find(calls, compared->candidate->name, compared->ops);

        if (cell != NULL && cell != calls->null)
            set_tail_line(&table->lines[table->line_count++], calls, cell, trace->rows[i].problem);
    }
    if (calls->null != NULL)
        set_tail_line(&table->lines[table->line_count++], calls, calls->null, "");
}

/* The slowest call that was among the slowest in each of several rounds, and so no accident. What was live
 * before it is left out where threads ran freely: it is the replay's own, found by their notes of the time.
 */
static void print_slowest(const struct hb_rounds *calls, const struct hb_rounds_cell *cell,
                          const struct hb_run_style *style)
{
    struct hb_rounds_slow slowest[HB_SLOWEST];
    const struct hb_op *op;
    char text[500], name[NAME_MOST], size[80] = "", live[80] = "", ranges[80] = "", thread[40] = "";
    bool by_threads = calls->session->options.threads.threading != HB_THREADING_NONE &&
                      calls->session->found.loaded->threads > 1;

    if (cell->candidate->untouchable || cell->ops < HB_COMPARE_LEAST_OPS || calls->round_count < 2 ||
        hb_rounds_slowest(calls, cell, slowest) == 0 || slowest[0].rounds < calls->round_count)
        return;
    op = &calls->session->found.loaded->ops[slowest[0].call.op];
    if (op->kind != HB_OP_FREE)
        snprintf(size, sizeof size, " of %s", hb_show_bytes(op->size).text);
    if (slowest[0].call.ranges > 0)
        snprintf(ranges, sizeof ranges, ", in %s", hb_show_counted(slowest[0].call.ranges, "range").text);
    if (!by_threads || calls->session->options.threads.threading == HB_THREADING_STRICT)
        snprintf(live, sizeof live, ", %s live before", hb_show_bytes(slowest[0].call.live_bytes).text);
    if (by_threads)
        snprintf(thread, sizeof thread, ", thread %u", (unsigned)op->thread);
    snprintf(text, sizeof text, "%s: slow in every round: %s%s%s, operation %s: %s or more%s%s",
             hb_printable(name, sizeof name, cell->candidate->name, ""),
             hb_call_kind_name(hb_call_kind_of(op)), size, thread, hb_show_count(slowest[0].call.op).text,
             hb_show_seconds((double)slowest[0].least_ns / 1e9).text, live, ranges);
    print_remark(style, ">", text);
}

static void print_tails(const struct hb_run_trace *trace, const struct hb_run_style *style)
{
    const struct hb_rounds *calls = trace->calls;
    const struct hb_rounds_cell *null = calls->null;
    struct cell_table table = {.style = style, .lines = calloc(trace->count + 1, sizeof *table.lines)};
    char titles[2 * TAILS][CELL_BYTES], text[200], by[40] = "";

    if (table.lines == NULL)
        return;
    if (trace->replay_threads > 1)
        snprintf(by, sizeof by, ", by %" PRIu32 " threads", trace->replay_threads);
    printf("%s%s: each call alone, %s%s; allocations, then frees\n", style->markdown ? "\n\n#### " : "",
           trace->name, hb_show_counted(calls->round_count, "round").text, by);
    if (style->markdown)
        putchar('\n');
    set_tail_columns(&table, titles);
    set_tail_lines(&table, trace);
    print_table(&table);
    if (null != NULL && null->latency != NULL) {
        snprintf(text, sizeof text,
                 "the clock's two readings take %" PRIu64 " ns of each, in steps of %" PRIu64
                 " ns; null is that and what the machine did meanwhile",
                 hb_rounds_tail(calls, null, HB_CALL_PAIR, 0).ns, null->latency->clock_step_ns);
        print_remark(style, ">", text);
    }
    for (size_t i = 0; i < calls->cell_count; i++)
        print_slowest(calls, &calls->cells[i], style);
    free(table.lines);
}

/* -- what is resident when all is freed -- */

static uint32_t count_moments(const struct hb_run_trace *trace)
{
    uint32_t most = 0;

    for (size_t i = 0; i < trace->count; i++)
        if (trace->rows[i].cell->idle.count > most)
            most = trace->rows[i].cell->idle.count;
    return most;
}

enum { IDLE_HUGE = 1 + HB_IDLE_LOOKS, IDLE_LAZY };

static void set_idle_columns(struct cell_table *table, const uint64_t *after_ms, uint32_t moments,
                             char titles[HB_IDLE_LOOKS][CELL_BYTES])
{
    table->columns[0] = (struct column){"", true, 99};
    for (uint32_t i = 0; i < moments; i++) {
        snprintf(titles[i], CELL_BYTES, i == 0 ? "all freed" : "after %g s", (double)after_ms[i] / 1000);
        table->columns[1 + i] = (struct column){titles[i], false, 9};
    }
    table->columns[IDLE_HUGE] = (struct column){"in huge pages", false, 3};
    table->columns[IDLE_LAZY] = (struct column){"freed lazily", false, 4};
    table->column_count = IDLE_LAZY + 1;
}

static void set_idle_bytes(struct line *line, unsigned column, uint64_t bytes)
{
    if (bytes != HB_MEMORY_NOT_KNOWN)
        snprintf(line->cells[column], CELL_BYTES, "%s", hb_show_bytes(bytes).text);
}

/* Huge pages and what is freed lazily are of the last moment. */
static void set_idle_line(struct line *line, const struct hb_rounds_cell *cell)
{
    const struct hb_idle *idle = &cell->idle;

    hb_printable(line->cells[0], NAME_MOST, cell->candidate->name, "");
    for (uint32_t i = 0; i < idle->count; i++)
        set_idle_bytes(line, 1 + i, idle->looks[i].memory.resident_bytes);
    set_idle_bytes(line, IDLE_HUGE, idle->looks[idle->count - 1].memory.huge_bytes);
    set_idle_bytes(line, IDLE_LAZY, idle->looks[idle->count - 1].memory.lazy_free_bytes);
}

static void print_idle(const struct hb_run_trace *trace, const struct hb_run_style *style)
{
    struct cell_table table = {.style = style, .lines = calloc(trace->count + 1, sizeof *table.lines)};
    uint64_t after_ms[HB_IDLE_LOOKS];
    char titles[HB_IDLE_LOOKS][CELL_BYTES];
    uint32_t moments = count_moments(trace);

    if (table.lines == NULL || moments == 0) {
        free(table.lines);
        return;
    }
    hb_idle_moments(trace->rounds->session->options.idle_ms, after_ms);
    printf("%s%s: resident when what was left is freed, and while nothing happens\n",
           style->markdown ? "\n\n#### " : "", trace->name);
    if (style->markdown)
        putchar('\n');
    set_idle_columns(&table, after_ms, moments, titles);
    for (size_t i = 0; i < trace->count; i++)
        if (trace->rows[i].cell->idle.count > 0)
            set_idle_line(&table.lines[table.line_count++], trace->rows[i].cell);
    print_table(&table);
    free(table.lines);
}

void hb_run_print_trace(const struct hb_run_trace *trace, const struct hb_run_style *style)
{
    struct cell_table table = {.style = style, .lines = calloc(2 * trace->count + 2, sizeof *table.lines)};

    if (table.lines == NULL || trace->count == 0) {
        free(table.lines);
        return;
    }
    print_heading(trace, style);
    set_columns(&table, trace);
    set_lines(&table, trace);
    print_table(&table);
    print_remarks(trace, style);
    if (trace->calls != NULL && trace->calls->round_count > 0)
        print_tails(trace, style);
    print_idle(trace, style);
    fputs(style->markdown ? "\n\n" : "\n", stdout);
    free(table.lines);
}

/* -- means -- */

enum { MEAN_RANK, MEAN_NAME, MEAN_TRACES, MEAN_RATIO, MEAN_INTERVAL, MEAN_VERDICT, MEAN_COLUMNS };

static void set_mean_line(struct line *line, const struct hb_run_mean *mean, size_t trace_count)
{
    hb_printable(line->cells[MEAN_NAME], NAME_MOST, mean->allocator, "");
    snprintf(line->cells[MEAN_TRACES], CELL_BYTES, "%zu of %zu", mean->trace_count, trace_count);
    if (mean->trace_count == 0)
        return;
    snprintf(line->cells[MEAN_RATIO], CELL_BYTES, "%s", hb_show_ratio(mean->ratio.estimate).text);
    if (mean->rank > 0)
        snprintf(line->cells[MEAN_RANK], CELL_BYTES, "%u", mean->rank);
    if (mean->is_baseline)
        return;
    snprintf(line->cells[MEAN_INTERVAL], CELL_BYTES, "%s - %s", hb_show_ratio(mean->ratio.low).text,
             hb_show_ratio(mean->ratio.high).text);
    snprintf(line->cells[MEAN_VERDICT], CELL_BYTES, "%s", hb_compared_name(mean->verdict));
    line->color = mean->verdict;
}

void hb_run_print_means(const struct hb_run_means *means, const struct hb_run_style *style)
{
    struct cell_table table = {.style = style,
                               .column_count = MEAN_COLUMNS,
                               .name = MEAN_NAME,
                               .lines = calloc(means->count + 1, sizeof *table.lines)};
    char ratio_title[CELL_BYTES];

    if (table.lines == NULL)
        return;
    snprintf(ratio_title, sizeof ratio_title, "to %.30s", means->baseline);
    const struct column columns[] = {[MEAN_RANK] = {"", false, 5},
                                     [MEAN_NAME] = {"", true, 99},
                                     [MEAN_TRACES] = {"traces", false, 1},
                                     [MEAN_RATIO] = {ratio_title, false, 4},
                                     [MEAN_INTERVAL] = {"95 % interval", true, 2},
                                     [MEAN_VERDICT] = {"verdict", true, 3}};
    memcpy(table.columns, columns, sizeof columns);
    printf("%sAll traces: geometric mean over %zu\n%s", style->markdown ? "### " : "", means->trace_count,
           style->markdown ? "\n" : "");
    for (size_t i = 0; i < means->count; i++)
        set_mean_line(&table.lines[table.line_count++], &means->means[i], means->trace_count);
    print_table(&table);
    putchar('\n');
    free(table.lines);
}

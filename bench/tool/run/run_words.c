/*
 * run_words.c - the verdict on a trace in sentences, and the warnings.
 */
#include "bench/tool/run/run_show.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Writes a sentence at `out`, which is empty. False when there is nothing to say. */
typedef bool sentence(const struct hb_run_trace *trace, char *out);

/* The index-th of those that have something to say; `sentences` ends with NULL. */
static bool say(sentence *const *sentences, const struct hb_run_trace *trace, unsigned index, char *out)
{
    for (unsigned found = 0; *sentences != NULL; sentences++) {
        out[0] = '\0';
        if ((*sentences)(trace, out) && found++ == index)
            return true;
    }
    return false;
}

/* -- the answer -- */

static void append(char *out, const char *text)
{
    size_t used = strlen(out);

    snprintf(out + used, HB_RUN_WORDS_BYTES - used, "%s", text);
}

/* Is a row one of those that a sentence names? */
typedef bool named(const struct hb_run_row *row);

static bool is_first(const struct hb_run_row *row)
{
    return row->rank == 1;
}

static bool is_faster(const struct hb_run_row *row)
{
    return row->compared.verdict == HB_COMPARED_FASTER;
}

static bool is_slower(const struct hb_run_row *row)
{
    return row->compared.verdict == HB_COMPARED_SLOWER;
}

static size_t count_named(const struct hb_run_trace *trace, named *is_named)
{
    size_t count = 0;

    for (size_t i = 0; i < trace->ranked; i++)
        count += is_named(&trace->rows[i]);
    return count;
}

/* `before`, and "a", "a and b" or "a, b and c"; nothing where there is none. */
static void append_names(const struct hb_run_trace *trace, named *is_named, const char *before, char *out)
{
    size_t count = count_named(trace, is_named), at = 0;

    append(out, count > 0 ? before : "");
    for (size_t i = 0; i < trace->ranked; i++) {
        if (!is_named(&trace->rows[i]))
            continue;
        append(out, at == 0 ? "" : at + 1 < count ? ", " : " and ");
        append(out, trace->rows[i].allocator);
        at++;
    }
}

/* "41.4 % less time than glibc's (40.9 to 41.8 %)" */
static void append_difference(const struct hb_run_trace *trace, const struct hb_run_row *row, char *out)
{
    const struct hb_interval *ratio = &row->compared.ratio;
    double low = 100 * fabs(1 - ratio->low), high = 100 * fabs(1 - ratio->high);
    bool is_less = is_faster(row);
    char text[200];

    snprintf(text, sizeof text, "%.1f %% %s time than %s's (%.1f to %.1f %%)",
             100 * fabs(1 - ratio->estimate), is_less ? "less" : "more", trace->baseline,
             is_less ? high : low, is_less ? low : high);
    append(out, text);
}

/* What the times are of; of the second, that it is that. */
static void append_calls(const struct hb_run_trace *trace, const struct hb_run_row *row, char *out)
{
    bool by_threads = trace->replay_threads > 1;

    append(out, by_threads ? "the replay on " : "the calls of ");
    append(out, row->allocator);
    append(out, row == trace->rows ? " " : ", the next, ");
    append(out, by_threads ? "takes " : "take ");
}

/* Is the best told from the baseline, or the baseline that is the best from the second? */
static bool is_told(const struct hb_run_trace *trace)
{
    const struct hb_run_row *best = &trace->rows[0];

    return is_faster(best) || (best->compared.verdict == HB_COMPARED_REFERENCE && trace->ranked > 1 &&
                               is_slower(&trace->rows[1]));
}

/* How the best is to the baseline, or the baseline to the second. */
static void append_to_baseline(const struct hb_run_trace *trace, char *out)
{
    const struct hb_run_row *row = &trace->rows[is_faster(&trace->rows[0]) ? 0 : 1];

    if (is_told(trace)) {
        append_calls(trace, row, out);
        append_difference(trace, row, out);
    } else {
        bool is_best = trace->rows[0].compared.verdict == HB_COMPARED_REFERENCE;

        append(out, "no difference to ");
        append(out, is_best ? trace->rows[1].allocator : trace->baseline);
        append(out, " is shown");
    }
}

/* All share the first place. Some may be told from the baseline all the same: an undecided one links them to
 * it. */
static void append_no_order(const struct hb_run_trace *trace, char *out)
{
    char before[100];

    if (count_named(trace, is_faster) + count_named(trace, is_slower) == 0) {
        append_names(trace, is_first, "", out);
        append(out, ": no difference between them is shown");
        return;
    }
    append(out, "which is the fastest is not shown");
    snprintf(before, sizeof before, "; faster than %.60s: ", trace->baseline);
    append_names(trace, is_faster, before, out);
    snprintf(before, sizeof before, "; slower than %.60s: ", trace->baseline);
    append_names(trace, is_slower, before, out);
}

static bool say_answer(const struct hb_run_trace *trace, char *out)
{
    size_t first = count_named(trace, is_first);

    if (first == trace->ranked) {
        append_no_order(trace, out);
        return true;
    }
    append_names(trace, is_first, "", out);
    append(out, first > 1        ? " share the first place: "
                : is_told(trace) ? " is the fastest: "
                                 : " comes first, but ");
    append_to_baseline(trace, out);
    return true;
}

static bool say_undecided(const struct hb_run_trace *trace, char *out)
{
    const struct hb_run_row *undecided = NULL; /* the one that takes longest to decide */
    uint32_t more = 0;
    unsigned count = 0;
    char others[80] = "";

    for (size_t i = 0; i < trace->ranked; i++) {
        count += trace->rows[i].compared.more_rounds > 0;
        if (trace->rows[i].compared.more_rounds > more) {
            more = trace->rows[i].compared.more_rounds;
            undecided = &trace->rows[i];
        }
    }
    if (undecided == NULL)
        return false;
    if (count > 1)
        snprintf(others, sizeof others, " and %s", hb_show_counted(count - 1, "other").text);
    if (more + trace->rounds->round_count > HB_ROUNDS_MOST)
        snprintf(out, HB_RUN_WORDS_BYTES, "undecided: %.60s%s; %s, the most, would not decide",
                 undecided->allocator, others, hb_show_counted(HB_ROUNDS_MOST, "round").text);
    else
        snprintf(out, HB_RUN_WORDS_BYTES,
                 "undecided: %.60s%s; about %s would decide (--rounds %u, or --until)", undecided->allocator,
                 others, hb_show_counted(more, "more round").text, more + trace->rounds->round_count);
    return true;
}

/* What the best would save, or the best but the baseline would cost; nothing where no difference is shown. */
static bool say_worth(const struct hb_run_trace *trace, char *out)
{
    const struct hb_run_row *row = &trace->rows[0];

    if (row->compared.verdict == HB_COMPARED_REFERENCE)
        row = &trace->rows[1];
    if (!row->worth.known ||
        (row->compared.verdict != HB_COMPARED_FASTER && row->compared.verdict != HB_COMPARED_SLOWER))
        return false;
    hb_worth_describe(&row->worth, row->allocator, out, HB_RUN_WORDS_BYTES);
    return true;
}

/* Only what did all that it was asked for can be compared. */
static size_t count_whole(const struct hb_run_trace *trace)
{
    size_t count = 0;

    for (size_t i = 0; i < trace->rivals; i++)
        count += trace->rows[i].problem[0] == '\0' && trace->rows[i].failures == 0;
    return count;
}

static bool say_why_unranked(const struct hb_run_trace *trace, char *out)
{
    if (trace->for_memory)
        snprintf(out, HB_RUN_WORDS_BYTES,
                 "the least peak memory first; times are not compared, since in the strict order they are "
                 "mostly waiting for one's turn (--threads, for time)");
    else if (trace->ops < HB_COMPARE_LEAST_OPS)
        snprintf(out, HB_RUN_WORDS_BYTES,
                 "not ranked: a trace of fewer than %s is over too soon; record a longer run: a program that "
                 "makes no "
                 "more calls gains little by any",
                 hb_show_counted(HB_COMPARE_LEAST_OPS, "operation").text);
    else if (trace->rounds->round_count < HB_COMPARE_LEAST_ROUNDS)
        snprintf(
            out, HB_RUN_WORDS_BYTES,
            "not ranked: fewer than %d rounds give no interval (--rounds %d or more, or a longer --budget)",
            HB_COMPARE_LEAST_ROUNDS, HB_COMPARE_LEAST_ROUNDS);
    else if (trace->ranked == 0 && trace->baseline != NULL)
        snprintf(out, HB_RUN_WORDS_BYTES,
                 "not ranked: there is no whole run of %.60s, the baseline, to compare with",
                 trace->baseline);
    else
        return false;
    return count_whole(trace) > 1; /* else say_alone has it */
}

/* Of the rivals, those with a whole run come first. */
static bool say_alone(const struct hb_run_trace *trace, char *out)
{
    bool has_built_in = false, is_alone = trace->rivals == 1;

    for (size_t i = 0; i < trace->count; i++)
        has_built_in = has_built_in || trace->rows[i].group == HB_RUN_OTHER;
    if (trace->rivals == 0 || count_whole(trace) > 1)
        return false;
    if (count_whole(trace) == 0)
        snprintf(out, HB_RUN_WORDS_BYTES, "nothing is compared: there is no whole run of %.100s",
                 is_alone ? trace->rows[0].allocator : "any library");
    else if (has_built_in)
        snprintf(out, HB_RUN_WORDS_BYTES,
                 "%.100s is the only library%s: what is built in is compared with it, and not ranked",
                 trace->rows[0].allocator, is_alone ? "" : " with a whole run");
    else
        snprintf(out, HB_RUN_WORDS_BYTES, "%.100s has nothing to be compared with: %s",
                 trace->rows[0].allocator,
                 is_alone ? "-a takes several, as in -a A,B" : "there is no whole run of another library");
    return true;
}

bool hb_run_words(const struct hb_run_trace *trace, unsigned index, char out[HB_RUN_WORDS_BYTES])
{
    static sentence *const ranked[] = {say_answer, say_worth, say_undecided, NULL};
    static sentence *const unranked[] = {say_why_unranked, say_alone, NULL};

    return say(trace->ranked > 1 ? ranked : unranked, trace, index, out);
}

/* -- noise, and what a replay leaves out -- */

static bool say_null_spread(const struct hb_run_trace *trace, char *out)
{
    const struct hb_noise *noise = &trace->noise;

    snprintf(out, HB_RUN_WORDS_BYTES,
             "not to be trusted: the null allocator's own times differ by %.1f times between rounds; end "
             "what else runs, or give it longer (--until 0.5%% --budget 300)",
             noise->null_spread);
    return hb_noise_is_wide(noise) && !trace->for_memory;
}

static bool say_load(const struct hb_run_trace *trace, char *out)
{
    const struct hb_noise *noise = &trace->noise;
    bool is_steady = noise->clock == HB_ROUNDS_CPU && noise->null_spread > 0 && !hb_noise_is_wide(noise);

    snprintf(
        out, HB_RUN_WORDS_BYTES,
        "not to be trusted%s: the load is %.1f on %s%s; end what else runs, or use a machine of your own",
        is_steady ? " as a quiet machine's" : "", noise->load, hb_show_counted(noise->cores, "core").text,
        is_steady ? ": times are of the processor, but caches are shared, and ratios change with it" : "");
    return hb_noise_is_crowded(noise);
}

/* In per cent, two figures or all: 0.8, 15, 150. */
static struct hb_shown show_share(double share)
{
    struct hb_shown shown;

    snprintf(shown.text, sizeof shown.text, share < 0.995 ? "%.2g" : "%.0f", 100 * share);
    return shown;
}

/* The width that was asked for is known only where it was, and was not reached. */
static bool say_wide(const struct hb_run_trace *trace, char *out)
{
    double until = trace->rounds->session->options.until, widest = 0;

    for (size_t i = 0; i < trace->rivals; i++)
        if (trace->rows[i].rank > 0)
            widest = fmax(widest, hb_compare_width(&trace->rows[i].compared.ratio));
    snprintf(
        out, HB_RUN_WORDS_BYTES,
        "the rounds ended before the intervals were %s %% wide: the widest is %s %%; --until goes on, or a "
        "longer --budget",
        show_share(until).text, show_share(widest).text);
    return until > 0 && widest > until;
}

static bool say_marked(const struct hb_run_trace *trace, char *out)
{
    const struct hb_noise *noise = &trace->noise;

    snprintf(out, HB_RUN_WORDS_BYTES,
             "the machine ran at another speed in %u of %s; they count, since ratios are of one round",
             noise->marked_rounds, hb_show_counted(trace->rounds->round_count, "round").text);
    return noise->marked_rounds > 0;
}

/* Where several were asked for and no row has figures, nothing was replayed. */
static bool say_threads(const struct hb_run_trace *trace, char *out)
{
    bool is_by_one = trace->rounds->session->options.threads.threading == HB_THREADING_NONE;
    const char *times =
        trace->for_memory ? "in the recorded order"
        : trace->noise.clock == HB_ROUNDS_CPU
            ? "processor times of all threads, since others have the processors; asleep in a lock, a thread "
              "takes none; a short list: time the program with each (LD_PRELOAD)"
            : "elapsed times, of which 'waiting' for each other; a short list: time the program with each "
              "(LD_PRELOAD)";

    if (trace->replay_threads > 1)
        snprintf(out, HB_RUN_WORDS_BYTES, "recorded from %u threads, replayed by %u on %s: %s",
                 (unsigned)trace->threads, (unsigned)trace->replay_threads,
                 hb_show_counted(trace->noise.cores, "core").text, times);
    else if (is_by_one)
        snprintf(
            out, HB_RUN_WORDS_BYTES,
            "recorded from %u threads, replayed by 1: what threads cost each other, in locks and caches, "
            "is not in the times (--threads)",
            (unsigned)trace->threads);
    return trace->threads > 1 && (trace->replay_threads > 1 || is_by_one);
}

/* Threads that run ahead hold more at a time than the program did. */
static bool say_ahead(const struct hb_run_trace *trace, char *out)
{
    uint64_t most = 0;

    for (size_t i = 0; i < trace->count; i++)
        if (trace->rows[i].group != HB_RUN_FLOOR && trace->rows[i].replay_peak_live_bytes > most)
            most = trace->rows[i].replay_peak_live_bytes;
    snprintf(out, HB_RUN_WORDS_BYTES,
             "threads ran ahead of each other: %s live at most, and %s in the program; for memory ask "
             "--threads=strict",
             hb_show_bytes(most).text, hb_show_bytes(trace->peak_live_bytes).text);
    return trace->replay_threads > 1 && (double)most > 1.1 * (double)trace->peak_live_bytes;
}

static bool say_single(const struct hb_run_trace *trace, char *out)
{
    snprintf(out, HB_RUN_WORDS_BYTES, "recorded from 1 thread, so that --threads changes nothing");
    return trace->threads < 2 && trace->rounds->session->options.threads.threading != HB_THREADING_NONE;
}

/* Those that are not made for threads. */
static bool say_one_lock(const struct hb_run_trace *trace, char *out)
{
    char names[HB_RUN_WORDS_BYTES] = "";

    for (size_t i = 0; i < trace->count; i++)
        if (trace->rows[i].threads.one_lock) {
            append(names, names[0] == '\0' ? "" : ", ");
            append(names, trace->rows[i].allocator);
        }
    snprintf(out, HB_RUN_WORDS_BYTES, "one lock around every call, since made for one thread: %.300s", names);
    return names[0] != '\0';
}

/* Those whose figures are in part the harness's own. What it takes on the clock, no replay can tell apart. */
static bool say_made(const struct hb_run_trace *trace, char *out)
{
    char names[HB_RUN_WORDS_BYTES] = "";
    uint64_t most = 0;

    for (size_t i = 0; i < trace->count; i++) {
        uint64_t bytes = trace->rows[i].has_figures ? trace->rows[i].cell->result.made_table_bytes : 0;

        if (bytes > 0) {
            append(names, names[0] == '\0' ? "" : ", ");
            append(names, trace->rows[i].allocator);
        }
        most = bytes > most ? bytes : most;
    }
    snprintf(out, HB_RUN_WORDS_BYTES,
             "%.200s: part of the times and of the peak memory is heapbench's own table of sizes, for the "
             "realloc that is made: 5 to 40 ns an operation, and %s at most; a library with a realloc (or a "
             "usable_size) of its own has none",
             names, hb_show_bytes(most).text);
    return most > 0;
}

static bool say_pace(const struct hb_run_trace *trace, char *out)
{
    double pace = trace->rounds->session->options.pace;

    if (trace->recorded_s > 0)
        snprintf(
            out, HB_RUN_WORDS_BYTES,
            "paced: each replay took the recording's %s times %g; times are of the calls alone, of which "
            "many come after a sleep",
            hb_show_seconds(trace->recorded_s).text, pace);
    else
        snprintf(out, HB_RUN_WORDS_BYTES, "not paced: the trace has no times to follow");
    return pace > 0;
}

static bool say_touched(const struct hb_run_trace *trace, char *out)
{
    snprintf(
        out, HB_RUN_WORDS_BYTES,
        "of %s the replay touches as many pages as the recorded program did, and not each (--touch every)",
        hb_show_counted(trace->touched, "large block").text);
    return trace->touched > 0;
}

/* Who read the recording's time; or that there was none to read. */
static bool say_clock(const struct hb_run_trace *trace, char *out)
{
    if (trace->rounds->session->options.clock == HB_CLOCK_MACHINE)
        return false;
    if (!trace->has_times)
        append(out, trace->recorded_s > 0 ? "the recording's time is more than a clock can show"
                                          : "the trace has no times");
    for (size_t i = 0; trace->has_times && i < trace->count; i++)
        if (trace->rows[i].cell->result.reads_trace_clock) {
            append(out, out[0] == '\0' ? "" : ", ");
            append(out, trace->rows[i].allocator);
        }
    if (out[0] == '\0')
        return false;
    append(out, trace->has_times
                    ? ": memory is given back by the clock, here by the recording's time (--clock)"
                    : ": what gives memory back by the clock does so by the replay's own, which is short");
    return true;
}

bool hb_run_noise_words(const struct hb_run_trace *trace, unsigned index, char out[HB_RUN_WORDS_BYTES])
{
    static sentence *const warnings[] = {say_threads, say_ahead,  say_single,  say_one_lock,    say_made,
                                         say_clock,   say_pace,   say_touched, say_null_spread, say_load,
                                         say_wide,    say_marked, NULL};

    return say(warnings, trace, index, out);
}

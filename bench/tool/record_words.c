/*
 * record_words.c - the sentences of heapbench record.
 */
#include "bench/tool/record_words.h"

#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/number.h"
#include "base/printable.h"
#include "workloads/record/explain.h"
#include "workloads/trace/trace_format.h"

/* Beyond so many, what is said of each is summed up. */
enum { LINES_AT_MOST = 10 };

/* How much of a name the kernel keeps. */
enum { KERNEL_NAME = 15 };

/* Names are a stranger's: what is no text of them reaches no terminal. */
static const char *make_printable(char *text)
{
    for (char *c = text; *c != '\0'; c++)
        if (*c < ' ' || *c > '~')
            *c = '?';
    return text;
}

const char *hb_words_program(const struct hb_collected *item, char name[static HB_WORDS_PROGRAM])
{
    hb_collected_name(item, name, HB_WORDS_PROGRAM);
    if (name[0] == '\0')
        snprintf(name, HB_WORDS_PROGRAM, "a program");
    return make_printable(name);
}

static void print_left_out(const struct hb_capture_summary *summary)
{
    if (summary->unknown_frees > 0)
        fprintf(stderr,
                "heapbench: %" PRIu64 " frees were left out, of blocks that the process had before recording "
                "began (from its parent, where it was forked), got unseen, or had freed already\n",
                summary->unknown_frees);
    if (summary->held_births > 0)
        fprintf(stderr,
                "heapbench: %" PRIu64
                " frees were made up, of blocks that were given out again without one\n",
                summary->held_births);
    if (summary->excess_births > 0)
        fprintf(stderr,
                "heapbench: %" PRIu64 " allocations were left out: a trace numbers 2^32 - 1 objects\n",
                summary->excess_births);
    if (summary->threads > HB_TRACE_MAX_THREADS)
        fprintf(stderr,
                "heapbench: a trace tells %d threads apart: those that came later count as the last\n",
                HB_TRACE_MAX_THREADS);
}

static void print_touched(const struct hb_capture_summary *summary)
{
    if (summary->measured_blocks > 0)
        fprintf(stderr,
                "heapbench: %s of %s are touched in %s: %" PRIu64 " measured, %" PRIu64 " likened to those\n",
                hb_show_bytes(summary->touched_bytes).text, hb_show_bytes(summary->measured_bytes).text,
                hb_show_counted(summary->measured_blocks, "large block").text,
                summary->measured_blocks - summary->likened_blocks, summary->likened_blocks);
    if (summary->unknown_blocks > 0)
        fprintf(stderr,
                "heapbench: of %s, %s together, it is not known how much is touched: none like them was "
                "measured, and a replay touches them whole\n",
                hb_show_counted(summary->unknown_blocks, "large block").text,
                hb_show_bytes(summary->unknown_bytes).text);
}

void hb_words_kept(const struct hb_collected *item, const struct hb_capture_summary *summary, const char *out)
{
    char name[HB_WORDS_PROGRAM];
    struct stat info = {0};

    stat(out, &info);
    hb_print_line(stderr,
                  "heapbench: recorded %" PRIu64 " operations by %" PRIu64
                  " thread%s of %s into %s (%lld bytes, %.3f bytes an operation)",
                  summary->ops, summary->threads, summary->threads == 1 ? "" : "s",
                  hb_words_program(item, name), out, (long long)info.st_size,
                  summary->ops > 0 ? (double)info.st_size / (double)summary->ops : 0.0);
    print_left_out(summary);
    if (hb_capture_is_touched(item->capture))
        print_touched(summary);
}

void hb_words_others(const struct hb_collection *collection, const struct hb_collected *kept)
{
    char name[HB_WORDS_PROGRAM];
    bool has_execs = false;

    for (size_t i = 0; i < collection->count; i++)
        has_execs = has_execs || collection->items[i].image > 0;
    fprintf(stderr,
            "heapbench: %zu %s were recorded; kept %s (process %" PRIu32
            "), which did most: --all keeps the others too\n",
            collection->count, has_execs ? "programs" : "processes", hb_words_program(kept, name),
            kept->capture->header->pid);
}

/* "sh (12), cron (34) and 5 more" */
static void print_processes(const struct hb_processes *processes)
{
    for (size_t i = 0; i < processes->count && i < LINES_AT_MOST; i++) {
        char name[HB_PROCESS_NAME];

        memcpy(name, processes->items[i].name, sizeof name);
        fprintf(stderr, "%s%s (process %" PRIu32 ")", i > 0 ? ", " : "", make_printable(name),
                processes->items[i].pid);
    }
    if (processes->count > LINES_AT_MOST)
        fprintf(stderr, " and %zu more", processes->count - LINES_AT_MOST);
}

void hb_words_waiting(const struct hb_family *family)
{
    fprintf(stderr, "heapbench: the program has ended; waiting for what it left running, ");
    print_processes(&family->running);
    fprintf(stderr, " (Ctrl-C ends the waiting; see --wait)\n");
}

void hb_words_running(const struct hb_family *family)
{
    if (family->running.count == 0)
        return;
    fprintf(stderr, "heapbench: ");
    print_processes(&family->running);
    fprintf(stderr, " still run%s; recorded until now (--wait waits for the end)\n",
            family->running.count == 1 ? "s" : "");
}

static bool is_named(const char *path, const char *name)
{
    return strncmp(basename(path), name, KERNEL_NAME) == 0;
}

/* Not so only where it is surely another program. */
static bool may_be_script(const char *path)
{
    char head[2] = "#!";
    FILE *file = fopen(path, "re");

    if (file != NULL) {
        if (fread(head, sizeof head, 1, file) != 1)
            head[0] = '\0';
        fclose(file);
    }
    return head[0] == '#' && head[1] == '!';
}

/* The kernel calls a program by the last part of the path that was run, cut: a file's, a link's, or a
 * script's. */
static bool may_be_called(const struct hb_capture_header *header, const char *name)
{
    char words[sizeof header->command + 1], program[sizeof header->program + 1];
    const char *word = words;

    memcpy(words, header->command, sizeof header->command);
    words[sizeof header->command] = '\0';
    memcpy(program, header->program, sizeof header->program);
    program[sizeof header->program] = '\0';
    for (int i = 0; i <= 2 && word < words + sizeof header->command; i++, word += strlen(word) + 1)
        if (is_named(word, name) && (i == 0 || (strchr(word, '/') != NULL && may_be_script(word))))
            return true;
    return is_named(program, name);
}

/* True where the program that the process ran in the end was seen, and said what of it is known. What was
 * seen with the recorder in it may have become another one since. */
static bool was_seen(const struct hb_family *family, const struct hb_ended *ended)
{
    for (size_t i = family->past.count; i > 0; i--) {
        const struct hb_process *last = &family->past.items[i - 1];

        if (last->pid == ended->pid)
            return last->state != HB_PROCESS_UNKNOWN &&
                   (last->state != HB_PROCESS_LOADED || is_named(last->name, ended->name));
    }
    return false;
}

/* True where the reason is known, and told. */
static bool was_refused(const struct hb_collection *collection, uint32_t pid)
{
    for (size_t i = 0; i < collection->unrecorded_count; i++)
        if (collection->unrecorded[i].pid == pid)
            return true;
    return false;
}

/* One that ended between two looks as another program than was recorded. */
static void print_other_program(const struct hb_collection *collection, const struct hb_family *family,
                                const struct hb_ended *ended)
{
    const struct hb_collected *last = NULL;
    char was[HB_WORDS_PROGRAM], name[sizeof ended->name];

    for (size_t i = 0; i < collection->count; i++) {
        const struct hb_collected *item = &collection->items[i];

        if (item->capture->header->pid == ended->pid && (last == NULL || item->image > last->image))
            last = item;
    }
    if (last == NULL || ended->name[0] == '\0' || last->capture->header->has_ended != 0 ||
        last->capture->header->is_renamed != 0 || may_be_called(last->capture->header, ended->name) ||
        was_seen(family, ended) || was_refused(collection, ended->pid))
        return;
    memcpy(name, ended->name, sizeof name);
    make_printable(name);
    fprintf(stderr,
            "heapbench: process %" PRIu32
            " was %s in the end, and only %s of it was recorded: %s may have been "
            "started with an environment that names no recorder, as by env -i\n",
            ended->pid, name, hb_words_program(last, was), name);
}

/* The name of a process of which there is no image; "a program" where nobody knows. */
static const char *name_of(const struct hb_unrecorded *unrecorded, const struct hb_family *family,
                           char name[static HB_WORDS_PROGRAM])
{
    snprintf(name, HB_WORDS_PROGRAM, "%s", basename(unrecorded->program));
    for (size_t i = 0; name[0] == '\0' && family != NULL && i < family->ended_count; i++)
        if (family->ended[i].pid == unrecorded->pid)
            snprintf(name, HB_WORDS_PROGRAM, "%s", family->ended[i].name);
    for (size_t i = 0; name[0] == '\0' && family != NULL && i < family->past.count; i++)
        if (family->past.items[i].pid == unrecorded->pid)
            snprintf(name, HB_WORDS_PROGRAM, "%s", family->past.items[i].name);
    return name[0] != '\0' ? make_printable(name) : "a program";
}

static void print_refused(const struct hb_unrecorded *unrecorded, const struct hb_family *family,
                          uint64_t kept_weight)
{
    char name[HB_WORDS_PROGRAM];

    fprintf(stderr, "heapbench: %s%s (process %" PRIu32 ") was not recorded: %s",
            unrecorded->lost > kept_weight ? "the process that did most, " : "",
            name_of(unrecorded, family, name), unrecorded->pid, hb_explain_reason(unrecorded->reason));
    if (unrecorded->lost > 0)
        fprintf(stderr, "; at least %" PRIu64 " events", unrecorded->lost);
    fputc('\n', stderr);
}

/* What is said, and how often. */
struct said {
    const struct hb_collection *collection;
    const struct hb_family *family;
    size_t lines;
};

/* Who was seen without the recorder. Where it was there or nobody could see, the captures tell. */
static void print_unloaded(struct said *said, const struct hb_processes *processes)
{
    for (size_t i = 0; i < processes->count; i++) {
        const struct hb_process *process = &processes->items[i];
        char why[PATH_MAX + 512], name[HB_PROCESS_NAME];

        if (process->state == HB_PROCESS_UNKNOWN ||
            (process->state != HB_PROCESS_UNLOADED && hb_collection_has(said->collection, process->pid)) ||
            !hb_explain_process(process, why, sizeof why))
            continue;
        if (++said->lines > LINES_AT_MOST)
            continue;
        memcpy(name, process->name, sizeof name);
        fprintf(stderr, "heapbench: %s (process %" PRIu32 ") was not recorded: %s\n", make_printable(name),
                process->pid, make_printable(why));
    }
}

static void print_seen(struct said *said)
{
    const struct hb_family *family = said->family;

    print_unloaded(said, &family->past);
    print_unloaded(said, &family->running);
    if (said->lines > LINES_AT_MOST)
        fprintf(stderr, "heapbench: %zu more processes were seen that were not recorded\n",
                said->lines - LINES_AT_MOST);
    for (size_t i = 0; i < family->ended_count; i++)
        if (family->ended[i].pid == family->program)
            print_other_program(said->collection, family, &family->ended[i]);
}

bool hb_words_unrecorded(const struct hb_collection *collection, const struct hb_family *family,
                         uint64_t kept_weight)
{
    struct said said = {.collection = collection, .family = family};
    size_t count = collection->unrecorded_count;

    for (size_t i = 0; i < count && i < LINES_AT_MOST; i++)
        print_refused(&collection->unrecorded[i], family, kept_weight);
    if (count > LINES_AT_MOST)
        fprintf(stderr, "heapbench: %zu more processes were not recorded\n", count - LINES_AT_MOST);
    if (family != NULL)
        print_seen(&said);
    return count + said.lines > 0;
}

static void print_loss(const struct hb_collected *item, uint64_t events, const char *why)
{
    char name[HB_WORDS_PROGRAM];

    if (events > 0)
        fprintf(stderr, "heapbench: %s (process %" PRIu32 "): %" PRIu64 " event%s not recorded: %s\n",
                hb_words_program(item, name), item->capture->header->pid, events,
                events == 1 ? " was" : "s were", why);
}

static int reason(uint64_t code)
{
    return code <= INT32_MAX ? (int)code : 0;
}

static void print_losses(const struct hb_collected *item)
{
    const struct hb_capture_header *header = item->capture->header;

    print_loss(item, header->lost_space, hb_explain_reason(reason(header->stop_errno)));
    print_loss(item, header->lost_early, hb_explain_reason(reason(header->open_errno)));
    print_loss(item, header->lost_sealed,
               "it had set a seccomp filter, and the room that was reserved before is used up");
    print_loss(item, header->lost_nested, "a signal handler allocated while one was being written");
}

void hb_words_losses(const struct hb_collection *collection)
{
    size_t images = 0;
    uint64_t events = 0;

    for (size_t i = 0; i < collection->count; i++) {
        const struct hb_collected *item = &collection->items[i];

        if (item->lost == 0)
            continue;
        if (++images <= LINES_AT_MOST)
            print_losses(item);
        else
            events += item->lost;
    }
    if (images > LINES_AT_MOST)
        fprintf(stderr, "heapbench: %zu more processes: %" PRIu64 " events were not recorded\n",
                images - LINES_AT_MOST, events);
}

void hb_words_endings(const struct hb_family *family)
{
    for (size_t i = 0; i < family->ended_count; i++) {
        int status = family->ended[i].status;

        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
            continue;
        fprintf(stderr,
                "heapbench: process %" PRIu32
                " was ended by SIGSYS: a seccomp filter that it set, and that the "
                "recorder could not foresee, may have forbidden a system call of the recorder\n",
                family->ended[i].pid);
        return;
    }
}

/* -- an end from outside -- */

static char kept_words[PATH_MAX + 128]; /* what the handler says, which can put no words together */

static void say_kept(int signal_number)
{
    (void)!write(STDERR_FILENO, kept_words, strlen(kept_words));
    raise(signal_number); /* with what it does by default: SA_RESETHAND */
}

void hb_words_when_ended(const char *folder)
{
    const struct sigaction action = {.sa_handler = say_kept, .sa_flags = (int)(SA_RESETHAND | SA_NODEFER)};
    struct sigaction before;
    char *printable = hb_printable_copy(folder, "");

    if (printable == NULL)
        return;
    snprintf(kept_words, sizeof kept_words, "%s" HB_WORDS_KEPT "\n", isatty(STDERR_FILENO) ? "\n" : "",
             printable);
    free(printable);
    for (size_t i = 0; i < HB_ENDS; i++)
        if (sigaction(hb_ends[i], NULL, &before) == 0 && before.sa_handler == SIG_DFL)
            sigaction(hb_ends[i], &action, NULL);
}

void hb_words_ended_no_more(void)
{
    struct sigaction now;

    for (size_t i = 0; i < HB_ENDS; i++)
        if (sigaction(hb_ends[i], NULL, &now) == 0 && now.sa_handler == say_kept)
            signal(hb_ends[i], SIG_DFL);
}

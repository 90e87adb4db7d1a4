#include "bench/record_words.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "bench/command_common.h"
#include "workloads/record/explain.h"

/* Beyond so many, what is said of each is summed up. */
enum { LINES_AT_MOST = 10 };

/* Names are a stranger's: what is no text of them reaches no terminal. */
static const char *make_printable(char *text)
{
    for (char *c = text; *c != '\0'; c++)
        if (*c < ' ' || *c > '~')
            *c = '?';
    return text;
}

const char *hb_program_name(const struct hb_collected *item, char name[static HB_PROGRAM_NAME])
{
    hb_collected_name(item, name, HB_PROGRAM_NAME);
    if (name[0] == '\0')
        snprintf(name, HB_PROGRAM_NAME, "a program");
    return make_printable(name);
}

static void print_left_out(const struct hb_capture_summary *summary)
{
    if (summary->unknown_frees > 0)
        fprintf(stderr,
                "heapbench: %" PRIu64 " frees were left out, of blocks that the process had before recording "
                "began (from its parent, where it was forked)\n",
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
}

void hb_words_kept(const struct hb_collected *item, const struct hb_capture_summary *summary, const char *out)
{
    char name[HB_PROGRAM_NAME];
    struct stat info = {0};

    stat(out, &info);
    fprintf(stderr,
            "heapbench: recorded %" PRIu64 " operations by %" PRIu64
            " thread%s of %s into %s (%lld bytes, %.2f bytes an operation)\n",
            summary->ops, summary->threads, summary->threads == 1 ? "" : "s", hb_program_name(item, name),
            out, (long long)info.st_size,
            summary->ops > 0 ? (double)info.st_size / (double)summary->ops : 0.0);
    print_left_out(summary);
}

void hb_words_others(const struct hb_collection *collection, const struct hb_collected *kept)
{
    char name[HB_PROGRAM_NAME];
    size_t processes = 0;

    for (size_t i = 0; i < collection->count; i++)
        processes += collection->items[i].image == 0;
    if (processes < collection->count)
        fprintf(stderr, "heapbench: %zu programs of ", collection->count);
    else
        fprintf(stderr, "heapbench: ");
    fprintf(stderr,
            "%zu process%s were recorded; kept %s (process %" PRIu32
            "), which did most: --all keeps the others too\n",
            processes, processes == 1 ? "" : "es", hb_program_name(kept, name), kept->capture->header->pid);
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

static void print_refused(const struct hb_unrecorded *unrecorded, uint64_t kept_weight)
{
    char name[sizeof unrecorded->program];
    const char *slash = strrchr(unrecorded->program, '/');

    snprintf(name, sizeof name, "%s", slash != NULL ? slash + 1 : unrecorded->program);
    fprintf(stderr, "heapbench: %s%s (process %" PRIu32 ") was not recorded: %s",
            unrecorded->lost > kept_weight ? "the process that did most, " : "",
            name[0] != '\0' ? make_printable(name) : "a program", unrecorded->pid,
            hb_explain_reason(unrecorded->reason));
    if (unrecorded->lost > 0)
        fprintf(stderr, "; at least %" PRIu64 " events", unrecorded->lost);
    fputc('\n', stderr);
}

static bool has_pid(const struct hb_collection *collection, uint32_t pid)
{
    for (size_t i = 0; i < collection->count; i++)
        if (collection->items[i].capture->header->pid == pid)
            return true;
    for (size_t i = 0; i < collection->unrecorded_count; i++)
        if (collection->unrecorded[i].pid == pid)
            return true;
    return false;
}

/* Who was seen without the recorder. Where it was there or nobody could see, the captures tell. */
static size_t print_unloaded(const struct hb_collection *collection, const struct hb_processes *processes,
                             size_t lines)
{
    for (size_t i = 0; i < processes->count; i++) {
        const struct hb_process *process = &processes->items[i];
        char why[4096 + 512], name[HB_PROCESS_NAME];

        if (process->state == HB_PROCESS_UNKNOWN ||
            (process->state != HB_PROCESS_UNLOADED && has_pid(collection, process->pid)) ||
            !hb_explain_process(process, why, sizeof why) || ++lines > LINES_AT_MOST)
            continue;
        memcpy(name, process->name, sizeof name);
        fprintf(stderr, "heapbench: %s (process %" PRIu32 ") was not recorded: %s\n", make_printable(name),
                process->pid, make_printable(why));
    }
    return lines;
}

void hb_words_unrecorded(const struct hb_collection *collection, const struct hb_family *family,
                         uint64_t kept_weight)
{
    size_t lines = 0, count = collection->unrecorded_count;

    for (size_t i = 0; i < count && i < LINES_AT_MOST; i++)
        print_refused(&collection->unrecorded[i], kept_weight);
    if (count > LINES_AT_MOST)
        fprintf(stderr, "heapbench: %zu more processes were not recorded\n", count - LINES_AT_MOST);
    if (family == NULL)
        return;
    lines = print_unloaded(collection, &family->past, lines);
    lines = print_unloaded(collection, &family->running, lines);
    if (lines > LINES_AT_MOST)
        fprintf(stderr, "heapbench: %zu more processes were seen that were not recorded\n",
                lines - LINES_AT_MOST);
}

static void print_loss(const struct hb_collected *item, uint64_t events, const char *why)
{
    char name[HB_PROGRAM_NAME];

    if (events > 0)
        fprintf(stderr, "heapbench: %s (process %" PRIu32 "): %" PRIu64 " event%s not recorded: %s\n",
                hb_program_name(item, name), item->capture->header->pid, events,
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

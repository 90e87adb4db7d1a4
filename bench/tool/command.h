/*
 * command.h - the sub-commands of heapbench, and what they share.
 *
 * A sub-command is one file, command_NAME.c, with one entry point. Options are parsed with argp (glibc's), so
 * every command has --help, --usage and --version of the same look; a usage error exits 2.
 */
#ifndef HB_BENCH_TOOL_COMMAND_H
#define HB_BENCH_TOOL_COMMAND_H

#include "base/error.h"

/* results/README.md, "What came of an allocator, and the exit status", says the same to users. */
enum hb_exit {
    HB_EXIT_DONE = 0,
    HB_EXIT_FAILED = 1,
    HB_EXIT_USAGE = 2,
    HB_EXIT_PARTIAL = 3, /* done, but some allocator has a problem (hb_verdict_is_problem): the answer says */
};

struct hb_command {
    const char *name;
    const char *summary;               /* one line for `heapbench --help` */
    int (*run)(int argc, char **argv); /* argv[0] is "heapbench NAME"; returns enum hb_exit */
};

int hb_command_list(int argc, char **argv);
int hb_command_info(int argc, char **argv);
int hb_command_record(int argc, char **argv);
int hb_command_import(int argc, char **argv);
int hb_command_export(int argc, char **argv);
int hb_command_generate(int argc, char **argv);
int hb_command_adversary(int argc, char **argv);
int hb_command_walk(int argc, char **argv);
int hb_command_model(int argc, char **argv);
int hb_command_curve(int argc, char **argv);
int hb_command_replay(int argc, char **argv);
int hb_command_check(int argc, char **argv);
int hb_command_run(int argc, char **argv);
int hb_command_report(int argc, char **argv);

/* Prints "heapbench: <sentence>" on standard error and returns the exit status for it: 2 for HB_ERR_USAGE,
 * else 1. */
int hb_command_fail(const struct hb_error *error);

#endif

/*
 * command_model_all.h - heapbench model --all: the classic policies side by side.
 */
#ifndef HB_BENCH_TOOL_COMMAND_MODEL_ALL_H
#define HB_BENCH_TOOL_COMMAND_MODEL_ALL_H

/*
 * Runs the plan of policies.h on `traces` (names or paths, ended by NULL; NULL or none: every shipped one),
 * prints a table of measure #4 and, where `results` is a folder, writes policies.csv there. `argc` and `argv`
 * go into the provenance. Returns an exit status.
 */
int hb_command_model_all(int argc, char **argv, char *const *traces, const char *results);

#endif

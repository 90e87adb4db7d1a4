/*
 * explain.h - the true reason why something was not recorded, in words.
 */
#ifndef HB_WORKLOADS_RECORD_EXPLAIN_H
#define HB_WORKLOADS_RECORD_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "workloads/record/family.h"

/* HB_ERR_UNAVAILABLE: `program` (looked up in $PATH, and for a script its interpreter) would not even start
 * with the recorder in it, or has rights that whoever runs it has not, so that the loader leaves the recorder
 * out. */
enum hb_status hb_explain_check(const char *program, struct hb_error *error);

/* Why no library of ours would have a say in `program`, into `text`; false where nothing speaks against it.
 */
bool hb_explain_unloadable(const char *program, char *text, size_t capacity);

/* Why a program that ran left no capture: one sentence into `text`, of at most `capacity` bytes. */
void hb_explain_program(const char *program, char *text, size_t capacity);

/* Why a process that was seen running left none; false where there is nothing to explain, since it may well
 * have allocated nothing. */
bool hb_explain_process(const struct hb_process *process, char *text, size_t capacity);

/* What an errno with which the recorder gave up means for the user. */
const char *hb_explain_reason(int reason);

#endif

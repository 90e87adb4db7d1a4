/*
 * text_state.h - what reading a .rep or a text file carries from line to line. Private to text_reader.c,
 * which cuts the file into lines and words, and text_operation.c, which knows what the words mean.
 */
#ifndef HB_WORKLOADS_TEXT_TEXT_STATE_H
#define HB_WORKLOADS_TEXT_TEXT_STATE_H

#include <stdbool.h>
#include <stdio.h>

#include "workloads/source/line_reader.h"
#include "workloads/text/names.h"
#include "workloads/trace/trace_format.h"
#include "workloads/whole/builder.h"

enum {
    LINE_BYTES = 4 * HB_TRACE_MAX_TEXT_BYTES + 256, /* a command of escapes */
    MAX_WORDS = 5,
    HEADER_NUMBERS = 4,
    BATCH_OPS = HB_FUZZING ? 16 : 1024, /* a fuzzer's inputs are short, and are to reach its end */
    THREADS_BYTES = HB_TRACE_MAX_THREADS * sizeof(uint32_t)
};

struct hb_text {
    struct hb_builder *builder;
    struct hb_line_reader lines;
    bool strict;
    char *word[MAX_WORDS]; /* of this line */
    unsigned words;
    struct hb_names names;
    uint64_t next_object;
    uint32_t
        *threads; /* the file's number -> ours + 1, 0 where it did nothing yet; whole pages, few touched */
    uint32_t thread_count;
    uint32_t thread;                 /* the file's number */
    uint64_t header[HEADER_NUMBERS]; /* of a .rep, as they stand there */
    unsigned header_count;
    bool header_read;       /* and what they mean is settled */
    uint64_t ids, op_count; /* that the header announces */
    uint64_t op_lines;
    struct hb_op batch[BATCH_OPS];
    size_t batched;
    bool is_touched; /* it was said what is touched of the next operation's block */
    uint64_t touched;
    struct hb_error *error;
};

/* "PATH:LINE: ...", HB_ERR_FORMAT. */
#define hb_text_fault(text, ...) hb_line_fault(&(text)->lines, (text)->error, __VA_ARGS__)

enum hb_status hb_text_out_of_memory(const struct hb_text *text);

/* What the words of this line, one or more, ask for. */
enum hb_status hb_text_operation(struct hb_text *text);

/* Hands the operations collected so far to the builder. */
enum hb_status hb_text_flush(struct hb_text *text);

#endif

/*
 * option.h - the one way to read a command line: a table of options, parsed by argp.
 *
 * A program says in a table which options it has and where each value goes. What a value may be is checked
 * here, so that one mistake has one sentence in every program. A wrong command line prints one line,
 * "PROGRAM: sentence; 'PROGRAM --help' explains", and exits 2; --help exits 0.
 */
#ifndef HB_BASE_OPTION_H
#define HB_BASE_OPTION_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* results/README.md, "What came of an allocator, and the exit status", says the same to users. */
enum hb_exit {
    HB_EXIT_DONE = 0,
    HB_EXIT_FAILED = 1,
    HB_EXIT_USAGE = 2,
    HB_EXIT_PARTIAL = 3, /* done, but some allocator or trace has a problem: the answer says */
};

/* What an option or argument takes, and the type of the member that its value goes to. */
enum hb_option_kind {
    HB_OPTION_END,     /* of a table: {0} */
    HB_OPTION_FLAG,    /* bool: true when it is given */
    HB_OPTION_TEXT,    /* const char * */
    HB_OPTION_NAMES,   /* const char *: comma-separated; where it is given again, those are more */
    HB_OPTION_FOLDER,  /* const char *, not empty */
    HB_OPTION_LIST,    /* char **: the texts of all that are given, in order, ended by NULL; from malloc */
    HB_OPTION_NUMBER,  /* an integer of 4 or 8 bytes, from `least` to `most` */
    HB_OPTION_SIZE,    /* uint64_t, from `least` to `most`; K, M and G are powers of 1024 */
    HB_OPTION_SECONDS, /* uint64_t: milliseconds; 1 second to `most` seconds */
    HB_OPTION_PERCENT, /* double: "0.5%" or "0.5" is 0.005; over 0 %, up to 100 % */
    HB_OPTION_FACTOR,  /* double: "0.1", over 0, up to `most`; 1 where it is bare */
    HB_OPTION_WORD,    /* int or an enum: the index of one of `words` */
    HB_OPTION_CALL,    /* none: `take` is called with the text, or NULL where it is bare */
    HB_ARGUMENT_ONE,   /* const char *: at most one argument, a `value` such as "trace" */
    HB_ARGUMENT_REST,  /* char **: all arguments, ended by NULL */
    HB_ARGUMENT_EACH,  /* none: `take` is called with each argument */
};

enum hb_option_rule {
    HB_OPTION_FREE,
    HB_OPTION_REQUIRED, /* of a text or an argument: hb_usage says what is needed; a text not twice */
    HB_OPTION_BARE,     /* may lack its value */
};

struct hb_option {
    enum hb_option_kind kind;
    char letter;          /* 0: it has none */
    const char *name;     /* without its dashes */
    const char *value;    /* what --help calls its value; NULL for a flag */
    size_t offset, bytes; /* of the member: HB_AT */
    uint64_t least, most; /* most 0: UINT64_MAX; of a size INT64_MAX. Of a bare word, `least` is its index */
    const char *const *words; /* ended by NULL */
    size_t given;             /* a bool that becomes true: HB_GIVEN; 0: none */
    void (*take)(const struct argp_state *state, void *values, char *text);
    const char *help;
    enum hb_option_rule rule;
};

#define HB_AT(type, member)    .offset = offsetof(type, member), .bytes = sizeof((type *)0)->member
#define HB_GIVEN(type, member) (offsetof(type, member) + 1)

/* A program, or a command of the tool. All but `options` may be NULL. */
struct hb_usage {
    const struct hb_option *options;
    const char *arguments; /* as --help shows them: "TRACE -a ALLOCATOR" */
    const char *doc;       /* what stands before and, after a \v, behind the options */
    const char *needs;     /* "a trace and -a ALLOCATOR": said where something required is missing */
    bool in_order;         /* what follows the first argument is no option of ours */
    void (*check)(const struct argp_state *state, void *values); /* when all are taken */
    void (*more_help)(FILE *out, const void *values);            /* behind `doc` */
};

/* Reads a command line into `values`, which holds the defaults. Returns only when it is right. */
void hb_options_parse(const struct hb_usage *usage, int argc, char **argv, void *values);

/* Prints what --help prints on standard output, and returns. */
void hb_options_help(const struct hb_usage *usage, char *name, void *values);

/* Prints "PROGRAM: sentence; 'PROGRAM --help' explains" and exits 2. */
void hb_option_fail(const struct argp_state *state, const char *format, ...)
    __attribute__((format(printf, 2, 3), noreturn));

#endif

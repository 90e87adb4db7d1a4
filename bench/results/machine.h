/*
 * machine.h - the machine in one line, as far as it bears on a figure.
 */
#ifndef HB_BENCH_RESULTS_MACHINE_H
#define HB_BENCH_RESULTS_MACHINE_H

struct hb_machine {
    char cpu[96];   /* the model; the architecture where the kernel does not tell */
    unsigned cores; /* that this process may run on */
    unsigned memory_gib;
    char thp[16];     /* "always", "madvise", "never"; "unknown" */
    char aslr[16];    /* "on", "off", "unknown" */
    char kernel[160]; /* "Linux 6.1.0 x86_64" */
};

/* Asks the kernel; what it does not tell is "unknown" or 0. */
void hb_machine_read(struct hb_machine *machine);

#endif

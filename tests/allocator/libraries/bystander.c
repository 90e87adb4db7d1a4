/*
 * bystander.c - a library that is no allocator, and leaves a mark in the environment when its code runs.
 */
#include <stdlib.h>

int bystander_answer(void);

int bystander_answer(void)
{
    return 42;
}

__attribute__((constructor)) static void leave_mark(void)
{
    setenv("HB_BYSTANDER_RAN", "1", 1);
}

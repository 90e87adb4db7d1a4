/*
 * guard.h - what is known of the blocks that a program holds where its calls are checked, beyond what a
 * checked heap knows.
 *
 * The heap itself finds a block freed twice, a pointer that is none of its blocks and a record that was
 * overwritten (simple/check.h). Here each block's size as it was asked for is kept, and the bytes behind it
 * are filled, so that a write past its end is found when it is freed, resized or asked about. What is found
 * ends the program by SIGABRT, after a sentence that names program, misuse and call.
 */
#ifndef HB_ALLOCATOR_LIVE_GUARD_H
#define HB_ALLOCATOR_LIVE_GUARD_H

#include <stdbool.h>
#include <stddef.h>

enum { HB_GUARD_BYTES = 16 }; /* behind each block */

/* Once, before all else. False: out of memory. */
bool hb_guard_init(void);

/* What the program has just called and with which block (NULL: none), for the sentence. */
void hb_guard_enter(const char *call, const void *block);

/* `block` is the program's now: `size` bytes, and behind them HB_GUARD_BYTES, which are filled. False: out of
 * memory. */
bool hb_guard_add(void *block, size_t size);

/* The size of a block of the program's, whose guard is whole. A guard that is not ends the program. False
 * where the program has no such block. */
bool hb_guard_check(const void *block, size_t *size);

void hb_guard_remove(const void *block);

/* The end of a program whose block is none, though the heap found nothing. */
_Noreturn void hb_guard_refuse(void);

#endif

/*
 * lab.h - what the files of the WebAssembly module share, and what they export to the page.
 *
 * One module, several instances: one holds a trace (lab_trace.c), each heap is another (lab_heap.c), whose
 * whole state is the memory of its instance. engine.mjs is the only caller; its structs are read there by
 * offset.
 */
#ifndef HB_PLOTS_LAB_MODULE_LAB_H
#define HB_PLOTS_LAB_MODULE_LAB_H

#include <stddef.h>
#include <stdint.h>

#define LAB_EXPORT __attribute__((visibility("default"), used))

struct lab_bytes {
    const uint8_t *bytes;
    size_t length;
};

/* As GNU's, which the C library for WebAssembly has no declaration of; this header is included before any
 * other. */
char *basename(const char *path);

/* What the page put into lab_room(). */
struct lab_bytes lab_input(void);

#endif

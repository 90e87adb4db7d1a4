/*
 * resize.h - realloc of a heap: in place, unsplit, while the block may stay where it is; else to another
 * range.
 *
 * Not an interface: included after the heap_* functions that are called, of which heap_stays(heap, block,
 * usable, size) says whether `size` bytes, 1 or more, are at home in a block of `usable`; once for each set
 * of them.
 */
#include <assert.h>
#include <string.h>

/* Both are held while the contents are copied. NULL, of a size that is not 0: the block is as it was. */
static inline void *heap_resize(void *heap, void *block, size_t size)
{
    size_t usable;
    void *moved;

    if (block == NULL)
        return heap_alloc(heap, size);
    if (size == 0) {
        heap_free(heap, block);
        return NULL;
    }
    usable = heap_usable_size(heap, block);
    if (heap_stays(heap, block, usable, size))
        return block;
    moved = heap_alloc(heap, size);
    if (moved == NULL)
        return NULL;
    assert(moved != block);
    memcpy(moved, block, usable < size ? usable : size);
    heap_free(heap, block);
    return moved;
}

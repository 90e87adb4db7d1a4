/*
 * table_calls.h - the table's functions that are the heap's own, whatever the heap: a table has void
 * pointers.
 *
 * Not an interface: included after the heap_* functions that are called.
 */
static void *table_alloc(void *heap, size_t size)
{
    return heap_alloc(heap, size);
}

static void table_dealloc(void *heap, void *block)
{
    heap_free(heap, block);
}

static void *table_resize(void *heap, void *block, size_t size)
{
    return heap_resize(heap, block, size);
}

static void *table_zalloc(void *heap, size_t size)
{
    return heap_zalloc(heap, size);
}

/*
 * subject_intact.c - threads that allocate large blocks of all kinds, write to some of their pages, hand them
 * to each other, and look whether everything is still there (test_record_touch.c).
 *
 * Usage: subject_intact THREADS STEPS. Exits with 3 at the first byte that is not what was written, or, of
 * calloc, not zero.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PLACES = 24, STRIDE = 1024, LEAST = 50000, SPAN = 900000 };

/* Every `step`th word at a multiple of STRIDE says whose it is. */
struct block {
    size_t size, step;
    uint64_t seed;
    char *bytes;
};

static struct block *_Atomic places[PLACES];
static unsigned long steps;

static uint64_t next(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

static void mark(const struct block *block)
{
    for (size_t at = 0; at + sizeof(uint64_t) <= block->size; at += STRIDE * block->step) {
        uint64_t word = block->seed + at;

        memcpy(block->bytes + at, &word, sizeof word);
    }
}

static void check(const struct block *block, size_t size)
{
    for (size_t at = 0; at + sizeof(uint64_t) <= size; at += STRIDE * block->step) {
        uint64_t word;

        memcpy(&word, block->bytes + at, sizeof word);
        if (word != block->seed + at)
            _exit(3);
    }
}

static char *cleared(size_t size)
{
    char *bytes = calloc(1, size);

    for (size_t i = 0; bytes != NULL && i < size; i += 64)
        if (bytes[i] != 0)
            _exit(3);
    return bytes;
}

static char *allocate(size_t size, uint64_t how)
{
    void *bytes = NULL;

    if (how % 3 == 0)
        return malloc(size);
    if (how % 3 == 1)
        return cleared(size);
    return posix_memalign(&bytes, (size_t)64 << how % 8, size) == 0 ? bytes : NULL;
}

static struct block *create(uint64_t *state)
{
    struct block *block = malloc(sizeof *block);

    *block = (struct block){
        .size = LEAST + next(state) % SPAN, .step = 1 + next(state) % 64, .seed = next(state) << 20};
    block->bytes = allocate(block->size, next(state));
    if (block->bytes == NULL)
        _exit(4);
    mark(block);
    return block;
}

static void resize(struct block *block, size_t size)
{
    size_t kept = size < block->size ? size : block->size;
    char *bytes = realloc(block->bytes, size);

    if (bytes == NULL)
        _exit(4);
    block->bytes = bytes;
    check(block, kept);
    block->size = size;
    mark(block);
}

static void destroy(struct block *block)
{
    check(block, block->size);
    free(block->bytes);
    free(block);
}

/* What was in a place is taken out, checked, and resized or freed; something is put there. */
static void *run(void *seed)
{
    uint64_t state = (uintptr_t)seed;

    for (unsigned long i = 0; i < steps; i++) {
        struct block *taken = atomic_exchange(&places[next(&state) % PLACES], NULL);

        if (taken == NULL)
            taken = create(&state);
        check(taken, taken->size);
        if (next(&state) % 4 == 0)
            resize(taken, LEAST + next(&state) % SPAN);
        taken = atomic_exchange(&places[next(&state) % PLACES], taken);
        if (taken != NULL)
            destroy(taken);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t threads[16];
    unsigned long count = argc == 3 ? strtoul(argv[1], NULL, 10) : 0;

    if (count == 0 || count > 16)
        return 2;
    steps = strtoul(argv[2], NULL, 10);
    for (unsigned long i = 0; i < count; i++)
        if (pthread_create(&threads[i], NULL, run, (void *)(uintptr_t)(i + 1)) != 0)
            return 1;
    for (unsigned long i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    for (size_t i = 0; i < PLACES; i++)
        if (places[i] != NULL)
            destroy(places[i]);
    return 0;
}

/*
 * allocator_facts.c - allocators.csv: what stands in the allocators' tables, for whoever draws or explains
 * results.
 *
 * The figures take an allocator's colour, shape, place and group from here, so that no script has a list of
 * names.
 */
#include <assert.h>

#include "allocator/allocator.h"
#include "allocator/library/product.h"
#include "bench/results/results.h"

/* The order of figures: the floor, what only ever grows, the subject, what belongs to the process, the
 * others. */
enum figure_place { FLOOR, BUMPS, SUBJECT, OF_PROCESS, OTHERS, PLACES };

static enum figure_place place_of(const struct hb_allocator *allocator)
{
    if (allocator->caps & HB_CAP_UNTOUCHABLE)
        return FLOOR;
    if (allocator->caps & HB_CAP_PROCESS)
        return OF_PROCESS;
    if (allocator->counting == NULL)
        return BUMPS;
    return allocator->group == HB_GROUP_LADDER && allocator->before == NULL ? SUBJECT : OTHERS;
}

/* '#' begins a comment, and is left out. */
static void write_look(struct hb_results *out, const char *colour, unsigned shape)
{
    assert(colour == NULL || colour[0] == '#');
    hb_results_set_text(out, "colour", colour != NULL ? colour + 1 : NULL);
    hb_results_set_known_count(out, "shape", shape);
}

static void write_builtin(struct hb_results *out, const struct hb_allocator *allocator)
{
    static const char *const groups[] = {[HB_GROUP_NONE] = NULL,
                                         [HB_GROUP_LADDER] = "ladder",
                                         [HB_GROUP_BRANCH] = "branch",
                                         [HB_GROUP_GRID] = "grid"};

    hb_results_set_text(out, "allocator", allocator->name);
    write_look(out, allocator->colour, allocator->shape);
    hb_results_set_text(out, "group", groups[allocator->group]);
    hb_results_set_text(out, "model", allocator->model);
    hb_results_set_text(out, "before", allocator->before);
    hb_results_set_text(out, "idea", allocator->idea);
    hb_results_end_row(out);
}

static void write_libraries(struct hb_results *out)
{
    size_t count;
    const struct hb_product *products = hb_products(&count);

    for (size_t i = 0; i < count; i++) {
        hb_results_set_text(out, "allocator", products[i].name);
        write_look(out, products[i].colour, products[i].shape);
        hb_results_end_row(out);
    }
}

/* Models are measured as what they compute, and are in no figure under their own names. */
static void write_place(struct hb_results *out, enum figure_place place)
{
    size_t count;
    const struct hb_allocator *const *builtin = hb_allocator_builtin(&count);

    for (size_t i = 0; i < count; i++)
        if ((builtin[i]->caps & HB_CAP_MODEL) == 0 && place_of(builtin[i]) == place)
            write_builtin(out, builtin[i]);
    if (place == OF_PROCESS)
        write_libraries(out);
}

struct hb_results *hb_results_of_allocators(void)
{
    static const struct hb_schema schema = {
        "allocators/1", "allocators.csv",
        "allocator:text,colour:text,shape:count,group:text,model:text,before:text,idea:text"};
    struct hb_results *out = hb_results_begin(&schema);

    for (enum figure_place place = FLOOR; place < PLACES && out != NULL; place++)
        write_place(out, place);
    return out;
}

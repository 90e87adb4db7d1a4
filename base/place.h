/*
 * place.h - where the files that heapbench brings along lie.
 *
 * All are found from the running executable, so that a prefix, a package or a build tree can be moved as a
 * whole. An installed tree and a build tree have one layout: bin/, share/heapbench/, and the libraries, which
 * are the one difference. No path of the source tree is compiled in.
 */
#ifndef HB_BASE_PLACE_H
#define HB_BASE_PLACE_H

enum hb_place {
    HB_PLACE_TRACES,   /* a folder; $HEAPBENCH_TRACES names another one */
    HB_PLACE_PLOTS,    /* a folder of gnuplot scripts; $HEAPBENCH_PLOTS */
    HB_PLACE_CLUSTER,  /* a folder of scripts: plan, run, merge; $HEAPBENCH_CLUSTER */
    HB_PLACE_LAB,      /* the page that traces are put into; $HEAPBENCH_LAB */
    HB_PLACE_RECORDER, /* the library that is loaded into recorded programs; $HEAPBENCH_RECORDER */
    HB_PLACE_HEAPS, /* a folder of libraries that programs are run on, libheapbench-NAME.so; $HEAPBENCH_HEAPS
                     */
};

/* The environment variable that names another one. */
const char *hb_place_variable(enum hb_place place);

/*
 * Its path: what the environment variable says where that is set and not empty, else absolute and without
 * links. Never NULL. Where nothing is there, the path at which an installed tree would have it, for the error
 * of whoever opens it. Valid until the variable changes, or for the life of the process.
 */
const char *hb_place_of(enum hb_place place);

#endif

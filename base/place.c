/*
 * place.c - where traces, plots and the recorder are, from where the executable is.
 */
#include "base/place.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RECORDER_NAME "libheapbench_record.so"

enum { PLACES = HB_PLACE_HEAPS + 1 };

/* From the executable's folder; base/CMakeLists.txt knows where an installed tree has them. */
static const struct {
    const char *variable;
    const char *installed;
    const char *built;
} places[PLACES] = {
    [HB_PLACE_TRACES] = {"HEAPBENCH_TRACES", HB_INSTALLED_DATA "/traces", "../share/heapbench/traces"},
    [HB_PLACE_PLOTS] = {"HEAPBENCH_PLOTS", HB_INSTALLED_DATA "/plots", "../share/heapbench/plots"},
    [HB_PLACE_CLUSTER] = {"HEAPBENCH_CLUSTER", HB_INSTALLED_DATA "/cluster", "../share/heapbench/cluster"},
    [HB_PLACE_LAB] = {"HEAPBENCH_LAB", HB_INSTALLED_DATA "/lab/lab.html", "../share/heapbench/lab/lab.html"},
    [HB_PLACE_RECORDER] = {"HEAPBENCH_RECORDER", HB_INSTALLED_LIBRARIES "/" RECORDER_NAME,
                           "../lib/" RECORDER_NAME},
    [HB_PLACE_HEAPS] = {"HEAPBENCH_HEAPS", HB_INSTALLED_LIBRARIES, "../lib"},
};

/* The folder that this program lies in. False where /proc does not say or the path is too long. */
static bool read_own_folder(char folder[static PATH_MAX])
{
    ssize_t bytes = readlink("/proc/self/exe", folder, PATH_MAX - 1);
    char *slash;

    folder[bytes > 0 ? bytes : 0] = '\0';
    slash = strrchr(folder, '/');
    if (slash == NULL || bytes == PATH_MAX - 1)
        return false;
    *slash = '\0';
    return true;
}

/* "folder/relative", each "../" in front having taken one name off the folder. False where it is too long. */
static bool join(char out[static PATH_MAX], const char *folder, const char *relative)
{
    static const char up[] = "../";
    size_t length = strlen(folder);

    for (; strncmp(relative, up, strlen(up)) == 0; relative += strlen(up))
        while (length > 0 && folder[--length] != '/')
            ;
    return snprintf(out, PATH_MAX, "%.*s/%s", (int)length, folder, relative) < PATH_MAX;
}

static bool is_there(const char *folder, const char *relative, char out[static PATH_MAX])
{
    char path[PATH_MAX];

    return join(path, folder, relative) && realpath(path, out) != NULL;
}

static void find(enum hb_place place, char out[static PATH_MAX])
{
    char folder[PATH_MAX];

    if (!read_own_folder(folder))
        folder[0] = '\0';
    if (is_there(folder, places[place].installed, out) || is_there(folder, places[place].built, out))
        return;
    if (!join(out, folder, places[place].installed))
        snprintf(out, PATH_MAX, "%s", places[place].installed);
}

const char *hb_place_variable(enum hb_place place)
{
    return places[place].variable;
}

const char *hb_place_of(enum hb_place place)
{
    static char found[PLACES][PATH_MAX];
    const char *named = getenv(places[place].variable);

    if (named != NULL && named[0] != '\0')
        return named;
    if (found[place][0] == '\0')
        find(place, found[place]);
    return found[place];
}

/*
 * machine.c - what /proc, /sys and uname say of the machine.
 */
#include "bench/results/provenance.h"

#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/utsname.h>
#include <unistd.h>

/* The first line of `path`, or of the lines that begin with `key`, what follows its colon. */
static bool read_line(const char *path, const char *key, char *out, size_t out_bytes)
{
    FILE *stream = fopen(path, "re");
    char line[512];
    bool found = false;

    if (stream == NULL)
        return false;
    while (!found && fgets(line, sizeof line, stream) != NULL) {
        const char *value = line;

        if (key != NULL) {
            value = strchr(line, ':');
            if (strncmp(line, key, strlen(key)) != 0 || value == NULL)
                continue;
            value += 1 + strspn(value + 1, " \t");
        }
        snprintf(out, out_bytes, "%.*s", (int)strcspn(value, "\n"), value);
        found = out[0] != '\0';
    }
    fclose(stream);
    return found;
}

static void read_cpu(char *out, size_t out_bytes, const char *architecture)
{
    char part[64];

    if (read_line("/proc/cpuinfo", "model name", out, out_bytes) ||
        read_line("/sys/firmware/devicetree/base/model", NULL, out, out_bytes))
        return;
    if (read_line("/proc/cpuinfo", "CPU part", part, sizeof part))
        snprintf(out, out_bytes, "%.30s part %.50s", architecture, part);
    else
        snprintf(out, out_bytes, "%.60s", architecture);
}

/* "always [madvise] never" -> "madvise" */
static void read_thp(char *out, size_t out_bytes)
{
    char line[128];
    const char *open;

    snprintf(out, out_bytes, "unknown");
    if (!read_line("/sys/kernel/mm/transparent_hugepage/enabled", NULL, line, sizeof line))
        return;
    open = strchr(line, '[');
    if (open != NULL)
        snprintf(out, out_bytes, "%.*s", (int)strcspn(open + 1, "]"), open + 1);
}

static void read_aslr(char *out, size_t out_bytes)
{
    char line[16];
    int persona = personality(0xffffffff);

    if (persona != -1 && (persona & ADDR_NO_RANDOMIZE) != 0)
        snprintf(out, out_bytes, "off");
    else if (read_line("/proc/sys/kernel/randomize_va_space", NULL, line, sizeof line))
        snprintf(out, out_bytes, "%s", strcmp(line, "0") == 0 ? "off" : "on");
    else
        snprintf(out, out_bytes, "unknown");
}

static unsigned count_cores(void)
{
    cpu_set_t allowed;

    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0)
        return (unsigned)CPU_COUNT(&allowed);
    return 0;
}

static unsigned memory_gib(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), page_bytes = sysconf(_SC_PAGESIZE);
    double gib = 1024.0 * 1024.0 * 1024.0;

    return pages > 0 && page_bytes > 0 ? (unsigned)((double)pages * (double)page_bytes / gib + 0.5) : 0;
}

void hb_machine_read(struct hb_machine *machine)
{
    struct utsname system;

    if (uname(&system) != 0)
        memset(&system, 0, sizeof system);
    read_cpu(machine->cpu, sizeof machine->cpu, system.machine);
    machine->cores = count_cores();
    machine->memory_gib = memory_gib();
    read_thp(machine->thp, sizeof machine->thp);
    read_aslr(machine->aslr, sizeof machine->aslr);
    snprintf(machine->kernel, sizeof machine->kernel, "%.40s %.60s %.40s", system.sysname, system.release,
             system.machine);
}

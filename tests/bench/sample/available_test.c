/*
 * available_test.c - what memory there is to have, of a machine that is a folder of files.
 */
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "bench/sample/memory.h"

enum { PATH_BYTES = 256 };
#define MIB (UINT64_C(1) << 20)

static char root[64];

/* Writes a file below the root, and the folders on the way to it. */
static void write_file(const char *name, const char *text)
{
    char path[PATH_BYTES];
    FILE *file;

    snprintf(path, sizeof path, "%s%s", root, name);
    for (char *slash = path + 1; *slash != '\0'; slash++)
        if (*slash == '/') {
            *slash = '\0';
            mkdir(path, 0700);
            *slash = '/';
        }
    file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int make_machine(void **state)
{
    (void)state;
    snprintf(root, sizeof root, "/tmp/available_test.XXXXXX");
    return mkdtemp(root) == NULL;
}

static int remove_machine(void **state)
{
    char command[PATH_BYTES];

    (void)state;
    snprintf(command, sizeof command, "rm -r '%s'", root);
    return system(command); /* NOLINT: a folder of the test's own */
}

static void without_files_nobody_says(void **state)
{
    (void)state;
    assert_true(hb_memory_available(root) == UINT64_MAX);
}

static void the_machine_says_what_is_available(void **state)
{
    (void)state;
    write_file("/proc/meminfo", "MemTotal:  4194304 kB\nMemFree: 1 kB\nMemAvailable:    2097152 kB\n");
    assert_true(hb_memory_available(root) == 2048 * MIB);
}

static void a_group_without_a_limit_limits_nothing(void **state)
{
    (void)state;
    write_file("/proc/meminfo", "MemAvailable:    2097152 kB\n");
    write_file("/proc/self/cgroup", "0::/a/b\n");
    write_file("/sys/fs/cgroup/a/b/memory.max", "max\n");
    write_file("/sys/fs/cgroup/a/b/memory.current", "1048576\n");
    assert_true(hb_memory_available(root) == 2048 * MIB);
}

/* The one around it has less room; what it caches of files does not count. */
static void the_least_room_of_all_groups_around_counts(void **state)
{
    (void)state;
    write_file("/proc/meminfo", "MemAvailable:    2097152 kB\n");
    write_file("/proc/self/cgroup", "0::/a/b\n");
    write_file("/sys/fs/cgroup/a/b/memory.max", "1073741824\n");
    write_file("/sys/fs/cgroup/a/b/memory.current", "0\n");
    assert_true(hb_memory_available(root) == 1024 * MIB);
    write_file("/sys/fs/cgroup/a/memory.max", "1073741824\n");
    write_file("/sys/fs/cgroup/a/memory.current", "838860800\n");
    assert_true(hb_memory_available(root) == 224 * MIB);
    write_file("/sys/fs/cgroup/a/memory.stat", "anon 1\ninactive_file 104857600\nactive_file 7\n");
    assert_true(hb_memory_available(root) == 324 * MIB);
    write_file("/sys/fs/cgroup/a/memory.current", "2147483648\n");
    assert_true(hb_memory_available(root) == 0);
}

/* As in a container that does not see the group it is in, but its own root. */
static void groups_of_the_first_kind_count_too(void **state)
{
    (void)state;
    write_file("/proc/meminfo", "MemAvailable:    2097152 kB\n");
    write_file("/proc/self/cgroup", "5:cpu:/\n4:memory:/docker/0123\n0::/\n");
    write_file("/sys/fs/cgroup/memory/memory.limit_in_bytes", "536870912\n");
    write_file("/sys/fs/cgroup/memory/memory.usage_in_bytes", "268435456\n");
    write_file("/sys/fs/cgroup/memory/memory.stat",
               "cache 1\ninactive_file 5\ntotal_inactive_file 1048576\n");
    assert_true(hb_memory_available(root) == 257 * MIB);
}

static void this_machine_has_some(void **state)
{
    (void)state;
    assert_true(hb_memory_available("") > MIB);
}

#define on_a_machine(sentence, function)                       \
    {                                                          \
        sentence, function, make_machine, remove_machine, NULL \
    }

int main(void)
{
    static const struct CMUnitTest tests[] = {
        on_a_machine("without files nobody says", without_files_nobody_says),
        on_a_machine("the machine says what is available", the_machine_says_what_is_available),
        on_a_machine("a group without a limit limits nothing", a_group_without_a_limit_limits_nothing),
        on_a_machine("the least room of all groups around counts",
                     the_least_room_of_all_groups_around_counts),
        on_a_machine("groups of the first kind count too", groups_of_the_first_kind_count_too),
        hb_test("this machine has some", this_machine_has_some),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

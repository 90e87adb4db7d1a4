/* file_test.c - a file is written whole or not at all, and read with a bound. */
#include "tests/check.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"

static char folder[64];

static int enter_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/hb_file_test.XXXXXX");
    return mkdtemp(folder) != NULL && chdir(folder) == 0 ? 0 : -1;
}

static unsigned files_here(void)
{
    DIR *dir = opendir(".");
    unsigned count = 0;

    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(dir);
    return count;
}

static int leave_folder(void **state)
{
    (void)state;
    if (chdir("/") != 0)
        return -1;
    char command[128];
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    return system(command);
}

static void write_file(const char *path, const char *text)
{
    struct hb_file *file;

    assert_int_equal(hb_file_begin(path, &file, NULL), HB_OK);
    fputs(text, hb_file_stream(file));
    assert_int_equal(hb_file_commit(file, NULL), HB_OK);
}

static void expect_content(const char *path, const char *text)
{
    char *data;
    size_t bytes;

    assert_int_equal(hb_file_read(path, 1000, &data, &bytes, NULL), HB_OK);
    assert_int_equal(bytes, strlen(text));
    assert_string_equal(data, text);
    free(data);
}

static void whole(void **state)
{
    (void)state;
    write_file("a", "first");
    expect_content("a", "first");
    write_file("a", "second");
    expect_content("a", "second");
    assert_int_equal(files_here(), 1);
}

static void abandoned(void **state)
{
    struct hb_file *file;

    (void)state;
    write_file("a", "kept");
    assert_int_equal(hb_file_begin("a", &file, NULL), HB_OK);
    fputs("half", hb_file_stream(file));
    hb_file_abandon(file);
    hb_file_abandon(NULL);
    expect_content("a", "kept");
    assert_int_equal(files_here(), 1);
}

/* Killed, since that is what nobody can catch. */
static void killed(void **state)
{
    int nameless = open(".", O_TMPFILE | O_WRONLY, 0600), status;
    pid_t child;

    (void)state;
    if (nameless < 0)
        skip(); /* this file system wants names */
    close(nameless);
    write_file("a", "kept");
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct hb_file *file;

        if (hb_file_begin("a", &file, NULL) == HB_OK && fputs("half", hb_file_stream(file)) >= 0 &&
            fflush(hb_file_stream(file)) == 0)
            kill(getpid(), SIGKILL);
        _exit(1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    expect_content("a", "kept");
    assert_int_equal(files_here(), 1);
}

static volatile sig_atomic_t ends;

static void note_end(int signal_number)
{
    (void)signal_number;
    ends++;
}

/* Between its temporary name and its own, a file would stay under the former: whoever ends us waits. */
static void an_end_waits_until_all_have_their_names(void **state)
{
    int nameless = open(".", O_TMPFILE | O_WRONLY, 0600);
    struct hb_file *files[3];

    (void)state;
    if (nameless < 0)
        skip(); /* this file system wants names */
    close(nameless);
    signal(SIGTERM, note_end);
    for (int i = 0; i < 3; i++)
        assert_int_equal(hb_file_begin((const char *[]){"one", "two", "three"}[i], &files[i], NULL), HB_OK);
    raise(SIGTERM);
    assert_int_equal(ends, 1);
    for (int i = 0; i < 3; i++)
        assert_int_equal(hb_file_complete(files[i], NULL), HB_OK);
    assert_int_equal(files_here(), 3);
    raise(SIGTERM);
    assert_int_equal(hb_file_commit(files[0], NULL), HB_OK);
    hb_file_abandon(files[1]);
    assert_int_equal(ends, 1);
    assert_int_equal(hb_file_commit(files[2], NULL), HB_OK);
    assert_int_equal(ends, 2);
    raise(SIGTERM);
    assert_int_equal(ends, 3);
    signal(SIGTERM, SIG_DFL);
    assert_int_equal(files_here(), 2);
}

static void permissions(void **state)
{
    mode_t before = umask(027);
    struct stat info;

    (void)state;
    write_file("a", "mine");
    umask(before);
    assert_int_equal(stat("a", &info), 0);
    assert_int_equal(info.st_mode & 0777, 0640);
}

static void link_kept(void **state)
{
    struct stat info;

    (void)state;
    write_file("target", "old");
    assert_int_equal(symlink("target", "link"), 0);
    write_file("link", "new");
    assert_int_equal(lstat("link", &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    expect_content("target", "new");
}

static void device_kept(void **state)
{
    struct stat info;
    struct hb_file *file;
    struct hb_error error;

    (void)state;
    write_file("/dev/null", "gone");
    assert_int_equal(stat("/dev/null", &info), 0);
    assert_true(S_ISCHR(info.st_mode));
    assert_int_equal(hb_file_begin("/dev/full", &file, NULL), HB_OK);
    fputs("too much", hb_file_stream(file));
    assert_int_equal(hb_file_commit(file, &error), HB_ERR_IO);
    assert_non_null(strstr(error.text, "/dev/full: cannot be written"));
    assert_non_null(strstr(error.text, "No space left"));
}

static void size_limit(rlim_t bytes)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void no_room(void **state)
{
    struct hb_file *file;
    struct hb_error error;

    (void)state;
    write_file("a", "kept");
    signal(SIGXFSZ, SIG_IGN);
    size_limit(10000);
    assert_int_equal(hb_file_begin("a", &file, NULL), HB_OK);
    for (int i = 0; i < 100000; i++)
        fputs("more ", hb_file_stream(file));
    assert_int_equal(hb_file_commit(file, &error), HB_ERR_IO);
    size_limit(RLIM_INFINITY);
    assert_non_null(strstr(error.text, "a: cannot be written"));
    expect_content("a", "kept");
    assert_int_equal(files_here(), 1);
}

static void unwritable(void **state)
{
    struct hb_file *file = NULL;
    struct hb_error error;

    (void)state;
    assert_int_equal(hb_file_begin("missing/a", &file, &error), HB_ERR_IO);
    assert_string_equal(error.text, "missing/a: cannot be written: No such file or directory");
    assert_null(file);
    assert_int_equal(mkdir("d", 0777), 0);
    assert_int_equal(hb_file_begin("d", &file, &error), HB_ERR_IO);
    assert_string_equal(error.text, "d: cannot be written: it is a folder");
    assert_int_equal(files_here(), 1);
}

static void bounded(void **state)
{
    char *data = NULL;
    size_t bytes = 7;
    struct hb_error error;

    (void)state;
    write_file("a", "0123456789");
    assert_int_equal(hb_file_read("a", 9, &data, &bytes, &error), HB_ERR_LIMIT);
    assert_string_equal(error.text, "a: larger than 9 bytes");
    assert_int_equal(hb_file_read("/dev/zero", 100000, &data, &bytes, &error), HB_ERR_IO);
    assert_string_equal(error.text, "/dev/zero: cannot be read: it is a device");
    assert_int_equal(hb_file_read(".", 1000, &data, &bytes, &error), HB_ERR_IO);
    assert_int_equal(hb_file_read("missing", 1000, &data, &bytes, &error), HB_ERR_IO);
    assert_null(data);
    assert_int_equal(bytes, 7);
    assert_int_equal(hb_file_read("a", 10, &data, &bytes, NULL), HB_OK);
    assert_int_equal(bytes, 10);
    free(data);
}

static void make_socket(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    strcpy(address.sun_path, path);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    close(fd);
}

/* None of these is waited for: the test would not end. */
static void what_is_no_file_is_not_read(void **state)
{
    static const char *const cases[][2] = {
        {"pipe", "pipe: cannot be read: it is a pipe; save what it gives as a file first"},
        {"socket", "socket: cannot be read: it is a socket"},
        {"/dev/zero", "/dev/zero: cannot be read: it is a device"},
        {".", ".: cannot be read: it is a folder"},
    };
    struct hb_error error;
    FILE *stream = NULL;

    (void)state;
    assert_int_equal(mkfifo("pipe", 0600), 0);
    make_socket("socket");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(hb_file_open(cases[i][0], &stream, &error), HB_ERR_IO);
        assert_string_equal(error.text, cases[i][1]);
        assert_null(stream);
    }
}

/* A pipe is written where somebody reads it, and refused where nobody does; a socket is nothing to write to.
 */
static void pipes_are_written_where_they_are_read(void **state)
{
    struct hb_file *file = NULL;
    struct hb_error error;
    char got[8] = "";
    int reader;

    (void)state;
    assert_int_equal(mkfifo("pipe", 0600), 0);
    make_socket("socket");
    assert_int_equal(hb_file_begin("pipe", &file, &error), HB_ERR_IO);
    assert_string_equal(error.text, "pipe: cannot be written: nobody reads this pipe");
    assert_int_equal(hb_file_begin("socket", &file, &error), HB_ERR_IO);
    assert_string_equal(error.text, "socket: cannot be written: it is a socket");
    assert_null(file);
    reader = open("pipe", O_RDONLY | O_NONBLOCK);
    write_file("pipe", "through");
    assert_int_equal(read(reader, got, sizeof got), 7);
    assert_memory_equal(got, "through", 7);
    close(reader);
    write_file("/dev/null", "nowhere");
    assert_int_equal(files_here(), 2);
}

static void folders(void **state)
{
    struct hb_error error;
    struct stat info;
    char absolute[128];

    (void)state;
    assert_int_equal(hb_folder_create("x/y/z", NULL), HB_OK);
    assert_int_equal(hb_folder_create("x/y/z/", NULL), HB_OK);
    snprintf(absolute, sizeof absolute, "%s/p/q", folder);
    assert_int_equal(hb_folder_create(absolute, NULL), HB_OK);
    assert_int_equal(stat("p/q", &info), 0);
    assert_true(S_ISDIR(info.st_mode));
    write_file("file", "");
    assert_int_equal(hb_folder_create("file/below", &error), HB_ERR_IO);
    assert_int_equal(hb_folder_create("file", &error), HB_ERR_IO);
    assert_non_null(strstr(error.text, "file"));
    assert_int_equal(hb_folder_create("", &error), HB_ERR_IO);
}

#define in_folder(sentence, function)                        \
    {                                                        \
        sentence, function, enter_folder, leave_folder, NULL \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder("a file appears whole, and replaces the one before", whole),
        in_folder("an abandoned file leaves the one before and nothing else", abandoned),
        in_folder("a process that is killed leaves the one before and nothing else", killed),
        in_folder("what ends a process waits while a file has its temporary name",
                  an_end_waits_until_all_have_their_names),
        in_folder("a file has the permissions that the umask leaves", permissions),
        in_folder("writing through a symbolic link keeps the link", link_kept),
        in_folder("a device is written to, not renamed over, and a full one is reported", device_kept),
        in_folder("running out of room leaves the file before and no remains", no_room),
        in_folder("a folder that is missing or in the way is reported by name", unwritable),
        in_folder("a pipe, a socket, a device and a folder are not read, and not waited for",
                  what_is_no_file_is_not_read),
        in_folder("a pipe is written where somebody reads it, and refused where nobody does",
                  pipes_are_written_where_they_are_read),
        in_folder("reading stops at the bound that was given", bounded),
        in_folder("folders are made with their parents; a file in the way is reported", folders),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

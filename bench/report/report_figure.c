/* report_figure.c - reads the headers of the gnuplot scripts and runs gnuplot on them. */
#include "bench/report/report_figure.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/place.h"

extern char **environ;

/* In the order in which the page tells the story. */
static const char *const names[] = {
    "throughput",  "variants",          "latency",
    "return",
    "walk_length", "walk_distribution", "walk_time",
    "memory",      "heap_map",          "fragmentation_measures",
    "policies",    "resident",          "curve",
    "served",      "failure_budget",    "ladder",
    "adversary",   "model_speed",
};

enum { MAX_SCRIPT_BYTES = 1 << 20 };

/* The exit status by which a script says, in one line, that its input has nothing for it. */
enum { NOTHING_TO_DRAW = 2 };

const char *hb_plots_folder(void)
{
    return hb_place_of(HB_PLACE_PLOTS);
}

size_t hb_figure_count(void)
{
    return sizeof names / sizeof *names;
}

const char *hb_figure_name(size_t index)
{
    return names[index];
}

/* The text of a header's field, from after `key` to the comment line that begins another one, blanks made
 * single. From malloc; NULL with *found false where there is no such field. */
static char *header_field(const char *text, const char *key, bool *found)
{
    static const char continued[] = "\n#   ";
    const char *p = strstr(text, key);
    char *field, *end;

    *found = p != NULL;
    if (p == NULL)
        return NULL;
    p += strlen(key);
    field = end = calloc(strlen(p) + 1, 1);
    if (field == NULL)
        return NULL;
    while (*p != '\0' && (*p != '\n' || strncmp(p, continued, strlen(continued)) == 0)) {
        size_t blanks;

        p += *p == '\n' ? strlen(continued) - 1 : 0;
        blanks = strspn(p, " ");
        if (blanks > 0 && end > field)
            *end++ = ' ';
        for (p += blanks; *p != '\0' && *p != ' ' && *p != '\n'; p++)
            *end++ = *p;
    }
    while (end > field && end[-1] == ' ')
        end--;
    *end = '\0';
    return field;
}

/* Cuts "walk_cost.csv, schema walk_cost/1 (results/README.md)" into the name of the file and its schema,
 * which is from malloc; NULL without memory. */
static char *cut_schema(char *text)
{
    static const char key[] = ", schema ";
    char *schema = strstr(text, key);

    if (schema == NULL)
        return strdup("");
    *schema = '\0';
    schema += strlen(key);
    return strndup(schema, strcspn(schema, " "));
}

static enum hb_status read_header(const char *text, struct hb_figure *figure, struct hb_error *error)
{
    bool titled, captioned, fed;

    figure->title = header_field(text, ".gp - ", &titled);
    figure->caption = header_field(text, "\n# Caption:", &captioned);
    figure->input = header_field(text, "\n# Input:", &fed);
    if (!titled || !captioned || !fed)
        return hb_error_set(error, HB_ERR_FORMAT, "%s: its header lacks %s", figure->script,
                            !titled      ? "a first line with its name and what it draws"
                            : !captioned ? "'# Caption:'"
                                         : "'# Input:'");
    figure->schema = figure->input != NULL ? cut_schema(figure->input) : NULL;
    if (figure->title == NULL || figure->caption == NULL || figure->schema == NULL)
        return hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", figure->script);
    return HB_OK;
}

/* The script's absolute path, so that gnuplot cannot take it for an option. From malloc. */
static char *script_path(const char *folder, const char *name)
{
    char *path = NULL, *real;

    if (asprintf(&path, "%s/%s.gp", folder, name) < 0)
        return NULL;
    real = realpath(path, NULL);
    if (real == NULL)
        return path; /* reading it will say why */
    free(path);
    return real;
}

enum hb_status hb_figure_read(const char *folder, const char *name, struct hb_figure *figure,
                              struct hb_error *error)
{
    char *text = NULL;
    size_t bytes;
    enum hb_status status;

    memset(figure, 0, sizeof *figure);
    figure->name = strdup(name);
    figure->script = script_path(folder, name);
    if (figure->name == NULL || figure->script == NULL)
        status = hb_error_set(error, HB_ERR_MEMORY, "%s: out of memory", folder);
    else
        status = hb_file_read(figure->script, MAX_SCRIPT_BYTES, &text, &bytes, error);
    if (status == HB_OK && text != NULL)
        status = read_header(text, figure, error);
    free(text);
    if (status != HB_OK)
        hb_figure_clear(figure);
    return status;
}

void hb_figure_clear(struct hb_figure *figure)
{
    free(figure->name);
    free(figure->script);
    free(figure->title);
    free(figure->caption);
    free(figure->input);
    free(figure->schema);
    memset(figure, 0, sizeof *figure);
}

/* This process's environment, but in a locale of UTF-8: in another one gnuplot complains of the names that it
 * is to draw, and some write 0,5 for a half. From malloc; NULL without memory. */
static char **figure_environment(void)
{
    static char locale[] = "LC_ALL=C.UTF-8";
    char **made, **next;
    size_t count = 0;

    while (environ[count] != NULL)
        count++;
    made = next = calloc(count + 2, sizeof *made);
    if (made == NULL)
        return NULL;
    *next++ = locale;
    for (size_t i = 0; i < count; i++)
        if (strncmp(environ[i], "LC_ALL=", strlen("LC_ALL=")) != 0)
            *next++ = environ[i];
    return made;
}

/* Starts gnuplot with its output on `out` and its complaints on `complaints`. An errno, 0 when it runs. */
static int start_gnuplot(const struct hb_figure *figure, const char *csv, const char *terminal, int out,
                         int complaints, pid_t *pid)
{
    /* -d: without the user's own settings, which would change the picture. */
    const char *const argv[] = {"gnuplot", "-d", "-c", figure->script, csv, terminal, NULL};
    posix_spawn_file_actions_t actions;
    char **environment = figure_environment();
    int result = environment != NULL ? posix_spawn_file_actions_init(&actions) : ENOMEM;

    if (result != 0) {
        free(environment);
        return result;
    }
    result = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (result == 0)
        result = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    if (result == 0)
        result = posix_spawn_file_actions_adddup2(&actions, complaints, STDERR_FILENO);
    if (result == 0)
        result = posix_spawnp(pid, "gnuplot", &actions, NULL, (char *const *)(uintptr_t)argv, environment);
    posix_spawn_file_actions_destroy(&actions);
    free(environment);
    return result;
}

/* Reads `from` to its end and keeps the last line with anything on it, as printable text: gnuplot shows the
 * command first and then says what is wrong with it. */
static void read_complaint(int from, char *line, size_t size)
{
    char buffer[1024];
    size_t used = 0;
    bool ended = false;
    ssize_t got;

    while ((got = read(from, buffer, sizeof buffer)) > 0 || (got < 0 && errno == EINTR))
        for (ssize_t i = 0; i < got; i++) {
            bool blank = isspace((unsigned char)buffer[i]);

            if (buffer[i] == '\n') {
                ended = true;
                continue;
            }
            if (ended && !blank) {
                used = 0;
                ended = false;
            }
            if (!ended && used + 1 < size && (used > 0 || !blank))
                line[used++] = buffer[i];
        }
    line[used] = '\0';
    for (size_t i = 0; i < used; i++)
        if (iscntrl((unsigned char)line[i]))
            line[i] = ' ';
}

static enum hb_status judge(const struct hb_figure *figure, int wait_status, const char *complaint,
                            struct hb_error *error)
{
    if (WIFSIGNALED(wait_status))
        return hb_error_set(error, HB_ERR_CHILD, "%s: gnuplot was ended by signal %d", figure->name,
                            WTERMSIG(wait_status));
    if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == NOTHING_TO_DRAW && complaint[0] != '\0')
        return hb_error_set(error, HB_ERR_FORMAT, "%s: %s", figure->name, complaint);
    if (complaint[0] != '\0')
        return hb_error_set(error, HB_ERR_CHILD, "%s: gnuplot says: %s", figure->name, complaint);
    if (!WIFEXITED(wait_status) || WEXITSTATUS(wait_status) != 0)
        return hb_error_set(error, HB_ERR_CHILD, "%s: gnuplot failed with status %d", figure->name,
                            WEXITSTATUS(wait_status));
    return HB_OK;
}

/* errno says why. */
static enum hb_status not_started(struct hb_error *error)
{
    return errno == ENOENT
               ? hb_error_set(error, HB_ERR_UNAVAILABLE,
                              "gnuplot was not found, so no figure can be drawn; Debian and Ubuntu: "
                              "apt-get install gnuplot-nox, or run ./setup")
               : hb_error_set_errno(error, HB_ERR_CHILD, "gnuplot could not be started");
}

enum hb_status hb_figure_can_draw(struct hb_error *error)
{
    static const char *const argv[] = {"gnuplot", "-d", "-e", "exit", NULL};
    pid_t pid;

    errno = posix_spawnp(&pid, "gnuplot", NULL, NULL, (char *const *)(uintptr_t)argv, environ);
    if (errno != 0)
        return not_started(error);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    return HB_OK;
}

/* Scripts begin with the file that they were given: on a page its name is enough, without the folders. */
static const char *without_folder(const char *complaint, const char *csv, const struct hb_figure *figure)
{
    size_t folder = strlen(csv) - strlen(figure->input);

    return strncmp(complaint, csv, folder) == 0 ? complaint + folder : complaint;
}

/* Runs gnuplot with its output on the descriptor `out`. */
static enum hb_status run_gnuplot(const struct hb_figure *figure, const char *csv, const char *terminal,
                                  int out, struct hb_error *error)
{
    char complaint[256];
    int ends[2], result, wait_status;
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC) != 0)
        return hb_error_set_errno(error, HB_ERR_IO, "%s: no pipe to gnuplot", figure->name);
    result = start_gnuplot(figure, csv, terminal, out, ends[1], &pid);
    close(ends[1]);
    if (result != 0) {
        close(ends[0]);
        errno = result;
        return not_started(error);
    }
    read_complaint(ends[0], complaint, sizeof complaint);
    close(ends[0]);
    while (waitpid(pid, &wait_status, 0) < 0)
        if (errno != EINTR)
            return hb_error_set_errno(error, HB_ERR_CHILD, "%s: gnuplot was lost", figure->name);
    return judge(figure, wait_status, without_folder(complaint, csv, figure), error);
}

/* A picture in memory into the file `path`. */
static enum hb_status keep(int picture, const char *path, struct hb_error *error)
{
    struct hb_file *file;
    char buffer[1 << 14];
    enum hb_status status = hb_file_begin(path, &file, error);
    ssize_t got;

    if (status != HB_OK)
        return status;
    lseek(picture, 0, SEEK_SET);
    while ((got = read(picture, buffer, sizeof buffer)) > 0)
        fwrite(buffer, 1, (size_t)got, hb_file_stream(file));
    return hb_file_commit(file, error);
}

/* By way of memory: gnuplot itself ends well, and says nothing, when it cannot write what it has drawn. */
enum hb_status hb_figure_draw(const struct hb_figure *figure, const char *csv, enum hb_figure_format format,
                              const char *path, struct hb_error *error)
{
    int picture = memfd_create(figure->name, MFD_CLOEXEC);
    enum hb_status status;

    if (picture < 0)
        return hb_error_set_errno(error, HB_ERR_MEMORY, "%s: no memory to draw in", figure->name);
    status = run_gnuplot(figure, csv, format == HB_FIGURE_PNG ? "png" : "svg", picture, error);
    if (status == HB_OK)
        status = keep(picture, path, error);
    close(picture);
    return status;
}

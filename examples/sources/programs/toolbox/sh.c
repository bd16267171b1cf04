/* sh: runs command lines of words, quotes, pipes, > >> 2>&1, ; & && || and comments.
 *
 * No variables, no control structures, no globbing: enough for this router's scripts. */
#include "toolbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_LINE 1024
#define MAX_TOKENS 128

struct line {
    char text[2 * MAX_LINE + MAX_TOKENS]; /* the words, each ended by NUL */
    char *words[MAX_TOKENS + 1];
    char is_operator[MAX_TOKENS];
    int count;
};

static size_t operator_size(const char *at)
{
    static const char *const known[] = {"2>&1", "&&", "||", ">>", ">", "|", "&", ";"};

    for (size_t index = 0; index < sizeof known / sizeof known[0]; index++)
        if (strncmp(at, known[index], strlen(known[index])) == 0)
            return strlen(known[index]);
    return 0;
}

static const char *take_word(const char *at, char **out)
{
    char quote = '\0';

    while (*at != '\0') {
        if (quote == '\0' && (strchr(" \t\r\n", *at) != NULL || operator_size(at) > 0))
            break;
        if (quote == '\0' && (*at == '"' || *at == '\''))
            quote = *at;
        else if (quote != '\0' && *at == quote)
            quote = '\0';
        else
            *(*out)++ = *at;
        at++;
    }
    *(*out)++ = '\0';
    return at;
}

static void split(const char *at, struct line *line)
{
    char *out = line->text;

    line->count = 0;
    while (line->count < MAX_TOKENS) {
        size_t size;
        at += strspn(at, " \t\r\n");
        if (*at == '\0' || *at == '#')
            break;
        size = operator_size(at);
        line->words[line->count] = out;
        line->is_operator[line->count++] = size > 0;
        if (size > 0) {
            memcpy(out, at, size);
            out[size] = '\0';
            out += size + 1;
            at += size;
        } else {
            at = take_word(at, &out);
        }
    }
    line->words[line->count] = NULL;
}

static int is_operator(const struct line *line, int at, const char *name)
{
    return line->is_operator[at] && strcmp(line->words[at], name) == 0;
}

static void redirect(const char *path, int append)
{
    int file = open(path, O_WRONLY | O_CREAT | (append ? O_APPEND : O_TRUNC), 0644);

    if (file < 0) {
        perror(path);
        _exit(1);
    }
    dup2(file, STDOUT_FILENO);
    close(file);
}

static void run_script_or_fail(char **words)
{
    int status;

    execvp(words[0], words);
    status = errno == ENOENT ? applet_main(words[0] == NULL ? 0 : 1, words) : -1;
    if (status < 0)
        fprintf(stderr, "sh: %s: %s\n", words[0], strerror(errno));
    _exit(status < 0 ? 127 : status);
}

static void run_child(const struct line *line, int from, int to)
{
    char *words[MAX_TOKENS + 1];
    int count = 0;

    for (int at = from; at < to; at++) {
        if (is_operator(line, at, "2>&1")) {
            dup2(STDOUT_FILENO, STDERR_FILENO);
        } else if (is_operator(line, at, ">") || is_operator(line, at, ">>")) {
            if (at + 1 < to)
                redirect(line->words[at + 1], line->words[at][1] == '>');
            at++;
        } else {
            words[count++] = line->words[at];
        }
    }
    words[count] = NULL;
    if (count == 0)
        _exit(0);
    run_script_or_fail(words);
}

static int run_builtin(const struct line *line, int from, int to, int *status)
{
    const char *name = line->words[from];

    if (strcmp(name, "exit") == 0)
        exit(to - from > 1 ? atoi(line->words[from + 1]) : *status);
    if (strcmp(name, "cd") == 0) {
        *status = chdir(to - from > 1 ? line->words[from + 1] : "/") != 0;
        return 1;
    }
    return 0;
}

static int run_pipeline(const struct line *line, int from, int to, int wait)
{
    int input = -1, status = 0, start = from;
    pid_t child = -1;

    for (int at = from; at <= to; at++) {
        int ends[2] = {-1, -1};
        if (at < to && !is_operator(line, at, "|"))
            continue;
        if (at < to && pipe(ends) < 0)
            return 1;
        child = fork();
        if (child == 0) {
            if (input >= 0)
                dup2(input, STDIN_FILENO);
            if (ends[1] >= 0)
                dup2(ends[1], STDOUT_FILENO);
            close(ends[0]);
            run_child(line, start, at);
        }
        close(input);
        close(ends[1]);
        input = ends[0];
        start = at + 1;
    }
    if (wait && child > 0)
        waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int run_line(const char *text, int status)
{
    struct line line;
    int start = 0, skip = 0;

    split(text, &line);
    for (int at = 0; at <= line.count; at++) {
        const char *op = at < line.count ? line.words[at] : ";";
        if (at < line.count && (!line.is_operator[at] || strchr("|>2", op[0]) != NULL) &&
            !is_operator(&line, at, "||"))
            continue;
        if (!skip && at > start && !run_builtin(&line, start, at, &status))
            status = run_pipeline(&line, start, at, strcmp(op, "&") != 0);
        skip = (strcmp(op, "&&") == 0 && status != 0) || (strcmp(op, "||") == 0 && status == 0);
        start = at + 1;
    }
    return status;
}

int sh_main(int argc, char **argv)
{
    char text[MAX_LINE];
    int status = 0, first = 1;
    FILE *script = stdin;

    if (first < argc && strcmp(argv[first], "-c") == 0) {
        if (first + 1 < argc && strcmp(argv[first + 1], "--") == 0) /* glibc's system() since 2.38 */
            first++;
        return first + 1 < argc && strlen(argv[first + 1]) < MAX_LINE ? run_line(argv[first + 1], 0) : 2;
    }
    if (first < argc && (script = fopen(argv[first], "re")) == NULL) {
        perror(argv[first]);
        return 127;
    }
    for (;;) {
        if (script == stdin && isatty(STDIN_FILENO)) {
            printf("# ");
            fflush(stdout);
        }
        if (fgets(text, sizeof text, script) == NULL)
            return status;
        status = run_line(text, status);
    }
}

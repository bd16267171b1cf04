/* webd: web server of the example router.
 *
 * Serves files below /www and runs programs in /www/cgi-bin as CGI (RFC 3875).
 * CGI programs ask for HTTP basic authentication (user admin, password of nvram.conf). */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define REQUEST_SIZE 8192

static const char *web_root = "/www";
static const char *config_path = "/overlay/nvram.conf";

struct request {
    char method[8];
    char path[256];
    char query[1024];
    char authorization[256];
    char content_length[16];
};

static void send_text(int client, const char *text)
{
    size_t left = strlen(text);

    while (left > 0) {
        ssize_t sent = write(client, text, left);
        if (sent <= 0)
            return;
        text += sent;
        left -= (size_t)sent;
    }
}

static void send_error(int client, const char *status, const char *extra)
{
    char reply[512];

    snprintf(reply, sizeof reply,
             "HTTP/1.0 %s\r\nServer: webd/1.0\r\n%sContent-Type: text/plain\r\n\r\n%s\n", status, extra,
             status);
    send_text(client, reply);
}

static const char *content_type(const char *path)
{
    const char *dot = strrchr(path, '.');

    if (dot == NULL)
        return "application/octet-stream";
    if (strcmp(dot, ".html") == 0)
        return "text/html";
    if (strcmp(dot, ".css") == 0)
        return "text/css";
    if (strcmp(dot, ".js") == 0)
        return "application/javascript";
    return "application/octet-stream";
}

static size_t encode_base64(const char *text, char *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t size = strlen(text), done = 0;

    for (size_t at = 0; at < size; at += 3) {
        unsigned group = (unsigned char)text[at] << 16;
        if (at + 1 < size)
            group |= (unsigned char)text[at + 1] << 8;
        if (at + 2 < size)
            group |= (unsigned char)text[at + 2];
        out[done++] = digits[group >> 18];
        out[done++] = digits[group >> 12 & 63];
        out[done++] = at + 1 < size ? digits[group >> 6 & 63] : '=';
        out[done++] = at + 2 < size ? digits[group & 63] : '=';
    }
    out[done] = '\0';
    return done;
}

static int is_authorized(const struct request *request)
{
    char line[128], password[96], pair[112], wanted[160];
    FILE *config = fopen(config_path, "r");
    int allowed = 0;

    if (config == NULL)
        return 0;
    while (!allowed && fgets(line, sizeof line, config) != NULL) {
        if (sscanf(line, "admin_password=%95s", password) == 1) {
            snprintf(pair, sizeof pair, "admin:%s", password);
            strcpy(wanted, "Basic ");
            encode_base64(pair, wanted + 6);
            allowed = strcmp(request->authorization, wanted) == 0;
        }
    }
    fclose(config);
    return allowed;
}

static void send_file(int client, const char *path)
{
    char block[4096];
    ssize_t got;
    struct stat info;
    int file = open(path, O_RDONLY);

    if (file < 0 || fstat(file, &info) < 0 || !S_ISREG(info.st_mode)) {
        if (file >= 0)
            close(file);
        send_error(client, "404 Not Found", "");
        return;
    }
    snprintf(block, sizeof block,
             "HTTP/1.0 200 OK\r\nServer: webd/1.0\r\nContent-Type: %s\r\nContent-Length: %ld\r\n\r\n",
             content_type(path), (long)info.st_size);
    send_text(client, block);
    while ((got = read(file, block, sizeof block)) > 0)
        if (write(client, block, (size_t)got) != got)
            break;
    close(file);
}

static void run_cgi(int client, const char *path, const struct request *request)
{
    pid_t child;

    send_text(client, "HTTP/1.0 200 OK\r\nServer: webd/1.0\r\n");
    child = fork();
    if (child == 0) {
        setenv("GATEWAY_INTERFACE", "CGI/1.1", 1);
        setenv("REQUEST_METHOD", request->method, 1);
        setenv("QUERY_STRING", request->query, 1);
        setenv("CONTENT_LENGTH", request->content_length, 1);
        dup2(client, STDIN_FILENO);
        dup2(client, STDOUT_FILENO);
        execl(path, path, (char *)NULL);
        _exit(127);
    }
    if (child > 0)
        waitpid(child, NULL, 0);
}

static int parse_request(char *text, struct request *request)
{
    char target[1280];
    char *mark;
    char *line = strtok(text, "\r\n");

    memset(request, 0, sizeof *request);
    if (line == NULL || sscanf(line, "%7s %1279s", request->method, target) != 2)
        return 0;
    mark = strchr(target, '?');
    if (mark != NULL) {
        *mark = '\0';
        snprintf(request->query, sizeof request->query, "%s", mark + 1);
    }
    if (target[0] != '/' || strstr(target, "..") != NULL || strlen(target) >= sizeof request->path)
        return 0;
    strcpy(request->path, target);
    while ((line = strtok(NULL, "\r\n")) != NULL) {
        if (strncasecmp(line, "Authorization: ", 15) == 0)
            snprintf(request->authorization, sizeof request->authorization, "%s", line + 15);
        if (strncasecmp(line, "Content-Length: ", 16) == 0)
            snprintf(request->content_length, sizeof request->content_length, "%s", line + 16);
    }
    return 1;
}

/* Reads byte by byte so that a request body stays in the socket for the CGI program. */
static int read_head(int client, char *text, size_t size)
{
    size_t used = 0;

    while (used + 1 < size) {
        if (read(client, text + used, 1) != 1)
            return 0;
        text[++used] = '\0';
        if (used >= 4 && memcmp(text + used - 4, "\r\n\r\n", 4) == 0)
            return 1;
    }
    return 0;
}

static void serve(int client)
{
    static char text[REQUEST_SIZE];
    char path[512];
    struct request request;

    if (!read_head(client, text, sizeof text) || !parse_request(text, &request)) {
        send_error(client, "400 Bad Request", "");
        return;
    }
    sprintf(path, "%s%s%s", web_root, request.path, strcmp(request.path, "/") == 0 ? "index.html" : "");
    if (strncmp(request.path, "/cgi-bin/", 9) != 0)
        send_file(client, path);
    else if (!is_authorized(&request))
        send_error(client, "401 Unauthorized", "WWW-Authenticate: Basic realm=\"ER-1\"\r\n");
    else if (access(path, X_OK) == 0)
        run_cgi(client, path, &request);
    else
        send_error(client, "404 Not Found", "");
}

static int open_listener(int port)
{
    struct sockaddr_in local;
    int on = 1;
    int sock = socket(AF_INET, SOCK_STREAM, 0);

    setsockopt(sock, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    memset(&local, 0, sizeof local);
    local.sin_family = AF_INET;
    local.sin_port = htons((unsigned short)port);
    local.sin_addr.s_addr = htonl(INADDR_ANY);
    if (bind(sock, (struct sockaddr *)&local, sizeof local) < 0 || listen(sock, 8) < 0) {
        perror("webd");
        return -1;
    }
    return sock;
}

int main(int argc, char **argv)
{
    int option, port = 80, listener;

    while ((option = getopt(argc, argv, "p:r:c:")) != -1) {
        if (option == 'p')
            port = atoi(optarg);
        else if (option == 'r')
            web_root = optarg;
        else if (option == 'c')
            config_path = optarg;
        else
            return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    listener = open_listener(port);
    if (listener < 0)
        return 1;
    for (;;) {
        int client = accept(listener, NULL, NULL);
        if (client < 0)
            continue;
        if (fork() == 0) {
            close(listener);
            serve(client);
            _exit(0);
        }
        close(client);
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
    }
}

/*
 * origin PORT FILE: an upstream of long responses. Any path but /events gets
 * FILE in chunks, as fast as it is taken; /events gets one event and silence,
 * until SIGUSR1, upon which each stream gets a second event and its end.
 */

#define _GNU_SOURCE

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#define CHUNK     16384
#define MAX_FD    65536
#define SNDBUF    65536


typedef struct {
    const char  *data;
    size_t       size;
} text_t;


/* What is left to send; is_events: more comes at the signal. */

typedef struct {
    text_t  left;
    int     is_open;
    int     is_events;
} connection_t;


static text_t                 body, first_event, second_event;
static connection_t           connections[MAX_FD];
static volatile sig_atomic_t  is_told;


static void
on_signal(int signo)
{
    (void) signo;
    is_told = 1;
}


static void
fail(const char *what)
{
    perror(what);
    exit(1);
}


static char *
append(char *to, const void *data, size_t size)
{
    memcpy(to, data, size);

    return to + size;
}


static char *
append_chunk(char *to, const void *data, size_t size)
{
    char  head[16];

    to = append(to, head, snprintf(head, sizeof(head), "%zx\r\n", size));
    to = append(to, data, size);

    return append(to, "\r\n", 2);
}


/* The response whole as it goes over the wire, head and chunks. */

static text_t
make_body(const char *name)
{
    long    size, at, part;
    FILE   *file;
    char   *data, *to;
    text_t  text;

    static const char  head[] = "HTTP/1.1 200 OK\r\n"
                                "Content-Type: text/html\r\n"
                                "Connection: close\r\n"
                                "Transfer-Encoding: chunked\r\n\r\n";

    file = fopen(name, "rb");
    if (file == NULL) {
        fail(name);
    }

    fseek(file, 0, SEEK_END);
    size = ftell(file);
    rewind(file);

    data = malloc(size);
    to = malloc(size + size / CHUNK * 16 + 1024);
    if (data == NULL || to == NULL
        || fread(data, 1, size, file) != (size_t) size)
    {
        fail(name);
    }

    text.data = to;
    to = append(to, head, sizeof(head) - 1);

    for (at = 0; at < size; at += part) {
        part = size - at < CHUNK ? size - at : CHUNK;
        to = append_chunk(to, data + at, part);
    }

    to = append(to, "0\r\n\r\n", 5);
    text.size = to - text.data;

    fclose(file);
    free(data);

    return text;
}


static text_t
make_event(const char *head, const char *event, const char *end)
{
    char    *to;
    text_t   text;

    to = malloc(1024);
    text.data = to;

    to = append(to, head, strlen(head));
    to = append_chunk(to, event, strlen(event));
    to = append(to, end, strlen(end));

    text.size = to - text.data;

    return text;
}


static int
listen_on(int port)
{
    int                 fd, one, size;
    struct sockaddr_in  sin;

    one = 1;
    size = SNDBUF;
    fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));

    memset(&sin, 0, sizeof(sin));
    sin.sin_family = AF_INET;
    sin.sin_port = htons(port);
    sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

    if (bind(fd, (struct sockaddr *) &sin, sizeof(sin)) == -1
        || listen(fd, 4096) == -1)
    {
        fail("listen");
    }

    return fd;
}


static void
watch(int ep, int fd, int events, int op)
{
    struct epoll_event  event;

    event.events = events;
    event.data.fd = fd;

    if (epoll_ctl(ep, op, fd, &event) == -1) {
        fail("epoll_ctl");
    }
}


static void
end_connection(int fd)
{
    memset(&connections[fd], 0, sizeof(connection_t));
    close(fd);
}


static void
accept_all(int ep, int listener)
{
    int  fd;

    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) != -1) {
        if (fd >= MAX_FD) {
            close(fd);
            continue;
        }

        connections[fd].is_open = 1;
        watch(ep, fd, EPOLLIN, EPOLL_CTL_ADD);
    }
}


/* A request comes whole in one read: its sender is an nginx nearby. */

static void
read_request(int ep, int fd)
{
    char           line[4096];
    ssize_t        n;
    connection_t  *c;

    n = read(fd, line, sizeof(line) - 1);
    if (n <= 0) {
        end_connection(fd);
        return;
    }

    line[n] = '\0';
    c = &connections[fd];
    c->is_events = strncmp(line, "GET /events", 11) == 0;
    c->left = c->is_events ? first_event : body;

    watch(ep, fd, EPOLLOUT, EPOLL_CTL_MOD);
}


static void
write_more(int ep, int fd)
{
    ssize_t        n;
    connection_t  *c;

    c = &connections[fd];

    while (c->left.size) {
        n = send(fd, c->left.data, c->left.size, MSG_NOSIGNAL);

        if (n == -1 && errno == EAGAIN) {
            return;
        }

        if (n == -1) {
            end_connection(fd);
            return;
        }

        c->left.data += n;
        c->left.size -= n;
    }

    if (c->is_events) {
        watch(ep, fd, EPOLLIN, EPOLL_CTL_MOD);
        return;
    }

    end_connection(fd);
}


static void
send_second_events(int ep)
{
    int  fd;

    is_told = 0;

    for (fd = 0; fd < MAX_FD; fd++) {
        if (connections[fd].is_open && connections[fd].is_events) {
            connections[fd].is_events = 0;
            connections[fd].left = second_event;
            watch(ep, fd, EPOLLOUT, EPOLL_CTL_MOD);
        }
    }
}


int
main(int argc, char **argv)
{
    int                 ep, fd, i, listener, n;
    struct epoll_event  events[256];

    if (argc != 3) {
        fprintf(stderr, "usage: origin PORT FILE\n");
        return 2;
    }

    body = make_body(argv[2]);
    first_event = make_event("HTTP/1.1 200 OK\r\n"
                             "Content-Type: text/event-stream\r\n"
                             "Connection: close\r\n"
                             "Transfer-Encoding: chunked\r\n\r\n",
                             "id: 1\ndata: first\n\n", "");
    second_event = make_event("", "id: 2\ndata: second\n\n", "0\r\n\r\n");

    signal(SIGUSR1, on_signal);
    listener = listen_on(atoi(argv[1]));
    ep = epoll_create1(0);
    watch(ep, listener, EPOLLIN, EPOLL_CTL_ADD);

    for ( ;; ) {
        n = epoll_wait(ep, events, 256, -1);

        if (is_told) {
            send_second_events(ep);
        }

        for (i = 0; i < n; i++) {
            fd = events[i].data.fd;

            if (fd == listener) {
                accept_all(ep, listener);

            } else if (events[i].events & EPOLLOUT) {
                write_more(ep, fd);

            } else {
                read_request(ep, fd);
            }
        }
    }
}
